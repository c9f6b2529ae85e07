//! A namespace: its records, partition by partition, and what is counted about them.

use super::expiry;
use super::record::{self, Digest, Record};
use super::sets::{SetId, Sets};
use super::transactions::Transactions;
use crate::config::NamespaceConfig;
use crate::expression::Subject;
use crate::index::Indexes;
use aerospike_sansio::key;
use aerospike_sansio::limits::limit;
use std::collections::btree_map::{BTreeMap, Entry};
use std::ops::Bound;

#[derive(Debug)]
pub struct Namespace {
    pub config: NamespaceConfig,
    pub sets: Sets,
    pub indexes: Indexes,
    /// Records last written before this are gone (Unix milliseconds, 0 = not truncated).
    pub truncated_ms: u64,
    pub expired_objects: u64,
    pub transactions: Transactions,
    /// Sorted by digest within a partition: the order in which a query goes through it. What a transaction has written
    /// is not among them before it is committed.
    partitions: Vec<BTreeMap<Digest, Record>>,
    /// What was deleted durably.
    tombstones: BTreeMap<Digest, Record>,
    objects: u64,
    data_bytes: u64,
    memory: u64,
    /// The next partition that `sweep` looks at.
    swept: usize,
    swept_ms: u64,
}

/// Records take a multiple of this on the real server's storage.
const BLOCK: usize = 16;
/// The real server's mark at the end of what it stores.
pub const END_MARK: usize = 4;

impl Namespace {
    pub fn new(config: NamespaceConfig) -> Namespace {
        Namespace {
            config,
            sets: Sets::default(),
            indexes: Indexes::default(),
            truncated_ms: 0,
            expired_objects: 0,
            transactions: Transactions::default(),
            partitions: vec![BTreeMap::new(); limit::PARTITIONS],
            tombstones: BTreeMap::new(),
            objects: 0,
            data_bytes: 0,
            memory: 0,
            swept: 0,
            swept_ms: 0,
        }
    }

    #[inline]
    pub fn get(&self, digest: &Digest) -> Option<&Record> {
        self.partition(digest).get(digest)
    }

    #[inline]
    pub fn get_mut(&mut self, digest: &Digest) -> Option<&mut Record> {
        self.partitions[usize::from(key::partition(digest))].get_mut(digest)
    }

    /// The record or its tombstone.
    #[inline]
    pub fn stored(&self, digest: &Digest) -> Option<&Record> {
        self.get(digest).or_else(|| self.tombstones.get(digest))
    }

    /// Stores a record, or a tombstone, in place of what is there.
    pub fn put(&mut self, digest: Digest, record: Record) {
        if let Some(buried) = self.tombstones.remove(&digest) {
            self.memory = self.memory.saturating_sub(buried.memory() as u64);
        }
        if record.tombstone {
            self.remove(&digest);
            self.memory += record.memory() as u64;
            self.tombstones.insert(digest, record);
            return;
        }
        self.count(&record, true);
        if let Some(old) = self.partitions[usize::from(key::partition(&digest))].insert(digest, record) {
            self.count(&old, false);
        }
    }

    pub fn remove(&mut self, digest: &Digest) -> Option<Record> {
        let record = self.partitions[usize::from(key::partition(digest))].remove(digest)?;
        self.count(&record, false);
        Some(record)
    }

    /// Expired or truncated: no command sees it, though it may still be there.
    #[inline]
    pub fn is_doomed(&self, record: &Record, now_ms: u64) -> bool {
        expiry::is_expired(record.void_time, now_ms) || record.last_update_ms < self.truncation(record.set)
    }

    /// Bytes that a record takes on the real server's storage.
    pub fn stored_size(&self, record: &Record) -> usize {
        (record.flat_size(self.sets.name(record.set)) + END_MARK).next_multiple_of(BLOCK)
    }

    /// A record as expressions see it.
    pub fn subject<'a>(&'a self, digest: &'a Digest, record: &'a Record, now_ms: u64) -> Subject<'a> {
        let (set_name, stored_size) = (self.sets.name(record.set), self.stored_size(record));
        Subject { digest, set_name, record, bins: &record.bins, stored_size, now_ms }
    }

    /// The generation after this one.
    pub fn next_generation(&self, generation: u16) -> u16 {
        record::next_generation(generation, self.config.strong_consistency)
    }

    pub fn objects(&self) -> u64 {
        self.objects
    }

    /// How many tombstones there are, of one set or of all.
    pub fn tombstones(&self, set: Option<SetId>) -> u64 {
        self.tombstones.values().filter(|record| set.is_none_or(|set| record.set == set)).count() as u64
    }

    /// Bytes that the records would take on the real server's storage.
    pub fn data_bytes(&self) -> u64 {
        self.data_bytes
    }

    /// Too much is stored: writes are refused until records are deleted.
    pub fn stop_writes(&self) -> bool {
        self.memory() >= self.config.data_size
    }

    /// Bytes of memory that the records take, about.
    pub fn memory(&self) -> u64 {
        self.memory + self.transactions.memory()
    }

    /// The records of a partition, those behind a digest if one is given.
    pub fn records(&self, partition: u16, after: Option<Digest>) -> impl Iterator<Item = (&Digest, &Record)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.partitions[usize::from(partition)].range((start, Bound::Unbounded))
    }

    /// How many records each partition has.
    pub fn partition_objects(&self) -> impl Iterator<Item = u64> + '_ {
        self.partitions.iter().map(|partition| partition.len() as u64)
    }

    /// Removes what is gone, partition after partition, all of them once in an nsup period. A namespace without one
    /// keeps what has expired, invisible, as the real server does.
    pub fn sweep(&mut self, now_ms: u64) {
        let period_ms = u64::from(self.config.nsup_period) * 1000;
        let waited = now_ms.saturating_sub(self.swept_ms);
        if period_ms == 0 || (self.swept_ms == 0 && self.objects == 0) {
            self.swept_ms = now_ms;
            return;
        }
        let due = (waited.min(period_ms) * limit::PARTITIONS as u64 / period_ms) as usize;
        if due == 0 {
            return;
        }
        self.swept_ms = now_ms;
        for _ in 0..due {
            self.sweep_partition(self.swept, now_ms);
            self.swept = (self.swept + 1) % limit::PARTITIONS;
            if self.swept == 0 {
                self.raid_tombs(now_ms);
            }
        }
    }

    /// Removes all that is gone at once, as after a truncation.
    pub fn sweep_all(&mut self, now_ms: u64) {
        (0..limit::PARTITIONS).for_each(|id| self.sweep_partition(id, now_ms));
        self.raid_tombs(now_ms);
    }

    /// Removes tombstones that are a day old, the server's tomb-raider-eligible-age, or truncated.
    fn raid_tombs(&mut self, now_ms: u64) {
        const ELIGIBLE_MS: u64 = 24 * 60 * 60 * 1000;
        let old = |record: &Record| {
            record.last_update_ms + ELIGIBLE_MS <= now_ms || record.last_update_ms < self.truncation(record.set)
        };
        let raided: Vec<Digest> =
            self.tombstones.iter().filter(|(_, record)| old(record)).map(|(digest, _)| *digest).collect();
        for digest in raided {
            if let Some(record) = self.tombstones.remove(&digest) {
                self.memory = self.memory.saturating_sub(record.memory() as u64);
            }
        }
    }

    fn sweep_partition(&mut self, id: usize, now_ms: u64) {
        let doomed: Vec<Digest> =
            self.partitions[id].iter().filter(|(_, r)| self.is_doomed(r, now_ms)).map(|(digest, _)| *digest).collect();
        for digest in doomed {
            if let Entry::Occupied(entry) = self.partitions[id].entry(digest) {
                let record = entry.remove();
                self.count(&record, false);
                self.expired_objects += u64::from(expiry::is_expired(record.void_time, now_ms));
            }
        }
    }

    fn truncation(&self, set: SetId) -> u64 {
        self.sets.get(set).map_or(0, |set| set.truncated_ms).max(self.truncated_ms)
    }

    fn partition(&self, digest: &Digest) -> &BTreeMap<Digest, Record> {
        &self.partitions[usize::from(key::partition(digest))]
    }

    /// Adds a record to what is counted, or takes it away.
    fn count(&mut self, record: &Record, added: bool) {
        let change = |number: &mut u64, by: usize| {
            let by = by as u64;
            *number = if added { *number + by } else { number.saturating_sub(by) };
        };
        let bytes = self.stored_size(record);
        change(&mut self.objects, 1);
        change(&mut self.data_bytes, bytes);
        change(&mut self.memory, record.memory());
        if let Some(set) = self.sets.get_mut(record.set) {
            change(&mut set.objects, 1);
            change(&mut set.data_bytes, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Bin, BinName, Particle};
    use aerospike_sansio::proto::EPOCH_SECONDS;

    const NOW: u64 = (EPOCH_SECONDS + 1000) * 1000;

    fn record(void_time: u32) -> Record {
        let bin = Bin { name: BinName::new(b"a").unwrap(), particle: Particle::Integer(1) };
        Record { generation: 1, void_time, last_update_ms: NOW, bins: vec![bin], ..Record::default() }
    }

    fn digest(n: u16) -> Digest {
        let mut digest = [0; 20];
        digest[..2].copy_from_slice(&n.to_le_bytes());
        digest
    }

    #[test]
    fn counts_what_it_holds() {
        let mut namespace = Namespace::new(NamespaceConfig::named("test"));
        namespace.put(digest(1), record(0));
        namespace.put(digest(1), record(0));
        namespace.put(digest(2), record(0));
        assert_eq!((namespace.objects(), namespace.data_bytes()), (2, 96));
        assert!(namespace.remove(&digest(1)).is_some());
        assert!(namespace.remove(&digest(1)).is_none());
        assert_eq!((namespace.objects(), namespace.data_bytes()), (1, 48));
    }

    #[test]
    fn sweeps_every_partition_once_a_period() {
        let mut namespace = Namespace::new(NamespaceConfig { nsup_period: 10, ..NamespaceConfig::named("test") });
        namespace.sweep(NOW);
        for n in 0..4096 {
            namespace.put(digest(n), record(if n % 2 == 0 { 1001 } else { 0 }));
        }
        namespace.sweep(NOW + 5_000);
        assert_eq!(namespace.objects(), 4096 - 1024);
        namespace.sweep(NOW + 10_000);
        assert_eq!((namespace.objects(), namespace.expired_objects), (2048, 2048));
    }
}
