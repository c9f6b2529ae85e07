//! What Enterprise Edition has beside Community Edition, in raw requests: durable deletes, strong consistency,
//! transactions, racks. What is expected of transactions is what the official clients' tests expect of a real server.

use aerospike_devserver::{Cluster, Config};
use aerospike_sansio::key::{digest, UserKey};
use aerospike_sansio::proto::{code, field, info1, info2, info3, info4, op, particle};
use aerospike_sansio::value::{msgpack, Value};
use aerospike_sansio::wire::{message, Header};
use std::collections::BTreeMap;

const NOW: u64 = 1_795_000_000_000;
/// Seconds from 1970 to 2010.
const EPOCH: u64 = 1_262_304_000;
const READ: u8 = info1::READ | info1::GET_ALL;
const DURABLE: u8 = info2::WRITE | info2::DELETE | info2::DURABLE_DELETE;
const SC: &str = r#"{"edition": "enterprise", "namespaces": {"test": {"strongConsistency": true}}}"#;

struct Server {
    cluster: Cluster,
    now_ms: u64,
}

#[derive(Clone)]
struct Ask {
    header: Header,
    set: &'static [u8],
    key: i64,
    fields: Vec<(u8, Vec<u8>)>,
    ops: Vec<(u8, &'static [u8], u8, Vec<u8>)>,
}

#[derive(Debug)]
struct Told {
    code: i32,
    generation: u32,
    fields: BTreeMap<u8, Vec<u8>>,
    /// The values of the ops, without their particle types.
    values: Vec<Vec<u8>>,
}

impl Told {
    fn version(&self) -> Option<&Vec<u8>> {
        self.fields.get(&field::RECORD_VERSION)
    }

    fn int(&self) -> i64 {
        assert_eq!(self.code, code::OK);
        i64::from_be_bytes(self.values[0][..].try_into().unwrap())
    }
}

fn ask(info1: u8, info2: u8, key: i64) -> Ask {
    Ask { header: Header { info1, info2, ..Header::default() }, set: b"set", key, fields: Vec::new(), ops: Vec::new() }
}

fn get(key: i64) -> Ask {
    ask(READ, 0, key)
}

fn put(key: i64, value: i64) -> Ask {
    ask(0, info2::WRITE, key).op(op::WRITE, b"a", particle::INTEGER, &value.to_be_bytes())
}

fn delete(key: i64) -> Ask {
    ask(0, DURABLE, key)
}

impl Ask {
    fn op(mut self, code: u8, name: &'static [u8], particle_type: u8, value: &[u8]) -> Ask {
        self.ops.push((code, name, particle_type, value.to_vec()));
        self
    }

    fn field(mut self, id: u8, data: &[u8]) -> Ask {
        self.fields.push((id, data.to_vec()));
        self
    }

    /// As part of a transaction; a write has to tell its deadline.
    fn within(self, txn: Txn) -> Ask {
        let ask = self.field(field::MRT_ID, &txn.id.to_le_bytes());
        if ask.header.info2 & info2::WRITE == 0 {
            return ask;
        }
        ask.field(field::MRT_DEADLINE, &txn.deadline.to_le_bytes())
    }

    fn version(self, version: &[u8]) -> Ask {
        self.field(field::RECORD_VERSION, version)
    }

    fn header(mut self, change: impl Fn(&mut Header)) -> Ask {
        change(&mut self.header);
        self
    }

    fn digest(&self) -> [u8; 20] {
        digest(std::str::from_utf8(self.set).unwrap().as_bytes(), &UserKey::Int(self.key))
    }

    fn body(&self, out: &mut Vec<u8>) {
        self.fields.iter().for_each(|(id, data)| message::field(out, *id, data));
        for (code, name, particle_type, value) in &self.ops {
            let value = |out: &mut Vec<u8>| {
                out.extend_from_slice(value);
                Ok::<_, ()>(*particle_type)
            };
            message::op(out, *code, name, value).unwrap();
        }
    }

    fn frame(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let start = message::begin_message(&mut out);
        message::field(&mut out, field::NAMESPACE, b"test");
        message::field(&mut out, field::SET, self.set);
        message::field(&mut out, field::DIGEST, &self.digest());
        self.body(&mut out);
        let header = Header { fields: self.fields.len() as u16 + 3, ops: self.ops.len() as u16, ..self.header };
        message::end_message(&mut out, start, &header);
        out
    }

    /// As a row of a batch.
    fn row(&self, index: u32) -> Vec<u8> {
        let Header { info1, info2, info3, info4, .. } = self.header;
        let counts = [self.fields.len() as u16 + 2, self.ops.len() as u16].map(u16::to_be_bytes).concat();
        let mut out = [&index.to_be_bytes()[..], &self.digest(), &[0x12, info1, info2, info3, info4], &counts].concat();
        message::field(&mut out, field::NAMESPACE, b"test");
        message::field(&mut out, field::SET, self.set);
        self.body(&mut out);
        out
    }
}

#[derive(Clone, Copy)]
struct Txn {
    id: u64,
    deadline: u32,
}

/// Names records in the transaction's monitor; the first time with its id.
fn monitor(id: u64, start: bool, keys: &[i64]) -> Ask {
    let mut monitor = ask(0, info2::WRITE, id as i64);
    monitor.set = b"<ERO~MRT";
    if start {
        monitor = monitor.op(op::WRITE, b"id", particle::INTEGER, &id.to_be_bytes());
    }
    let digests = keys.iter().map(|&key| Value::Blob(get(key).digest().to_vec())).collect();
    let call = [Value::Int(2), Value::List { items: digests, ordered: false }, Value::Int(1), Value::Int(13)];
    let mut packed = Vec::new();
    msgpack::write(&Value::List { items: call.to_vec(), ordered: false }, &mut packed);
    monitor.op(op::CDT_MODIFY, b"keyds", particle::BLOB, &packed)
}

fn commit(id: u64) -> Ask {
    let mut monitor = ask(0, info2::WRITE, id as i64).op(op::WRITE, b"fwd", particle::BOOL, &[1]);
    monitor.set = b"<ERO~MRT";
    monitor
}

fn end(id: u64) -> Ask {
    Ask { set: b"<ERO~MRT", ..delete(id as i64) }
}

fn verify(key: i64, version: &[u8]) -> Ask {
    let header = |header: &mut Header| {
        (header.info3, header.info4) = (info3::SC_READ_TYPE, info4::MRT_VERIFY_READ);
    };
    ask(info1::READ | info1::GET_NO_BINS, 0, key).header(header).version(version)
}

fn roll(key: i64, txn: Txn, bits: u8) -> Ask {
    let ask = ask(0, info2::WRITE | info2::DURABLE_DELETE, key);
    ask.header(|header| header.info4 = bits).field(field::MRT_ID, &txn.id.to_le_bytes())
}

impl Server {
    fn new(options: &str) -> Server {
        Server { cluster: Cluster::new(Config::parse(options).unwrap(), 1), now_ms: NOW }
    }

    fn send(&mut self, frame: &[u8]) -> Vec<u8> {
        let conn = self.cluster.connect(0).unwrap();
        let mut out = Vec::new();
        self.cluster.received(conn, frame, self.now_ms, &mut out);
        self.cluster.disconnected(conn);
        out
    }

    fn ask(&mut self, ask: Ask) -> Told {
        let answer = self.send(&ask.frame());
        told(&answer[8..]).0
    }

    fn code(&mut self, request: Ask) -> i32 {
        self.ask(request).code
    }

    fn batch(&mut self, asks: &[Ask]) -> Vec<Told> {
        let rows: Vec<u8> = asks.iter().enumerate().flat_map(|(index, ask)| ask.row(index as u32)).collect();
        let mut frame = Vec::new();
        let start = message::begin_message(&mut frame);
        message::field(&mut frame, field::BATCH, &[&(asks.len() as u32).to_be_bytes()[..], &[4], &rows].concat());
        message::end_message(&mut frame, start, &Header { info1: info1::BATCH, fields: 1, ..Header::default() });
        let answer = self.send(&frame);
        let (mut at, mut all) = (8, Vec::new());
        while all.len() < asks.len() {
            let (told, length) = told(&answer[at..]);
            all.push(told);
            at += length;
        }
        all
    }

    fn info(&mut self, text: &str) -> String {
        let frame = [&[2, 1, 0, 0, 0, 0, 0, text.len() as u8], text.as_bytes()].concat();
        let answer = String::from_utf8(self.send(&frame).split_off(8)).unwrap();
        answer.trim_end_matches('\n').split_once('\t').unwrap().1.into()
    }

    /// Starts a transaction that is to write the given records.
    fn start(&mut self, id: u64, keys: &[i64]) -> Txn {
        let told = self.ask(monitor(id, true, keys));
        assert_eq!(told.code, code::OK);
        let deadline = u32::from_le_bytes(told.fields[&field::MRT_DEADLINE][..].try_into().unwrap());
        Txn { id, deadline }
    }
}

/// The first message of `bytes`, and how long it is.
fn told(bytes: &[u8]) -> (Told, usize) {
    let (header, _) = Header::read(bytes).unwrap();
    let (message, length) = aerospike_devserver::request::Request::after(header, &bytes[22..]).unwrap();
    let told = Told {
        code: header.code.into(),
        generation: header.generation,
        fields: message.fields().map(|(id, data)| (id, data.to_vec())).collect(),
        values: message.ops().map(|op| op.value.to_vec()).collect(),
    };
    (told, 22 + length)
}

#[test]
fn a_durable_delete_leaves_a_tombstone_and_the_generation_goes_on() {
    let mut server = Server::new(r#"{"edition": "enterprise"}"#);
    assert_eq!(server.code(delete(1)), code::RECORD_NOT_FOUND);
    server.code(put(1, 1));
    assert_eq!(server.ask(delete(1)).code, code::OK);
    assert_eq!(server.code(get(1)), code::RECORD_NOT_FOUND);
    assert_eq!(server.code(delete(1)), code::RECORD_NOT_FOUND, "what is deleted is not there");
    let touch = ask(0, info2::WRITE, 1).op(op::TOUCH, b"", 0, b"");
    assert_eq!(server.code(touch), code::RECORD_NOT_FOUND);
    assert!(server.info("namespace/test\n").contains(";objects=0;tombstones=1;"));
    assert!(server.info("sets/test/set\n").starts_with("objects=0:tombstones=1:"));
    let create = put(1, 2).header(|header| header.info2 |= info2::CREATE_ONLY);
    assert_eq!(server.ask(create).generation, 3);
    assert!(server.info("namespace/test\n").contains(";objects=1;tombstones=0;"));
    let remove = ask(0, info2::WRITE | info2::DURABLE_DELETE, 1).op(op::WRITE, b"a", particle::NULL, b"");
    assert_eq!(server.code(remove), code::OK);
    assert_eq!(server.ask(put(1, 3)).generation, 5, "removing the last bin leaves one too");
    let expunge = ask(0, info2::WRITE | info2::DELETE, 1);
    assert_eq!(server.code(expunge), code::OK);
    assert_eq!(server.ask(put(1, 4)).generation, 1, "a delete that is not durable leaves nothing");
}

#[test]
fn tombstones_are_removed_after_a_day() {
    let mut server = Server::new(r#"{"edition": "enterprise"}"#);
    server.code(put(1, 1));
    server.code(delete(1));
    server.now_ms += 24 * 3600 * 1000;
    server.cluster.expire(server.now_ms);
    server.now_ms += 3600 * 1000;
    server.cluster.expire(server.now_ms);
    server.now_ms += 3600 * 1000;
    server.cluster.expire(server.now_ms);
    assert!(server.info("namespace/test\n").contains(";tombstones=0;"));
}

#[test]
fn community_edition_refuses_all_of_it() {
    let mut server = Server::new("{}");
    let txn = Txn { id: 7, deadline: 0 };
    server.code(put(1, 1));
    for refused in [
        delete(1),
        get(1).within(txn),
        put(1, 2).within(txn),
        verify(1, &[0; 7]),
        roll(1, txn, info4::MRT_ROLL_FORWARD),
        roll(9, txn, info4::MRT_ROLL_BACK),
        get(1).header(|header| header.info3 = info3::SC_READ_TYPE),
        put(1, 2).field(field::MRT_ID, b""),
    ] {
        assert_eq!(server.code(refused.clone()), code::ENTERPRISE_ONLY, "{:?}", refused.header);
    }
    // As the recorded server does: a delete is not looked at, nor are bits without a meaning for the command.
    assert_eq!(server.code(put(1, 2).header(|header| header.info4 = info4::MRT_ON_LOCKING_ONLY)), code::OK);
    assert_eq!(server.code(put(1, 2).version(&[0; 7])), code::OK);
    let expunge = ask(0, info2::WRITE | info2::DELETE, 1);
    assert_eq!(server.code(expunge.within(txn).header(|header| header.info4 = info4::MRT_ROLL_BACK)), code::OK);
    assert_eq!(server.code(monitor(7, true, &[1])), code::OK, "a set like any other");
    assert_eq!(server.info("edition\n"), "Aerospike Community Edition");
    assert_eq!(server.info("rack-ids\n"), "ERROR:25:enterprise only");
}

#[test]
fn a_namespace_without_strong_consistency_has_no_transactions() {
    let mut server = Server::new(r#"{"edition": "enterprise"}"#);
    let txn = Txn { id: 7, deadline: u32::MAX };
    for refused in [
        monitor(7, true, &[1]),
        get(1).within(txn),
        put(1, 2).within(txn),
        delete(1).within(txn),
        verify(1, &[0; 7]),
        roll(1, txn, info4::MRT_ROLL_BACK),
        get(1).header(|header| header.info3 = info3::SC_READ_TYPE),
    ] {
        assert_eq!(server.code(refused), code::UNSUPPORTED_FEATURE);
    }
}

#[test]
fn strong_consistency_forbids_deletes_that_are_not_durable() {
    let expunge = ask(0, info2::WRITE | info2::DELETE, 1);
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    assert_eq!(server.code(expunge.clone()), code::FORBIDDEN);
    let remove = ask(0, info2::WRITE, 1).op(op::WRITE, b"a", particle::NULL, b"");
    assert_eq!(server.code(remove), code::FORBIDDEN);
    assert_eq!(server.ask(get(1)).generation, 1);
    let allowing = r#"{"edition": "enterprise", "namespaces":
        {"test": {"strongConsistency": true, "strongConsistencyAllowExpunge": true}}}"#;
    let mut server = Server::new(allowing);
    server.code(put(1, 1));
    let txn = server.start(7, &[1]);
    assert_eq!(server.code(expunge.clone().within(txn)), code::FORBIDDEN, "in a transaction it stays so");
    assert_eq!(server.code(expunge), code::OK);
}

#[test]
fn strong_consistency_shows_and_linearizes() {
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    for mode in [0, info3::SC_READ_TYPE, info3::SC_READ_RELAX, info3::SC_READ_TYPE | info3::SC_READ_RELAX] {
        assert_eq!(server.code(get(1).header(|header| header.info3 = mode)), code::OK);
    }
    let told = server.info("namespace/test\n");
    assert!(told.contains(";strong-consistency=true;strong-consistency-allow-expunge=false;"));
    assert!(told.contains(";mrt-duration=10;"));
    assert!(server.info("replicas\n").starts_with("test:1,1,"), "the regime is not 0");
    for n in 2..=1023 {
        assert_eq!(server.ask(put(1, n)).generation, n as u32);
    }
    assert_eq!(server.ask(put(1, 0)).generation, 1, "a generation has ten bits");
}

#[test]
fn a_transaction_writes_and_commits() {
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    let txn = server.start(7, &[1]);
    assert_eq!(u64::from(txn.deadline), NOW / 1000 - EPOCH + 10);
    let wrote = server.ask(put(1, 2).within(txn));
    assert_eq!((wrote.code, wrote.generation), (code::OK, 2));
    assert_eq!(wrote.version(), None, "what it has written it need not verify");
    let outside = server.ask(get(1));
    assert_eq!((outside.int(), outside.generation, outside.version()), (1, 1, None));
    let inside = server.ask(get(1).within(txn));
    assert_eq!((inside.int(), inside.generation, inside.version()), (2, 2, None));
    assert!(server.info("namespace/test\n").contains(";mrt_provisionals=1;"));

    let other = server.start(8, &[1]);
    assert_eq!(server.code(put(1, 3)), code::MRT_BLOCKED);
    assert_eq!(server.code(delete(1)), code::MRT_BLOCKED);
    assert_eq!(server.code(put(1, 3).within(other)), code::MRT_BLOCKED);
    assert_eq!(server.code(get(1).within(other)), code::MRT_BLOCKED);
    assert_eq!(server.code(roll(1, other, info4::MRT_ROLL_FORWARD)), code::OK, "which rolls nothing");
    assert_eq!(server.ask(get(1)).int(), 1);

    assert_eq!(server.ask(put(1, 4).within(txn)).generation, 3);
    let locking = put(1, 5).within(txn).header(|header| header.info4 = info4::MRT_ON_LOCKING_ONLY);
    assert_eq!(server.code(locking), code::MRT_ALREADY_LOCKED);
    assert_eq!(server.code(commit(7)), code::OK);
    assert_eq!(server.code(commit(7)), code::MRT_COMMITTED);
    assert_eq!(server.code(monitor(7, false, &[2])), code::MRT_COMMITTED);
    assert_eq!(server.code(roll(1, txn, info4::MRT_ROLL_FORWARD)), code::OK);
    assert_eq!(server.code(roll(1, txn, info4::MRT_ROLL_FORWARD)), code::OK, "twice is once");
    assert_eq!(server.code(end(7)), code::OK);
    let committed = server.ask(get(1));
    assert_eq!((committed.int(), committed.generation), (4, 4));
    assert_eq!(server.code(end(7)), code::RECORD_NOT_FOUND);
    assert_eq!(server.code(monitor(7, true, &[1])), code::MRT_EXPIRED, "an id is used once");
    assert_eq!(server.code(commit(99)), code::MRT_EXPIRED, "without a monitor");
}

#[test]
fn a_transaction_rolls_back_to_what_was_before() {
    let mut server = Server::new(SC);
    server.code(put(1, 1).header(|header| header.ttl = 1000));
    server.code(put(2, 1));
    let txn = server.start(7, &[1, 2, 3]);
    server.code(put(1, 2).within(txn));
    server.code(delete(2).within(txn));
    assert_eq!(server.ask(put(3, 2).within(txn)).generation, 1);
    assert_eq!(server.code(get(3)), code::RECORD_NOT_FOUND);
    assert_eq!(server.code(get(2).within(txn)), code::RECORD_NOT_FOUND);
    assert_eq!(server.code(delete(2).within(txn)), code::RECORD_NOT_FOUND);
    assert_eq!(server.ask(get(2)).int(), 1);
    for key in [1, 2, 3] {
        assert_eq!(server.code(roll(key, txn, info4::MRT_ROLL_BACK)), code::OK);
    }
    assert_eq!(server.code(end(7)), code::OK);
    let back = server.ask(get(1));
    assert_eq!((back.int(), back.generation), (1, 3), "as the C# and Go clients' tests expect");
    assert_eq!(server.ask(get(2)).int(), 1);
    assert_eq!(server.code(get(3)), code::RECORD_NOT_FOUND);
    assert!(server.info("namespace/test\n").contains(";mrt_provisionals=0;"));
}

#[test]
fn a_committed_delete_is_durable() {
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    let txn = server.start(7, &[1]);
    assert_eq!(server.code(delete(1).within(txn)), code::OK);
    assert_eq!(server.ask(put(1, 2).within(txn)).generation, 3, "and can be written again");
    assert_eq!(server.code(delete(1).within(txn)), code::OK);
    assert_eq!(server.code(commit(7)), code::OK);
    assert_eq!(server.code(roll(1, txn, info4::MRT_ROLL_FORWARD)), code::OK);
    assert_eq!(server.code(get(1)), code::RECORD_NOT_FOUND);
    assert_eq!(server.ask(put(1, 3)).generation, 6);
}

#[test]
fn a_transaction_verifies_what_it_has_read() {
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    let txn = Txn { id: 7, deadline: u32::MAX };
    let read = server.ask(get(1).within(txn));
    let version = read.version().unwrap().clone();
    assert_eq!(version[5..], [1, 0], "the generation, behind the last update");
    assert_eq!(server.ask(ask(info1::READ | info1::GET_NO_BINS, 0, 1).within(txn)).version(), Some(&version));
    let absent = server.ask(get(9).within(txn));
    assert_eq!((absent.code, absent.version()), (code::RECORD_NOT_FOUND, Some(&vec![0; 7])));
    assert_eq!(server.code(verify(1, &version)), code::OK);
    assert_eq!(server.code(verify(9, &[0; 7])), code::OK);
    assert_eq!(server.code(get(1).within(txn).version(&version)), code::OK);

    server.code(put(1, 2));
    server.code(put(9, 2));
    assert_eq!(server.code(verify(1, &version)), code::MRT_VERSION_MISMATCH);
    assert_eq!(server.code(verify(9, &[0; 7])), code::MRT_VERSION_MISMATCH);
    assert_eq!(server.code(get(1).within(txn).version(&version)), code::MRT_VERSION_MISMATCH);
    assert_eq!(server.code(put(1, 3).within(txn).version(&version)), code::MRT_VERSION_MISMATCH);
    assert_eq!(server.code(verify(1, &[0; 6])), code::PARAMETER);

    // One that another transaction has written since is another version too, and blocked without it.
    let version = server.ask(get(1).within(txn)).version().unwrap().clone();
    let other = server.start(8, &[1]);
    server.code(put(1, 4).within(other));
    assert_eq!(server.code(get(1).within(txn).version(&version)), code::MRT_VERSION_MISMATCH);
    assert_eq!(server.code(verify(1, &version)), code::MRT_VERSION_MISMATCH);
    assert_eq!(server.code(get(1).within(txn)), code::MRT_BLOCKED);
    assert!(server.info("namespace/test\n").contains(";fail_mrt_blocked=1;fail_mrt_version_mismatch=6;"));
}

#[test]
fn a_write_that_fails_in_a_transaction_tells_the_version_it_has_seen() {
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    let txn = server.start(7, &[1, 2]);
    let version = server.ask(get(1).within(txn)).version().cloned();
    let create = |key| put(key, 2).within(txn).header(|header| header.info2 |= info2::CREATE_ONLY);
    let failed = server.ask(create(1));
    assert_eq!((failed.code, failed.version().cloned()), (code::RECORD_EXISTS, version.clone()));
    let stale = put(1, 2).within(txn).header(|header| {
        header.info2 |= info2::GENERATION;
        header.generation = 9;
    });
    let failed = server.ask(stale);
    assert_eq!((failed.code, failed.version().cloned()), (code::RECORD_GENERATION, version));
    let failed = server.ask(delete(2).within(txn));
    assert_eq!((failed.code, failed.version()), (code::RECORD_NOT_FOUND, Some(&vec![0; 7])));
    assert_eq!(server.code(put(1, 3).within(txn)), code::OK);
    let failed = server.ask(create(1));
    assert_eq!((failed.code, failed.version()), (code::RECORD_EXISTS, None), "its own write it need not verify");
}

#[test]
fn operate_and_touch_are_part_of_a_transaction() {
    let mut server = Server::new(SC);
    server.code(put(1, 5).header(|header| header.ttl = 1000));
    let txn = server.start(7, &[1]);
    let add = ask(READ, info2::WRITE, 1)
        .op(op::INCR, b"a", particle::INTEGER, &2i64.to_be_bytes())
        .op(op::READ, b"", 0, b"")
        .within(txn);
    assert_eq!(server.ask(add.clone()).int(), 7);
    assert_eq!(server.ask(add).int(), 9, "on what the transaction has written");
    let touch = ask(0, info2::WRITE, 1).op(op::TOUCH, b"", 0, b"").within(txn);
    assert_eq!(server.ask(touch).generation, 4);
    server.code(commit(7));
    server.code(roll(1, txn, info4::MRT_ROLL_FORWARD));
    assert_eq!(server.ask(get(1)).int(), 9);
}

#[test]
fn rows_of_a_batch_are_part_of_a_transaction() {
    let mut server = Server::new(SC);
    for key in [1, 2] {
        server.code(put(key, 1));
    }
    let txn = server.start(7, &[1, 2, 3]);
    let codes = |told: Vec<Told>| told.iter().map(|told| told.code).collect::<Vec<_>>();
    let read = server.batch(&[get(1).within(txn), get(2)]);
    assert!(read[0].version().is_some() && read[1].version().is_none());
    assert_eq!(codes(server.batch(&[1, 2, 3].map(|key| put(key, 2).within(txn)))), [code::OK; 3]);
    assert_eq!(
        codes(server.batch(&[put(1, 3), get(2), get(3)])),
        [code::MRT_BLOCKED, code::OK, code::RECORD_NOT_FOUND]
    );
    let read = server.batch(&[1, 2, 3].map(|key| get(key).within(txn)));
    assert_eq!(read.iter().map(Told::int).collect::<Vec<_>>(), [2, 2, 2]);
    server.code(commit(7));
    let rolls = [1, 2, 3].map(|key| roll(key, txn, info4::MRT_ROLL_FORWARD));
    assert_eq!(codes(server.batch(&rolls)), [code::OK; 3]);
    assert_eq!(server.batch(&[get(1), get(3)]).iter().map(Told::int).collect::<Vec<_>>(), [2, 2]);
    let version = server.ask(get(1).within(txn)).version().unwrap().clone();
    let verified = server.batch(&[verify(1, &version), verify(2, &version), verify(9, &[0; 7])]);
    assert_eq!(codes(verified), [code::OK, code::OK, code::OK], "same instant, same generation");
}

#[test]
fn a_transaction_has_until_its_deadline() {
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    let told = server.ask(monitor(7, true, &[1]).header(|header| header.ttl = 2));
    let deadline = u32::from_le_bytes(told.fields[&field::MRT_DEADLINE][..].try_into().unwrap());
    let txn = Txn { id: 7, deadline };
    server.code(put(1, 2).within(txn));
    server.now_ms += 2_000;
    assert_eq!(server.code(put(1, 3).within(txn)), code::OK, "in time");
    assert_eq!(server.code(put(1, 4)), code::MRT_BLOCKED);
    server.now_ms += 1_000;
    assert_eq!(server.code(put(1, 5).within(txn)), code::MRT_EXPIRED);
    assert_eq!(server.code(monitor(7, false, &[2])), code::MRT_EXPIRED);
    assert_eq!(server.code(commit(7)), code::MRT_ABORTED);
    assert_eq!(server.ask(get(1)).int(), 1, "the server has rolled it back");
    assert_eq!(server.code(put(1, 6)), code::OK);
    server.now_ms += 9_000;
    assert_eq!(server.code(commit(7)), code::MRT_ABORTED);
    server.now_ms += 1_000;
    server.cluster.expire(server.now_ms);
    assert_eq!(server.code(commit(7)), code::MRT_EXPIRED, "the monitor is gone");
    assert_eq!(server.code(monitor(7, false, &[2])), code::MRT_EXPIRED);
    assert_eq!(server.code(roll(1, txn, info4::MRT_ROLL_BACK)), code::OK, "an abort after that is fine");
    assert_eq!(server.code(end(7)), code::RECORD_NOT_FOUND);
    assert!(server.info("namespace/test\n").contains(";mrt_monitors=0;"));
}

#[test]
fn a_client_can_still_end_what_the_server_has_aborted() {
    let mut server = Server::new(SC);
    let txn = server.start(7, &[1]);
    server.code(put(1, 2).within(txn));
    server.now_ms += 13_000;
    assert_eq!(server.code(monitor(7, false, &[2])), code::MRT_EXPIRED);
    assert_eq!(server.code(roll(1, txn, info4::MRT_ROLL_BACK)), code::OK);
    assert_eq!(server.code(end(7)), code::OK);
    assert_eq!(server.code(get(1)), code::RECORD_NOT_FOUND);
}

#[test]
fn a_committed_transaction_is_rolled_forward_by_the_server() {
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    let txn = server.start(7, &[1, 2]);
    server.code(put(1, 2).within(txn));
    server.code(put(2, 2).within(txn));
    server.code(commit(7));
    server.now_ms += 11_000;
    assert_eq!((server.ask(get(1)).int(), server.ask(get(2)).int()), (2, 2));
    assert_eq!(server.code(commit(7)), code::MRT_COMMITTED);
    // A record that the monitor does not name is not the server's business.
    let txn = server.start(8, &[1]);
    server.code(put(3, 2).within(txn));
    server.now_ms += 20_000;
    assert_eq!(server.code(put(3, 3)), code::MRT_BLOCKED);
}

#[test]
fn a_monitor_is_written_in_one_way() {
    let mut server = Server::new(SC);
    assert_eq!(server.code(monitor(7, false, &[1])), code::MRT_EXPIRED);
    assert_eq!(server.code(monitor(7, true, &[1]).header(|header| header.ttl = 121)), code::PARAMETER);
    server.start(7, &[1]);
    assert_eq!(server.code(monitor(7, true, &[2])), code::MRT_MONITOR_EXISTS);
    let again = server.ask(monitor(7, false, &[1, 2]));
    assert_eq!((again.code, again.fields.get(&field::MRT_DEADLINE)), (code::OK, None));
    assert_eq!(server.code(Ask { set: b"<ERO~MRT", ..put(7, 1) }), code::FORBIDDEN);
    let txn = Txn { id: 9, deadline: u32::MAX };
    assert_eq!(server.code(monitor(8, true, &[1]).within(txn)), code::PARAMETER);
    let keys: Vec<i64> = (0..4096).collect();
    assert_eq!(server.code(monitor(10, true, &keys)), code::OK);
    assert_eq!(server.code(monitor(10, false, &keys)), code::OK, "each counts once");
    assert_eq!(server.code(monitor(10, false, &[5000])), code::MRT_TOO_MANY_WRITES);
    assert_eq!(server.code(put(1, 1).field(field::MRT_ID, &9u64.to_le_bytes())), code::PARAMETER, "no deadline");
    assert_eq!(server.code(get(1).field(field::MRT_ID, &[0; 8])), code::PARAMETER);
}

#[test]
fn queries_see_what_is_committed_and_no_monitors() {
    let mut server = Server::new(SC);
    server.code(put(1, 1));
    let txn = server.start(7, &[1, 2]);
    server.code(put(1, 2).within(txn));
    server.code(put(2, 2).within(txn));
    let scan = |set: &[u8], id: u8| {
        let mut out = Vec::new();
        let start = message::begin_message(&mut out);
        message::field(&mut out, field::NAMESPACE, b"test");
        message::field(&mut out, field::SET, set);
        message::field(&mut out, field::QUERY_ID, &[id; 8]);
        let all: Vec<u8> = (0..4096u16).flat_map(u16::to_le_bytes).collect();
        message::field(&mut out, field::PARTITIONS, &all);
        let (info1, info3) = (info1::READ, info3::PARTITION_DONE);
        message::end_message(&mut out, start, &Header { info1, info3, fields: 4, ..Header::default() });
        out
    };
    let records = |server: &mut Server, set: &[u8], id: u8| {
        let answer = server.send(&scan(set, id));
        let (mut at, mut values) = (0, Vec::new());
        while at < answer.len() {
            let end = at + 8 + u32::from_be_bytes(answer[at + 4..at + 8].try_into().unwrap()) as usize;
            at += 8;
            while at < end {
                let (told, length) = told(&answer[at..]);
                at += length;
                values.extend(told.values.into_iter().take(1));
            }
        }
        values
    };
    assert_eq!(records(&mut server, b"", 1), [1i64.to_be_bytes()]);
    assert_eq!(records(&mut server, b"<ERO~MRT", 2).len(), 1);
    server.code(commit(7));
    server.code(roll(2, txn, info4::MRT_ROLL_FORWARD));
    assert_eq!(records(&mut server, b"set", 3).len(), 2);
}

#[test]
fn nodes_tell_their_racks_and_rosters() {
    let mut server = Server::new(
        r#"{"edition": "enterprise", "nodes": 3, "racks": [1, 2, 2],
            "namespaces": {"test": {"strongConsistency": true}, "bar": {}}}"#,
    );
    assert_eq!(server.info("edition\n"), "Aerospike Enterprise Edition");
    assert_eq!(server.info("rack-ids\n"), "test:1;bar:1");
    assert_eq!(
        server.info("racks:\n"),
        "ns=test:rack_1=A1:rack_2=A3,A2:roster_rack_1=A1:roster_rack_2=A3,A2;ns=bar:rack_1=A1:rack_2=A3,A2"
    );
    assert_eq!(server.info("racks:namespace=bar\n"), "rack_1=A1:rack_2=A3,A2");
    assert_eq!(server.info("racks:namespace=nope\n"), "ERROR:20:namespace not found on node");
    server.cluster.kill(2);
    let roster = "roster=A3@2,A2@2,A1@1:pending_roster=A3@2,A2@2,A1@1:observed_nodes=A2@2,A1@1";
    assert_eq!(server.info("roster:namespace=test\n"), roster);
    let none = "roster=null:pending_roster=null:observed_nodes=A2@2,A1@1";
    assert_eq!(server.info("roster:\n"), format!("ns=test:{roster};ns=bar:{none}"));
    assert_eq!(server.info("service-tls-std\n"), "");
    assert_eq!(server.info("feature-key\n"), "ERROR:16:not supported by this dev server yet");
}

#[test]
fn a_node_that_is_quiesced_gives_its_partitions_away_when_the_principal_is_told_to_recluster() {
    let mut server = Server::new(r#"{"edition": "enterprise", "nodes": 2}"#);
    let principal = server.cluster.connect(1).unwrap();
    let state = |server: &mut Server| {
        let stats = server.info("namespace/test\n");
        let names = ["pending_quiesce=", "effective_is_quiesced=", "nodes_quiesced="];
        names.map(|name| stats.split(';').find_map(|pair| pair.strip_prefix(name)).unwrap().to_string()).join(" ")
    };
    // Each partition is a bit, in base64.
    let owns = |server: &mut Server| {
        let bitmaps = server.info("replicas-master\n");
        bitmaps.split_once(':').unwrap().1.split(';').next().unwrap().bytes().any(|byte| !b"A=".contains(&byte))
    };
    assert!(owns(&mut server));
    assert_eq!(state(&mut server), "false false 0");
    assert_eq!(server.info("quiesce:\n"), "ok");
    assert_eq!(
        (state(&mut server), server.info("recluster:\n")),
        ("true false 0".into(), "ignored-by-non-principal".into())
    );
    let mut out = Vec::new();
    let asked = [&[2, 1, 0, 0, 0, 0, 0, 11][..], b"recluster:\n"].concat();
    server.cluster.received(principal, &asked, NOW, &mut out);
    assert!(out.ends_with(b"\tok\n"));
    assert_eq!(state(&mut server), "true true 1");
    assert!(!owns(&mut server), "it is asked for nothing any more");
    assert_eq!(server.info("quiesce-undo:\n"), "ok");
    server.cluster.received(principal, &asked, NOW, &mut out);
    assert_eq!(state(&mut server), "false false 0");
    assert!(owns(&mut server));
}
