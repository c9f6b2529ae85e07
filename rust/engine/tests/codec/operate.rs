//! Operate against the recordings: every op that other clients sent is built anew from its description, by rules on its
//! name, and has to become the bytes that the Go or the C client sent. Where these two differ, either will do.

use crate::json::{unhex, Json};
use crate::recorded::{apply_policy, exchanges, key, normalise, scenario, Message, Op};
use crate::region::Region;
use aerospike_sansio::abi::{command_kind as kind, command_word as word, policy_flag as flag, NONE};
use aerospike_sansio::command::ops::{
    self, bit_op_kind, hll_op_kind, list_op_kind, map_op_kind, scalar_op_kind, string_op_kind,
};
use aerospike_sansio::names::{NameKind, Names};
use aerospike_sansio::proto::{
    bit_overflow_flag, bit_resize_flag, bit_write_flag, cdt_return, context, field, hll_write_flag, info1, list_order,
    list_sort_flag, list_write_flag, map_order, map_write_flag, message_type, string_numeric_type, string_regex_flag,
    string_write_flag,
};
use aerospike_sansio::table::Row;
use aerospike_sansio::value::{msgpack, Value};
use aerospike_sansio::wire::Header;
use aerospike_sansio::Refused;
use std::collections::BTreeMap;

const FAMILIES: [&str; 7] = ["kv", "list", "map", "bit", "hll", "ctx", "string"];

#[test]
fn every_recorded_operate_is_encoded_as_the_go_or_the_c_client_does_it() {
    let mut counts = BTreeMap::new();
    let mut failures = Vec::new();
    for family in FAMILIES {
        for ((scenario, _), recordings) in recordings(family) {
            let count: &mut Count = counts.entry(family).or_default();
            count.commands += 1;
            let (what, request) = &recordings[0];
            let ours = match encode(what, &Message::read(request)) {
                Ok(frame) => Message::read(&frame),
                Err(refused) => {
                    failures.push(format!("{scenario}: {refused:?}: {what:?}"));
                    continue;
                }
            };
            let same: Vec<_> = recordings.iter().map(|(_, request)| same(&ours, &Message::read(request))).collect();
            if !same.contains(&true) {
                let theirs: Vec<_> = recordings.iter().map(|(_, request)| show(&Message::read(request))).collect();
                failures.push(format!("{scenario}: {what:?}\n  ours   {}\n  theirs {theirs:?}", show(&ours)));
            }
            count.ops += ours.ops.len();
            count.as_all += usize::from(!same.contains(&false));
        }
    }
    for (family, count) in &counts {
        println!("{family}: {count:?}");
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    let total: usize = counts.values().map(|count| count.commands).sum();
    assert!(total > 1000, "{total} commands");
}

#[derive(Debug, Default)]
struct Count {
    commands: usize,
    ops: usize,
    /// Encoded as all clients do it whose request was recorded.
    as_all: usize,
}

/// Descriptions and requests.
type Recordings = Vec<(Json, Vec<u8>)>;

/// What was recorded of each step: its description and the request, by each client that sent one.
fn recordings(family: &str) -> BTreeMap<(String, i64), Recordings> {
    let mut steps: BTreeMap<_, Recordings> = BTreeMap::new();
    // A family's recordings by the Node client are those of the C client with its own mistakes: they add nothing.
    for file in [format!("{family}.jsonl"), format!("{family}.py.jsonl")] {
        if !std::path::Path::new(&format!("{}/../../tests/vectors/data/{file}", env!("CARGO_MANIFEST_DIR"))).exists() {
            continue;
        }
        for exchange in exchanges(&file) {
            let what = exchange.get("what").expect("what");
            // Those with expressions are for the tests of these.
            if what.get("ops").is_some_and(|ops| ops.list().iter().any(|op| op.get("expression").is_some())) {
                continue;
            }
            let Some(request) = exchange.get("request").and_then(Json::text).map(unhex) else { continue };
            if what.get("kind").and_then(Json::text) != Some("operate") || request[1] != message_type::DATA {
                continue;
            }
            let step = exchange.get("step").and_then(Json::int).expect("step");
            steps.entry((scenario(&exchange).to_string(), step)).or_default().push((what.clone(), request));
        }
    }
    steps
}

// ── From a description to a command ─────────────────────────────────────────────────────────────────────────────────

fn encode(what: &Json, theirs: &Message) -> Result<Vec<u8>, Refused> {
    let mut names = Names::new(1);
    let mut region = Region::new(kind::OPERATE);
    let (namespace, set) = key(what.get("key").expect("key"), &mut region);
    region.words[word::NAMESPACE] = names.intern(NameKind::Namespace, namespace.as_bytes())?;
    region.words[word::SET] = names.intern(NameKind::Set, set.as_bytes())?;
    if let Some(policy) = what.get("policy") {
        apply_policy(policy, &mut region.words);
    }
    if let Some((_, filter)) = theirs.fields.iter().find(|(id, _)| *id == field::FILTER) {
        let (offset, length) = region.bytes(filter);
        region.words[word::FILTER_OFFSET] = offset;
        region.words[word::FILTER_LENGTH] = length;
    }
    for op in what.get("ops").expect("ops").list() {
        let bin = match op.get("bin").and_then(Json::text) {
            Some(name) => names.intern(NameKind::Bin, name.as_bytes())?,
            None => NONE,
        };
        let built = Built::new(op);
        region.op(built.kind, bin, &built.context, &built.arguments);
    }
    region.encode(&names).map(|(_, frame)| frame)
}

/// An op as a builder would make it.
struct Built {
    kind: u32,
    context: Vec<(i64, Value)>,
    arguments: Vec<Value>,
}

impl Built {
    fn new(op: &Json) -> Built {
        let name = op.get("op").and_then(Json::text).expect("op");
        let mut context: Vec<_> = op.get("ctx").map_or(&[][..], Json::list).iter().map(step).collect();
        let (family, rest) = name.split_once('_').unwrap_or(("", name));
        let (kind, arguments) = match family {
            "list" if rest.starts_with("create") => (list_op_kind::SET_ORDER, list_create(op, &mut context)),
            "map" if rest == "create" => (map_op_kind::SET_ORDER, map_create(op, &mut context)),
            "list" | "map" if rest.starts_with("get_by_") || rest.starts_with("remove_by_") => {
                selection(family, rest, op)
            }
            "list" => list(rest, op),
            "map" => map(rest, op),
            "bit" => bit(rest, op),
            "hll" => hll(rest, op),
            "string" => string(rest, op),
            "to" => (string_op_kind::TO_STRING, vec![]),
            _ => scalar(name, op),
        };
        Built { kind, context, arguments }
    }
}

fn scalar(name: &str, op: &Json) -> (u32, Vec<Value>) {
    let value = op.get("value").map(Json::value).into_iter().collect();
    (named(scalar_op_kind::OPS, name), value)
}

/// `get_by_…` and `remove_by_…`: the return type, what is looked for, and how many where that is said.
fn selection(family: &str, name: &str, op: &Json) -> (u32, Vec<Value>) {
    let ops = if family == "list" { list_op_kind::OPS } else { map_op_kind::OPS };
    let mut known = name.trim_end_matches("_count").replace("relative", "rel");
    if known.ends_with("by_value_range") || known.ends_with("by_key_range") {
        known = known.replace("_range", "_interval");
    }
    let kind = match known.as_str() {
        "get_by_value" => named(ops, "get_all_by_value"),
        "remove_by_value" => named(ops, "remove_all_by_value"),
        other => named(ops, other),
    };
    let mut arguments = vec![int(bits(op, "return_type", cdt_return::ROWS))];
    for name in ["value", "values", "key", "keys", "value_begin", "key_begin"] {
        arguments.extend(op.get(name).map(Json::value));
    }
    // An end that is not said is left out.
    for name in ["value_end", "key_end", "index", "rank", "count"] {
        arguments.extend(op.get(name).filter(|value| **value != Json::Null).map(Json::value));
    }
    (kind, arguments)
}

fn list(name: &str, op: &Json) -> (u32, Vec<Value>) {
    let [order, flags] = [policy(op, "order", list_order::ROWS), policy(op, "flags", list_write_flag::ROWS)];
    let values = op.get("values").map_or(&[][..], Json::list);
    let one_or_all = || match values {
        [one] => one.value(),
        all => Value::List { items: all.iter().map(Json::value).collect(), ordered: false },
    };
    let index = || op.get("index").expect("index").value();
    let several = values.len() != 1;
    let (known, mut arguments) = match name {
        "append" => (if several { "append_items" } else { "append" }, vec![one_or_all()]),
        "insert" => (if several { "insert_items" } else { "insert" }, vec![index(), one_or_all()]),
        "set" => (name, vec![index(), op.get("value").expect("value").value()]),
        "increment_by_one" => ("increment", vec![index(), Value::Int(1)]),
        "increment" => (name, vec![index(), op.get("value").expect("value").value()]),
        "set_order" | "set_order_with_index" => ("set_order", vec![int(bits(op, "order", list_order::ROWS))]),
        "sort" => (name, vec![int(bits(op, "sort_flags", list_sort_flag::ROWS))]),
        // The Go client makes a range of one a single pop.
        "pop_range" if op.get("count").and_then(Json::int) == Some(1) => ("pop", vec![index()]),
        "join" => (name, op.get("separator").map(Json::value).into_iter().collect()),
        _ => {
            let numbers = ["index", "count"].iter().filter_map(|name| op.get(name)).map(Json::value);
            (name.trim_end_matches("_from"), numbers.collect())
        }
    };
    // What is at its default is left out from the end on.
    match known {
        "append" | "append_items" | "increment" if order | flags != 0 => arguments.extend([int(order), int(flags)]),
        "insert" | "insert_items" | "set" if flags != 0 => arguments.push(int(flags)),
        _ => {}
    }
    (named(list_op_kind::OPS, known), arguments)
}

/// To make a list within others, the last step of the way says so; at the top the order does.
fn list_create(op: &Json, context: &mut [(i64, Value)]) -> Vec<Value> {
    let with_index = op.get("op").and_then(Json::text) == Some("list_create_with_index");
    let order = bits(op, "order", list_order::ROWS);
    if let Some((id, _)) = context.last_mut() {
        *id |= list_create_bits(order, op.get("pad").is_some_and(Json::is_true));
    }
    vec![int(order | if with_index { u32::from(list_order::PERSIST_INDEX) } else { 0 })]
}

fn map_create(op: &Json, context: &mut [(i64, Value)]) -> Vec<Value> {
    let order = bits(op, "order", map_order::ROWS);
    if let Some((id, _)) = context.last_mut() {
        *id |= map_create_bits(order);
    }
    vec![int(order)]
}

fn map(name: &str, op: &Json) -> (u32, Vec<Value>) {
    let mut order = policy(op, "order", map_order::ROWS);
    if op.get("policy").and_then(|policy| policy.get("persist_index")).is_some_and(Json::is_true) {
        order |= u32::from(map_order::PERSIST_INDEX);
    }
    let flags = policy(op, "flags", map_write_flag::ROWS);
    let value = |name| op.get(name).expect(name).value();
    let (known, mut arguments) = match name {
        "set_policy" => ("set_order", vec![int(order)]),
        "put" => (name, vec![value("key"), value("value"), int(order)]),
        "put_items" => (name, vec![value("items"), int(order)]),
        "increment" | "decrement" => (name, vec![value("key"), value("delta"), int(order)]),
        _ => (name, vec![]),
    };
    if known.starts_with("put") && flags != 0 {
        arguments.push(int(flags));
    }
    (named(map_op_kind::OPS, known), arguments)
}

fn bit(name: &str, op: &Json) -> (u32, Vec<Value>) {
    let mut arguments = Vec::new();
    for name in ["byte_offset", "bit_offset", "byte_size", "bit_size", "value", "shift"] {
        arguments.extend(op.get(name).map(Json::value));
    }
    if op.get("policy").is_some() {
        arguments.push(int(policy(op, "flags", bit_write_flag::ROWS)));
    }
    let signed = op.get("signed").is_some_and(Json::is_true);
    match name {
        "b64_encode" if op.get("invert_size").is_some_and(Json::is_true) => arguments.push(int(1)),
        "add" | "subtract" => {
            let sign = if signed { u32::from(bit_overflow_flag::SIGNED) } else { 0 };
            arguments.push(int(bits(op, "action", bit_overflow_flag::ROWS) | sign));
        }
        "resize" => arguments.push(int(bits(op, "resize_flags", bit_resize_flag::ROWS))),
        "get_int" if signed => arguments.push(int(1)),
        _ => {}
    }
    (named(bit_op_kind::OPS, name), arguments)
}

fn hll(name: &str, op: &Json) -> (u32, Vec<Value>) {
    let mut arguments = Vec::new();
    for name in ["list", "index_bits", "min_hash_bits"] {
        arguments.extend(op.get(name).map(Json::value));
    }
    if op.get("policy").is_some() {
        arguments.push(int(policy(op, "flags", hll_write_flag::ROWS)));
    }
    (named(hll_op_kind::OPS, name.trim_start_matches("get_")), arguments)
}

fn string(name: &str, op: &Json) -> (u32, Vec<Value>) {
    let known = match name {
        "substr_range" => "substr",
        "split_separator" => "split",
        "b64_decode" => "base64_decode",
        other => other,
    };
    let kind = named(string_op_kind::OPS, known);
    let all =
        ["start", "end", "index", "prefix", "suffix", "separator", "count", "target_length", "pad_string", "value"];
    let mut arguments: Vec<_> = all.iter().filter_map(|name| op.get(name)).map(Json::value).collect();
    arguments.extend(op.get("values").map(Json::value));
    let pair: Vec<_> =
        ["needle", "pattern", "replacement"].iter().filter_map(|name| op.get(name)).map(Json::value).collect();
    match op.get("replacement") {
        Some(_) => arguments.push(Value::List { items: pair, ordered: false }),
        None => arguments.extend(pair),
    }
    arguments.extend(op.get("occurrence").map(Json::value));
    if op.get("numeric_type").is_some() {
        let any = op.get("numeric_type").and_then(Json::text) == Some("any");
        arguments.push(int(if any { 0 } else { bits(op, "numeric_type", string_numeric_type::ROWS) }));
    }
    if op.get("regex_flags").is_some() {
        arguments.push(int(bits(op, "regex_flags", string_regex_flag::ROWS)));
    }
    // Without an end, the client sends no flags.
    if kind & 0xFF >= 50 && !(known == "snip" && op.get("end").is_none()) {
        arguments.push(int(policy(op, "flags", string_write_flag::ROWS)));
    }
    (kind, arguments)
}

/// A step of a context: `["map_key", "a"]`, `["list_index_create", 0, "ordered", false]`.
fn step(step: &Json) -> (i64, Value) {
    let parts = step.list();
    let name = parts[0].text().expect("step");
    let id = i64::from(number(context::ROWS, name.trim_end_matches("_create")));
    let create = match (name, parts.get(2).and_then(Json::text)) {
        ("list_index_create", Some(order)) => list_create_bits(number(list_order::ROWS, order), parts[3].is_true()),
        ("map_key_create", Some(order)) => map_create_bits(number(map_order::ROWS, order)),
        _ => 0,
    };
    (id | create, parts[1].value())
}

fn list_create_bits(order: u32, pad: bool) -> i64 {
    i64::from(match (order as u8, pad) {
        (list_order::ORDERED, _) => context::CREATE_ORDERED,
        (_, true) => context::CREATE_PADDED_OR_KEY_ORDERED,
        _ => context::CREATE_UNORDERED,
    })
}

fn map_create_bits(order: u32) -> i64 {
    i64::from(match order as u8 {
        map_order::KEY_ORDERED => context::CREATE_PADDED_OR_KEY_ORDERED,
        map_order::KEY_VALUE_ORDERED => context::CREATE_ORDERED,
        _ => context::CREATE_UNORDERED,
    })
}

fn int(value: u32) -> Value {
    Value::Int(i64::from(value))
}

fn named(ops: &[ops::Op], name: &str) -> u32 {
    let upper = name.to_uppercase();
    ops.iter().find(|op| op.name == upper).unwrap_or_else(|| panic!("no op {name}")).kind
}

/// The bits of names such as `create_only|no_fail`; `default` has none.
fn bits(of: &Json, name: &str, rows: &[Row]) -> u32 {
    let text = of.get(name).and_then(Json::text).unwrap_or_else(|| panic!("{name} of {of:?}"));
    text.split('|').map(|flag| number(rows, flag)).fold(0, |bits, bit| bits | bit)
}

fn number(rows: &[Row], name: &str) -> u32 {
    let upper = name.to_uppercase();
    match rows.iter().find(|row| row.name == upper) {
        Some(row) => row.value as u32,
        None if ["default", "unordered", "fail"].contains(&name) => 0,
        None => panic!("{name} is in no table"),
    }
}

fn policy(op: &Json, name: &str, rows: &[Row]) -> u32 {
    op.get("policy").map_or(0, |policy| bits(policy, name, rows))
}

// ── Comparing ───────────────────────────────────────────────────────────────────────────────────────────────────────

/// All but the time limit, the order of fields, an empty set, and the order of an unordered map.
fn same(ours: &Message, theirs: &Message) -> bool {
    let header =
        |header: Header| Header { timeout: 0, fields: 0, info1: header.info1 & !info1::COMPRESS_RESPONSE, ..header };
    let fields = |message: &Message| {
        let mut fields = message.fields.clone();
        fields.retain(|(id, bytes)| *id != field::SET || !bytes.is_empty());
        fields.sort();
        fields
    };
    header(ours.header) == header(theirs.header)
        && fields(ours) == fields(theirs)
        && ours.ops.len() == theirs.ops.len()
        && ours.ops.iter().zip(&theirs.ops).all(|(ours, theirs)| same_op(ours, theirs))
}

fn same_op(ours: &Op, theirs: &Op) -> bool {
    let head = |op: &Op| (op.code, op.particle_type, op.name.clone());
    head(ours) == head(theirs) && (ours.value == theirs.value || is_packed(ours) && sorted(ours) == sorted(theirs))
}

fn is_packed(op: &Op) -> bool {
    matches!(op.particle_type, 4 | 19 | 20) && msgpack::read(&op.value).is_ok()
}

fn sorted(op: &Op) -> String {
    let (mut value, _) = msgpack::read(&op.value).expect("msgpack");
    normalise(&mut value);
    format!("{value:?}")
}

fn show(message: &Message) -> String {
    let header = &message.header;
    let ops = message.ops.iter().map(|op| (op.code, String::from_utf8_lossy(&op.name).into_owned(), hex(&op.value)));
    format!("{:02x} {:02x} {:?}", header.info1, header.info2, ops.collect::<Vec<_>>())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

// ── What is refused ─────────────────────────────────────────────────────────────────────────────────────────────────

/// The refusal of one op, and the slot to blame.
fn refused(kind: u32, bin: bool, context: &[(i64, Value)], arguments: &[Value]) -> (&'static str, Option<usize>) {
    let mut names = Names::new(1);
    let mut region = Region::new(kind::OPERATE);
    region.key(&Value::Int(1));
    region.words[word::NAMESPACE] = names.intern(NameKind::Namespace, b"test").unwrap();
    let bin = if bin { names.intern(NameKind::Bin, b"b").unwrap() } else { NONE };
    region.op(scalar_op_kind::READ_ALL, NONE, &[], &[]);
    region.op(kind, bin, context, arguments);
    let refused = region.encode(&names).unwrap_err();
    (refused.reason, refused.slot)
}

#[test]
fn what_is_no_op_is_refused_with_its_slot() {
    let text = Value::String(b"x".to_vec());
    assert_eq!(refused(0x7_0000, true, &[], &[]), ("an unknown op", Some(1)));
    assert_eq!(
        refused(list_op_kind::SIZE, true, &[], &[int(1)]),
        ("the op takes another number of arguments", Some(1))
    );
    assert_eq!(refused(list_op_kind::GET, true, &[], &[]), ("the op takes another number of arguments", Some(1)));
    assert_eq!(refused(list_op_kind::SIZE, false, &[], &[]), ("a bin name has 1 to 15 bytes", Some(1)));
    assert_eq!(refused(scalar_op_kind::TOUCH, true, &[], &[]).1, Some(1));
    assert_eq!(refused(scalar_op_kind::READ, true, &[(0x10, int(0))], &[]), ("the op takes no context", Some(1)));
    assert_eq!(refused(list_op_kind::SIZE, true, &[(-1, int(0))], &[]), ("a step of a context has no id", Some(2)));
    assert_eq!(refused(scalar_op_kind::ADD, true, &[], &[text]), ("only a number can be added", Some(2)));
    assert_eq!(refused(scalar_op_kind::APPEND, true, &[], &[int(1)]).1, Some(2));
    assert_eq!(refused(scalar_op_kind::WRITE, true, &[], &[Value::Infinity]).1, Some(2));
    assert!(refused(list_op_kind::SIZE, true, &vec![(0x10, int(0)); 257], &[]).0.contains("256"));
}

#[test]
fn all_ops_respond_unless_that_is_not_wanted_or_not_possible() {
    let info = |flags: u32, kinds: &[(u32, &[Value])]| {
        let mut names = Names::new(1);
        let mut region = Region::new(kind::OPERATE);
        region.key(&Value::Int(1));
        region.words[word::NAMESPACE] = names.intern(NameKind::Namespace, b"test").unwrap();
        region.words[word::FLAGS] = flags;
        let bin = names.intern(NameKind::Bin, b"b").unwrap();
        for (kind, arguments) in kinds {
            let record = ops::find(*kind).unwrap().form == ops::Form::Record;
            region.op(*kind, if record { NONE } else { bin }, &[], arguments);
        }
        let header = Message::read(&region.encode(&names).unwrap().1).header;
        (header.info1, header.info2)
    };
    let [list, map, all, head, touch] = [
        list_op_kind::SIZE,
        map_op_kind::SIZE,
        scalar_op_kind::READ_ALL,
        scalar_op_kind::READ_HEADER,
        scalar_op_kind::TOUCH,
    ];
    assert_eq!(info(0, &[(list, &[])]), (0x01, 0));
    assert_eq!(info(flag::RESPOND_ALL_OPS, &[(list, &[])]), (0x01, 0x80));
    assert_eq!(info(0, &[(map, &[])]), (0x01, 0x80));
    assert_eq!(info(flag::RESPOND_VALUES_ONLY, &[(map, &[])]), (0x01, 0));
    assert_eq!(info(flag::RESPOND_ALL_OPS, &[(map, &[]), (all, &[])]), (0x03, 0));
    assert_eq!(info(0, &[(touch, &[]), (head, &[])]), (0x21, 0x01));
    assert_eq!(info(0, &[(list, &[]), (head, &[])]), (0x01, 0));
}
