//! Expressions against the recordings: each that other clients sent, as a filter or in an op, is built anew from its
//! description, by rules on its name, and has to become the bytes that the Go or the C client sent.

use crate::json::{unhex, Json};
use crate::recorded::{canonical, exchanges, scenario, Message};
use crate::region::Region;
use aerospike_sansio::abi::{command_kind as kind, tag, NONE};
use aerospike_sansio::command::exp_ops::{exp_op, exp_system, exp_type, loop_part, Operator};
use aerospike_sansio::proto::{
    bit_op, bit_overflow_flag, bit_resize_flag, bit_write_flag, cdt_return, context, field, hll_op, hll_write_flag,
    list_op, list_order, list_sort_flag, list_write_flag, map_op, map_order, map_write_flag, message_type, op,
    string_numeric_type, string_op, string_regex_flag, string_write_flag,
};
use aerospike_sansio::table::Row;
use aerospike_sansio::value::tape::{self, Slot};
use aerospike_sansio::value::{msgpack, pack, Value};
use std::collections::BTreeMap;

const FILES: [&str; 12] = [
    "kv",
    "kv.py",
    "kv.node",
    "exp",
    "exp.py",
    "exp.node",
    "path.py",
    "string.py",
    "batch.py",
    "query",
    "query.py",
    "query.node",
];

/// What the Go client packs in a way of its own: it leaves the flags of map writes out, or has a legacy op for them. The
/// Python client packs a map's increment with one element too many inside, the Node client the modulus not at all.
const OTHERWISE: [&str; 3] = ["map_put", "map_increment", "eq(digest_modulo)"];

#[derive(Debug, Default)]
struct Count {
    same: usize,
    /// The same value in another packing: a long integer, a NaN, blanks in GeoJSON.
    alike: usize,
    otherwise: usize,
}

#[test]
fn every_recorded_expression_is_packed_as_the_go_or_the_c_client_does_it() {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut failures = Vec::new();
    for file in FILES {
        let count = counts.entry(file).or_default();
        for exchange in exchanges(&format!("{file}.jsonl")) {
            for (what, theirs) in recorded(&exchange) {
                let node = expression(&what);
                let ours = packed(&node);
                let value = |bytes: &[u8]| canonical(msgpack::read(bytes).expect("msgpack").0);
                if ours == theirs {
                    count.same += 1;
                } else if value(&ours) == value(&theirs) {
                    count.alike += 1;
                } else if OTHERWISE.contains(&outline(&what).as_str()) {
                    count.otherwise += 1;
                } else {
                    failures.push(format!(
                        "{}: {what:?}\n  ours   {ours:02x?}\n  theirs {theirs:02x?}",
                        scenario(&exchange)
                    ));
                }
                if exchange.get("server_code").and_then(Json::int) == Some(0) {
                    check_counts(&node, &what);
                }
            }
        }
    }
    for (file, count) in &counts {
        println!("{file}: {count:?}");
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    let total: usize = counts.values().map(|count| count.same).sum();
    assert!(total > 900, "{total} expressions");
}

/// The operator, with the one inside it where that is what matters.
fn outline(what: &Json) -> String {
    match what.list().get(1).and_then(|inner| inner.list().first()?.text()) {
        Some("digest_modulo") => format!("{}(digest_modulo)", name(what)),
        _ => name(what).to_string(),
    }
}

fn name(what: &Json) -> &str {
    what.list()[0].text().expect("the name of an operator")
}

/// The expressions of an exchange with the bytes that were sent for each.
fn recorded(exchange: &Json) -> Vec<(Json, Vec<u8>)> {
    let what = exchange.get("what").expect("what");
    let Some(request) = exchange.get("request").and_then(Json::text).map(unhex) else { return Vec::new() };
    if request.get(1) != Some(&message_type::DATA) {
        return Vec::new();
    }
    let message = Message::read(&request);
    let mut all = Vec::new();
    if let Some(filter) = what.get("policy").and_then(|policy| policy.get("filter")) {
        let sent = message.fields.iter().find(|(id, _)| *id == field::FILTER);
        all.push((filter.clone(), sent.expect("a filter").1.clone()));
    }
    for (described, sent) in what.get("ops").map_or(&[][..], Json::list).iter().zip(&message.ops) {
        if let (Some(expression), op::EXP_READ | op::EXP_MODIFY) = (described.get("expression"), sent.code) {
            // The op's value is a list of the expression and the flags.
            let mut end = 1;
            pack::skip(&sent.value, &mut end).expect("an expression");
            all.push((expression.clone(), sent.value[1..end].to_vec()));
        }
    }
    all
}

/// Every operator of what the server took has as many arguments as the table says.
fn check_counts(node: &Node, what: &Json) {
    let Node::List(items) = node else { return };
    if let Node::Value(Value::Int(code)) = items[0] {
        let operator = Operator::find(code as u8).expect("an operator");
        assert!(operator.accepts(items.len() - 1), "{}: {what:?}", operator.name);
        if code as u8 != exp_op::CALL {
            items[1..].iter().for_each(|item| check_counts(item, what));
        }
    }
}

// ── From a node to bytes ────────────────────────────────────────────────────────────────────────────────────────────

#[derive(Clone, Debug)]
enum Node {
    Value(Value),
    Raw(String),
    List(Vec<Node>),
}

fn packed(node: &Node) -> Vec<u8> {
    let mut region = Region::new(kind::GET);
    put(node, &mut region);
    let mut out = Vec::new();
    let end = tape::to_packed(&region.slots, 0, &region.data, &mut out).expect("an element");
    assert_eq!(end, region.slots.len());
    out
}

fn put(node: &Node, region: &mut Region) {
    match node {
        Node::Value(value) => region.value(NONE, value),
        Node::Raw(text) => {
            let (offset, length) = region.bytes(text.as_bytes());
            region.slots.push(Slot::new(tag::RAW, NONE, offset, length));
        }
        Node::List(items) => {
            region.slots.push(Slot::new(tag::LIST, NONE, items.len() as u32, 0));
            items.iter().for_each(|item| put(item, region));
        }
    }
}

// ── From a description to a node ────────────────────────────────────────────────────────────────────────────────────

fn int(value: impl Into<i64>) -> Node {
    Node::Value(Value::Int(value.into()))
}

fn raw(name: &Json) -> Node {
    Node::Raw(name.text().expect("a name").to_string())
}

fn call(code: u8, args: Vec<Node>) -> Node {
    Node::List([vec![int(code)], args].concat())
}

/// The number of a row, by its name in lower case.
fn number(rows: &[Row], name: &str) -> i64 {
    let row = rows.iter().find(|row| row.name.eq_ignore_ascii_case(name));
    row.unwrap_or_else(|| panic!("no {name}")).value
}

/// The bits of `a|b`.
fn bits(text: &str, rows: &[Row]) -> i64 {
    text.split('|').filter(|name| !matches!(*name, "default" | "")).map(|name| number(rows, name)).sum()
}

fn type_number(name: &str) -> i64 {
    number(exp_type::ROWS, if name == "str" { "string" } else { name })
}

fn expression(what: &Json) -> Node {
    let (name, args) = (name(what), &what.list()[1..]);
    let text = |at: usize| args[at].text().expect("text");
    let literal = || Node::Value(args[0].value());
    match name {
        "int" | "str" | "float" | "bool" | "blob" | "map" => literal(),
        "list" => call(exp_op::QUOTE, vec![literal()]),
        "geo" => Node::Value(Value::Geo(text(0).as_bytes().to_vec())),
        "nil" => Node::Value(Value::Nil),
        "inf" => Node::Value(Value::Infinity),
        "wildcard" => Node::Value(Value::Wildcard),
        "bin_type" => call(exp_op::BIN_TYPE, vec![raw(&args[0])]),
        "bin_exists" => call(exp_op::NE, vec![call(exp_op::BIN_TYPE, vec![raw(&args[0])]), int(0)]),
        "key" => call(exp_op::KEY, vec![int(type_number(text(0)))]),
        "digest_modulo" => call(exp_op::DIGEST_MODULO, vec![int(args[0].int().expect("a modulus"))]),
        "regex_compare" => {
            // By the names of the clients that were recorded.
            let names = [("extended", 1), ("icase", 2), ("nosub", 4), ("newline", 8)];
            let set = names.iter().filter(|(name, _)| text(1).split('|').any(|set| set == *name));
            let flags: i64 = set.map(|(_, bit)| bit).sum();
            call(exp_op::REGEX, vec![int(flags), raw(&args[0]), expression(&args[2])])
        }
        "loop_var" => {
            let part = number(loop_part::ROWS, text(1));
            call(exp_op::LOOP_VAR, vec![int(type_number(text(0))), int(part)])
        }
        "var" => call(exp_op::VAR, vec![raw(&args[0])]),
        "let" => call(exp_op::LET, args.iter().flat_map(definition).collect()),
        _ if name.ends_with("_bin") => {
            let type_name = name.trim_end_matches("_bin");
            call(exp_op::BIN, vec![int(type_number(type_name)), raw(&args[0])])
        }
        "map_keys" | "map_values" => call(operator(name), args.iter().map(expression).collect()),
        _ => match name.split_once('_') {
            Some((family @ ("list" | "map" | "bit" | "hll" | "string"), rest)) => operation(family, rest, args),
            _ => call(operator(name), args.iter().map(expression).collect()),
        },
    }
}

/// `["def", name, value]` in a `let`; its last argument is the body.
fn definition(arg: &Json) -> Vec<Node> {
    match name(arg) {
        "def" => vec![raw(&arg.list()[1]), expression(&arg.list()[2])],
        _ => vec![expression(arg)],
    }
}

fn operator(name: &str) -> u8 {
    let known = match name {
        "not_eq" => "ne",
        "greater" => "gt",
        "greater_eq" => "ge",
        "less" => "lt",
        "less_eq" => "le",
        _ => name.trim_start_matches("num_"),
    };
    number(exp_op::ROWS, known) as u8
}

// ── Ops on lists, maps, bits and HyperLogLogs ───────────────────────────────────────────────────────────────────────

/// What an op is given beside its target: descriptions are taken from the front.
struct Arguments<'a> {
    rest: &'a [Json],
}

impl<'a> Arguments<'a> {
    fn next(&mut self) -> &'a Json {
        let (first, rest) = self.rest.split_first().expect("an argument");
        self.rest = rest;
        first
    }

    fn text(&mut self) -> &'a str {
        self.next().text().expect("text")
    }

    fn expressions(&mut self) -> Vec<Node> {
        std::mem::take(&mut self.rest).iter().map(expression).collect()
    }
}

fn operation(family: &str, name: &str, args: &[Json]) -> Node {
    let (ctx, args) = match args.split_last() {
        Some((last, rest)) if last.get("ctx").is_some() => (last.get("ctx"), rest),
        _ => (None, args),
    };
    let (target, rest) = args.split_last().expect("a target");
    let target = expression(target);
    let mut args = Arguments { rest };
    let (system, gives, op) = match family {
        "bit" => bit(name, &mut args),
        "hll" => hll(name, &mut args),
        "string" => string(name, &mut args),
        _ => collection(family, name, &mut args, &target),
    };
    let op = match ctx {
        Some(ctx) => Node::List(vec![int(255), Node::List(ctx.list().iter().flat_map(step).collect()), Node::List(op)]),
        None => Node::List(op),
    };
    call(exp_op::CALL, vec![int(gives), int(system), op, target])
}

/// The type that a node gives.
fn type_of(node: &Node) -> i64 {
    match node {
        Node::Value(Value::Map { .. }) => exp_type::MAP.into(),
        Node::List(items) => match (&items[0], &items[1]) {
            (Node::Value(Value::Int(code)), _) if *code == i64::from(exp_op::QUOTE) => exp_type::LIST.into(),
            (_, Node::Value(Value::Int(given))) => *given,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

const MODIFY: i64 = exp_system::MODIFY as i64;

fn collection(family: &str, name: &str, args: &mut Arguments, target: &Node) -> (i64, i64, Vec<Node>) {
    let is_list = family == "list";
    let (rows, flags, orders) = match is_list {
        true => (list_op::ROWS, list_write_flag::ROWS, list_order::ROWS),
        false => (map_op::ROWS, map_write_flag::ROWS, map_order::ROWS),
    };
    let code = number(rows, &code_name(name));
    let mut op = vec![int(code)];
    if let Some(policy) = args.rest.first().filter(|arg| matches!(arg, Json::Object(_))) {
        args.next();
        op.extend(args.expressions());
        let part = |name| policy.get(name).and_then(Json::text).expect(name);
        if !matches!(name, "insert" | "insert_items" | "set") {
            op.push(int(number(orders, part("order"))));
        }
        let flags = bits(part("flags"), flags);
        if is_list || name == "put" || name == "put_items" && flags != 0 {
            op.push(int(flags));
        }
        return (MODIFY, type_of(target), op);
    }
    if name == "sort" {
        op.push(int(bits(args.text(), list_sort_flag::ROWS)));
        return (MODIFY, type_of(target), op);
    }
    if name == "join" {
        op.extend(args.expressions());
        return (0, exp_type::STRING.into(), op);
    }
    if name == "size" {
        return (0, exp_type::INT.into(), op);
    }
    if name == "clear" {
        return (MODIFY, type_of(target), op);
    }
    let one = matches!(name, "remove_by_index" | "remove_by_rank" | "remove_by_key");
    let returned = if one { "none" } else { args.text() };
    op.push(int(bits(returned, cdt_return::ROWS)));
    if name.starts_with("remove") {
        op.extend(args.expressions());
        return (MODIFY, type_of(target), op);
    }
    let one = matches!(name, "get_by_index" | "get_by_rank" | "get_by_key");
    let gives = if one { type_number(args.text()) } else { type_of_return(returned) };
    op.extend(args.expressions());
    (0, gives, op)
}

/// `get_by_value_relative_rank_range_count` as it stands in the tables.
fn code_name(name: &str) -> String {
    let name = name.strip_suffix("_count").unwrap_or(name).replace("relative", "rel");
    match name.as_str() {
        "get_by_value" | "remove_by_value" => name.replace("_by", "_all_by"),
        _ if name.ends_with("by_value_range") || name.ends_with("by_key_range") => name.replace("_range", "_interval"),
        _ => name,
    }
}

fn type_of_return(returned: &str) -> i64 {
    i64::from(match returned.split('|').next() {
        Some("count") => exp_type::INT,
        Some("exists") => exp_type::BOOL,
        Some("key_value" | "ordered_map" | "unordered_map") => exp_type::MAP,
        _ => exp_type::LIST,
    })
}

fn bit(name: &str, args: &mut Arguments) -> (i64, i64, Vec<Node>) {
    let mut op = vec![int(number(bit_op::ROWS, name))];
    let system = i64::from(exp_system::BITS);
    if !matches!(args.rest.first(), Some(Json::Object(_))) {
        if name == "b64_encode" {
            let (sizes, from_end) = args.rest.split_at(args.rest.len() - usize::from(!args.rest.is_empty()));
            op.extend(sizes.iter().map(expression));
            op.extend(from_end.iter().map(|flag| int(i64::from(flag.is_true()))));
        } else if name == "get_int" {
            let (signed, rest) = args.rest.split_last().expect("signed");
            op.extend(rest.iter().map(expression));
            op.extend(signed.is_true().then(|| int(bit_overflow_flag::SIGNED)));
        } else {
            op.extend(args.expressions());
        }
        let gives = match name {
            "get" => exp_type::BLOB,
            "b64_encode" => exp_type::STRING,
            _ => exp_type::INT,
        };
        return (system, gives.into(), op);
    }
    let flags = bits(args.next().get("flags").and_then(Json::text).expect("flags"), bit_write_flag::ROWS);
    let more = match name {
        "resize" => 1,
        "add" | "subtract" => 2,
        _ => 0,
    };
    let (operands, more) = args.rest.split_at(args.rest.len() - more);
    op.extend(operands.iter().map(expression));
    op.push(int(flags));
    match more {
        [resize] => op.push(int(bits(resize.text().expect("flags"), bit_resize_flag::ROWS))),
        [signed, action] => {
            let action = action.text().filter(|name| *name != "fail").unwrap_or_default();
            let sign = if signed.is_true() { bit_overflow_flag::SIGNED } else { 0 };
            op.push(int(i64::from(sign) + bits(action, bit_overflow_flag::ROWS)));
        }
        _ => {}
    }
    (system + MODIFY, exp_type::BLOB.into(), op)
}

fn hll(name: &str, args: &mut Arguments) -> (i64, i64, Vec<Node>) {
    let system = i64::from(exp_system::HLL);
    let (code, given) = match name.split_once("_with") {
        Some((code, rest)) => (code, if rest.contains("min_hash") { 2 } else { 1 }),
        None => (name.trim_start_matches("get_"), 0),
    };
    let mut op = vec![int(number(hll_op::ROWS, code))];
    if !matches!(args.rest.first(), Some(Json::Object(_))) {
        op.extend(args.expressions());
        let gives = match code {
            "union" => exp_type::HLL,
            "similarity" => exp_type::FLOAT,
            "describe" => exp_type::LIST,
            _ => exp_type::INT,
        };
        return (system, gives.into(), op);
    }
    let flags = bits(args.next().get("flags").and_then(Json::text).expect("flags"), hll_write_flag::ROWS);
    op.extend(args.expressions());
    // Bits that are not given.
    let unset = if code == "add" { 2 - given } else { 1 - given.min(2) / 2 };
    op.extend(std::iter::repeat_n(int(-1), unset));
    op.push(int(flags));
    (system + MODIFY, exp_type::HLL.into(), op)
}

fn string(name: &str, args: &mut Arguments) -> (i64, i64, Vec<Node>) {
    let system = i64::from(exp_system::STRING);
    let known = match name {
        "substr_range" => "substr",
        "split_separator" => "split",
        "b64_decode" => "base64_decode",
        other => other,
    };
    let mut op = vec![int(number(string_op::ROWS, known))];
    let flags_of = |text: &Json, rows: &[Row]| int(bits(text.text().expect("flags"), rows));
    if !matches!(args.rest.first(), Some(Json::Object(_))) {
        match known {
            "is_numeric" => op.push(flags_of(args.next(), string_numeric_type::ROWS)),
            "regex_compare" => {
                op.push(expression(args.next()));
                op.push(flags_of(args.next(), string_regex_flag::ROWS));
            }
            _ => op.extend(args.expressions()),
        }
        let gives = match known {
            "substr" | "char_at" => exp_type::STRING,
            "strlen" | "find" | "to_integer" | "byte_length" => exp_type::INT,
            "to_double" => exp_type::FLOAT,
            "to_blob" | "base64_decode" => exp_type::BLOB,
            "split" => exp_type::LIST,
            _ => exp_type::BOOL,
        };
        return (system, gives.into(), op);
    }
    let flags = flags_of(args.next().get("flags").expect("flags"), string_write_flag::ROWS);
    let is_snip_to_the_end = known == "snip" && args.rest.len() == 1;
    if known.contains("replace") {
        let items = vec![args.next().list()[1].value(), args.next().list()[1].value()];
        op.push(call(exp_op::QUOTE, vec![Node::Value(Value::List { items, ordered: false })]));
        if known == "regex_replace" {
            op.push(flags_of(args.next(), string_regex_flag::ROWS));
        }
    } else {
        op.extend(args.expressions());
    }
    // Without an end, the client sends no flags.
    if !is_snip_to_the_end {
        op.push(flags);
    }
    (system + MODIFY, exp_type::STRING.into(), op)
}

/// A step of a context: only the plain ones occur inside of expressions.
fn step(step: &Json) -> [Node; 2] {
    let id = number(context::ROWS, name(step));
    [int(id), Node::Value(step.list()[1].value())]
}
