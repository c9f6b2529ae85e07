//! The exchanges recorded between other clients and a real server (tests/vectors): what we send has to say the same as
//! what they sent, and what the server answered has to become the record that they handed to their callers.

use crate::json::{unhex, Json};
use crate::region::{self, Region};
use aerospike_sansio::abi::{command_kind as kind, command_word as word, policy_flag as flag, tag, NONE};
use aerospike_sansio::names::{NameKind, Names};
use aerospike_sansio::proto::{field, info1, message_type, PROTO_HEADER};
use aerospike_sansio::value::tape::{Collections, Slot};
use aerospike_sansio::value::{order, particle, MapOrder, Value};
use aerospike_sansio::wire::{self, Header};
use aerospike_sansio::Refused;

/// Commands that other clients sent and we do not, and why.
const REFUSED: [(&str, &str); 6] = [
    ("kv/value/map_dblkey", "a key of a map"),
    ("kv/value/bin_name_empty", "a bin name"),
    ("kv/value/no_bins", "no bins"),
    ("kv/basic/append_int_value", "only a string"),
    ("kv/key/long_set_64", "a set name"),
    ("kv/ttl/put_too_big", "the time to live"),
];

pub fn exchanges(file: &str) -> impl Iterator<Item = Json> {
    let path = format!("{}/../../tests/vectors/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(Json::parse).collect::<Vec<_>>().into_iter()
}

pub fn scenario(exchange: &Json) -> &str {
    exchange.get("scenario").and_then(Json::text).expect("scenario")
}

fn is_get(exchange: &Json) -> bool {
    exchange.get("what").and_then(|what| what.get("kind")?.text()) == Some("get")
}

// ── Requests ────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn requests_say_what_other_clients_say() {
    let mut count = 0;
    for file in ["kv.jsonl", "kv.py.jsonl", "kv.node.jsonl"] {
        for exchange in exchanges(file) {
            let what = exchange.get("what").expect("what");
            // A request that is compressed, or too long to be recorded, cannot be compared.
            let Some(request) = exchange.get("request").and_then(Json::text).map(unhex) else { continue };
            let Some(command_kind) = command_kind(what) else { continue };
            if request[1] != message_type::DATA {
                continue;
            }
            let theirs = Message::read(&request);
            match encode(command_kind, what, &theirs) {
                Ok(ours) => assert_same(&Message::read(&ours), &theirs, &exchange),
                Err(refused) => {
                    let expected = REFUSED.iter().find(|(name, _)| *name == scenario(&exchange));
                    let expected = expected.unwrap_or_else(|| panic!("{refused:?}: {exchange:?}"));
                    assert!(refused.reason.contains(expected.1), "{refused:?}");
                }
            }
            count += 1;
        }
    }
    assert!(count > 900, "{count} requests");
}

fn command_kind(what: &Json) -> Option<u32> {
    Some(match what.get("kind")?.text()? {
        "get" if what.get("bins").is_some() => kind::SELECT,
        "get" => kind::GET,
        "exists" | "get_header" => kind::EXISTS,
        "put" => kind::PUT,
        "add" => kind::ADD,
        "append" => kind::APPEND,
        "prepend" => kind::PREPEND,
        "touch" => kind::TOUCH,
        "delete" => kind::REMOVE,
        _ => return None,
    })
}

/// Our encoding of a described command. Filters are taken as packed by the other client.
fn encode(command_kind: u32, what: &Json, theirs: &Message) -> Result<Vec<u8>, Refused> {
    let mut names = Names::new(1);
    let mut region = Region::new(command_kind);
    let (namespace, set) = key(what.get("key").expect("key"), &mut region);
    region.words[word::NAMESPACE] = names.intern(NameKind::Namespace, namespace.as_bytes())?;
    if !set.is_empty() {
        region.words[word::SET] = names.intern(NameKind::Set, set.as_bytes())?;
    }
    for bin in what.get("bins").map_or(&[][..], Json::list) {
        let (name, value) = match bin {
            Json::Text(name) => (name.as_str(), Value::Nil),
            pair => (pair.list()[0].text().expect("bin"), pair.list()[1].value()),
        };
        let bin = names.intern(NameKind::Bin, name.as_bytes())?;
        region.item(bin, &value);
    }
    if let Some(policy) = what.get("policy") {
        apply_policy(policy, &mut region.words);
    }
    if let Some((_, filter)) = theirs.fields.iter().find(|(id, _)| *id == field::FILTER) {
        let (offset, length) = region.bytes(filter);
        region.words[word::FILTER_OFFSET] = offset;
        region.words[word::FILTER_LENGTH] = length;
    }
    region.encode(&names).map(|(_, frame)| frame)
}

pub fn key(key: &Json, region: &mut Region) -> (String, String) {
    let text = |json: &Json| json.text().expect("text").to_string();
    if let Json::List(parts) = key {
        region.key(&parts[2].value());
        return (text(&parts[0]), text(&parts[1]));
    }
    let part = |name| text(key.get(name).expect(name));
    let (offset, length) = region.bytes(&unhex(&part("digest")));
    region.words[word::KEY_A] = offset;
    region.words[word::KEY_B] = length;
    (part("ns"), part("set"))
}

pub fn apply_policy(policy: &Json, words: &mut [u32]) {
    let Json::Object(members) = policy else { panic!("policy") };
    for (name, value) in members {
        let choice = |choices: &[&str]| choices.iter().position(|c| Some(*c) == value.text()).expect(name) as u32;
        let switch = |bit| if value.is_true() { bit } else { 0 };
        let int = || value.int().expect(name) as u32;
        match name.as_str() {
            "ttl" => words[word::TTL] = int(),
            "generation" => words[word::GENERATION] = int(),
            "read_touch_ttl_percent" => words[word::READ_TOUCH] = int(),
            "socket_timeout" => words[word::SOCKET_TIMEOUT] = int(),
            "total_timeout" => words[word::TOTAL_TIMEOUT] = int(),
            "send_key" => words[word::FLAGS] |= switch(flag::SEND_KEY),
            "durable_delete" => words[word::FLAGS] |= switch(flag::DURABLE_DELETE),
            "respond_all_ops" => words[word::FLAGS] |= switch(flag::RESPOND_ALL_OPS),
            "compress" => words[word::FLAGS] |= switch(flag::COMPRESS),
            "read_mode_ap" => words[word::FLAGS] |= choice(&["one", "all"]) * flag::READ_AP_ALL,
            "gen_policy" => words[word::FLAGS] |= choice(&["none", "eq", "gt"]) << flag::GEN_SHIFT,
            "read_mode_sc" => {
                let modes = ["session", "linearize", "allow_replica", "allow_unavailable"];
                words[word::FLAGS] |= choice(&modes) << flag::READ_SC_SHIFT;
            }
            "exists" => {
                let modes = ["update", "update_only", "replace", "replace_only", "create_only"];
                words[word::FLAGS] |= choice(&modes) << flag::EXISTS_SHIFT;
            }
            "filter" => {}
            other => panic!("policy {other}"),
        }
    }
}

/// A request taken apart by a reader that shares nothing with the code under test but the header.
pub struct Message {
    pub header: Header,
    pub fields: Vec<(u8, Vec<u8>)>,
    pub ops: Vec<Op>,
}

#[derive(Debug)]
pub struct Op {
    pub code: u8,
    pub particle_type: u8,
    pub name: Vec<u8>,
    pub value: Vec<u8>,
}

impl Message {
    pub fn read(frame: &[u8]) -> Message {
        let (header, skip) = Header::read(&frame[PROTO_HEADER..]).unwrap();
        let mut rest = &frame[PROTO_HEADER + skip..];
        let fields = (0..header.fields).map(|_| sized(&mut rest)).map(|field| (field[0], field[1..].to_vec()));
        let fields = fields.collect();
        let ops = (0..header.ops).map(|_| sized(&mut rest)).map(|op| {
            let (name, value) = op[4..].split_at(usize::from(op[3]));
            Op { code: op[0], particle_type: op[1], name: name.to_vec(), value: value.to_vec() }
        });
        let ops = ops.collect();
        assert!(rest.is_empty());
        Message { header, fields, ops }
    }
}

fn sized<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (size, after) = rest.split_first_chunk::<4>().expect("size");
    let (taken, after) = after.split_at(u32::from_be_bytes(*size) as usize);
    *rest = after;
    taken
}

/// Compares all but what differs among the other clients themselves: the server's time limit, the order of fields,
/// whether an empty set is sent, the order of an unordered map, the bits of a NaN and the blanks of GeoJSON. Compressed answers are not asked
/// for.
fn assert_same(ours: &Message, theirs: &Message, exchange: &Json) {
    let header =
        |header: Header| Header { timeout: 0, fields: 0, info1: header.info1 & !info1::COMPRESS_RESPONSE, ..header };
    assert_eq!(header(ours.header), header(theirs.header), "{exchange:?}");
    let fields = |message: &Message| {
        let mut fields = message.fields.clone();
        fields.retain(|(id, bytes)| *id != field::SET || !bytes.is_empty());
        fields.sort();
        fields
    };
    assert_eq!(fields(ours), fields(theirs), "{exchange:?}");
    for (ours, theirs) in ours.ops.iter().zip(&theirs.ops) {
        let head = |op: &Op| (op.code, op.particle_type, op.name.clone());
        assert_eq!(head(ours), head(theirs), "{exchange:?}");
        if ours.value != theirs.value {
            let value = |op: &Op| {
                let mut value = particle::read(op.particle_type, &op.value).unwrap();
                if exchange.get("client").and_then(Json::text).is_some_and(|client| client.starts_with("node")) {
                    forget_order(&mut value);
                }
                canonical(value)
            };
            assert_eq!(value(ours), value(theirs), "{exchange:?}");
        }
    }
}

/// As text, with maps sorted, all NaNs alike, and no blanks in GeoJSON (Python's own has some).
pub fn canonical(mut value: Value) -> String {
    normalise(&mut value);
    format!("{value:?}")
}

/// The Node client writes every map as an ordered one.
fn forget_order(value: &mut Value) {
    match value {
        Value::List { items, .. } => items.iter_mut().for_each(forget_order),
        Value::Map { pairs, order } => {
            pairs.iter_mut().for_each(|(_, value)| forget_order(value));
            *order = MapOrder::Unordered;
        }
        _ => {}
    }
}

pub fn normalise(value: &mut Value) {
    match value {
        Value::List { items, .. } => items.iter_mut().for_each(normalise),
        Value::Map { pairs, .. } => {
            pairs.iter_mut().for_each(|(_, value)| normalise(value));
            pairs.sort_by(|(a, _), (b, _)| order::compare(a, b));
        }
        Value::Geo(text) => text.retain(|&byte| byte != b' '),
        _ => {}
    }
}

// ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/// All messages of an answer, each with its top-level values by name, read through the tape.
fn answer(frame: &[u8]) -> Vec<(wire::Reply, Vec<(String, Value)>)> {
    assert_eq!(wire::complete(frame), Ok(Some((frame[1], frame.len()))));
    let mut names = Names::new(1);
    let mut at = PROTO_HEADER;
    let mut messages = Vec::new();
    while at < frame.len() {
        let mut tape = Vec::new();
        let reply = wire::reply(&frame[at..], at, Collections::Walked, &mut names, &mut tape).unwrap();
        messages.push((reply, values(&tape, frame, &names, reply.items)));
        at += reply.length;
    }
    messages
}

fn values(tape: &[Slot], buffer: &[u8], names: &Names, items: u32) -> Vec<(String, Value)> {
    let mut at = 0;
    let values = (0..items).map(|_| {
        let bin = tape[at].bin;
        assert!(bin != NONE && tape[at].kind() != tag::NAME);
        let value = region::value(tape, &mut at, buffer);
        (String::from_utf8_lossy(names.get(bin)).into_owned(), value)
    });
    let values = values.collect();
    assert_eq!(at, tape.len());
    values
}

/// The frames of an answer that are messages, whole, and not longer than what is recorded.
fn frames(response: &Json) -> Vec<Vec<u8>> {
    let one = std::slice::from_ref(response);
    let all = if response.list().is_empty() { one } else { response.list() };
    all.iter().filter_map(Json::text).map(unhex).filter(|frame| frame[1] == message_type::DATA).collect()
}

#[test]
fn every_recorded_answer_is_read_and_its_values_written_again_are_the_same() {
    let mut count = 0;
    for family in ["kv", "list", "map", "ctx", "bit", "hll", "exp", "batch", "udf", "raw", "query"] {
        for exchange in exchanges(&format!("{family}.jsonl")) {
            for frame in frames(exchange.get("response").expect("response")) {
                let ops = recorded_ops(&frame);
                let values: Vec<_> = answer(&frame).into_iter().flat_map(|(_, values)| values).collect();
                assert_eq!(values.len(), ops.len());
                for ((name, value), op) in values.iter().zip(&ops) {
                    assert_eq!(name.as_bytes(), op.name);
                    assert_same_particle(value, op, scenario(&exchange));
                }
                count += ops.len();
            }
        }
    }
    assert!(count > 3000, "{count} values");
}

fn recorded_ops(frame: &[u8]) -> Vec<Op> {
    let mut rest = &frame[PROTO_HEADER..];
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (_, skip) = Header::read(rest).unwrap();
        let length = wire::reply(rest, 0, Collections::Walked, &mut Names::new(1), &mut Vec::new()).unwrap().length;
        let (mut body, after) = (&rest[skip..length], &rest[length..]);
        let header = Header::read(rest).unwrap().0;
        for _ in 0..header.fields {
            sized(&mut body);
        }
        for _ in 0..header.ops {
            let op = sized(&mut body);
            let (name, value) = op[4..].split_at(usize::from(op[3]));
            all.push(Op { code: op[0], particle_type: op[1], name: name.to_vec(), value: value.to_vec() });
        }
        rest = after;
    }
    all
}

/// A value that came over the tape is the one that the particle reader sees, and writing it gives the same bytes:
/// the server's own are in their shortest form, and only GeoJSON has more, its cells.
fn assert_same_particle(value: &Value, op: &Op, scenario: &str) {
    let read = particle::read(op.particle_type, &op.value).unwrap();
    assert_eq!(format!("{value:?}"), format!("{read:?}"), "{scenario}");
    let mut written = Vec::new();
    assert_eq!(particle::write(value, &mut written), op.particle_type, "{scenario}");
    if !matches!(value, Value::Geo(_)) {
        assert_eq!(written, op.value, "{scenario}");
    }
}

#[test]
fn records_are_those_that_other_clients_hand_to_their_callers() {
    let mut count = 0;
    for exchange in exchanges("kv.jsonl") {
        let record = exchange.get("result").and_then(|result| result.get("record"));
        let (true, Some(record)) = (is_get(&exchange), record) else { continue };
        for frame in frames(exchange.get("response").expect("response")) {
            let [(reply, values)] = &answer(&frame)[..] else { panic!("one message") };
            assert_eq!(reply.code, 0);
            assert_eq!(record.get("gen").and_then(Json::int), Some(i64::from(reply.generation)));
            assert_eq!(record.get("ttl").and_then(Json::int) == Some(-1), reply.void_time == 0);
            let Some(Json::Object(bins)) = record.get("bins") else { panic!("bins") };
            assert_eq!(values.len(), bins.len(), "{}", scenario(&exchange));
            for (name, expected) in bins {
                let (_, value) = values.iter().find(|(bin, _)| bin == name).expect(name);
                assert_eq!(canonical(value.clone()), canonical(expected.value()), "{}", scenario(&exchange));
            }
            count += 1;
        }
    }
    assert!(count > 100, "{count} records");
}

#[test]
fn trap_8_unordered_maps_come_back_sorted_as_we_would_sort_them() {
    for family in ["kv", "map", "ctx"] {
        for exchange in exchanges(&format!("{family}.jsonl")).filter(is_get) {
            for frame in frames(exchange.get("response").expect("response")) {
                answer(&frame).iter().flat_map(|(_, values)| values).for_each(|(_, value)| {
                    let Value::Map { pairs, order } = value else { return };
                    if *order != MapOrder::Kept {
                        assert!(
                            pairs.is_sorted_by(|(a, _), (b, _)| order::compare(a, b).is_lt()),
                            "{}",
                            scenario(&exchange)
                        );
                    }
                });
            }
        }
    }
}
