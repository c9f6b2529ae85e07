//! The partition map: which node is which replica of which partition, from each node's `replicas` answer:
//! `<ns>:<regime>,<levels>,<base64 bitmap>,…;<ns>:…`, one bitmap of 4096 bits a replica level, level 0 the master.

use super::base64;
use super::info::text;
use super::NodeId;
use crate::abi::NONE;
use crate::limits::limit;
use crate::names::{NameKind, Names};
use crate::Malformed;

const BITMAP: usize = limit::PARTITIONS / 8;
/// No node is known to have the slot.
pub const NOBODY: NodeId = NodeId::MAX;
const BAD: Malformed = Malformed("the replicas answer is malformed");

pub struct Namespace {
    pub name: String,
    /// Regime of each partition: a node with an older view does not overrule a newer one. 0 = AP namespace.
    regimes: Vec<u32>,
    /// `levels[level][partition]`.
    levels: Vec<Vec<NodeId>>,
}

#[derive(Default)]
pub struct PartitionMap {
    namespaces: Vec<Namespace>,
    /// Name id → index into `namespaces`.
    by_name: Vec<u8>,
}

/// What an answer changed.
#[derive(Debug, Default, PartialEq)]
pub struct Applied {
    pub changed: bool,
    /// Nodes that lost a slot: their own view is stale or newer, so they are to be asked again.
    pub losers: Vec<NodeId>,
}

impl PartitionMap {
    /// Index of the namespace with this name id.
    pub fn namespace(&self, name: u32) -> Option<usize> {
        self.by_name.get(name as usize).filter(|&&index| index != u8::MAX).map(|&index| index as usize)
    }

    pub fn is_empty(&self) -> bool {
        self.namespaces.is_empty()
    }

    pub fn namespaces(&self) -> impl Iterator<Item = &Namespace> {
        self.namespaces.iter()
    }

    /// Strong-consistency namespaces count regimes from 1.
    pub fn is_strong(&self, namespace: usize, partition: u16) -> bool {
        self.namespaces[namespace].regimes[partition as usize] != 0
    }

    pub fn levels(&self, namespace: usize) -> usize {
        self.namespaces[namespace].levels.len()
    }

    pub fn owner(&self, namespace: usize, partition: u16, level: usize) -> Option<NodeId> {
        let node = *self.namespaces[namespace].levels.get(level)?.get(partition as usize)?;
        (node != NOBODY).then_some(node)
    }

    /// A namespace's name, a 0, and the owner of each partition in 16 bits, low byte first, level after level; empty when
    /// there is no such namespace.
    pub fn write(&self, namespace: usize, to: &mut Vec<u8>) {
        let Some(Namespace { name, levels, .. }) = self.namespaces.get(namespace) else { return };
        to.extend_from_slice(name.as_bytes());
        to.push(0);
        levels.iter().flatten().for_each(|owner| to.extend_from_slice(&owner.to_le_bytes()));
    }

    /// How many slots (partition, level) a node has over all namespaces.
    pub fn owned(&self, node: NodeId) -> usize {
        self.namespaces.iter().flat_map(|ns| &ns.levels).flatten().filter(|&&owner| owner == node).count()
    }

    /// A removed node owns nothing: its id may be given to another one. Nor does its regime hold any longer, or one that
    /// it made up would keep the others from what is theirs for ever.
    pub fn forget(&mut self, node: NodeId) {
        for Namespace { regimes, levels, .. } in &mut self.namespaces {
            for level in levels {
                for (slot, regime) in level.iter_mut().zip(regimes.iter_mut()).filter(|(slot, _)| **slot == node) {
                    *slot = NOBODY;
                    *regime = 1.min(*regime);
                }
            }
        }
    }

    /// Takes over what `node` says of itself. Nothing is changed by an answer that is malformed in any part.
    pub fn apply(&mut self, node: NodeId, answer: &[u8], names: &mut Names) -> Result<Applied, Malformed> {
        let parsed = answer
            .split(|&b| b == b';')
            .filter(|part| !part.is_empty())
            .map(parse_namespace)
            .collect::<Result<Vec<_>, _>>()?;
        let mut applied = Applied::default();
        // All of them have a place before any is taken.
        let places = parsed.iter().map(|said| self.index_of(said.name, names).ok_or(BAD));
        for (index, said) in places.collect::<Result<Vec<_>, _>>()?.into_iter().zip(&parsed) {
            self.namespaces[index].take(node, said, &mut applied);
        }
        Ok(applied)
    }

    fn index_of(&mut self, name: &[u8], names: &mut Names) -> Option<usize> {
        let id = names.intern(NameKind::Namespace, name).ok().filter(|&id| id != NONE)?;
        if let Some(index) = self.namespace(id) {
            return Some(index);
        }
        if self.namespaces.len() == limit::NAMESPACES {
            return None;
        }
        if self.by_name.len() <= id as usize {
            self.by_name.resize(id as usize + 1, u8::MAX);
        }
        self.by_name[id as usize] = self.namespaces.len() as u8;
        self.namespaces.push(Namespace { name: text(name), regimes: vec![0; limit::PARTITIONS], levels: Vec::new() });
        Some(self.namespaces.len() - 1)
    }
}

struct Said<'a> {
    name: &'a [u8],
    regime: u32,
    bitmaps: Vec<[u8; BITMAP]>,
}

fn parse_namespace(part: &[u8]) -> Result<Said<'_>, Malformed> {
    let colon = part.iter().position(|&b| b == b':').ok_or(BAD)?;
    let mut words = part[colon + 1..].split(|&b| b == b',');
    let mut number = || text(words.next().unwrap_or_default()).parse::<u32>().map_err(|_| BAD);
    let (regime, levels) = (number()?, number()? as usize);
    if levels > limit::REPLICAS {
        return Err(BAD);
    }
    let bitmaps = words
        .map(|word| {
            let mut bitmap = [0; BITMAP];
            base64::decode_into(word, &mut bitmap).map(|()| bitmap)
        })
        .collect::<Result<Vec<_>, _>>()?;
    if bitmaps.len() != levels {
        return Err(BAD);
    }
    Ok(Said { name: &part[..colon], regime, bitmaps })
}

impl Namespace {
    fn take(&mut self, node: NodeId, said: &Said, applied: &mut Applied) {
        while self.levels.len() < said.bitmaps.len() {
            self.levels.push(vec![NOBODY; limit::PARTITIONS]);
        }
        for (level, bitmap) in said.bitmaps.iter().enumerate() {
            for partition in 0..limit::PARTITIONS {
                let set = bitmap[partition >> 3] & (0x80 >> (partition & 7)) != 0;
                // Where a node was forgotten that was the master, what it said of the regime was, too.
                let is_old = said.regime < self.regimes[partition] && self.levels[0][partition] != NOBODY;
                if !set || is_old {
                    continue;
                }
                self.regimes[partition] = said.regime;
                let before = std::mem::replace(&mut self.levels[level][partition], node);
                if before == node {
                    continue;
                }
                applied.changed = true;
                if before != NOBODY && !applied.losers.contains(&before) {
                    applied.losers.push(before);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitmap(partitions: impl Fn(usize) -> bool) -> String {
        let mut bytes = [0u8; BITMAP];
        (0..limit::PARTITIONS).filter(|&p| partitions(p)).for_each(|p| bytes[p >> 3] |= 0x80 >> (p & 7));
        base64::encode(&bytes)
    }

    fn answer(regime: u32, master: impl Fn(usize) -> bool, replica: impl Fn(usize) -> bool) -> Vec<u8> {
        format!("test:{regime},2,{},{}", bitmap(master), bitmap(replica)).into_bytes()
    }

    #[test]
    fn each_node_takes_the_slots_that_it_claims() {
        let (mut map, mut names) = (PartitionMap::default(), Names::default());
        map.apply(0, &answer(0, |p| p % 2 == 0, |p| p % 2 == 1), &mut names).unwrap();
        let second = map.apply(1, &answer(0, |p| p % 2 == 1, |p| p % 2 == 0), &mut names).unwrap();
        assert!(second.changed && second.losers.is_empty());
        let id = names.intern(NameKind::Namespace, b"test").unwrap();
        let ns = map.namespace(id).unwrap();
        assert_eq!((map.owner(ns, 6, 0), map.owner(ns, 6, 1)), (Some(0), Some(1)));
        assert_eq!((map.owner(ns, 4095, 0), map.owner(ns, 4095, 1)), (Some(1), Some(0)));
        assert_eq!(map.owned(0), 4096);
    }

    #[test]
    fn the_loser_of_a_slot_is_named_so_that_it_is_asked_again() {
        let (mut map, mut names) = (PartitionMap::default(), Names::default());
        map.apply(0, &answer(0, |_| true, |_| false), &mut names).unwrap();
        let applied = map.apply(1, &answer(0, |p| p == 9, |_| false), &mut names).unwrap();
        assert_eq!(applied, Applied { changed: true, losers: vec![0] });
        assert!(!map.apply(1, &answer(0, |p| p == 9, |_| false), &mut names).unwrap().changed);
    }

    #[test]
    fn an_older_regime_does_not_overrule_a_newer_one() {
        let (mut map, mut names) = (PartitionMap::default(), Names::default());
        map.apply(0, &answer(5, |_| true, |_| false), &mut names).unwrap();
        assert!(!map.apply(1, &answer(4, |_| true, |_| false), &mut names).unwrap().changed);
        assert!(map.apply(1, &answer(5, |_| true, |_| false), &mut names).unwrap().changed);
    }

    #[test]
    fn a_malformed_answer_changes_nothing() {
        let (mut map, mut names) = (PartitionMap::default(), Names::default());
        let good = answer(0, |_| true, |_| true);
        for end in 0..good.len() {
            let cut = &good[..end];
            if !cut.is_empty() {
                assert!(map.apply(0, cut, &mut names).is_err(), "{end}");
            }
        }
        assert!(map.apply(0, b"test:0,1,AAAA", &mut names).is_err());
        assert!(map.apply(0, b"test:0,999999,", &mut names).is_err());
        assert!(map.is_empty());
        let nameless = [&good[..], b";:0,0"].concat();
        assert!(map.apply(0, &nameless, &mut names).is_err());
        assert_eq!(map.owned(0), 0);
    }

    #[test]
    fn a_forgotten_node_owns_nothing() {
        let (mut map, mut names) = (PartitionMap::default(), Names::default());
        map.apply(3, &answer(0, |_| true, |_| false), &mut names).unwrap();
        map.forget(3);
        assert_eq!(map.owned(3), 0);
        assert_eq!(map.owner(0, 0, 0), None);
    }
}
