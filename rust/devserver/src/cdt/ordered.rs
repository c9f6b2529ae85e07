//! A value as the key of an ordered set: by the server's order of values.

use aerospike_sansio::value::order::compare;
use aerospike_sansio::value::Value;
use std::cmp::Ordering;

#[derive(Clone, Copy)]
pub struct Ordered<'a>(pub &'a Value);

impl Ord for Ordered<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.0, other.0)
    }
}

impl PartialOrd for Ordered<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ordered<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered<'_> {}
