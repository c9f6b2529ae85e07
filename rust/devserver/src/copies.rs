//! Which nodes hold all records of a partition, while they move. When the cluster changes, a node that is to have a copy
//! has it only when its records have come; until then one that had them before stays in charge, even if it is to have no
//! copy any more. As `partition.c` and `partition_balance.c` of the Community server have it for namespaces without strong
//! consistency:
//!
//! * the *working master* is the master once it is whole, and before that another node that is;
//! * it claims, towards clients, the master's place, its own, and those of replicas that are not whole; a replica claims
//!   its place when it is;
//! * a query can read a partition at the working master and at whole replicas, and at no other node.
//!
//! The store is shared, so nothing is copied here: this is only about who answers what.

use crate::partition_map::PartitionMap;
use aerospike_sansio::limits::limit::PARTITIONS;

/// Bytes of a bitmap of partitions.
const BITMAP: usize = PARTITIONS / 8;

/// The copies of one namespace.
#[derive(Clone, Debug)]
pub struct Copies {
    replication_factor: usize,
    /// For each partition, bit n: node n holds all of its records.
    whole: Vec<u32>,
    /// Copies that have not come.
    coming: usize,
}

impl Copies {
    pub fn new(replication_factor: usize) -> Copies {
        Copies { replication_factor, whole: vec![0; PARTITIONS], coming: 0 }
    }

    /// The map has changed. `at_once`: whatever is to move has moved.
    pub fn follow(&mut self, map: &PartitionMap, at_once: bool) {
        self.coming = 0;
        for partition in 0..PARTITIONS {
            let (live, owners) = (mask(map.order(partition)), mask(map.owners(partition, self.replication_factor)));
            let whole = &mut self.whole[partition];
            *whole &= live;
            // If nobody has it there is nothing to wait for.
            if at_once || *whole == 0 || *whole & owners == owners {
                *whole = owners;
            }
            self.coming += (owners & !*whole).count_ones() as usize;
        }
    }

    /// How many copies have not come yet.
    pub fn coming(&self) -> usize {
        self.coming
    }

    /// Whether one of this partition has not.
    pub fn is_coming(&self, map: &PartitionMap, partition: usize) -> bool {
        self.coming > 0 && mask(map.owners(partition, self.replication_factor)) & !self.whole[partition] != 0
    }

    /// How many have not come to a node, and are to come from it.
    pub fn coming_to_and_from(&self, map: &PartitionMap, node: usize) -> (u64, u64) {
        if self.coming == 0 {
            return (0, 0);
        }
        let (mut to, mut from) = (0, 0);
        for partition in 0..PARTITIONS {
            let missing = mask(map.owners(partition, self.replication_factor)) & !self.whole[partition];
            to += u64::from(missing >> node & 1);
            if missing != 0 && self.working_master(map, partition) == Some(node) {
                from += u64::from(missing.count_ones());
            }
        }
        (to, from)
    }

    /// The next copy of a partition has come, the master's first. False if all of them were there.
    pub fn arrive(&mut self, map: &PartitionMap, partition: usize) -> bool {
        let owners = map.owners(partition, self.replication_factor);
        let whole = &mut self.whole[partition];
        let Some(next) = owners.iter().find(|&&owner| *whole >> owner & 1 == 0) else { return false };
        *whole |= 1 << next;
        self.coming -= 1;
        if *whole & mask(owners) == mask(owners) {
            *whole = mask(owners);
        }
        true
    }

    /// What a node is to a partition just now: 0 = it does what the master does, else which replica. None if others are
    /// to be asked.
    #[inline]
    pub fn role(&self, map: &PartitionMap, partition: usize, node: usize) -> Option<usize> {
        let role = map.role(partition, node, self.replication_factor);
        if self.coming == 0 {
            return role;
        }
        if self.working_master(map, partition) == Some(node) {
            return Some(0);
        }
        role.filter(|_| self.is_whole(partition, node))
    }

    /// The partitions of which a node claims the given replica: bit p is `0x80 >> (p & 7)` of byte p / 8.
    pub fn bitmap(&self, map: &PartitionMap, node: usize, replica: usize) -> [u8; BITMAP] {
        let mut bits = [0; BITMAP];
        for partition in 0..PARTITIONS {
            if self.claims(map, partition, node) >> replica & 1 != 0 {
                bits[partition / 8] |= 0x80 >> (partition % 8);
            }
        }
        bits
    }

    /// Bit n: the node claims replica n of the partition.
    pub fn claims(&self, map: &PartitionMap, partition: usize, node: usize) -> u32 {
        let owners = map.owners(partition, self.replication_factor).iter().map(|&owner| usize::from(owner)).enumerate();
        if self.working_master(map, partition) == Some(node) {
            let own = owners.filter(|&(_, owner)| owner == node || !self.is_whole(partition, owner));
            return own.fold(1, |bits, (replica, _)| bits | 1 << replica);
        }
        let own = owners.filter(|&(_, owner)| owner == node && self.is_whole(partition, owner));
        own.fold(0, |bits, (replica, _)| bits | 1 << replica)
    }

    fn is_whole(&self, partition: usize, node: usize) -> bool {
        self.whole[partition] >> node & 1 != 0
    }

    /// The first node, in the order of succession, that is whole.
    fn working_master(&self, map: &PartitionMap, partition: usize) -> Option<usize> {
        map.order(partition).iter().map(|&node| usize::from(node)).find(|&node| self.is_whole(partition, node))
    }
}

fn mask(nodes: &[u8]) -> u32 {
    nodes.iter().fold(0, |mask, node| mask | 1 << node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition_map::Member;

    fn map(nodes: &[usize], leaving: Option<usize>) -> PartitionMap {
        let member =
            |&index: &usize| Member { index, id: 0xA1 + index as u64, rack: 0, leaves: leaving == Some(index) };
        PartitionMap::new(&nodes.iter().map(member).collect::<Vec<_>>())
    }

    /// Copies of a cluster that was `before` and is `after`, with everything still to come.
    fn moving(before: &PartitionMap, after: &PartitionMap, replication_factor: usize) -> Copies {
        let mut copies = Copies::new(replication_factor);
        copies.follow(before, true);
        copies.follow(after, false);
        copies
    }

    /// Each replica of each partition is claimed by exactly one node.
    fn check_claims(copies: &Copies, map: &PartitionMap, nodes: &[usize]) {
        for partition in 0..PARTITIONS {
            let claims: Vec<u32> = nodes.iter().map(|&node| copies.claims(map, partition, node)).collect();
            let all = (1 << map.replicas(copies.replication_factor)) - 1;
            assert_eq!(claims.iter().fold(0, |all, claims| all | claims), all);
            assert_eq!(claims.iter().map(|claims| claims.count_ones()).sum::<u32>(), all.count_ones());
        }
    }

    fn let_all_come(copies: &mut Copies, map: &PartitionMap) {
        (0..PARTITIONS).for_each(|partition| while copies.arrive(map, partition) {});
        assert_eq!(copies.coming(), 0);
    }

    #[test]
    fn at_once_everyone_has_what_the_map_says() {
        let map = map(&[0, 1, 2], None);
        let mut copies = Copies::new(2);
        copies.follow(&map, true);
        assert_eq!(copies.coming(), 0);
        for partition in 0..PARTITIONS {
            for node in 0..3 {
                let role = map.role(partition, node, 2);
                assert_eq!(copies.role(&map, partition, node), role);
                assert_eq!(copies.claims(&map, partition, node), role.map_or(0, |replica| 1 << replica));
            }
        }
    }

    #[test]
    fn a_node_that_joins_is_asked_for_nothing_until_its_copies_have_come() {
        for replication_factor in 1..=3 {
            let (before, after) = (map(&[0, 1], None), map(&[0, 1, 2], None));
            let mut copies = moving(&before, &after, replication_factor);
            check_claims(&copies, &after, &[0, 1, 2]);
            for partition in 0..PARTITIONS {
                assert_eq!((copies.role(&after, partition, 2), copies.claims(&after, partition, 2)), (None, 0));
            }
            let (to, from): (u64, u64) = copies.coming_to_and_from(&after, 2);
            assert!(to > 1000 && from == 0);
            let partition = (0..PARTITIONS).find(|&partition| after.role(partition, 2, 1).is_some()).unwrap();
            assert!(copies.arrive(&after, partition));
            assert_eq!(copies.role(&after, partition, 2), Some(0), "the master is the first whose copy comes");
            let_all_come(&mut copies, &after);
            check_claims(&copies, &after, &[0, 1, 2]);
        }
    }

    #[test]
    fn a_node_that_leaves_goes_on_until_the_others_have_all() {
        let (before, after) = (map(&[0, 1, 2], None), map(&[0, 1, 2], Some(0)));
        let mut copies = moving(&before, &after, 1);
        check_claims(&copies, &after, &[0, 1, 2]);
        let own: Vec<usize> = (0..PARTITIONS).filter(|&partition| before.role(partition, 0, 1).is_some()).collect();
        assert!(own.iter().all(|&partition| copies.role(&after, partition, 0) == Some(0)));
        let_all_come(&mut copies, &after);
        assert!((0..PARTITIONS).all(|partition| copies.role(&after, partition, 0).is_none()));
    }

    #[test]
    fn what_nobody_alive_has_is_not_waited_for() {
        let (before, after) = (map(&[0, 1], None), map(&[1], None));
        let copies = moving(&before, &after, 1);
        assert_eq!(copies.coming(), 0);
        check_claims(&copies, &after, &[1]);
    }
}
