//! The sets of a namespace. A record holds the small number of its set; the name is kept once.

use crate::limits;
use aerospike_sansio::limits::limit;
use std::collections::BTreeMap;

/// Which set a record is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetId(u16);

impl SetId {
    /// No set.
    pub const NONE: SetId = SetId(0);
}

#[derive(Clone, Debug, Default)]
pub struct Set {
    pub name: Vec<u8>,
    pub objects: u64,
    pub data_bytes: u64,
    /// Records last written before this are gone (Unix milliseconds, 0 = not truncated).
    pub truncated_ms: u64,
}

/// A set is never forgotten, as on the real server.
#[derive(Debug, Default)]
pub struct Sets {
    /// Entry n is the set of id n + 1.
    sets: Vec<Set>,
    ids: BTreeMap<Vec<u8>, SetId>,
}

impl Sets {
    pub fn get(&self, id: SetId) -> Option<&Set> {
        self.sets.get((id.0 as usize).wrapping_sub(1))
    }

    pub fn get_mut(&mut self, id: SetId) -> Option<&mut Set> {
        self.sets.get_mut((id.0 as usize).wrapping_sub(1))
    }

    /// The name of a record's set, empty if it is in none.
    #[inline]
    pub fn name(&self, id: SetId) -> &[u8] {
        self.get(id).map_or(&[], |set| &set.name)
    }

    pub fn find(&self, name: &[u8]) -> Option<SetId> {
        self.ids.get(name).copied()
    }

    /// The id of a set, which is made if it is new. None when the name is too long or there are too many sets: the
    /// server answers both with a parameter error.
    pub fn find_or_create(&mut self, name: &[u8]) -> Option<SetId> {
        if name.is_empty() {
            return Some(SetId::NONE);
        }
        if let Some(id) = self.find(name) {
            return Some(id);
        }
        if name.len() > limit::SET || self.sets.len() >= limits::limit::SETS {
            return None;
        }
        self.sets.push(Set { name: name.to_vec(), ..Set::default() });
        let id = SetId(self.sets.len() as u16);
        self.ids.insert(name.to_vec(), id);
        Some(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Set> {
        self.sets.iter()
    }
}
