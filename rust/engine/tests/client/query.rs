//! Queries: every record once, whatever becomes of the nodes; cursors; back-pressure.

use crate::rig::{Rig, BASE};
use aerospike_sansio::abi::{command_word as word, query_flag, stat, tag, NONE};
use aerospike_sansio::proto::code;
use aerospike_sansio::value::tape::Slot;
use std::collections::HashSet;

fn with_records(nodes: usize, records: u16) -> Rig {
    let mut rig = Rig::connected(nodes, "");
    rig.nodes.values_mut().for_each(|node| node.records = records);
    rig
}

/// How many records came, none of them twice.
fn distinct(rig: &Rig) -> usize {
    let distinct: HashSet<_> = rig.found.iter().map(|(_, digest)| *digest).collect();
    assert_eq!(distinct.len(), rig.found.len(), "a record came twice");
    distinct.len()
}

fn words(number: f64) -> [u32; 2] {
    [number.to_bits() as u32, (number.to_bits() >> 32) as u32]
}

fn limited(records: f64) -> [(usize, u32); 2] {
    let [low, high] = words(records);
    [(word::MAX_RECORDS, low), (word::MAX_RECORDS + 1, high)]
}

#[test]
fn a_query_reads_every_partition_of_every_node_once() {
    let mut rig = with_records(3, 2);
    let op = rig.query(&[]);
    rig.run();
    assert_eq!((rig.result(op).code, distinct(&rig)), (code::OK, 8192));
    assert_eq!(rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), [1, 1, 1]);
    assert!(rig.cursors[&op].is_empty());
}

#[test]
fn some_partitions_may_be_asked_for() {
    let mut rig = with_records(2, 3);
    let op = rig.query(&[(word::PARTITIONS, 10 << 16 | 4000)]);
    rig.run();
    assert_eq!((rig.result(op).code, distinct(&rig)), (code::OK, 30));
}

#[test]
fn when_a_node_dies_in_the_middle_only_what_is_missing_is_read_from_the_replicas() {
    let mut rig = with_records(2, 2);
    rig.nodes.get_mut(&BASE).unwrap().cut_after = Some(1001);
    let op = rig.query(&[]);
    rig.run();
    assert!(!rig.has_ended(op));
    rig.kill(BASE);
    rig.advance(1.0);
    assert_eq!((rig.result(op).code, distinct(&rig)), (code::OK, 8192));
}

#[test]
fn a_query_was_tried_as_often_as_its_part_that_was_tried_most() {
    for (retries, expected) in [(0, (code::TIMEOUT, 1)), (1, (code::OK, 2))] {
        let mut rig = with_records(2, 2);
        rig.nodes.get_mut(&BASE).unwrap().holds = true;
        let op = rig.query(&[(word::SOCKET_TIMEOUT, 100), (word::MAX_RETRIES, retries)]);
        rig.advance(200.0);
        assert_eq!((rig.result(op).code, rig.result(op).attempts), expected);
    }
}

#[test]
fn a_partition_that_is_not_there_is_looked_for_at_the_next_replica() {
    let mut rig = with_records(2, 1);
    rig.nodes.get_mut(&BASE).unwrap().missing = vec![0, 2, 100];
    let op = rig.query(&[]);
    rig.run();
    assert_eq!((rig.result(op).code, distinct(&rig)), (code::OK, 4096));
}

#[test]
fn trap_2_an_error_before_the_start_has_no_last_bit_and_ends_the_query() {
    let mut rig = with_records(2, 1);
    rig.nodes.get_mut(&BASE).unwrap().code = code::INDEX_NOT_FOUND as u8;
    let op = rig.query(&[]);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).from_server), (code::INDEX_NOT_FOUND, true));
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
}

#[test]
fn a_limit_is_kept_and_a_cursor_goes_on_behind_it() {
    let mut rig = with_records(3, 3);
    let mut cursor = vec![];
    let mut pages = 0;
    loop {
        rig.engine.data.resize(200_000, 0);
        rig.engine.data[..cursor.len()].copy_from_slice(&cursor);
        let from = [(word::CURSOR_OFFSET, 0), (word::CURSOR_LENGTH, cursor.len() as u32)];
        let before = rig.found.len();
        let op = rig.query(&[&limited(1000.0)[..], &from].concat());
        rig.run();
        assert_eq!(rig.result(op).code, code::OK);
        assert!(rig.found.len() - before <= 1000);
        (cursor, pages) = (rig.cursors[&op].clone(), pages + 1);
        rig.ended.clear();
        if cursor.is_empty() {
            break;
        }
        assert_eq!(rig.found.len() - before, 1000, "every page but the last is full");
    }
    assert_eq!((distinct(&rig), pages), (12_288, 13));
}

#[test]
fn a_limit_below_the_number_of_nodes_is_kept() {
    let mut rig = with_records(3, 2);
    let op = rig.query(&limited(2.0));
    rig.run();
    assert_eq!((rig.result(op).code, distinct(&rig)), (code::OK, 2));
    assert!(!rig.cursors[&op].is_empty());
}

#[test]
fn a_limit_is_kept_when_a_node_dies_in_the_middle() {
    let mut rig = with_records(2, 4);
    rig.nodes.get_mut(&BASE).unwrap().cut_after = Some(100);
    let op = rig.query(&limited(1000.0));
    rig.run();
    rig.kill(BASE);
    rig.advance(1.0);
    assert_eq!((rig.result(op).code, distinct(&rig)), (code::OK, 1000));
}

#[test]
fn a_cursor_that_is_none_is_refused() {
    let mut rig = with_records(1, 1);
    rig.engine.data[..3].copy_from_slice(&[9, 9, 9]);
    let refused = rig.try_submit(aerospike_sansio::abi::command_kind::QUERY, 0, &[(word::CURSOR_LENGTH, 3)]);
    assert_eq!(refused.unwrap_err().code, code::INVALID_ARGUMENT);
}

#[test]
fn a_slow_caller_makes_the_engine_stop_reading_until_he_has_caught_up() {
    let mut rig = with_records(2, 5);
    let op = rig.query(&[(word::SOCKET_TIMEOUT, 50)]);
    rig.run();
    assert!(rig.pauses.0 > 0);
    let came = rig.found.len() as u32;
    rig.engine.consumed(op, came);
    rig.run();
    assert_eq!(distinct(&rig), 20_480);
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn a_connection_whose_query_ended_while_it_was_paused_is_read_again() {
    let mut rig = with_records(1, 3);
    let op = rig.query(&[]);
    rig.run();
    assert_eq!((rig.result(op).code, distinct(&rig), rig.pauses), (code::OK, 12_288, (1, 1)));
}

#[test]
fn a_paused_query_that_goes_on_with_another_node_can_be_paused_again() {
    let mut rig = with_records(2, 8);
    rig.nodes.values_mut().for_each(|node| node.cut_after = Some(9000));
    let op = rig.query(&[]);
    rig.run();
    let before = rig.pauses.0;
    rig.nodes.get_mut(&(BASE + 1)).unwrap().cut_after = None;
    rig.kill(BASE);
    rig.advance(1.0);
    assert!(rig.pauses.0 > before && !rig.has_ended(op));
}

#[test]
fn a_paused_query_does_not_time_out_for_want_of_progress() {
    let mut rig = with_records(1, 4);
    rig.nodes.get_mut(&BASE).unwrap().cut_after = Some(9000);
    let op = rig.query(&[(word::SOCKET_TIMEOUT, 50), (word::MAX_RETRIES, 0)]);
    rig.run();
    assert_eq!(rig.pauses.0, 1);
    rig.advance(10_000.0);
    assert!(!rig.has_ended(op));
    rig.engine.consumed(op, 9000);
    rig.advance(51.0);
    assert_eq!((rig.result(op).code, rig.pauses.1), (code::TIMEOUT, 1));
}

#[test]
fn a_query_that_is_given_up_ends_at_once_and_its_cursor_goes_on() {
    let mut rig = with_records(2, 1);
    rig.nodes.values_mut().for_each(|node| node.cut_after = Some(100));
    let op = rig.query(&[]);
    rig.run();
    rig.engine.cancel(op);
    rig.run();
    assert_eq!(rig.result(op).code, code::ABORTED);
    let cursor = rig.cursors[&op].clone();
    rig.ended.clear();
    rig.engine.data.resize(200_000, 0);
    rig.engine.data[..cursor.len()].copy_from_slice(&cursor);
    let op = rig.query(&[(word::CURSOR_LENGTH, cursor.len() as u32)]);
    rig.run();
    assert_eq!((rig.result(op).code, distinct(&rig)), (code::OK, 4096));
}

#[test]
fn a_background_job_begins_once_on_every_node_under_one_number() {
    let mut rig = Rig::connected(3, "");
    let bin = rig.name(aerospike_sansio::names::NameKind::Bin, "b");
    let write = u32::from(aerospike_sansio::proto::op::WRITE);
    let op_slot = Slot { tag: tag::OP | write << 8, bin, a: 1, b: 0 };
    let value = Slot { tag: tag::TRUE, bin: NONE, a: 0, b: 0 };
    rig.engine.command[word::LENGTH / 4] = op_slot;
    rig.engine.command[word::LENGTH / 4 + 1] = value;
    let op = rig.query(&[(word::QUERY_FLAGS, query_flag::BACKGROUND), (word::ITEMS, 1), (word::SLOTS, 2)]);
    rig.run();
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt), (code::OK, false));
    assert_ne!(ended.generation, 0, "the job's number");
    assert_eq!(rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), [1, 1, 1]);
    rig.ended.clear();
    rig.nodes.get_mut(&BASE).unwrap().code = code::PARAMETER as u8;
    let op = rig.query(&[(word::QUERY_FLAGS, query_flag::BACKGROUND), (word::ITEMS, 1), (word::SLOTS, 2)]);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::PARAMETER, true));
}

/// A call of `m.f` with no arguments, on the streams of all nodes.
fn aggregate(rig: &mut Rig) -> u32 {
    let text = |at| Slot { tag: tag::STRING, bin: NONE, a: at, b: 1 };
    let list = Slot { tag: tag::LIST, bin: NONE, a: 0, b: 0 };
    rig.engine.data[..2].copy_from_slice(b"mf");
    rig.engine.command[word::LENGTH / 4..][..3].copy_from_slice(&[text(0), text(1), list]);
    rig.query(&[(word::QUERY_FLAGS, query_flag::CALL), (word::ITEMS, 3), (word::SLOTS, 3)])
}

#[test]
fn an_aggregation_asks_each_node_once_and_its_values_need_no_digest() {
    let mut rig = with_records(3, 700);
    let op = aggregate(&mut rig);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).generation, rig.reduced), (code::OK, 0, 2100));
    assert_eq!(rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), [1, 1, 1]);
    assert!(rig.cursors[&op].is_empty());
}

#[test]
fn a_node_that_has_never_met_the_set_adds_nothing() {
    let mut rig = with_records(3, 10);
    rig.nodes.get_mut(&BASE).unwrap().code = code::RECORD_NOT_FOUND as u8;
    let op = aggregate(&mut rig);
    rig.run();
    assert_eq!((rig.result(op).code, rig.reduced), (code::OK, 20));
}

#[test]
fn an_aggregation_is_tried_again_only_where_no_value_has_come() {
    let mut rig = with_records(2, 10);
    rig.nodes.get_mut(&BASE).unwrap().cut_after = Some(0);
    let op = aggregate(&mut rig);
    rig.run();
    rig.conns_of(BASE).into_iter().for_each(|conn| rig.cut(conn));
    rig.run();
    assert_eq!((rig.result(op).code, rig.reduced), (code::OK, 20));
    rig.ended.clear();
    rig.nodes.get_mut(&BASE).unwrap().cut_after = Some(5);
    let op = aggregate(&mut rig);
    rig.run();
    rig.conns_of(BASE).into_iter().for_each(|conn| rig.cut(conn));
    rig.run();
    assert_eq!(rig.result(op).code, code::CONNECTION);
}

#[test]
fn reading_stops_when_nobody_takes_the_values_of_an_aggregation() {
    let mut rig = with_records(1, 20_000);
    let op = aggregate(&mut rig);
    rig.run();
    assert_eq!((rig.result(op).code, rig.pauses.0 > 0), (code::OK, true));
}
