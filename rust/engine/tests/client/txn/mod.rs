//! Transactions: what is sent, in which order, and what becomes of a transaction when a step fails. Here are the servers
//! of that, which know a transaction by what requests say of it.

mod commands;
mod ending;

use crate::rig::{cluster, frame, Rig, Said, BASE};
use aerospike_sansio::abi::{
    command_kind as kind, command_word as word, stat, txn_state as state, txn_status as status, txn_word, NONE,
};
use aerospike_sansio::key::{self, UserKey};
use aerospike_sansio::names::NameKind;
use aerospike_sansio::proto::code;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// The requests that there are in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// The monitor is told of so many records.
    Name(usize),
    Mark,
    Close,
    Read,
    Write,
    /// Batches of so many rows.
    Verify(usize),
    Forward(usize),
    Back(usize),
    Rows(usize),
}
use Asked::*;

impl Asked {
    /// The same without its number.
    fn sort(self) -> Asked {
        match self {
            Name(_) => Name(0),
            Verify(_) => Verify(0),
            Forward(_) => Forward(0),
            Back(_) => Back(0),
            Rows(_) => Rows(0),
            other => other,
        }
    }
}

/// What a request says of its record, or a row of its own.
#[derive(Clone, Debug, Default, PartialEq)]
struct Told {
    digest: Vec<u8>,
    info4: u8,
    id: Option<Vec<u8>>,
    version: Option<Vec<u8>>,
    deadline: Option<Vec<u8>>,
}

enum Will {
    Code(u8),
    Silence,
    Cut,
}

const DEADLINE: u32 = 0x0403_0201;
const VERSION: [u8; 7] = [7, 6, 5, 4, 3, 2, 1];

/// Servers that know a transaction: they log what they are asked, and answer as they should unless the test wills else.
#[derive(Default)]
struct Server {
    log: Vec<Asked>,
    told: Vec<Told>,
    wills: BTreeMap<Asked, VecDeque<Will>>,
    /// Codes of rows, by the digest.
    rows: BTreeMap<Vec<u8>, u8>,
    /// Bytes of the requests to the monitor.
    monitor: Vec<Vec<u8>>,
    /// The monitor's answers say no deadline.
    forgets_deadline: bool,
}

type Shared = Rc<RefCell<Server>>;

fn word_at(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

fn half_at(bytes: &[u8], at: usize) -> usize {
    u16::from_be_bytes(bytes[at..at + 2].try_into().unwrap()) as usize
}

/// Reads fields from `at` on; gives where they end and the set.
fn read_fields(bytes: &[u8], mut at: usize, count: usize, told: &mut Told) -> (usize, Vec<u8>) {
    let mut set = vec![];
    for _ in 0..count {
        let size = word_at(bytes, at);
        let value = bytes[at + 5..at + 4 + size].to_vec();
        match bytes[at + 4] {
            1 => set = value,
            3 => told.version = Some(value),
            4 => told.digest = value,
            5 => told.id = Some(value),
            6 => told.deadline = Some(value),
            _ => {}
        }
        at += 4 + size;
    }
    (at, set)
}

fn rows(request: &[u8]) -> Vec<(u32, Told, u8)> {
    let mut at = 30;
    while request[at + 4] != 41 {
        at += 4 + word_at(request, at);
    }
    let (count, mut at) = (word_at(request, at + 5), at + 10);
    let mut rows: Vec<(u32, Told, u8)> = vec![];
    for _ in 0..count {
        let index = word_at(request, at) as u32;
        let digest = request[at + 4..at + 24].to_vec();
        let flags = request[at + 24];
        at += 25;
        if flags & 1 != 0 {
            let (_, told, info2) = rows.last().unwrap().clone();
            rows.push((index, Told { digest, ..told }, info2));
            continue;
        }
        let info2 = request[at + 1];
        at += 3;
        let mut told = Told { digest, ..Told::default() };
        if flags & 16 != 0 {
            told.info4 = request[at];
            at += 1;
        }
        at += if flags & 4 != 0 { 2 } else { 0 } + if flags & 8 != 0 { 4 } else { 0 };
        let (fields, ops) = (half_at(request, at), half_at(request, at + 2));
        at = read_fields(request, at + 4, fields, &mut told).0;
        for _ in 0..ops {
            at += 4 + word_at(request, at);
        }
        rows.push((index, told, info2));
    }
    assert_eq!(at, request.len());
    rows
}

/// How many digests the ops of a request append.
fn named(ops: &[u8]) -> usize {
    let at = ops.windows(5).position(|five| five == b"keyds").unwrap() + 5;
    assert_eq!(ops[at], 0x94);
    match (ops[at + 1], ops[at + 2]) {
        (1, 0xb5) => 1,
        (2, 0xdc) => half_at(ops, at + 3),
        (2, few) => usize::from(few & 0x0f),
        other => panic!("no append: {other:?}"),
    }
}

fn message(info3: u8, code: u8, index: u32, fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = vec![22, 0, 0, info3, 0, code];
    body.extend_from_slice(&[0; 8]);
    body.extend_from_slice(&index.to_be_bytes());
    body.extend_from_slice(&(fields.len() as u16).to_be_bytes());
    body.extend_from_slice(&[0, 0]);
    for (id, value) in fields {
        body.extend_from_slice(&(value.len() as u32 + 1).to_be_bytes());
        body.push(*id);
        body.extend_from_slice(value);
    }
    body
}

impl Server {
    fn will(&mut self, asked: Asked, will: Will) {
        self.wills.entry(asked.sort()).or_default().push_back(will);
    }

    fn say(&mut self, request: &[u8]) -> Said {
        if request[9] & 8 != 0 {
            return self.say_to_batch(request);
        }
        let (info2, ops) = (request[10], half_at(request, 28));
        let mut told = Told { info4: request[12], ..Told::default() };
        let (at, set) = read_fields(request, 30, half_at(request, 26), &mut told);
        let asked = match (set.as_slice(), info2) {
            (b"<ERO~MRT", 0x13) => Close,
            (b"<ERO~MRT", 1) if request[at..].windows(3).any(|three| three == b"fwd") => Mark,
            (b"<ERO~MRT", 1) => Name(named(&request[at..])),
            (_, 0) => Read,
            _ => Write,
        };
        assert!(asked == Close || asked == Read || ops > 0);
        if let Name(_) | Mark | Close = asked {
            self.monitor.push(request.to_vec());
        } else {
            self.told.push(told);
        }
        self.log.push(asked);
        let code = match self.wills.get_mut(&asked.sort()).and_then(VecDeque::pop_front) {
            Some(Will::Silence) => return Said::Nothing,
            Some(Will::Cut) => return Said::Cut,
            Some(Will::Code(code)) => code,
            None => 0,
        };
        let deadline = DEADLINE.to_le_bytes();
        let fields: &[(u8, &[u8])] = match asked {
            Name(_) if code == 0 && !self.forgets_deadline => &[(6, &deadline)],
            Read if code == 0 => &[(3, &VERSION)],
            _ => &[],
        };
        Said::Answer(frame(3, &message(0, code, 0, fields)))
    }

    fn say_to_batch(&mut self, request: &[u8]) -> Said {
        let rows = rows(request);
        let asked = match rows[0].1.info4 {
            1 => Verify(rows.len()),
            2 => Forward(rows.len()),
            4 => Back(rows.len()),
            _ => Rows(rows.len()),
        };
        self.log.push(asked);
        self.told.extend(rows.iter().map(|(_, told, _)| told.clone()));
        match self.wills.get_mut(&asked.sort()).and_then(VecDeque::pop_front) {
            Some(Will::Silence) => return Said::Nothing,
            Some(Will::Cut) => return Said::Cut,
            Some(Will::Code(code)) => return Said::Answer(frame(3, &message(1, code, 0, &[]))),
            None => {}
        }
        let mut bodies = vec![];
        for (index, told, info2) in rows {
            let code = self.rows.get(&told.digest).copied().unwrap_or(0);
            let fields: &[(u8, &[u8])] = if info2 & 1 == 0 && asked.sort() == Rows(0) { &[(3, &VERSION)] } else { &[] };
            bodies.extend(message(0, code, index, fields));
        }
        bodies.extend(message(1, 0, 0, &[]));
        Said::Answer(frame(3, &bodies))
    }
}

fn rig(nodes: usize) -> (Rig, Shared, u32) {
    rig_of(nodes, 1)
}

fn rig_of(nodes: usize, regime: u32) -> (Rig, Shared, u32) {
    let mut nodes = cluster(nodes);
    nodes.values_mut().for_each(|node| node.regime = regime);
    let mut rig = Rig::connected_to(nodes, "");
    let server = Shared::default();
    let shared = server.clone();
    rig.script = Some(Box::new(move |_, request| shared.borrow_mut().say(request)));
    let txn = rig.engine.txn_begin(0);
    (rig, server, txn)
}

fn log(server: &Shared) -> Vec<Asked> {
    std::mem::take(&mut server.borrow_mut().log)
}

fn told(server: &Shared) -> Vec<Told> {
    std::mem::take(&mut server.borrow_mut().told)
}

fn put(rig: &mut Rig, txn: u32, key: i64) -> u32 {
    rig.submit(kind::PUT, key, &[(word::TXN, txn)])
}

fn get(rig: &mut Rig, txn: u32, key: i64) -> u32 {
    rig.submit(kind::GET, key, &[(word::TXN, txn)])
}

/// With these words in both of its blocks.
fn end(rig: &mut Rig, kind: u32, txn: u32, set: &[(usize, u32)]) -> u32 {
    rig.submit(kind, 0, &[&[(word::TXN, txn)][..], set].concat())
}

fn commit(rig: &mut Rig, txn: u32) -> u32 {
    end(rig, kind::TXN_COMMIT, txn, &[])
}

fn abort(rig: &mut Rig, txn: u32) -> u32 {
    end(rig, kind::TXN_ABORT, txn, &[])
}

/// Runs what stands before and gives code and status of the op.
fn outcome(rig: &mut Rig, op: u32) -> (i32, u32) {
    rig.run();
    let result = rig.result(op);
    rig.ended.clear();
    (result.code, result.generation)
}

fn digest(key: i64) -> Vec<u8> {
    key::digest(b"", &UserKey::Int(key)).to_vec()
}

fn id(rig: &Rig, txn: u32) -> i64 {
    let half = |word| u64::from(rig.engine.txn_word(txn, word));
    (half(txn_word::ID_HIGH) << 32 | half(txn_word::ID_LOW)) as i64
}

fn state_of(rig: &Rig, txn: u32) -> u32 {
    rig.engine.txn_word(txn, txn_word::STATE)
}

fn counts(rig: &Rig, txn: u32) -> (u32, u32) {
    (rig.engine.txn_word(txn, txn_word::READS), rig.engine.txn_word(txn, txn_word::WRITES))
}

/// A transaction that has read record 1 and written record 2.
fn open(nodes: usize) -> (Rig, Shared, u32) {
    let (mut rig, server, txn) = rig(nodes);
    get(&mut rig, txn, 1);
    put(&mut rig, txn, 2);
    rig.run();
    rig.ended.clear();
    assert_eq!(counts(&rig, txn), (1, 1));
    log(&server);
    told(&server);
    server.borrow_mut().monitor.clear();
    (rig, server, txn)
}
