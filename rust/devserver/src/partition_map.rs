//! Which node owns what: for each of the 4096 partitions the order of the nodes, as the real server computes it, so
//! that a cluster of nodes with the same ids has the same map (vectors `tend/cluster3`, `cluster/*`).
//!
//! Each node gets a number for each partition, Jenkins' one-at-a-time hash (64 bits) of FNV-1a of the node's id and
//! FNV-1a of the partition's; the highest is the master, the next the first replica. Losing a node so moves only what
//! was on it. Where nodes are on several racks (Enterprise), copies are on as many of them as possible: the master stays,
//! and behind it stand the first node of each other rack, then the second ones. (Inferred from the documentation.)

use aerospike_sansio::limits::limit::PARTITIONS;
use std::cmp::Reverse;

#[derive(Clone, Debug, Default)]
pub struct PartitionMap {
    /// For each partition, the indexes of the live nodes, master first.
    order: Vec<u8>,
    live: usize,
}

/// A node that is alive.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub index: usize,
    pub id: u64,
    pub rack: u32,
    /// It is to have no copies, as long as there are others: it is quiesced.
    pub leaves: bool,
}

impl PartitionMap {
    /// The map of the nodes that are alive.
    pub fn new(live: &[Member]) -> PartitionMap {
        let mut order = Vec::with_capacity(PARTITIONS * live.len());
        let nodes: Vec<(usize, u64)> =
            live.iter().enumerate().map(|(n, node)| (n, fnv1a(&node.id.to_le_bytes()))).collect();
        let racked = live.iter().any(|node| node.rack != live[0].rack);
        let mut before = Vec::with_capacity(live.len());
        let mut weights = Vec::with_capacity(live.len());
        for partition in 0..PARTITIONS as u32 {
            let partition = fnv1a(&partition.to_le_bytes());
            weights.clear();
            weights.extend(nodes.iter().map(|&(n, node)| (jenkins(node, partition), n)));
            weights.sort_unstable_by_key(|&(weight, n)| (live[n].leaves, Reverse((weight, live[n].index))));
            if racked {
                // How many nodes of the same rack stand before each.
                before.clear();
                before.extend(weights.iter().enumerate().map(|(at, &(_, n))| {
                    let same = weights[..at].iter().filter(|&&(_, other)| live[other].rack == live[n].rack);
                    (live[n].leaves, same.count(), at)
                }));
                before.sort_unstable();
                order.extend(before.iter().map(|&(_, _, at)| live[weights[at].1].index as u8));
            } else {
                order.extend(weights.iter().map(|&(_, n)| live[n].index as u8));
            }
        }
        PartitionMap { order, live: live.len() }
    }

    /// Copies of a record, given how many are wanted.
    pub fn replicas(&self, wanted: usize) -> usize {
        wanted.min(self.live)
    }

    /// Which replica of the partition a node is: 0 = master. None if it is too far down to have a copy.
    #[inline]
    pub fn role(&self, partition: usize, node: usize, replication_factor: usize) -> Option<usize> {
        let owners = self.owners(partition, replication_factor);
        owners.iter().position(|&owner| usize::from(owner) == node)
    }

    /// All nodes that are alive, in the order in which they take a partition over.
    pub fn order(&self, partition: usize) -> &[u8] {
        self.owners(partition, self.live)
    }

    /// The nodes that are to have a copy, the master first.
    pub fn owners(&self, partition: usize, replication_factor: usize) -> &[u8] {
        let start = partition * self.live;
        &self.order[start..start + self.replicas(replication_factor)]
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn jenkins(node: u64, partition: u64) -> u64 {
    let mut hash = 0u64;
    for byte in node.to_le_bytes().into_iter().chain(partition.to_le_bytes()) {
        hash = hash.wrapping_add(u64::from(byte));
        hash = hash.wrapping_add(hash << 10);
        hash ^= hash >> 6;
    }
    hash = hash.wrapping_add(hash << 3);
    hash ^= hash >> 11;
    hash.wrapping_add(hash << 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(nodes: &[(usize, u64, u32)]) -> Vec<Member> {
        nodes.iter().map(|&(index, id, rack)| Member { index, id, rack, leaves: false }).collect()
    }

    #[test]
    fn copies_are_on_different_racks() {
        let racks = [1, 1, 2, 2];
        let nodes: Vec<Member> = (0..4).map(|n| live(&[(n, 0xA1 + n as u64, racks[n])])[0]).collect();
        let map = PartitionMap::new(&nodes);
        let flat: Vec<Member> = nodes.iter().map(|&node| Member { rack: 0, ..node }).collect();
        let flat = PartitionMap::new(&flat);
        for partition in 0..PARTITIONS {
            let owners = map.owners(partition, 4);
            assert_ne!(racks[usize::from(owners[0])], racks[usize::from(owners[1])]);
            assert_ne!(racks[usize::from(owners[2])], racks[usize::from(owners[3])]);
            assert_eq!(owners[0], flat.owners(partition, 1)[0], "the master stays");
        }
    }

    #[test]
    fn every_partition_has_each_owner_once() {
        let map = PartitionMap::new(&live(&[(0, 0xA1, 0), (1, 0xA2, 0), (2, 0xA3, 0)]));
        for partition in 0..PARTITIONS {
            let mut owners = map.owners(partition, 3).to_vec();
            owners.sort_unstable();
            assert_eq!(owners, [0, 1, 2]);
        }
    }

    #[test]
    fn a_node_that_leaves_is_the_last_of_all() {
        for rack in [0, 1] {
            let nodes = live(&[(0, 0xA1, 0), (1, 0xA2, rack), (2, 0xA3, 0)]);
            let leaving: Vec<Member> = nodes.iter().map(|&node| Member { leaves: node.index == 1, ..node }).collect();
            let map = PartitionMap::new(&leaving);
            assert!((0..PARTITIONS).all(|partition| map.order(partition)[2] == 1));
        }
    }

    #[test]
    fn losing_a_node_moves_only_what_was_on_it() {
        let before = PartitionMap::new(&live(&[(0, 0xA1, 0), (1, 0xA2, 0), (2, 0xA3, 0)]));
        let after = PartitionMap::new(&live(&[(0, 0xA1, 0), (2, 0xA3, 0)]));
        for partition in 0..PARTITIONS {
            let survivors: Vec<u8> = before.owners(partition, 3).iter().copied().filter(|&node| node != 1).collect();
            assert_eq!(after.owners(partition, 3), survivors);
        }
        assert_eq!(after.role(0, 1, 2), None);
    }

    #[test]
    fn a_cluster_without_a_live_node_owns_nothing() {
        let map = PartitionMap::new(&[]);
        assert_eq!(map.role(17, 0, 2), None);
        assert!(map.order(17).is_empty());
    }
}
