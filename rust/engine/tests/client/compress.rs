//! Compression: what leaves compressed, what is asked for, and compressed answers of every kind, whole, in pieces, damaged.

use crate::rig::{frame, record_answer, shrunk, Rig, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, policy_flag, stat};
use aerospike_sansio::proto::code;
use aerospike_sansio::wire;

const COMPRESS: (usize, u32) = (word::FLAGS, policy_flag::COMPRESS);
/// A filter of many equal bytes makes the request of a single record worth it.
const LONG: (usize, u32) = (word::FILTER_LENGTH, 300);

fn enterprise(nodes: usize) -> Rig {
    let mut rig = Rig::connected(nodes, "");
    rig.nodes.values_mut().for_each(|node| node.enterprise = true);
    rig
}

fn compressed(rig: &Rig) -> usize {
    rig.nodes.values().map(|node| node.compressed).sum()
}

/// Enough keys for a message that is worth it.
fn keys(count: i64) -> Vec<i64> {
    (0..count).collect()
}

#[test]
fn a_request_above_the_threshold_leaves_compressed_and_its_answer_is_read() {
    let mut rig = enterprise(1);
    let short = rig.submit(command_kind::GET, 1, &[COMPRESS]);
    let op = rig.batch(&[(command_kind::GET, &keys(100))], &[COMPRESS]);
    rig.run();
    assert_eq!((rig.result(short).code, rig.result(op).code), (code::OK, code::OK));
    assert_eq!(rig.rows(op, 100), vec![code::OK; 100]);
    assert_eq!((compressed(&rig), rig.nodes[&BASE].requests), (1, 2), "the get is shorter than 128 bytes");
}

#[test]
fn the_threshold_may_be_said_and_alone_it_asks_for_no_compressed_answer() {
    let mut rig = enterprise(1);
    rig.batch(&[(command_kind::GET, &keys(100))], &[(word::COMPRESS_ABOVE, 100_000), COMPRESS]);
    rig.run();
    assert_eq!(compressed(&rig), 0);
    rig.batch(&[(command_kind::GET, &keys(100))], &[(word::COMPRESS_ABOVE, 500)]);
    rig.run();
    assert_eq!(compressed(&rig), 1);
}

#[test]
fn compressed_records_and_the_streams_of_batches_and_queries_are_read_split_at_any_byte() {
    for pieces in [1, 2, 3, 5, 7, 64] {
        let mut rig = enterprise(1);
        let node = rig.nodes.get_mut(&BASE).unwrap();
        (node.value, node.records, node.holds) = (1000, 1, true);
        let get = rig.submit(command_kind::GET, 1, &[COMPRESS]);
        let batch = rig.batch(&[(command_kind::GET, &keys(50))], &[COMPRESS]);
        let query = rig.query(&[COMPRESS, (word::PARTITIONS, 200 << 16 | 1000)]);
        rig.run();
        for conn in rig.conns_in_use() {
            for answer in rig.take_held(conn) {
                answer.chunks(pieces).for_each(|piece| {
                    rig.give(conn, piece);
                    rig.run();
                });
            }
        }
        assert_eq!(rig.result(get).code, code::OK, "in pieces of {pieces}");
        assert_eq!(rig.rows(batch, 50), vec![code::OK; 50]);
        assert_eq!((rig.result(query).code, rig.found.len()), (code::OK, 200));
        assert_eq!(rig.values, [1000], "the blob of the get");
    }
}

#[test]
fn a_server_without_compression_answers_25_once_and_nothing_is_tried_again() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().records = 1;
    let put = rig.submit(command_kind::PUT, 1, &[(word::COMPRESS_ABOVE, 50), LONG, (word::MAX_RETRIES, 3)]);
    let batch = rig.batch(&[(command_kind::PUT, &keys(20))], &[COMPRESS, (word::MAX_RETRIES, 3)]);
    let query = rig.query(&[COMPRESS]);
    rig.run();
    for op in [put, query] {
        let ended = rig.result(op);
        assert_eq!((ended.code, ended.in_doubt, ended.from_server), (code::ENTERPRISE_ONLY, false, true));
        assert!(ended.compressed);
    }
    assert_eq!(rig.rows(batch, 20), vec![code::ENTERPRISE_ONLY; 20]);
    assert!(rig.parts.iter().all(|part| !part.3), "what was refused has not happened");
    assert_eq!(rig.nodes[&BASE].requests, 3);
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
    assert!(rig.closes.is_empty());
}

#[test]
fn a_refused_row_of_a_compressed_batch_is_not_taken_for_its_end_by_others() {
    // Without compression, 25 is the code of a row (a durable delete on a Community server).
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().code = code::ENTERPRISE_ONLY as u8;
    let op = rig.batch(&[(command_kind::REMOVE, &keys(5))], &[]);
    rig.run();
    assert_eq!(rig.rows(op, 5), vec![code::ENTERPRISE_ONLY; 5]);
    assert!(!rig.result(op).compressed);
}

#[test]
fn compression_changes_nothing_in_retries_and_doubt() {
    for flags in [0, policy_flag::COMPRESS] {
        let mut rig = enterprise(2);
        rig.nodes.values_mut().for_each(|node| node.holds = true);
        let above = (word::COMPRESS_ABOVE, if flags == 0 { 0 } else { 50 });
        let get = rig.submit(command_kind::GET, 1, &[(word::FLAGS, flags), above, LONG, (word::MAX_RETRIES, 1)]);
        let put = rig.submit(command_kind::PUT, 1, &[(word::FLAGS, flags), above, LONG]);
        rig.run();
        let conns = rig.conns_in_use();
        conns.into_iter().for_each(|conn| rig.cut(conn));
        rig.nodes.values_mut().for_each(|node| node.holds = false);
        rig.run();
        rig.advance(10.0);
        assert_eq!(compressed(&rig), if flags == 0 { 0 } else { 3 });
        assert_eq!((rig.result(get).code, rig.result(get).attempts), (code::OK, 2));
        assert_eq!((rig.result(put).code, rig.result(put).in_doubt), (code::CONNECTION, true));
    }
}

#[test]
fn a_damaged_compressed_answer_ends_its_connection_and_what_was_on_it() {
    let mut answer = record_answer(0);
    answer.resize(300, 0);
    answer = frame(3, &answer[8..]);
    let good = shrunk(&answer);
    assert_eq!(good[1], 4);
    let mut bomb = good.clone();
    bomb[8..16].copy_from_slice(&(128u64 << 20).to_be_bytes());
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let trailing = frame(4, &[&good[8..], b"x"].concat());
    let info = shrunk(&frame(1, &[b'a'; 300]));
    for bad in [bomb, flipped, trailing, info, frame(4, b""), frame(4, &[0; 8]), shrunk(&shrunk(&frame(4, &[9; 400])))]
    {
        assert_eq!(bad[1], 4);
        let mut rig = enterprise(1);
        rig.nodes.get_mut(&BASE).unwrap().holds = true;
        let op = rig.submit(command_kind::GET, 1, &[COMPRESS]);
        rig.run();
        let conn = rig.conns_in_use()[0];
        rig.give(conn, &bad);
        rig.run();
        assert_eq!(rig.result(op).code, code::MALFORMED);
        rig.forget_held();
        rig.ended.clear();
        rig.nodes.get_mut(&BASE).unwrap().holds = false;
        let next = rig.get(2);
        rig.run();
        assert_eq!(rig.result(next).code, code::OK, "the engine goes on");
    }
}

#[test]
fn info_answers_are_never_compressed() {
    let mut rig = enterprise(1);
    let stuck = wire::complete(&shrunk(&frame(3, &[0; 300]))).unwrap().unwrap().0;
    assert_eq!(stuck, 4);
    let conns = rig.conns_of(BASE);
    // The only connection so far is that of the tend.
    rig.give(conns[0], &shrunk(&frame(3, &[0; 300])));
    rig.run();
    assert_eq!(rig.closes.len(), 1);
}
