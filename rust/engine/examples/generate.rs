//! Prints what is generated from the tables of numbers: `generate ts` the TypeScript module of constants, `generate md`
//! the page of the documentation. `scripts/gen.mjs` runs it and keeps both files; nothing here writes one.

use aerospike_sansio::command::{exp_ops, ops};
use aerospike_sansio::table::Row;
use aerospike_sansio::{abi, limits, proto};
use std::fmt::Write;

struct Table {
    name: &'static str,
    about: &'static str,
    rows: &'static [Row],
}

macro_rules! tables {
    ($($source:ident: $($module:ident)*;)*) => {
        [$((stringify!($source), vec![$(Table {
            name: stringify!($module),
            about: $source::$module::ABOUT,
            rows: $source::$module::ROWS,
        }),*])),*]
    };
}

fn sources() -> [(&'static str, Vec<Table>); 4] {
    tables! {
        abi: command_kind command_word policy_flag batch_flag column_type columns_slot misfit query_flag tag tag_flag txn_state txn_status txn_word output event close_reason socket_end stat operation op_word watch stage step metrics_head series_word stage_word node_word;
        proto: message_type info1 info2 info3 info4 field op list_op map_op cdt_op cdt_return list_order list_write_flag list_sort_flag
            map_order map_write_flag context bit_op bit_write_flag bit_resize_flag bit_overflow_flag hll_op hll_write_flag string_op string_write_flag string_regex_flag string_numeric_type particle
            security_command security_field privilege code;
        limits: limit;
        exp_ops: exp_op exp_type exp_system exp_flag regex_flag loop_part path_flag;
    }
}

macro_rules! op_tables {
    ($($module:ident)*) => {
        [$((stringify!($module), ops::$module::ABOUT, ops::$module::OPS)),*]
    };
}

fn op_tables() -> [(&'static str, &'static str, &'static [ops::Op]); 8] {
    op_tables!(scalar_op_kind list_op_kind map_op_kind bit_op_kind hll_op_kind exp_op_kind string_op_kind path_op_kind)
}

/// Numbers that are in no table.
const SINGLE: [(&str, u64, &str); 5] = [
    ("NONE", abi::NONE as u64, "\"No such id\" in any word that holds one."),
    ("VERSION", proto::VERSION as u64, "The version byte of every message."),
    ("PROTO_HEADER", proto::PROTO_HEADER as u64, "Bytes of the header before every message."),
    ("DATA_HEADER", proto::DATA_HEADER as u64, "Bytes of the header of a DATA message, after the message header."),
    ("EPOCH_SECONDS", proto::EPOCH_SECONDS, "2010-01-01T00:00:00Z in Unix seconds: void times count from here."),
];

/// Fails when a table was written and not listed above.
fn check_nothing_is_left_out() {
    let texts = [
        include_str!("../src/abi.rs"),
        include_str!("../src/proto.rs"),
        include_str!("../src/limits.rs"),
        include_str!("../src/command/exp_ops.rs"),
    ];
    for (text, (source, tables)) in texts.iter().zip(sources()) {
        let written = text.lines().filter(|line| line.starts_with("    pub mod ")).count();
        assert_eq!(tables.len(), written, "examples/generate.rs does not list every table of {source}.rs");
    }
    let written = include_str!("../src/command/ops.rs").lines().filter(|line| line.starts_with("    pub mod ")).count();
    assert_eq!(op_tables().len(), written, "examples/generate.rs does not list every table of ops.rs");
}

fn main() {
    check_nothing_is_left_out();
    let what = std::env::args().nth(1).unwrap_or_default();
    match what.as_str() {
        "ts" => print!("{}", typescript()),
        "md" => print!("{}", markdown()),
        _ => {
            eprintln!("usage: generate ts | md");
            std::process::exit(2);
        }
    }
}

// ── TypeScript ──────────────────────────────────────────────────────────────────────────────────────────────────────

fn typescript() -> String {
    let mut out = String::from(
        "// Generated from rust/engine/src/{abi,proto,limits,command/ops,command/exp_ops}.rs by `npm run gen`. Do not edit.\n\
         //\n\
         // The numbers of the boundary between the engine and its shell, of the wire protocol, and the limits.\n",
    );
    for (name, value, doc) in SINGLE {
        write!(out, "\n/** {doc} */\nexport const {name} = {value}\n").unwrap();
    }
    for (_, tables) in sources() {
        for table in tables {
            typescript_table(&mut out, &table);
        }
    }
    for (name, about, ops) in op_tables() {
        let rows = ops.iter().map(|op| Row { name: op.name, value: i64::from(op.kind), doc: op.doc });
        typescript_rows(&mut out, name, about, rows);
    }
    texts_of_codes(&mut out);
    out
}

fn typescript_table(out: &mut String, table: &Table) {
    let rows = table.rows.iter().map(|row| Row { ..*row });
    typescript_rows(out, table.name, table.about, rows);
}

fn typescript_rows(out: &mut String, name: &str, about: &str, rows: impl Iterator<Item = Row>) {
    let name = camel_case(name);
    write!(out, "\n/** {} */\nexport const {name} = /* @__PURE__ */ Object.freeze({{\n", sentence(about)).unwrap();
    for row in rows {
        write!(out, "  /** {} */\n  {}: {},\n", row.doc, row.name, row.value).unwrap();
    }
    out.push_str("} as const)\n");
}

fn texts_of_codes(out: &mut String) {
    out.push_str("\n/** What each result code means. */\n");
    out.push_str("export const codeText: Readonly<Record<number, string>> = /* @__PURE__ */ Object.freeze({\n");
    for row in proto::code::ROWS {
        writeln!(out, "  {}: {},", key(row.value), quoted(row.doc)).unwrap();
    }
    out.push_str("})\n\n/** The name of each result code, as in `code`. */\n");
    out.push_str("export const codeName: Readonly<Record<number, string>> = /* @__PURE__ */ Object.freeze({\n");
    for row in proto::code::ROWS {
        writeln!(out, "  {}: {},", key(row.value), quoted(row.name)).unwrap();
    }
    out.push_str("})\n");
}

/// A number as the key of an object literal.
fn key(value: i64) -> String {
    if value < 0 {
        format!("\"{value}\"")
    } else {
        value.to_string()
    }
}

/// Every text is ASCII without control characters, so that Rust's escapes are TypeScript's.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_string();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

fn sentence(about: &str) -> String {
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

// ── Markdown ────────────────────────────────────────────────────────────────────────────────────────────────────────

const CHAPTERS: [(&str, &str, &str); 4] = [
    (
        "proto",
        "The wire protocol",
        "What client and server say to each other. Result codes below zero are the client's own.",
    ),
    ("exp_ops", "Expressions", "Conditions and computations that the server evaluates on a record."),
    ("limits", "Limits", "Checked before anything is sent, and before anything that was received is believed."),
    (
        "abi",
        "Between engine and shell",
        "The layout of commands, values and outputs in the memory that the engine shares with the shell around it.",
    ),
];

fn markdown() -> String {
    let mut out = String::from(
        "# Numbers\n\n<!-- Generated from rust/engine/src/{abi,proto,limits,command/ops,command/exp_ops}.rs by `npm run gen`. Do not edit. -->\n",
    );
    let sources = sources();
    for (source, title, about) in CHAPTERS {
        write!(out, "\n## {title}\n\n{about}\n").unwrap();
        let (_, tables) = sources.iter().find(|(name, _)| *name == source).expect("a chapter is a source");
        for table in tables {
            markdown_table(&mut out, table);
        }
    }
    markdown_ops(&mut out);
    out
}

fn markdown_ops(out: &mut String) {
    out.push_str(
        "\n## Ops\n\nWhat operate can do. The code is what a packed op begins with on the wire; its arguments follow, those in \
         parentheses may be left out.\n",
    );
    for (name, about, ops) in op_tables() {
        write!(out, "\n### `{name}`\n\n{}\n\n", sentence(about)).unwrap();
        out.push_str("| name | number | op | code | arguments | changes the record | meaning |\n|---|---:|---|---:|---|---|---|\n");
        for op in ops {
            let wire = proto::op::ROWS.iter().find(|row| row.value == i64::from(op.wire)).map_or("", |row| row.name);
            let code = if op.form == ops::Form::Packed { op.code().to_string() } else { String::new() };
            let arguments = match op.arguments {
                (min, max) if min == max => min.to_string(),
                (min, max) => format!("{min} to {max}"),
            };
            let writes = if op.is_write() { "yes" } else { "" };
            writeln!(out, "| `{}` | {} | `{wire}` | {code} | {arguments} | {writes} | {} |", op.name, op.kind, op.doc)
                .unwrap();
        }
    }
}

fn markdown_table(out: &mut String, table: &Table) {
    write!(out, "\n### `{}`\n\n{}\n\n", table.name, sentence(table.about)).unwrap();
    out.push_str("| name | value | meaning |\n|---|---:|---|\n");
    for row in table.rows {
        let value = number(table, row);
        writeln!(out, "| `{}` | {value} | {} |", row.name, row.doc.replace('|', "\\|")).unwrap();
    }
}

/// Bits are told in hexadecimal, everything else in decimal.
fn number(table: &Table, row: &Row) -> String {
    let bits = table.name.starts_with("info") || table.name.ends_with("_flag");
    if bits && !row.name.ends_with("_SHIFT") {
        format!("0x{:02x}", row.value)
    } else {
        row.value.to_string()
    }
}
