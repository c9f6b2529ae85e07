//! Commands as a shell writes them: numbers in the engine's command region.

use crate::ledger::Ask;
use aerospike_devserver::store::{self, Particle};
use aerospike_devserver::Cluster;
use aerospike_sansio::abi::{command_kind, command_word as word, tag, NONE};
use aerospike_sansio::client::Engine;
use aerospike_sansio::command::{self, ops::list_op_kind};
use aerospike_sansio::names::NameKind;
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::Refused;

/// The limits that a caller sets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    pub total_timeout: u32,
    pub socket_timeout: u32,
    pub max_retries: u32,
    pub sleep: u32,
    pub timeout_delay: u32,
    pub replica: u32,
}

pub const NAMESPACE: &str = "test";

/// Set and user key of what a command is about.
fn place(ask: Ask) -> (&'static str, i64) {
    match ask {
        Ask::Append { log, .. } | Ask::ReadLog { log } => ("log", log as i64),
        Ask::Put { register, .. } | Ask::Remove { register, .. } | Ask::ReadRegister { register } => {
            ("register", register as i64)
        }
        Ask::Add { counter } | Ask::ReadCounter { counter } => ("counter", counter as i64),
    }
}

/// A command being written: the words of its block, and slots.
struct Writer<'a> {
    engine: &'a mut Engine,
    words: [u32; word::LENGTH],
    slots: Vec<Slot>,
}

impl Writer<'_> {
    fn new<'a>(engine: &'a mut Engine, set: &str, policy: &Policy) -> Writer<'a> {
        let mut words = [0; word::LENGTH];
        words[word::NAMESPACE] = engine.names.intern(NameKind::Namespace, NAMESPACE.as_bytes()).expect("a name");
        words[word::SET] = engine.names.intern(NameKind::Set, set.as_bytes()).expect("a name");
        words[word::TOTAL_TIMEOUT] = policy.total_timeout;
        words[word::SOCKET_TIMEOUT] = policy.socket_timeout;
        words[word::MAX_RETRIES] = policy.max_retries;
        words[word::SLEEP] = policy.sleep;
        words[word::TIMEOUT_DELAY] = policy.timeout_delay;
        words[word::FLAGS] = policy.replica << aerospike_sansio::abi::policy_flag::REPLICA_SHIFT;
        words[word::SLEEP_MULTIPLIER + 1] = (1.0f64.to_bits() >> 32) as u32;
        Writer { engine, words, slots: vec![] }
    }

    fn bin(&mut self, name: &str) -> u32 {
        self.engine.names.intern(NameKind::Bin, name.as_bytes()).expect("a name")
    }

    fn int(&mut self, bin: &str, value: i64) {
        let bin = self.bin(bin);
        self.slots.push(Slot::int(bin, value));
        self.words[word::ITEMS] += 1;
    }

    fn op(&mut self, kind: u32, bin: &str, arguments: &[Slot]) {
        let bin = self.bin(bin);
        self.slots.push(Slot::new(tag::OP | kind << 8, bin, arguments.len() as u32, 0));
        self.slots.extend_from_slice(arguments);
        self.words[word::ITEMS] += 1;
    }

    /// The kind and the items of a command on one record.
    fn ask(&mut self, ask: Ask) {
        self.words[word::KIND] = match ask {
            Ask::Append { number, .. } => {
                self.op(list_op_kind::APPEND, "list", &[Slot::int(NONE, number)]);
                command_kind::OPERATE
            }
            Ask::Put { register, number } => {
                self.int("key", register as i64);
                self.int("number", number);
                command_kind::PUT
            }
            Ask::Add { .. } => {
                self.int("number", 1);
                command_kind::ADD
            }
            Ask::Remove { .. } => command_kind::REMOVE,
            Ask::ReadLog { .. } | Ask::ReadRegister { .. } | Ask::ReadCounter { .. } => command_kind::GET,
        };
    }

    fn region(mut self) -> Vec<Slot> {
        self.words[word::SLOTS] = self.slots.len() as u32;
        let mut region: Vec<Slot> =
            self.words.chunks(4).map(|four| Slot::new(four[0], four[1], four[2], four[3])).collect();
        region.append(&mut self.slots);
        region
    }
}

fn submit(engine: &mut Engine, region: &[Slot]) -> Result<u32, Refused> {
    if engine.command.len() < region.len() {
        engine.command.resize(region.len(), Slot::default());
    }
    engine.command[..region.len()].copy_from_slice(region);
    engine.submit()
}

/// A command on one record.
pub fn single(engine: &mut Engine, ask: Ask, policy: &Policy) -> Result<u32, Refused> {
    let (set, key) = place(ask);
    let mut writer = Writer::new(engine, set, policy);
    writer.words[word::KEY_TYPE] = 1;
    writer.words[word::KEY_A] = key as u32;
    writer.words[word::KEY_B] = (key >> 32) as u32;
    writer.ask(ask);
    let region = writer.region();
    submit(engine, &region)
}

/// Commands on many records; row i is `rows[i]`.
pub fn batch(engine: &mut Engine, rows: &[Ask], policy: &Policy) -> Result<u32, Refused> {
    let mut outer = Writer::new(engine, "log", policy);
    outer.words[word::KIND] = command_kind::BATCH;
    outer.words[word::SET] = NONE;
    outer.words[word::ITEMS] = rows.len() as u32;
    outer.words[word::KEYS] = rows.len() as u32;
    outer.words[word::BATCH_FLAGS] = 5;
    let mut region = outer.region();
    // The outer block has no slots of its own.
    for (row, &ask) in rows.iter().enumerate() {
        let (set, key) = place(ask);
        let mut group = Writer::new(engine, set, &Policy::default());
        group.ask(ask);
        group.words[word::KEYS] = 1;
        region.append(&mut group.region());
        region.push(Slot::new(tag::KEY | 1 << 8, row as u32, key as u32, (key >> 32) as u32));
    }
    submit(engine, &region)
}

/// Every record of a set.
pub fn query(engine: &mut Engine, set: &str, policy: &Policy) -> Result<u32, Refused> {
    let mut writer = Writer::new(engine, set, policy);
    writer.words[word::KIND] = command_kind::QUERY;
    let region = writer.region();
    submit(engine, &region)
}

/// The request that writes record `number` of the set that nobody changes.
pub fn stable_record(engine: &mut Engine, number: i64) -> Vec<u8> {
    let mut writer = Writer::new(engine, "stable", &Policy::default());
    writer.words[word::KIND] = command_kind::PUT;
    writer.words[word::KEY_TYPE] = 1;
    writer.words[word::KEY_A] = number as u32;
    writer.words[word::KEY_B] = (number >> 32) as u32;
    writer.int("key", number);
    let region = writer.region();
    let block = command::read(&region).expect("a command");
    let mut request = vec![];
    command::encode(&block, &region[command::BLOCK_SLOTS..], &engine.data, &engine.names, &mut request)
        .expect("a command that is right");
    request
}

/// The number in a record as the store has it; 0 if it is not there.
pub fn stored_number(cluster: &Cluster, digest: &[u8; 20]) -> i64 {
    let namespace = cluster.namespaces().iter().find(|namespace| namespace.config.name == NAMESPACE);
    let record = namespace.and_then(|namespace| namespace.get(digest));
    match record.and_then(|record| store::record::find(&record.bins, b"number")).map(|bin| &bin.particle) {
        Some(Particle::Integer(value)) => *value,
        _ => 0,
    }
}
