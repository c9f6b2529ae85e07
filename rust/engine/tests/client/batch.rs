//! Batches: split by node, retried in part, never half answered.

use crate::rig::{Rig, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, stat};
use aerospike_sansio::proto::code;

fn keys(count: i64) -> Vec<i64> {
    (0..count).collect()
}

#[test]
fn a_batch_is_one_request_a_node_and_every_row_is_answered_once() {
    let mut rig = Rig::connected(3, "");
    let op = rig.batch(&[(command_kind::GET, &keys(500))], &[]);
    rig.run();
    assert_eq!(rig.rows(op, 500), vec![code::OK; 500]);
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), vec![1, 1, 1]);
    assert_eq!(rig.nodes.values().map(|node| node.rows).sum::<usize>(), 500);
}

#[test]
fn reads_and_writes_may_be_mixed_and_keep_their_numbers() {
    let mut rig = Rig::connected(2, "");
    let op =
        rig.batch(&[(command_kind::GET, &[1, 2]), (command_kind::PUT, &[3]), (command_kind::REMOVE, &[4, 5])], &[]);
    rig.run();
    assert_eq!(rig.rows(op, 5), vec![code::OK; 5]);
}

#[test]
fn a_row_that_fails_does_not_fail_the_others_or_the_batch() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.get_mut(&BASE).unwrap().code = code::RECORD_NOT_FOUND as u8;
    let op = rig.batch(&[(command_kind::GET, &keys(50))], &[]);
    rig.run();
    let rows = rig.rows(op, 50);
    assert!(rows.contains(&code::OK) && rows.contains(&code::RECORD_NOT_FOUND));
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn only_the_part_of_a_node_that_died_is_sent_again_and_to_the_replica() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = rig.batch(&[(command_kind::GET, &keys(100))], &[(word::MAX_RETRIES, 2)]);
    rig.run();
    let before = rig.nodes[&(BASE + 1)].rows;
    assert!(before > 0 && before < 100);
    rig.kill(BASE);
    rig.advance(1.0);
    assert_eq!(rig.rows(op, 100), vec![code::OK; 100]);
    assert_eq!(rig.nodes[&(BASE + 1)].rows, 100);
}

#[test]
fn rows_that_were_answered_are_kept_when_the_others_run_out_of_time() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = rig.batch(&[(command_kind::GET, &keys(20)), (command_kind::PUT, &[100, 101, 102, 103, 104])], &[]);
    rig.advance(1000.0);
    let rows = rig.rows(op, 25);
    assert!(rows.contains(&code::OK) && rows.contains(&code::TIMEOUT));
    for &(_, row, code, in_doubt) in &rig.parts {
        assert_eq!(in_doubt, row >= 20 && code == code::TIMEOUT, "row {row}");
    }
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
}

#[test]
fn a_row_the_server_cannot_do_now_is_tried_again_alone() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().code = code::UNAVAILABLE as u8;
    let op = rig.batch(&[(command_kind::GET, &keys(10))], &[(word::MAX_RETRIES, 1), (word::SLEEP, 10)]);
    rig.run();
    assert!(!rig.has_ended(op));
    rig.nodes.get_mut(&BASE).unwrap().code = 0;
    rig.advance(10.0);
    assert_eq!(rig.rows(op, 10), vec![code::OK; 10]);
    rig.nodes.get_mut(&BASE).unwrap().code = code::UNAVAILABLE as u8;
    (rig.parts, rig.ended) = (vec![], vec![]);
    let op = rig.batch(&[(command_kind::PUT, &keys(3))], &[]);
    rig.run();
    assert_eq!(rig.rows(op, 3), vec![code::UNAVAILABLE; 3]);
    assert!(rig.parts.iter().all(|part| !part.3), "what the server refused has not happened");
}

#[test]
fn an_error_for_the_whole_message_is_the_error_of_each_of_its_rows() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().batch_code = code::BATCH_MAX_REQUESTS as u8;
    let op = rig.batch(&[(command_kind::GET, &keys(4))], &[(word::MAX_RETRIES, 3)]);
    rig.run();
    assert_eq!(rig.rows(op, 4), vec![code::BATCH_MAX_REQUESTS; 4]);
    assert_eq!(rig.nodes[&BASE].requests, 1);
}

#[test]
fn rows_of_an_unknown_namespace_are_refused_before_anything_is_sent() {
    let mut rig = Rig::connected(1, "");
    let other = rig.name(aerospike_sansio::names::NameKind::Namespace, "other");
    let op = rig.batch(&[(command_kind::GET, &keys(3))], &[(word::NAMESPACE, other)]);
    rig.run();
    assert_eq!(rig.rows(op, 3), vec![code::NAMESPACE; 3]);
    assert_eq!(rig.nodes[&BASE].requests, 0);
}

#[test]
fn a_batch_that_is_given_up_ends_at_once_with_every_row() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let op = rig.batch(&[(command_kind::GET, &keys(30))], &[]);
    rig.run();
    rig.engine.cancel(op);
    rig.run();
    assert_eq!(rig.rows(op, 30), vec![code::ABORTED; 30]);
    assert_eq!(rig.result(op).code, code::ABORTED);
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
    let op = rig.batch(&[(command_kind::GET, &keys(30))], &[]);
    (rig.parts, rig.ended) = (vec![], vec![]);
    rig.engine.close(0.0, rig.now);
    rig.run();
    assert_eq!(rig.rows(op, 30), vec![code::CLOSED; 30]);
    assert!(rig.engine.finished());
}

#[test]
fn an_answer_for_a_row_that_was_not_asked_for_ends_the_connection() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = rig.batch(&[(command_kind::GET, &keys(3))], &[]);
    rig.run();
    let conn = rig.conns_in_use()[0];
    let mut body = [0u8; 22];
    (body[0], body[17]) = (22, 77);
    rig.give(conn, &crate::rig::frame(3, &body));
    rig.run();
    assert_eq!(rig.rows(op, 3), vec![code::MALFORMED; 3]);
}

#[test]
fn what_was_sent_once_stays_in_doubt_when_the_next_attempt_splits_and_is_refused() {
    let mut rig = Rig::connected(3, "");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let limits = [(word::MAX_RETRIES, 1), (word::SLEEP, 1500), (word::TOTAL_TIMEOUT, 9000)];
    let op = rig.batch(&[(command_kind::PUT, &keys(60))], &limits);
    rig.run();
    rig.kill(BASE);
    // What was on the dead node belongs to two others now.
    for (port, node) in &mut rig.nodes {
        node.peers.retain(|&peer| peer != BASE);
        node.peers_generation += 1;
        node.partition_generation += 1;
        (node.of, node.index) = (2, (*port - BASE).saturating_sub(1) as usize);
    }
    rig.advance(1400.0);
    rig.kill(BASE + 1);
    rig.kill(BASE + 2);
    rig.advance(9000.0);
    assert!(rig.rows(op, 60).iter().all(|&code| code == code::CONNECTION || code == code::TIMEOUT));
    let certain: Vec<u32> = rig.parts.iter().filter(|part| !part.3).map(|part| part.1).collect();
    assert!(certain.is_empty(), "rows {certain:?} were sent, and are said not to have happened");
}

#[test]
fn a_refusal_does_not_undo_the_doubt_of_an_earlier_attempt() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = rig.batch(&[(command_kind::PUT, &keys(3))], &[(word::MAX_RETRIES, 1), (word::SOCKET_TIMEOUT, 50)]);
    rig.advance(10.0);
    let node = rig.nodes.get_mut(&BASE).unwrap();
    (node.holds, node.code) = (false, code::UNAVAILABLE as u8);
    rig.advance(100.0);
    assert_eq!(rig.rows(op, 3), vec![code::UNAVAILABLE; 3]);
    assert!(rig.parts.iter().all(|part| part.3), "the first attempt was sent");
}

#[test]
fn writes_of_a_batch_that_a_server_ends_with_its_own_timeout_are_in_doubt_and_reads_are_not() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().batch_code = code::TIMEOUT as u8;
    let op = rig.batch(&[(command_kind::PUT, &[1, 2]), (command_kind::GET, &[3])], &[]);
    rig.run();
    let doubts: Vec<(u32, i32, bool)> =
        rig.parts.iter().filter(|part| part.0 == op).map(|part| (part.1, part.2, part.3)).collect();
    assert_eq!(doubts, [(0, code::TIMEOUT, true), (1, code::TIMEOUT, true), (2, code::TIMEOUT, false)]);
}
