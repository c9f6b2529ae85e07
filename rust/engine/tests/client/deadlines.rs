//! Deadlines, late answers, cancelling, backpressure.

use crate::rig::{Rig, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, stat};
use aerospike_sansio::proto::code;

#[test]
fn an_answer_ends_the_operation_once_with_its_generation() {
    let mut rig = Rig::connected(1, "");
    let op = rig.get(1);
    rig.run();
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.generation, ended.attempts, ended.from_server), (code::OK, 9, 1, true));
}

#[test]
fn a_result_code_of_the_server_reaches_the_caller_as_it_is() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().code = 13;
    let op = rig.put(1);
    rig.run();
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt, ended.from_server), (code::RECORD_TOO_BIG, false, true));
}

#[test]
fn a_read_without_an_answer_ends_at_its_total_timeout() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 70)]);
    rig.run();
    let begun = rig.now;
    rig.run_until(begun + 69.0);
    assert!(!rig.has_ended(op));
    rig.run_until(begun + 70.0);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt, ended.at - begun), (code::TIMEOUT, false, 70.0));
}

#[test]
fn a_write_that_was_sent_and_not_answered_is_in_doubt() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = rig.put(1);
    rig.advance(1000.0);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt), (code::TIMEOUT, true));
}

#[test]
fn a_write_of_which_nothing_was_sent_is_not_in_doubt_and_is_never_sent() {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\npipeline_depth=8\n");
    let first = rig.get(1);
    rig.run();
    assert_eq!(rig.result(first).code, code::OK);
    // The socket takes the first request and asks for no more: the second stays with the engine.
    rig.stuck = true;
    let sent = rig.submit(command_kind::PUT, 1, &[(word::TOTAL_TIMEOUT, 500)]);
    rig.run();
    let unsent = rig.submit(command_kind::PUT, 2, &[(word::TOTAL_TIMEOUT, 100)]);
    let before = rig.nodes[&BASE].requests;
    rig.ended.clear();
    rig.advance(200.0);
    let ended = rig.result(unsent);
    assert_eq!((ended.code, ended.in_doubt), (code::TIMEOUT, false));
    let _ = sent;
    rig.stuck = false;
    rig.conns_of(BASE).into_iter().for_each(|conn| rig.engine.writable(conn, rig.now));
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, before, "the request that was given up was sent all the same");
}

#[test]
fn a_late_answer_never_reaches_another_caller() {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let late = rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 50), (word::TIMEOUT_DELAY, 10_000)]);
    let behind = rig.submit(command_kind::GET, 2, &[(word::TOTAL_TIMEOUT, 5000)]);
    rig.advance(60.0);
    assert_eq!(rig.result(late).code, code::TIMEOUT);
    assert!(!rig.has_ended(behind));
    rig.answer_held(BASE);
    assert_eq!(rig.result(behind).code, code::OK);
    assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), 1.0);
    // The late answer came in time for the connection to be used again.
    rig.nodes.get_mut(&BASE).unwrap().holds = false;
    rig.ended.clear();
    let opened = rig.engine.stat(stat::CONNECTIONS_OPENED);
    let op = rig.get(3);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(rig.engine.stat(stat::CONNECTIONS_OPENED), opened);
}

type Submit = fn(&mut Rig, &[(usize, u32)]) -> u32;

/// A batch or a query that takes too long, with a delay; the caller has been told.
fn late_and_long(delay: u32, submit: Submit) -> (Rig, u32) {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\n");
    let node = rig.nodes.get_mut(&BASE).unwrap();
    (node.holds, node.records) = (true, 3);
    let limits = [(word::TOTAL_TIMEOUT, 50), (word::MAX_RETRIES, 0), (word::TIMEOUT_DELAY, delay)];
    let op = submit(&mut rig, &limits);
    rig.run();
    (rig, op)
}

const LONG: [Submit; 2] = [
    |rig, limits| rig.batch(&[(command_kind::GET, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])], limits),
    |rig, limits| rig.query(limits),
];

#[test]
fn a_late_answer_in_many_messages_is_read_to_its_end_and_the_connection_used_again() {
    for submit in LONG {
        let (mut rig, op) = late_and_long(1000, submit);
        rig.advance(60.0);
        assert!(rig.has_ended(op));
        let opened = rig.engine.stat(stat::CONNECTIONS_OPENED);
        let behind = rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 5000)]);
        // One frame after the other: only the last of them is the end.
        let conn = rig.conns_in_use()[0];
        let frames: Vec<Vec<u8>> = rig.take_held(conn).iter().flat_map(|answer| frames_of(answer)).collect();
        assert!(frames.len() > 3, "{} frames", frames.len());
        for frame in &frames {
            assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), 0.0);
            rig.give(conn, frame);
            rig.run();
        }
        assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), 1.0);
        rig.answer_held(BASE);
        assert_eq!(rig.result(behind).code, code::OK);
        assert_eq!(rig.engine.stat(stat::CONNECTIONS_OPENED), opened);
        // It carries long ones again, too.
        rig.nodes.get_mut(&BASE).unwrap().holds = false;
        rig.ended.clear();
        let again = submit(&mut rig, &[]);
        rig.run();
        assert_eq!(rig.result(again).code, code::OK);
        assert_eq!(rig.engine.stat(stat::CONNECTIONS_OPENED), opened);
    }
}

#[test]
fn a_connection_that_owes_an_answer_in_many_messages_is_closed_when_the_delay_is_over_or_nobody_waited_that_long() {
    for submit in LONG {
        let (mut rig, op) = late_and_long(100, submit);
        let conns = rig.conns_of(BASE).len();
        rig.advance(140.0);
        assert!(rig.has_ended(op));
        assert_eq!(rig.conns_of(BASE).len(), conns);
        rig.advance(20.0);
        assert_eq!(rig.conns_of(BASE).len(), conns - 1);

        let (mut rig, op) = late_and_long(0, submit);
        rig.advance(51.0);
        assert!(rig.has_ended(op));
        assert_eq!(rig.conns_of(BASE).len(), conns - 1, "there is no delay");

        let (mut rig, op) = late_and_long(1000, submit);
        rig.engine.cancel(op);
        rig.run();
        assert_eq!(rig.result(op).code, code::ABORTED);
        assert_eq!(rig.conns_of(BASE).len(), conns - 1, "it was given up");
    }
}

#[test]
fn all_connections_of_a_query_or_batch_that_takes_too_long_are_kept_for_the_delay() {
    for submit in LONG {
        let mut rig = Rig::connected(3, "");
        rig.nodes.values_mut().for_each(|node| (node.holds, node.records) = (true, 1));
        let op = submit(&mut rig, &[(word::TOTAL_TIMEOUT, 50), (word::TIMEOUT_DELAY, 1000)]);
        rig.run();
        let conns = rig.conns_in_use();
        assert!(conns.len() > 1);
        rig.advance(60.0);
        assert!(rig.has_ended(op));
        assert_eq!(rig.conns_in_use(), conns);
        (0..3).for_each(|node| rig.answer_held(BASE + node));
        assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), conns.len() as f64);
        rig.advance(2000.0);
        let open: Vec<u32> = (0..3).flat_map(|node| rig.conns_of(BASE + node)).collect();
        assert!(conns.iter().all(|conn| open.contains(conn)));
    }
}

/// A caller who is slow has its connections not read; of one whose time is over they are, or the answer would never end.
#[test]
fn a_connection_that_was_not_read_for_a_slow_caller_is_read_for_the_delay() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().records = 3;
    let op = rig.query(&[(word::TOTAL_TIMEOUT, 50), (word::TIMEOUT_DELAY, 1000)]);
    // The rig hands the whole answer over, and so the end of it waits behind the pause.
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.run();
    let conn = rig.conns_in_use()[0];
    let frames: Vec<Vec<u8>> = rig.take_held(conn).iter().flat_map(|answer| frames_of(answer)).collect();
    let (last, first) = frames.split_last().unwrap();
    for frame in first {
        rig.give(conn, frame);
        rig.run();
    }
    assert_eq!(rig.pauses, (1, 0));
    rig.advance(60.0);
    assert_eq!((rig.result(op).code, rig.pauses), (code::TIMEOUT, (1, 1)));
    rig.give(conn, last);
    rig.run();
    assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), 1.0);
    assert!(rig.conns_of(BASE).contains(&conn));
}

#[test]
fn a_late_answer_to_a_query_may_end_with_an_error_and_must_be_of_its_kind() {
    let (mut rig, _) = late_and_long(1000, LONG[1]);
    rig.advance(60.0);
    let conn = rig.conns_in_use()[0];
    rig.take_held(conn);
    rig.give(conn, &crate::rig::record_answer(code::QUERY_ABORTED as u8));
    rig.run();
    assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), 1.0);
    assert!(rig.conns_of(BASE).contains(&conn));

    let (mut rig, _) = late_and_long(1000, LONG[0]);
    rig.advance(60.0);
    let conn = rig.conns_in_use()[0];
    rig.take_held(conn);
    rig.give(conn, &crate::rig::frame(2, &[0; 16]));
    rig.run();
    assert!(!rig.conns_of(BASE).contains(&conn));
}

fn frames_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut frames, mut rest) = (vec![], bytes);
    while let Ok(Some((_, length))) = aerospike_sansio::wire::complete(rest) {
        frames.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    frames
}

#[test]
fn without_a_timeout_delay_a_connection_that_owes_only_late_answers_is_closed() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let op = rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 50)]);
    rig.advance(60.0);
    assert_eq!(rig.result(op).code, code::TIMEOUT);
    assert_eq!(rig.conns_of(BASE).len(), 1, "only the tend connection is left");
}

#[test]
fn the_timeout_of_one_operation_does_not_put_a_sent_write_behind_it_in_doubt() {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let hasty = rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 20)]);
    let write = rig.submit(command_kind::PUT, 2, &[(word::TOTAL_TIMEOUT, 5000)]);
    rig.advance(500.0);
    assert_eq!(rig.result(hasty).code, code::TIMEOUT);
    assert!(!rig.has_ended(write));
    rig.answer_held(BASE);
    assert_eq!(rig.result(write).code, code::OK);
}

#[test]
fn answers_that_came_while_the_shell_was_held_up_are_not_called_late() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let sent = rig.get(1);
    rig.run();
    // Five seconds in which the shell did nothing. It submits before it hears its sockets.
    rig.now += 5000.0;
    let fresh = rig.get(2);
    rig.run();
    assert!(!rig.has_ended(sent) && !rig.has_ended(fresh));
    rig.answer_held(BASE);
    assert_eq!((rig.result(sent).code, rig.result(fresh).code), (code::OK, code::OK));
    // Once the sockets have been heard, what is not there is late.
    rig.ended.clear();
    let late = rig.get(3);
    rig.run();
    rig.advance(1000.0);
    assert_eq!(rig.result(late).code, code::TIMEOUT);
}

#[test]
fn the_socket_timeout_ends_an_attempt_and_the_next_one_asks_the_other_replica() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let op = rig.submit(command_kind::GET, 1, &[(word::SOCKET_TIMEOUT, 30), (word::MAX_RETRIES, 1)]);
    rig.run();
    let first: Vec<usize> = rig.nodes.values().map(|node| node.requests).collect();
    assert_eq!(first.iter().sum::<usize>(), 1);
    rig.advance(31.0);
    assert_eq!(rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), vec![1, 1]);
    rig.advance(31.0);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.attempts), (code::TIMEOUT, 2));
}

#[test]
fn a_sleep_lies_between_attempts_and_grows_by_its_multiplier() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().code = code::DEVICE_OVERLOAD as u8;
    let two = f64::to_bits(2.0);
    let multiplier = [(word::SLEEP_MULTIPLIER, two as u32), (word::SLEEP_MULTIPLIER + 1, (two >> 32) as u32)];
    let settings = [&[(word::MAX_RETRIES, 2), (word::SLEEP, 20)], &multiplier[..]].concat();
    let op = rig.submit(command_kind::GET, 1, &settings);
    rig.run();
    let begun = rig.now;
    rig.run_until(begun + 19.0);
    assert_eq!(rig.nodes[&BASE].requests, 1);
    rig.run_until(begun + 20.0);
    assert_eq!(rig.nodes[&BASE].requests, 2);
    rig.run_until(begun + 59.0);
    assert_eq!(rig.nodes[&BASE].requests, 2);
    rig.run_until(begun + 60.0);
    assert_eq!(rig.nodes[&BASE].requests, 3);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.attempts, ended.from_server), (code::DEVICE_OVERLOAD, 3, true));
}

#[test]
fn a_cancelled_operation_ends_at_once_and_is_in_doubt_if_it_is_a_write_that_left() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let early = rig.put(1);
    rig.engine.cancel(early);
    rig.run();
    assert_eq!((rig.result(early).code, rig.result(early).in_doubt), (code::ABORTED, false));
    assert_eq!(rig.nodes[&BASE].requests, 0);
    rig.ended.clear();
    let sent = rig.put(2);
    rig.run();
    rig.engine.cancel(sent);
    rig.run();
    assert_eq!((rig.result(sent).code, rig.result(sent).in_doubt), (code::ABORTED, true));
}

#[test]
fn operations_beyond_the_limit_wait_their_turn_and_no_longer_than_allowed() {
    let mut rig =
        Rig::connected(1, "max_concurrent_operations=2\noperation_queue_timeout=30\nmax_queued_operations=2\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let ops: Vec<u32> = (0..5).map(|key| rig.get(key)).collect();
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, 2);
    assert_eq!(rig.result(ops[4]).code, code::BACKPRESSURE, "the queue holds two");
    assert_eq!(rig.result(ops[4]).generation, 2, "and both are ahead");
    assert_eq!(rig.engine.stat(aerospike_sansio::abi::stat::QUEUED), 2.0);
    rig.answer_held(BASE);
    assert_eq!(rig.result(ops[0]).code, code::OK);
    assert_eq!(rig.nodes[&BASE].requests, 4, "the two that waited took the places");
    let waits = rig.get(9);
    rig.advance(30.0);
    assert_eq!(rig.ended.iter().filter(|ended| ended.op == waits && ended.code == code::BACKPRESSURE).count(), 1);
}

#[test]
fn batches_and_queries_are_told_how_many_are_ahead_of_them_too() {
    let mut rig = Rig::connected(1, "max_concurrent_operations=1\nmax_queued_operations=2\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    for key in 0..3 {
        rig.get(key);
    }
    let (batch, query) = (rig.batch(&[(command_kind::GET, &[1, 2])], &[]), rig.query(&[]));
    rig.run();
    for op in [batch, query] {
        assert_eq!((rig.result(op).code, rig.result(op).generation), (code::BACKPRESSURE, 2));
    }
    let text = "max_conns_per_node=1\npipeline_depth=1\nmax_queued_bytes_per_node=100\n";
    let mut rig = Rig::connected(1, text);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    for key in 0..2 {
        rig.get(key);
    }
    rig.run();
    let query = rig.query(&[]);
    rig.run();
    assert_eq!((rig.result(query).code, rig.result(query).generation), (code::BACKPRESSURE, 1));
}

#[test]
fn closing_with_time_to_drain_lets_operations_end_and_closes_everything() {
    let mut rig = Rig::connected(3, "");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let ops: Vec<u32> = (0..20).map(|key| rig.put(key)).collect();
    rig.run();
    rig.engine.close(1000.0, rig.now);
    assert_eq!(rig.try_submit(command_kind::GET, 1, &[]).unwrap_err().code, code::CLOSED);
    rig.run();
    assert!(!rig.engine.finished());
    (0..3).for_each(|index| rig.answer_held(BASE + index));
    ops.iter().for_each(|&op| assert_eq!(rig.result(op).code, code::OK));
    assert!(rig.engine.finished());
    assert_eq!(rig.engine.stat(stat::CONNECTIONS_OPEN), 0.0);
    assert_eq!(rig.engine.next_deadline(), f64::INFINITY);
}

#[test]
fn closing_without_draining_ends_what_is_under_way_and_says_what_is_in_doubt() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let (read, write) = (rig.get(1), rig.put(2));
    rig.run();
    rig.engine.close(0.0, rig.now);
    rig.run();
    assert_eq!((rig.result(read).code, rig.result(read).in_doubt), (code::CLOSED, false));
    assert_eq!((rig.result(write).code, rig.result(write).in_doubt), (code::CLOSED, true));
    assert!(rig.engine.finished());
}

#[test]
fn a_long_queue_that_times_out_tells_each_how_many_are_ahead() {
    let mut rig = Rig::connected(1, "max_concurrent_operations=1\noperation_queue_timeout=30\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.get(0);
    rig.run();
    let early: Vec<u32> = (0..10_000).map(|key| rig.get(key)).collect();
    rig.advance(10.0);
    let late = rig.get(1);
    rig.advance(20.0);
    assert!(rig.ended.iter().all(|ended| ended.code == code::BACKPRESSURE && ended.generation == 0));
    assert_eq!(rig.ended.len(), early.len(), "all that were first in the queue when their time came");
    assert!(!rig.has_ended(late));
    rig.advance(10.0);
    assert_eq!(rig.result(late).code, code::BACKPRESSURE);
    assert_eq!(rig.engine.stat(aerospike_sansio::abi::stat::QUEUED), 0.0);
}
