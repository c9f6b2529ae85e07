//! What is measured of the engine: the table of cases, each an act that is done again and again. `time.rs` takes their
//! time, `instructions.rs` lets their instructions be counted.
//!
//! The record is that of `tests/bench`: an integer, a double, a string of 32 characters, a blob of 16 bytes, a list of 3.

use crate::rig::{frame, Rig};
use aerospike_sansio::abi::{command_kind, command_word as word, output, tag, watch, NONE};
use aerospike_sansio::client::Engine;
use aerospike_sansio::cluster::base64;
use aerospike_sansio::cluster::PartitionMap;
use aerospike_sansio::command::{self, Block};
use aerospike_sansio::digests::Digests;
use aerospike_sansio::key::{self, UserKey};
use aerospike_sansio::names::{NameKind, Names};
use aerospike_sansio::value::tape::{self, Collections, Slot};
use aerospike_sansio::value::{particle, MapOrder, Value};
use aerospike_sansio::wire::{self, Header};
use std::hint::black_box;

pub type Act = Box<dyn FnMut()>;

pub struct Case {
    pub name: &'static str,
    /// Makes ready what the act needs, and gives the act.
    pub ready: fn() -> Act,
    /// Operations in one act.
    pub operations: u64,
}

pub const CASES: &[Case] = &[
    Case { name: "digest/text key", ready: digest_of_text, operations: 1 },
    Case { name: "digest/integer key", ready: digest_of_integer, operations: 1 },
    Case { name: "digest/100 integer keys", ready: digests_of_integers, operations: 100 },
    Case { name: "route/a digest's node", ready: route, operations: 1 },
    Case { name: "encode/get", ready: || encode(command_kind::GET), operations: 1 },
    Case { name: "encode/put of 5 bins", ready: || encode(command_kind::PUT), operations: 1 },
    Case { name: "decode/answer of 5 bins", ready: decode, operations: 1 },
    Case { name: "tape/map to bytes", ready: map_to_bytes, operations: 1 },
    Case { name: "tape/map from bytes", ready: map_from_bytes, operations: 1 },
    Case { name: "whole/one get", ready: || whole(command_kind::GET, 1, 0), operations: 1 },
    Case { name: "whole/128 gets of one turn", ready: || whole(command_kind::GET, 128, 0), operations: 128 },
    Case { name: "whole/128 puts of one turn", ready: || whole(command_kind::PUT, 128, 0), operations: 128 },
    Case {
        name: "metrics/128 gets of one turn",
        ready: || whole(command_kind::GET, 128, watch::COUNT),
        operations: 128,
    },
    Case {
        name: "metrics/128 puts of one turn",
        ready: || whole(command_kind::PUT, 128, watch::COUNT),
        operations: 128,
    },
];

const SET: &str = "bench";
const KEY: &[u8] = b"key-12345";
const TEXT: &[u8] = b"record 00012345 xxxxxxxxxxxxxxxx";
const BLOB: [u8; 16] = [57; 16];

// ── Single steps ────────────────────────────────────────────────────────────────────────────────────────────────────

fn digest_of_text() -> Act {
    Box::new(|| {
        black_box(key::digest(black_box(SET.as_bytes()), &UserKey::String(black_box(KEY))));
    })
}

fn digest_of_integer() -> Act {
    Box::new(|| {
        black_box(key::digest(black_box(SET.as_bytes()), &UserKey::Int(black_box(12_345))));
    })
}

fn digests_of_integers() -> Act {
    Box::new(|| {
        let mut digests = Digests::new(black_box(SET.as_bytes()));
        let mut done = |number, digest| {
            black_box((number, digest));
        };
        (0..100).for_each(|number| digests.add(number, &UserKey::Int(i64::from(number)), &mut done));
        digests.finish(&mut done);
    })
}

/// From a digest to the node that has its partition, on nine nodes.
fn route() -> Act {
    let (mut names, mut map) = (Names::new(7), PartitionMap::default());
    for node in 0..9u16 {
        let mut bitmap = [0u8; 512];
        (0..4096)
            .filter(|partition| partition % 9 == usize::from(node))
            .for_each(|p| bitmap[p >> 3] |= 0x80 >> (p & 7));
        let answer = format!("test:0,1,{}", base64::encode(&bitmap));
        map.apply(node, answer.as_bytes(), &mut names).expect("the answer is one");
    }
    let namespace = names.intern(NameKind::Namespace, b"test").expect("a name");
    let digest = key::digest(SET.as_bytes(), &UserKey::String(KEY));
    Box::new(move || {
        let index = map.namespace(black_box(namespace)).expect("the namespace is known");
        let owner = map.owner(index, key::partition(black_box(&digest)), 0);
        assert!(black_box(owner).is_some());
    })
}

fn encode(kind: u32) -> Act {
    let mut names = Names::new(7);
    let (region, data) = command(kind, &mut names);
    let block = read(&region);
    let mut out = Vec::with_capacity(1024);
    Box::new(move || {
        out.clear();
        let slots = &region[command::BLOCK_SLOTS..];
        let encoded = command::encode(black_box(&block), black_box(slots), &data, &names, &mut out);
        assert!(black_box(encoded).is_ok());
    })
}

fn decode() -> Act {
    let mut names = Names::new(7);
    let answer = answer();
    let mut tape = Vec::with_capacity(64);
    Box::new(move || {
        tape.clear();
        let body = &black_box(&answer)[8..];
        let reply = wire::reply(body, 8, Collections::Walked, &mut names, &mut tape);
        assert!(black_box(reply).is_ok());
    })
}

/// A map of 32 texts and lists of two integers.
fn map() -> Value {
    let pair = |i: i64| {
        let list = Value::List { items: vec![Value::Int(i), Value::Int(i * 1000)], ordered: false };
        (Value::String(format!("name {i:02}").into_bytes()), list)
    };
    Value::Map { pairs: (0..32).map(pair).collect(), order: MapOrder::Key }
}

fn map_from_bytes() -> Act {
    let mut bytes = vec![];
    let particle_type = particle::write(&map(), &mut bytes);
    let mut tape = Vec::with_capacity(256);
    Box::new(move || {
        tape.clear();
        let read = tape::from_particle(particle_type, black_box(&bytes), 0, 0, Collections::Walked, &mut tape);
        assert!(black_box(read).is_ok());
    })
}

fn map_to_bytes() -> Act {
    let mut bytes = vec![];
    let particle_type = particle::write(&map(), &mut bytes);
    let mut slots = vec![];
    tape::from_particle(particle_type, &bytes, 0, 0, Collections::Walked, &mut slots).expect("it was just written");
    let mut out = Vec::with_capacity(bytes.len());
    Box::new(move || {
        out.clear();
        let written = tape::to_particle(black_box(&slots), 0, &bytes, &mut out);
        assert!(black_box(written).is_ok());
    })
}

// ── Whole operations ────────────────────────────────────────────────────────────────────────────────────────────────

/// Operations of one turn, from the command to the decoded result, on an engine whose only node answers at once; with what is
/// watched of them.
fn whole(kind: u32, count: usize, watched: u32) -> Act {
    let Rig { mut engine, now, .. } = Rig::connected(1, "");
    engine.watch(watched);
    let (region, data) = command(kind, &mut engine.names);
    engine.data[..data.len()].copy_from_slice(&data);
    let answer = if kind == command_kind::GET { answer() } else { crate::rig::record_answer(0) };
    let (mut answers, mut asked, mut opened) = (vec![], vec![], vec![]);
    let mut now = now;
    Box::new(move || {
        now += 0.01;
        for _ in 0..count {
            engine.command[..region.len()].copy_from_slice(&region);
            engine.submit().expect("the command is one");
        }
        let mut done = 0;
        while done < count {
            engine.time(now);
            let words = engine.poll(now);
            assert!(words > 0, "the engine waits for something");
            done += act(&engine, &mut asked, &mut opened);
            for conn in opened.drain(..) {
                engine.opened(conn, now);
            }
            for (conn, requests) in asked.drain(..) {
                engine.writable(conn, now);
                answers.clear();
                (0..requests).for_each(|_| answers.extend_from_slice(&answer));
                engine.receive_reserve(answers.len()).copy_from_slice(&answers);
                engine.received(conn, answers.len(), now, 1_800_000_000_000.0);
            }
        }
    })
}

/// Does what a shell would; gives how many operations ended well.
fn act(engine: &Engine, asked: &mut Vec<(u32, usize)>, opened: &mut Vec<u32>) -> usize {
    let mut done = 0;
    for (kind, words) in engine.outputs.records() {
        match kind {
            output::CONNECT => opened.push(words[0]),
            output::TRANSMIT => asked.push((words[0], frames(engine.transmitted(words[0])))),
            output::DONE => {
                assert_eq!(words[1], 0, "an operation failed");
                done += 1;
            }
            _ => {}
        }
    }
    done
}

fn frames(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while let Ok(Some((_, length))) = wire::complete(bytes) {
        bytes = &bytes[length..];
        count += 1;
    }
    count
}

// ── What goes in ────────────────────────────────────────────────────────────────────────────────────────────────────

/// The command region of a get, or of a put of the record, and the data region that it refers to.
fn command(kind: u32, names: &mut Names) -> (Vec<Slot>, Vec<u8>) {
    let data = [KEY, TEXT, &BLOB].concat();
    let at =
        |length: usize, before: &[&[u8]]| (before.iter().map(|part| part.len() as u32).sum::<u32>(), length as u32);
    let (text, blob) = (at(TEXT.len(), &[KEY]), at(BLOB.len(), &[KEY, TEXT]));
    let mut bin = |name: &str| names.intern(NameKind::Bin, name.as_bytes()).expect("a name");
    let number = |bin: u32, value: f64| Slot::wide(tag::INT, bin, value.to_bits());
    let mut slots = vec![];
    if kind == command_kind::PUT {
        slots.push(number(bin("i"), 12_345.0));
        slots.push(Slot::wide(tag::DOUBLE, bin("d"), 12_345.5f64.to_bits()));
        slots.push(Slot::new(tag::STRING, bin("s"), text.0, text.1));
        slots.push(Slot::new(tag::BLOB, bin("b"), blob.0, blob.1));
        slots.push(Slot::new(tag::LIST, bin("l"), 3, 0));
        slots.extend((0..3).map(|more| number(NONE, 12_345.0 + f64::from(more))));
    }
    let mut words = [0u32; word::LENGTH];
    words[word::KIND] = kind;
    words[word::NAMESPACE] = names.intern(NameKind::Namespace, b"test").expect("a name");
    words[word::SET] = names.intern(NameKind::Set, SET.as_bytes()).expect("a name");
    words[word::KEY_TYPE] = 3;
    words[word::KEY_B] = KEY.len() as u32;
    words[word::ITEMS] = if slots.is_empty() { 0 } else { 5 };
    words[word::SLOTS] = slots.len() as u32;
    words[word::TOTAL_TIMEOUT] = 1000;
    words[word::SOCKET_TIMEOUT] = 30_000;
    words[word::MAX_RETRIES] = 2;
    words[word::SLEEP_MULTIPLIER + 1] = (1.0f64.to_bits() >> 32) as u32;
    let block = words.chunks(4).map(|four| Slot::new(four[0], four[1], four[2], four[3]));
    (block.chain(slots).collect(), data)
}

fn read(region: &[Slot]) -> Block {
    command::read(region).expect("the block is one")
}

/// What a server answers to a get of the record.
fn answer() -> Vec<u8> {
    let list = Value::List { items: (12_345..12_348).map(Value::Int).collect(), ordered: false };
    let bins = [
        ("i", Value::Int(12_345)),
        ("d", Value::Float(12_345.5)),
        ("s", Value::String(TEXT.to_vec())),
        ("b", Value::Blob(BLOB.to_vec())),
        ("l", list),
    ];
    let mut body = vec![];
    Header { generation: 1, ops: bins.len() as u16, ..Header::default() }.write(&mut body);
    for (name, value) in &bins {
        let write = |out: &mut Vec<u8>| Ok::<_, ()>(particle::write(value, out));
        wire::op(&mut body, 1, name.as_bytes(), write).expect("it is a value");
    }
    frame(3, &body)
}
