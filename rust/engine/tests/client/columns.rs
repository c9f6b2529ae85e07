//! Batches and queries in columns: each row in its place, whatever the order, the nodes and the number of attempts.

use crate::rig::{frame, Bins, Rig, BASE};
use aerospike_sansio::abi::{
    column_type, columns_slot as slot, command_kind as kind, command_word as word, misfit, query_flag, stat, tag, NONE,
};
use aerospike_sansio::command;
use aerospike_sansio::limits::limit;
use aerospike_sansio::names::NameKind;
use aerospike_sansio::proto::{code, particle};
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::value::Value;

/// What the record of a row has.
fn bins(row: u32) -> Bins {
    vec![
        ("n", Value::Int(i64::from(row) * 10)),
        ("f", Value::Float(f64::from(row) + 0.5)),
        ("s", Value::String(format!("row {row}").into_bytes())),
    ]
}

fn rig(nodes: usize) -> Rig {
    let mut rig = Rig::connected(nodes, "");
    rig.nodes.values_mut().for_each(|node| node.bins = Some(bins));
    rig
}

fn column(rig: &mut Rig, bin: &str, kind: u32) -> Slot {
    Slot::new(tag::COLUMN | kind << 8, rig.name(NameKind::Bin, bin), 0, 0)
}

/// The columns of `bins`.
fn columns(rig: &mut Rig) -> Vec<Slot> {
    let columns = [("n", column_type::I32), ("f", column_type::F64), ("s", column_type::TEXT)];
    columns.map(|(bin, kind)| column(rig, bin, kind)).to_vec()
}

fn read(rig: &mut Rig, rows: i64, set: &[(usize, u32)]) -> u32 {
    let columns = columns(rig);
    let keys: Vec<i64> = (0..rows).collect();
    rig.try_batch(&[(kind::READ_COLUMNS, &keys)], &columns, set).unwrap()
}

fn region(rig: &Rig, op: u32, slot: usize) -> &[u8] {
    &rig.columns[&op][slot].1
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect()
}

/// The codes of the rows.
fn codes(rig: &Rig, op: u32, rows: usize) -> Vec<i32> {
    match words(region(rig, op, slot::CODES)) {
        codes if codes.is_empty() => vec![0; rows],
        codes => codes.into_iter().map(|code| code as i32).collect(),
    }
}

/// Every row that was read has its own values, and no other has any.
fn check(rig: &Rig, op: u32, rows: usize) -> Vec<i32> {
    let codes = codes(rig, op, rows);
    assert_eq!(codes.len(), rows);
    let region = |at: usize| region(rig, op, at);
    let (numbers, floats) = (words(region(slot::COLUMNS + 1)), region(slot::COLUMNS + 4));
    let (ends, text) = (words(region(slot::COLUMNS + 7)), region(slot::COLUMNS + 8));
    let (generations, ttls) = (words(region(slot::GENERATIONS)), words(region(slot::TTLS)));
    for row in 0..rows {
        let found = codes[row] == code::OK;
        for column in 0..3 {
            assert_eq!(region(slot::COLUMNS + 3 * column)[row], u8::from(found), "row {row}");
        }
        let float = f64::from_le_bytes(floats[row * 8..row * 8 + 8].try_into().unwrap());
        let text = &text[ends[row] as usize..ends[row + 1] as usize];
        let told = (numbers[row], float, text, generations[row], ttls[row]);
        let expected = format!("row {row}");
        if found {
            assert_eq!(told, (row as u32 * 10, row as f64 + 0.5, expected.as_bytes(), 9, u32::MAX));
        } else {
            assert_eq!(told, (0, 0.0, &[][..], 0, 0));
        }
    }
    codes
}

#[test]
fn rows_are_in_the_order_of_the_keys_whichever_node_has_them() {
    let mut rig = rig(3);
    let op = read(&mut rig, 500, &[]);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(check(&rig, op, 500), vec![code::OK; 500]);
    assert_eq!(rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!(rig.parts, [], "no record of output a row");
}

#[test]
fn rows_that_fail_say_so_and_the_others_are_there() {
    let mut rig = rig(2);
    rig.nodes.get_mut(&BASE).unwrap().code = code::RECORD_NOT_FOUND as u8;
    let op = read(&mut rig, 50, &[]);
    rig.run();
    let codes = check(&rig, op, 50);
    assert!(codes.contains(&code::OK) && codes.contains(&code::RECORD_NOT_FOUND));
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn only_rows_that_were_not_answered_are_asked_for_again() {
    let mut rig = rig(2);
    rig.nodes.get_mut(&BASE).unwrap().cut_after = Some(7);
    let op = read(&mut rig, 100, &[(word::MAX_RETRIES, 2)]);
    rig.run();
    assert!(!rig.has_ended(op));
    let (cut, before) = (rig.nodes[&BASE].rows, rig.nodes[&(BASE + 1)].rows);
    rig.kill(BASE);
    rig.advance(1.0);
    assert_eq!(check(&rig, op, 100), vec![code::OK; 100]);
    assert_eq!(rig.nodes[&(BASE + 1)].rows, before + cut - 7);
}

#[test]
fn a_row_that_comes_malformed_is_read_from_the_next_replica_and_nothing_is_left_of_it() {
    let mut rig = rig(2);
    rig.nodes.get_mut(&BASE).unwrap().bins = Some(|row| match row {
        0 => bins(77),
        // It ends a connection, but only behind a value that was taken.
        _ => vec![("n", Value::Int(5)), ("s", Value::Typed(particle::GEOJSON, vec![0]))],
    });
    let op = read(&mut rig, 40, &[(word::MAX_RETRIES, 3)]);
    rig.run();
    rig.advance(10.0);
    let codes = codes(&rig, op, 40);
    assert_eq!(codes, vec![code::OK; 40]);
    let numbers = words(region(&rig, op, slot::COLUMNS + 1));
    assert!((1..40).all(|row| numbers[row] == row as u32 * 10), "{numbers:?}");
}

#[test]
fn rows_keep_what_they_have_when_the_others_run_out_of_time() {
    let mut rig = rig(2);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = read(&mut rig, 30, &[]);
    rig.advance(1000.0);
    let codes = check(&rig, op, 30);
    assert!(codes.contains(&code::OK) && codes.contains(&code::TIMEOUT));
    assert_eq!(region(&rig, op, slot::IN_DOUBT), []);
    assert_eq!((rig.result(op).code, rig.engine.stat(stat::IN_FLIGHT)), (code::OK, 0.0));
}

#[test]
fn columns_that_are_given_up_tell_what_they_have() {
    let mut rig = rig(2);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = read(&mut rig, 30, &[]);
    rig.run();
    rig.engine.cancel(op);
    rig.run();
    assert_eq!(rig.result(op).code, code::ABORTED);
    let codes = check(&rig, op, 30);
    assert!(codes.contains(&code::OK) && codes.contains(&code::ABORTED));
    let op = read(&mut rig, 3, &[]);
    rig.engine.close(0.0, rig.now);
    rig.ended.clear();
    rig.run();
    assert_eq!(rig.result(op).code, code::CLOSED);
    assert_eq!(words(region(&rig, op, slot::CODES)), [code::CLOSED as u32; 3]);
}

#[test]
fn values_that_do_not_fit_are_left_out_and_the_first_is_named() {
    let mut rig = rig(3);
    let columns = [column(&mut rig, "n", column_type::U8), column(&mut rig, "s", column_type::F64)];
    let keys: Vec<i64> = (0..30).collect();
    let op = rig.try_batch(&[(kind::READ_COLUMNS, &keys)], &columns, &[]).unwrap();
    rig.run();
    let [count, row, column, why] = rig.columns[&op][slot::SUMMARY].0;
    // Of "n" those from 26 on are above 255.
    assert_eq!((count, row, column), (30 + 4, 0, 1));
    assert_eq!(why, u32::from(particle::STRING) | misfit::TYPE << 8);
    let valid: Vec<u8> = (0..30).map(|row| u8::from(row < 26)).collect();
    assert_eq!(region(&rig, op, slot::COLUMNS), valid);
    assert_eq!(region(&rig, op, slot::COLUMNS + 3), [0; 30]);
}

#[test]
fn without_columns_generations_and_times_to_live_are_read() {
    let mut rig = rig(2);
    let op = rig.try_batch(&[(kind::READ_COLUMNS, &[1, 2, 3])], &[], &[]).unwrap();
    rig.run();
    assert_eq!(rig.columns[&op].len(), slot::COLUMNS);
    assert_eq!(words(region(&rig, op, slot::GENERATIONS)), [9, 9, 9]);
    assert_eq!(words(region(&rig, op, slot::TTLS)), [u32::MAX; 3]);
}

#[test]
fn a_row_that_was_not_asked_for_ends_the_connection() {
    let mut rig = rig(1);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = read(&mut rig, 3, &[]);
    rig.run();
    let conn = rig.conns_in_use()[0];
    let mut body = [0u8; 22];
    (body[0], body[17]) = (22, 77);
    rig.give(conn, &frame(3, &body));
    rig.run();
    assert_eq!(codes(&rig, op, 3), vec![code::MALFORMED; 3]);
}

#[test]
fn columns_that_no_result_may_have_are_refused_before_anything_is_sent() {
    let mut rig = rig(1);
    let bin = rig.name(NameKind::Bin, "v");
    let wide = Slot::new(tag::COLUMN | column_type::BYTES << 8, bin, limit::COLUMN_BYTES as u32, 0);
    let keys: Vec<i64> = (0..64).collect();
    let refused = rig.try_batch(&[(kind::READ_COLUMNS, &keys)], &[wide], &[]).unwrap_err();
    assert_eq!(refused.code, code::RESULT_TOO_LARGE);
    let n = column(&mut rig, "n", column_type::I8);
    for (groups, columns) in [
        (&[(kind::READ_COLUMNS, &[1i64][..])][..], &[n, n][..]),
        (&[(kind::READ_COLUMNS, &[1])], &[Slot::new(tag::NIL, n.bin, 0, 0)]),
        (&[(kind::READ_COLUMNS, &[1])], &[Slot { bin: NONE, ..n }]),
        (&[(kind::READ_COLUMNS, &[1])], &[Slot { tag: tag::COLUMN | 99 << 8, ..n }]),
        (&[(kind::READ_COLUMNS, &[1]), (kind::GET, &[2])], &[n]),
        (&[(kind::GET, &[1]), (kind::READ_COLUMNS, &[2])], &[]),
        (&[(kind::GET, &[1])], &[n]),
        (&[(kind::WRITE_COLUMNS, &[1])], &[n]),
        (&[(kind::WRITE_COLUMNS, &[1])], &[]),
    ] {
        assert!(rig.try_batch(groups, columns, &[]).is_err(), "{groups:?} {columns:?}");
    }
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, 0);
}

#[test]
fn a_result_that_grows_too_large_is_given_up_and_the_next_is_not() {
    for query_too in [false, true] {
        let mut rig = Rig::connected(2, "columns_max=20000\n");
        for node in rig.nodes.values_mut() {
            node.bins = Some(|_| vec![("s", Value::String(vec![b'x'; 1000]))]);
            node.records = 1;
        }
        let s = column(&mut rig, "s", column_type::TEXT);
        let keys: Vec<i64> = (0..50).collect();
        let op = match query_too {
            true => query(&mut rig, &[s], 0, &[]),
            false => rig.try_batch(&[(kind::READ_COLUMNS, &keys)], &[s], &[]).unwrap(),
        };
        rig.run();
        assert_eq!(rig.result(op).code, code::RESULT_TOO_LARGE);
        let texts = region(&rig, op, slot::COLUMNS + 2).len();
        assert!((15_000..25_000).contains(&texts), "{texts} bytes had come");
        assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
        rig.ended.clear();
        let few = rig.try_batch(&[(kind::READ_COLUMNS, &keys[..10])], &[s], &[]).unwrap();
        rig.run();
        assert_eq!((rig.result(few).code, codes(&rig, few, 10)), (code::OK, vec![code::OK; 10]));
    }
}

// ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/// A column and its three blobs, put into the data region.
fn written(rig: &mut Rig, bin: &str, kind: u32, parts: [&[u8]; 3]) -> Vec<Slot> {
    let mut slots = vec![column(rig, bin, kind)];
    for part in parts {
        let at = rig.used;
        rig.used += part.len();
        rig.engine.data[at..at + part.len()].copy_from_slice(part);
        slots.push(Slot::new(tag::BLOB, NONE, at as u32, part.len() as u32));
    }
    slots
}

#[test]
fn each_row_writes_its_own_values_and_only_those_that_are_there() {
    let mut rig = Rig::connected(1, "");
    let valid = [1, 0, 1];
    let mut columns = written(&mut rig, "a", column_type::U8, [&[], &[7, 8, 9], &[]]);
    let ends: Vec<u8> = [0u32, 2, 2, 3].iter().flat_map(|end| end.to_le_bytes()).collect();
    columns.extend(written(&mut rig, "t", column_type::TEXT, [&valid, &ends, b"hix"]));
    let op = rig.try_batch(&[(kind::WRITE_COLUMNS, &[1, 2, 3])], &columns, &[]).unwrap();
    rig.engine.data.fill(0xEE);
    rig.run();
    let wrote = &rig.nodes[&BASE].wrote;
    let a = |value: u8| vec![0, 0, 0, 13, 2, 1, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, value];
    assert_eq!(wrote[&0], [a(7), vec![0, 0, 0, 7, 2, 3, 0, 1, b't', b'h', b'i']].concat());
    assert_eq!(wrote[&1], a(8));
    assert_eq!(wrote[&2], [a(9), vec![0, 0, 0, 6, 2, 3, 0, 1, b't', b'x']].concat());
    assert_eq!((rig.result(op).code, codes(&rig, op, 3)), (code::OK, vec![0; 3]));
    assert_eq!(words(region(&rig, op, slot::GENERATIONS)), [9, 9, 9]);
}

#[test]
fn a_row_without_a_value_is_not_sent() {
    let mut rig = Rig::connected(2, "");
    let columns = written(&mut rig, "a", column_type::I8, [&[1, 0, 1, 0], &[1, 1, 1, 1], &[]]);
    let op = rig.try_batch(&[(kind::WRITE_COLUMNS, &[1, 2, 3, 4])], &columns, &[]).unwrap();
    rig.run();
    assert_eq!(codes(&rig, op, 4), [0, code::INVALID_ARGUMENT, 0, code::INVALID_ARGUMENT]);
    assert_eq!(rig.nodes.values().map(|node| node.rows).sum::<usize>(), 2);
    let columns = written(&mut rig, "a", column_type::I8, [&[0], &[1], &[]]);
    let none = rig.try_batch(&[(kind::WRITE_COLUMNS, &[1])], &columns, &[]).unwrap();
    rig.run();
    assert_eq!((rig.result(none).code, codes(&rig, none, 1)), (code::OK, vec![code::INVALID_ARGUMENT]));
    assert_eq!(rig.nodes.values().map(|node| node.rows).sum::<usize>(), 2);
}

#[test]
fn rows_that_are_too_many_for_a_message_go_in_several() {
    let mut rig = Rig::connected(1, "");
    let ends: Vec<u8> = [0u32, 0, 300, 301, 900, 900].iter().flat_map(|end| end.to_le_bytes()).collect();
    let valid = [1, 1, 0, 1, 1];
    let mut columns = written(&mut rig, "a", column_type::U8, [&[], &[1, 2, 3, 4, 5], &[]]);
    columns.extend(written(&mut rig, "text", column_type::TEXT, [&valid, &ends, &[b'x'; 900]]));
    rig.try_batch(&[(kind::WRITE_COLUMNS, &[1, 2, 3, 4, 5])], &columns, &[]).unwrap();
    let (engine, rows) = (&rig.engine, vec![0, 1, 2, 3, 4]);
    let block = command::read(&engine.command).unwrap();
    let batch = command::batch::read(&block, &engine.command, &engine.data, &engine.names).unwrap();
    let size = |rows: &Vec<u32>| {
        let mut message = vec![];
        batch.encode(rows, None, &mut message);
        message.len()
    };
    let whole = size(&rows);
    assert_eq!(batch.messages(rows.clone(), whole + 2000), vec![rows.clone()]);
    for (max, count) in [(1, 5), (500, 5), (1000, 2)] {
        let messages = batch.messages(rows.clone(), max);
        assert_eq!((messages.len(), messages.concat()), (count, rows.clone()));
        assert!(messages.iter().all(|rows| rows.len() == 1 || size(rows) <= max));
    }
}

#[test]
fn writes_that_nobody_answered_are_in_doubt() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let values = [5; 20];
    let columns = written(&mut rig, "a", column_type::I8, [&[], &values, &[]]);
    let keys: Vec<i64> = (0..20).collect();
    let op = rig.try_batch(&[(kind::WRITE_COLUMNS, &keys)], &columns, &[]).unwrap();
    rig.advance(1000.0);
    let codes = codes(&rig, op, 20);
    assert!(codes.contains(&code::OK) && codes.contains(&code::TIMEOUT));
    let in_doubt: Vec<u8> = codes.iter().map(|&code| u8::from(code == code::TIMEOUT)).collect();
    assert_eq!(region(&rig, op, slot::IN_DOUBT), in_doubt);
}

#[test]
fn keys_may_come_many_at_once() {
    let mut rig = Rig::connected(2, "");
    let one_by_one: Vec<i64> = vec![-1, 0, i64::MAX];
    let columns = written(&mut rig, "a", column_type::I8, [&[], &[1, 2, 3], &[]]);
    rig.try_batch(&[(kind::WRITE_COLUMNS, &one_by_one)], &columns, &[]).unwrap();
    rig.run();
    let expected: Vec<_> = rig.nodes.values().map(|node| node.wrote.clone()).collect();
    let at = 4000;
    let bytes: Vec<u8> = one_by_one.iter().flat_map(|key| key.to_le_bytes()).collect();
    rig.engine.data[at..at + 24].copy_from_slice(&bytes);
    let submit = |rig: &mut Rig, keys: Slot| {
        // The region stands as it is, but for the keys: one slot now.
        let first = word::LENGTH / 4 * 2 + columns.len();
        rig.engine.command[first - 2].b = 1;
        rig.engine.command[first - word::LENGTH / 4 + word::KEYS / 4].a = 1;
        rig.engine.command[first] = keys;
        rig.engine.submit()
    };
    let keys = |kind: u8, at: u32, count: u32| Slot::new(tag::KEYS | u32::from(kind) << 8, 0, at, count);
    let op = submit(&mut rig, keys(particle::INTEGER, at as u32, 3)).unwrap();
    rig.run();
    assert_eq!(codes(&rig, op, 3), [0, 0, 0]);
    assert_eq!(rig.nodes.values().map(|node| node.wrote.clone()).collect::<Vec<_>>(), expected);
    for wrong in [
        keys(particle::INTEGER, at as u32, 2),
        keys(particle::INTEGER, at as u32, 4),
        keys(particle::INTEGER, at as u32, u32::MAX),
        keys(particle::INTEGER, u32::MAX, 3),
        keys(particle::STRING, at as u32, 3),
        keys(0, at as u32, 5),
        keys(9, 0, 3),
    ] {
        rig.engine.data[at..at + 24].copy_from_slice(&[0xFF; 24]);
        assert!(submit(&mut rig, wrong).is_err(), "{wrong:?}");
    }
}

// ── Queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

fn query(rig: &mut Rig, columns: &[Slot], flags: u32, set: &[(usize, u32)]) -> u32 {
    rig.engine.command.resize(256, Slot::default());
    rig.engine.command[word::LENGTH / 4..word::LENGTH / 4 + columns.len()].copy_from_slice(columns);
    let own = [(word::QUERY_FLAGS, query_flag::COLUMNS | flags), (word::SLOTS, columns.len() as u32)];
    rig.query(&[&own[..], set].concat())
}

#[test]
fn a_query_gathers_every_record_once_and_is_never_paused() {
    let mut rig = rig(3);
    rig.nodes.values_mut().for_each(|node| node.records = 5);
    let columns = columns(&mut rig);
    let op = query(&mut rig, &columns, query_flag::DIGESTS, &[]);
    rig.run();
    assert_eq!((rig.result(op).code, rig.pauses, rig.found.len()), (code::OK, (0, 0), 0));
    let digests: Vec<&[u8]> = region(&rig, op, slot::DIGESTS).chunks(20).collect();
    let numbers = words(region(&rig, op, slot::COLUMNS + 1));
    let ends = words(region(&rig, op, slot::COLUMNS + 7));
    assert_eq!((digests.len(), numbers.len(), ends.len()), (20_480, 20_480, 20_481));
    for (row, digest) in digests.iter().enumerate() {
        let partition = u32::from(u16::from_le_bytes([digest[0], digest[1]]));
        assert_eq!(numbers[row], partition * 10);
        let text = &region(&rig, op, slot::COLUMNS + 8)[ends[row] as usize..ends[row + 1] as usize];
        assert_eq!(text, format!("row {partition}").as_bytes());
    }
    let mut distinct = digests.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 20_480);
    assert_eq!(region(&rig, op, slot::CURSOR), []);
    assert_eq!(region(&rig, op, slot::KEY_TYPES), []);
}

#[test]
fn when_a_node_dies_in_the_middle_no_record_comes_twice() {
    let mut rig = rig(2);
    rig.nodes.values_mut().for_each(|node| node.records = 2);
    rig.nodes.get_mut(&BASE).unwrap().cut_after = Some(1001);
    let columns = columns(&mut rig);
    let op = query(&mut rig, &columns, 0, &[]);
    rig.run();
    assert!(!rig.has_ended(op));
    rig.kill(BASE);
    rig.advance(1.0);
    let mut numbers = words(region(&rig, op, slot::COLUMNS + 1));
    numbers.sort_unstable();
    let expected: Vec<u32> = (0..8192).map(|n| n / 2 * 10).collect();
    assert_eq!((rig.result(op).code, numbers), (code::OK, expected));
}

#[test]
fn a_record_that_comes_malformed_is_not_in_the_columns() {
    let mut rig = rig(2);
    rig.nodes.values_mut().for_each(|node| node.records = 1);
    rig.nodes.get_mut(&BASE).unwrap().bins = Some(|at| {
        if at < 100 {
            bins(at)
        } else {
            vec![("n", Value::Int(1)), ("s", Value::Typed(particle::GEOJSON, vec![0]))]
        }
    });
    let columns = columns(&mut rig);
    let op = query(&mut rig, &columns, 0, &[(word::MAX_RETRIES, 1)]);
    rig.run();
    rig.advance(10.0);
    let mut numbers = words(region(&rig, op, slot::COLUMNS + 1));
    numbers.sort_unstable();
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(numbers, (0..4096).map(|n| n * 10).collect::<Vec<u32>>());
}

#[test]
fn a_limit_of_records_leaves_a_cursor_behind_the_columns() {
    let mut rig = rig(2);
    rig.nodes.values_mut().for_each(|node| node.records = 1);
    let columns = columns(&mut rig);
    let limit = f64::to_bits(1000.0);
    let max = [(word::MAX_RECORDS, limit as u32), (word::MAX_RECORDS + 1, (limit >> 32) as u32)];
    let op = query(&mut rig, &columns, 0, &max);
    rig.run();
    assert_eq!(words(region(&rig, op, slot::GENERATIONS)).len(), 1000);
    assert!(!region(&rig, op, slot::CURSOR).is_empty());
}

#[test]
fn a_query_that_fails_tells_what_came() {
    let mut rig = rig(2);
    rig.nodes.values_mut().for_each(|node| node.records = 1);
    rig.nodes.get_mut(&BASE).unwrap().cut_after = Some(10);
    let columns = columns(&mut rig);
    let op = query(&mut rig, &columns, 0, &[(word::MAX_RETRIES, 0), (word::SOCKET_TIMEOUT, 50)]);
    rig.advance(100.0);
    assert_eq!(rig.result(op).code, code::TIMEOUT);
    assert_eq!(words(region(&rig, op, slot::GENERATIONS)).len(), 2048 + 10);
    assert!(!region(&rig, op, slot::CURSOR).is_empty());
}

#[test]
fn a_query_without_columns_reads_no_bins() {
    let mut rig = rig(1);
    rig.nodes.get_mut(&BASE).unwrap().records = 1;
    let op = query(&mut rig, &[], 0, &[]);
    rig.run();
    assert_eq!((rig.result(op).code, rig.columns[&op].len()), (code::OK, slot::COLUMNS));
    assert_eq!(region(&rig, op, slot::GENERATIONS).len(), 4 * 4096);
    assert!(rig.nodes[&BASE].no_bins);
}
