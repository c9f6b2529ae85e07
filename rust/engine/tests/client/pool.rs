//! Connections: how many there are, which one is used, and what ends them.

use crate::rig::{frame, record_answer, Rig, BASE};
use aerospike_sansio::abi::{close_reason, command_kind, command_word as word, stat};
use aerospike_sansio::proto::code;

fn pool_conns(rig: &Rig) -> usize {
    rig.conns_of(BASE).len() - 1
}

#[test]
fn no_connection_is_opened_before_it_is_needed_unless_a_minimum_is_set() {
    let rig = Rig::connected(1, "");
    assert_eq!(pool_conns(&rig), 0);
    let rig = Rig::connected(1, "min_conns_per_node=3\n");
    assert_eq!(pool_conns(&rig), 3);
}

#[test]
fn requests_of_one_turn_share_connections_and_leave_together() {
    let mut rig = Rig::connected(1, "comfortable_depth=16\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    (0..40).for_each(|key| {
        rig.get(key);
    });
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, 40);
    assert_eq!(pool_conns(&rig), 3, "40 requests, 16 are comfortable");
}

#[test]
fn there_are_never_more_connections_or_requests_on_one_than_allowed() {
    let mut rig = Rig::connected(1, "max_conns_per_node=2\npipeline_depth=4\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let ops: Vec<u32> = (0..20).map(|key| rig.get(key)).collect();
    rig.run();
    assert_eq!((pool_conns(&rig), rig.nodes[&BASE].requests), (2, 8));
    rig.answer_held(BASE);
    rig.nodes.get_mut(&BASE).unwrap().holds = false;
    rig.answer_held(BASE);
    rig.answer_held(BASE);
    ops.iter().for_each(|&op| assert_eq!(rig.result(op).code, code::OK));
    assert_eq!(pool_conns(&rig), 2);
}

#[test]
fn requests_share_no_connection_of_a_server_that_does_not_pipeline() {
    for (features, conns) in [("peers;float", 6), ("peers;pipelining;float", 1)] {
        let mut nodes = crate::rig::cluster(1);
        nodes.get_mut(&BASE).unwrap().old_features = Some(features);
        let mut rig = Rig::new(nodes, "host=h\t3000\t\n");
        rig.run();
        rig.nodes.get_mut(&BASE).unwrap().holds = true;
        (0..6).for_each(|key| {
            rig.get(key);
        });
        rig.run();
        assert_eq!((pool_conns(&rig), rig.nodes[&BASE].requests), (conns, 6), "{features}");
    }
}

#[test]
fn idle_connections_are_closed_and_never_handed_out_when_old() {
    let mut rig = Rig::connected(1, "idle_timeout=5000\n");
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(pool_conns(&rig), 1);
    rig.advance(6100.0);
    assert_eq!(pool_conns(&rig), 0);
    assert!(rig.closes.contains(&close_reason::IDLE));
}

#[test]
fn idle_connections_are_closed_before_the_server_closes_them_as_it_says_itself() {
    for (ours, server, closes_at) in
        [(5000, 4000, 3600.0), (5000, 0, 5000.0), (5000, 6000, 5000.0), (0, 4000, 3600.0), (0, 0, f64::INFINITY)]
    {
        let mut nodes = crate::rig::cluster(1);
        nodes.get_mut(&BASE).unwrap().idle_max = server;
        let mut rig = Rig::connected_to(nodes, &format!("idle_timeout={ours}\ntend_interval=10\n"));
        let op = rig.get(1);
        rig.run();
        assert_eq!(rig.result(op).code, code::OK);
        assert_eq!(pool_conns(&rig), 1);
        rig.advance(f64::min(closes_at, 100_000.0) - 20.0);
        assert_eq!(pool_conns(&rig), 1, "{ours} {server}: too early");
        rig.advance(40.0);
        assert_eq!(pool_conns(&rig) == 0, closes_at.is_finite(), "{ours} {server}: too late");
    }
}

#[test]
fn a_server_is_asked_when_it_closes_idle_connections_as_it_joins_and_when_it_was_away() {
    let mut rig = Rig::connected(1, "");
    let asked = |rig: &Rig| rig.nodes[&BASE].config_asked;
    assert_eq!(asked(&rig), 1);
    rig.nodes.get_mut(&BASE).unwrap().partition_generation += 1;
    rig.advance(5000.0);
    assert_eq!(asked(&rig), 1, "its lists were read again, and not this");
    rig.kill(BASE);
    rig.advance(2000.0);
    let node = rig.nodes.get_mut(&BASE).unwrap();
    (node.down, node.idle_max) = (false, 3000);
    rig.advance(2000.0);
    assert_eq!(asked(&rig), 2);
    let op = rig.get(1);
    rig.run();
    assert_eq!((rig.result(op).code, pool_conns(&rig)), (code::OK, 1));
    rig.advance(4000.0);
    assert_eq!(pool_conns(&rig), 0, "it may be set up otherwise now");
}

#[test]
fn a_minimum_of_connections_is_kept_by_the_next_tend_whatever_became_of_them() {
    let mut rig = Rig::connected(1, "min_conns_per_node=3\nidle_timeout=5000\n");
    assert_eq!(pool_conns(&rig), 3);
    // The server closes two, of which nobody makes use.
    let tend = rig.conns_of(BASE)[0];
    for conn in rig.conns_of(BASE).into_iter().filter(|&conn| conn != tend).take(2) {
        rig.cut(conn);
    }
    rig.run();
    assert_eq!(pool_conns(&rig), 1, "not at once: a server that closes all would be asked for more without end");
    rig.advance(1000.0);
    assert_eq!(pool_conns(&rig), 3);
    // Our own idle timeout takes all three, and the same tend opens them anew.
    let before = rig.conns_of(BASE);
    rig.advance(7000.0);
    assert_eq!(pool_conns(&rig), 3);
    assert_eq!(rig.conns_of(BASE).iter().filter(|conn| before.contains(conn)).count(), 1, "all but the tend's are new");
}

#[test]
fn a_minimum_is_not_opened_over_and_over_to_a_node_that_refuses() {
    let mut rig = Rig::connected(1, "min_conns_per_node=3\ntend_interval=50\n");
    let tend = rig.conns_of(BASE)[0];
    rig.nodes.get_mut(&BASE).unwrap().down = true;
    for conn in rig.conns_of(BASE).into_iter().filter(|&conn| conn != tend) {
        rig.cut(conn);
    }
    rig.run();
    let failed = rig.engine.stat(stat::CONNECTIONS_FAILED);
    rig.advance(1000.0);
    let tried = rig.engine.stat(stat::CONNECTIONS_FAILED) - failed;
    assert!((1.0..=30.0).contains(&tried), "{tried} connects in a second of twenty tends");
    rig.nodes.get_mut(&BASE).unwrap().down = false;
    rig.advance(200.0);
    assert_eq!(pool_conns(&rig), 3);
}

/// A cluster of one node, whose pool has `count` idle connections.
fn with_idle(count: usize) -> Rig {
    let mut rig = Rig::connected(1, "comfortable_depth=1\ntimeout=300\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    (0..count).for_each(|key| {
        rig.get(key as i64);
    });
    rig.run();
    rig.answer_held(BASE);
    assert_eq!(pool_conns(&rig), count);
    rig.ended.clear();
    rig.advance(1.0);
    rig
}

/// A machine that loses its power says nothing to anyone, nor when it is back: without this each idle connection costs
/// an operation its whole time.
#[test]
fn idle_connections_of_a_node_that_was_silent_for_a_whole_attempt_are_not_believed() {
    let mut rig = with_idle(5);
    let limits = [(word::TOTAL_TIMEOUT, 0), (word::SOCKET_TIMEOUT, 100), (word::MAX_RETRIES, 1)];
    let op = rig.submit(command_kind::GET, 1, &limits);
    rig.run();
    rig.advance(99.0);
    assert_eq!(pool_conns(&rig), 5);
    rig.forget_held();
    rig.advance(2.0);
    let (now, closed) = (rig.conns_in_use(), rig.closes.iter().filter(|&&reason| reason == close_reason::TIMED_OUT));
    assert_eq!((now.len(), closed.count()), (1, 5), "the next attempt is on a new one: {now:?}");
    rig.answer_held(BASE);
    assert_eq!((rig.result(op).code, rig.result(op).attempts), (code::OK, 2));
}

#[test]
fn idle_connections_are_kept_when_another_request_is_answered_meanwhile() {
    let mut rig = with_idle(5);
    let limits = [(word::TOTAL_TIMEOUT, 0), (word::SOCKET_TIMEOUT, 100)];
    let slow = rig.submit(command_kind::GET, 1, &limits);
    rig.run();
    rig.forget_held();
    rig.advance(50.0);
    let quick = rig.get(2);
    rig.run();
    rig.answer_held(BASE);
    assert_eq!(rig.result(quick).code, code::OK);
    rig.advance(60.0);
    assert_eq!(rig.result(slow).code, code::TIMEOUT);
    assert_eq!(pool_conns(&rig), 4);
}

#[test]
fn an_attempt_that_was_hardly_given_time_says_nothing_of_other_connections() {
    let mut rig = with_idle(2);
    rig.nodes.get_mut(&BASE).unwrap().code = code::DEVICE_OVERLOAD as u8;
    let limits = [(word::TOTAL_TIMEOUT, 100), (word::MAX_RETRIES, 1), (word::SLEEP, 70)];
    let op = rig.submit(command_kind::GET, 1, &limits);
    rig.run();
    rig.answer_held(BASE);
    rig.advance(101.0);
    assert_eq!((rig.result(op).code, rig.result(op).attempts), (code::TIMEOUT, 2));
    assert_eq!(pool_conns(&rig), 1);
}

#[test]
fn idle_connections_of_a_node_that_does_not_answer_its_tend_are_not_believed() {
    let mut rig = with_idle(5);
    rig.nodes.get_mut(&BASE).unwrap().dumb = true;
    rig.advance(1290.0);
    assert_eq!(pool_conns(&rig), 5);
    rig.advance(20.0);
    assert!(rig.closes.contains(&close_reason::TIMED_OUT));
    assert_eq!(rig.conns_of(BASE).len(), 0);
}

#[test]
fn connects_that_are_refused_beside_an_open_connection_are_tried_again_after_a_pause_and_not_at_once() {
    let mut rig = with_idle(1);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.nodes.get_mut(&BASE).unwrap().down = true;
    let write = rig.put(1);
    // Reads stand behind the write only because no connection of their own can be had just now.
    let reads: Vec<u32> = (2..20).map(|key| rig.get(key)).collect();
    rig.run();
    let failed = rig.engine.stat(stat::CONNECTIONS_FAILED);
    rig.advance(99.0);
    assert_eq!(rig.engine.stat(stat::CONNECTIONS_FAILED), failed);
    rig.nodes.get_mut(&BASE).unwrap().down = false;
    rig.advance(2.0);
    assert!(pool_conns(&rig) > 1, "nothing has happened but that the pause is over");
    rig.answer_held(BASE);
    reads.iter().chain([&write]).for_each(|&op| assert_eq!(rig.result(op).code, code::OK));
}

#[test]
fn what_waits_takes_the_place_of_a_request_that_was_taken_back() {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\npipeline_depth=1\n");
    rig.stuck = true;
    let first = rig.get(1);
    rig.run();
    assert_eq!(rig.result(first).code, code::OK);
    rig.ended.clear();
    // The socket has not asked for more: nothing of this one leaves.
    let stays = rig.submit(command_kind::GET, 2, &[(word::TOTAL_TIMEOUT, 100)]);
    let waits = rig.submit(command_kind::GET, 3, &[(word::TOTAL_TIMEOUT, 0)]);
    rig.advance(101.0);
    assert_eq!(rig.result(stays).code, code::TIMEOUT);
    rig.stuck = false;
    rig.unstick();
    rig.run();
    assert_eq!(rig.result(waits).code, code::OK);
}

#[test]
fn a_connection_that_owes_an_answer_is_closed_when_nothing_waits_on_it_any_more() {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.stuck = true;
    let late = rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 50)]);
    rig.run();
    // Behind it, with no retries to go elsewhere; the socket takes nothing of it.
    let behind = rig.submit(command_kind::GET, 2, &[(word::TOTAL_TIMEOUT, 500)]);
    rig.advance(60.0);
    assert_eq!(rig.result(late).code, code::TIMEOUT);
    assert_eq!(pool_conns(&rig), 1);
    rig.advance(450.0);
    assert_eq!(rig.result(behind).code, code::TIMEOUT);
    rig.ended.clear();
    rig.stuck = false;
    rig.nodes.get_mut(&BASE).unwrap().holds = false;
    let next = rig.get(3);
    rig.run();
    assert_eq!(rig.result(next).code, code::OK, "it has the only connection that there may be");
}

#[test]
fn a_malformed_answer_ends_what_is_on_that_connection_and_nothing_else() {
    let mut rig = Rig::connected(1, "max_conns_per_node=2\ncomfortable_depth=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let (first, second) = (rig.get(1), rig.get(2));
    rig.run();
    let conns = rig.conns_in_use();
    rig.give(conns[0], b"HTTP/1.1 400 Bad Request\r\n\r\n");
    rig.run();
    rig.answer_held(BASE);
    let mut codes = [rig.result(first).code, rig.result(second).code];
    codes.sort();
    assert_eq!(codes, [code::MALFORMED, code::OK]);
    assert!(rig.closes.contains(&close_reason::PROTOCOL));
}

#[test]
fn an_answer_may_come_in_pieces_of_any_size() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let answer = record_answer(0);
    for size in 1..answer.len() {
        rig.ended.clear();
        let op = rig.get(1);
        rig.run();
        let conn = rig.conns_in_use()[0];
        for piece in answer.chunks(size) {
            assert!(!rig.has_ended(op));
            rig.give(conn, piece);
        }
        rig.run();
        assert_eq!(rig.result(op).code, code::OK);
        rig.forget_held();
    }
}

#[test]
fn answers_to_nothing_and_of_the_wrong_type_end_the_connection() {
    for bytes in [record_answer(0), frame(1, b"x\ty\n"), frame(9, b""), vec![3, 3, 0, 0, 0, 0, 0, 0]] {
        let mut rig = Rig::connected(1, "");
        let op = rig.get(1);
        rig.run();
        assert_eq!(rig.result(op).code, code::OK);
        let conn = *rig.conns_of(BASE).last().unwrap();
        rig.give(conn, &bytes);
        rig.run();
        assert!(rig.closes.contains(&close_reason::PROTOCOL));
        rig.ended.clear();
        let op = rig.get(2);
        rig.run();
        assert_eq!(rig.result(op).code, code::OK, "the engine goes on");
    }
}

#[test]
fn a_hundred_thousand_operations_leave_nothing_behind() {
    let mut rig = Rig::connected(2, "max_conns_per_node=4\npipeline_depth=16\n");
    for round in 0..100 {
        (0..1000).for_each(|key| {
            rig.submit(command_kind::GET, key * 7 + round, &[(word::TOTAL_TIMEOUT, 60_000)]);
        });
        rig.run();
    }
    assert_eq!(rig.ended.len(), 100_000);
    assert!(rig.ended.iter().all(|ended| ended.code == code::OK));
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
    assert!(rig.engine.stat(stat::CONNECTIONS_OPEN) <= 2.0 * (4.0 + 1.0));
}

#[test]
fn every_reason_for_a_close_has_its_counter() {
    let counter = |name: &str| stat::ROWS.iter().find(|row| row.name == format!("CLOSED_{name}")).map(|row| row.value);
    for reason in close_reason::ROWS {
        let expected = stat::CLOSED_IDLE as i64 + reason.value - i64::from(close_reason::IDLE);
        assert_eq!(counter(reason.name), Some(expected), "{}", reason.name);
    }
    let reasons = stat::ROWS.iter().filter(|row| row.name.starts_with("CLOSED_")).count();
    assert_eq!(reasons, close_reason::ROWS.len());
}

#[test]
fn closes_are_counted_by_their_reason() {
    let mut rig = Rig::connected(1, "idle_timeout=3000\n");
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    rig.advance(5000.0);
    assert_eq!(rig.engine.stat(stat::CLOSED_IDLE), 1.0);
    assert_eq!(rig.engine.stat(stat::CLOSED_REMOTE), 0.0);
    assert_eq!(rig.engine.stat(stat::CONNECTIONS_CLOSED), 1.0);
}

#[test]
fn no_more_bytes_wait_for_a_node_than_allowed() {
    let text = "max_conns_per_node=1\npipeline_depth=2\nmax_queued_bytes_per_node=400\n";
    let mut rig = Rig::connected(1, text);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let ops: Vec<u32> = (0..40).map(|key| rig.get(key)).collect();
    rig.run();
    let ended = |rig: &Rig| ops.iter().filter(|&&op| rig.has_ended(op)).count();
    let away = ended(&rig);
    assert!((25..37).contains(&away), "{away} of 40 were turned away");
    for &op in ops.iter().filter(|&&op| rig.has_ended(op)) {
        assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::BACKPRESSURE, false));
    }
    // What waits goes on, and there is room again behind it.
    rig.nodes.get_mut(&BASE).unwrap().holds = false;
    rig.answer_held(BASE);
    assert_eq!(ended(&rig), 40);
    rig.ended.clear();
    let more: Vec<u32> = (0..6).map(|key| rig.get(key)).collect();
    rig.run();
    more.iter().for_each(|&op| assert_eq!(rig.result(op).code, code::OK));
}

/// Submits gets in one turn, polling when the engine wants it; gives the most that waited.
fn burst(rig: &mut Rig, count: i64) -> (usize, f64) {
    let (mut most, mut polls) = (0.0f64, 0);
    for key in 0..count {
        if rig.engine.wants_poll() {
            rig.run();
            polls += 1;
        }
        rig.get(key);
        most = most.max(rig.engine.stat(stat::QUEUED_BYTES));
    }
    rig.run();
    (polls, most)
}

#[test]
fn a_burst_in_one_turn_is_looked_at_before_it_takes_more_than_may_wait() {
    let mut rig = Rig::connected(1, "max_concurrent_operations=100\nmax_queued_operations=1000\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let (polls, most) = burst(&mut rig, 100_000);
    assert_eq!(polls, 24);
    assert!(most < 6000.0 * 100.0, "{most} bytes waited");
    // Numbers of operations are given again, so that these are all that there ever were at once.
    assert!(rig.ended.iter().all(|ended| ended.op < 6000));
    assert_eq!(rig.ended.len(), 100_000 - 1100);
    assert!(rig.ended.iter().all(|ended| ended.code == code::BACKPRESSURE && !ended.in_doubt));
    rig.nodes.get_mut(&BASE).unwrap().holds = false;
    rig.answer_held(BASE);
    rig.run();
    assert_eq!(rig.ended.iter().filter(|ended| ended.code == code::OK).count(), 1100);
    assert_eq!((rig.engine.stat(stat::QUEUED), rig.engine.stat(stat::QUEUED_BYTES)), (0.0, 0.0));
}

#[test]
fn what_waits_for_its_turn_or_for_a_cluster_takes_no_more_than_what_waits_for_a_node() {
    for (limits, waits) in [("max_concurrent_operations=1\n", false), ("fail_if_not_connected=0\n", true)] {
        let mut nodes = crate::rig::cluster(1);
        nodes.get_mut(&BASE).unwrap().holds = true;
        nodes.get_mut(&BASE).unwrap().down = waits;
        let text = format!("host=h\t{BASE}\t\n{limits}max_queued_bytes_per_node=400\ntend_interval=100\n");
        let mut rig = Rig::new(nodes, &text);
        rig.run();
        let ops: Vec<u32> = (0..40).map(|key| rig.get(key)).collect();
        rig.run();
        let away: Vec<u32> = ops.iter().copied().filter(|&op| rig.has_ended(op)).collect();
        assert!((30..38).contains(&away.len()), "{limits}: {} of 40 were turned away", away.len());
        away.iter().for_each(|&op| assert_eq!(rig.result(op).code, code::BACKPRESSURE));
        let bytes = rig.engine.stat(stat::QUEUED_BYTES);
        assert!(bytes > 250.0 && bytes <= 400.0, "{limits}: {bytes} bytes wait");
        // What is given up makes room, and what is left goes on.
        let given_up = *ops.iter().rev().find(|op| !away.contains(op)).unwrap();
        rig.engine.cancel(given_up);
        rig.run();
        assert_eq!(rig.result(given_up).code, code::ABORTED);
        rig.ended.clear();
        let in_its_place = rig.get(1);
        rig.run();
        assert!(!rig.has_ended(in_its_place));
        let node = rig.nodes.get_mut(&BASE).unwrap();
        (node.holds, node.down) = (false, false);
        rig.answer_held(BASE);
        rig.advance(500.0);
        let left = 40 - away.len();
        assert_eq!(rig.ended.iter().filter(|ended| ended.code == code::OK).count(), left, "{limits}");
        assert_eq!(rig.engine.stat(stat::QUEUED_BYTES), 0.0);
    }
}

#[test]
fn a_batch_that_waits_counts_with_its_rows() {
    let mut rig = Rig::connected(1, "max_concurrent_operations=1\nmax_queued_bytes_per_node=40000\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.get(1);
    let keys: Vec<i64> = (0..200).collect();
    let batches: Vec<u32> = (0..10).map(|_| rig.batch(&[(command_kind::GET, &keys)], &[])).collect();
    rig.run();
    let away = batches.iter().filter(|&&op| rig.has_ended(op)).count();
    assert!((3..9).contains(&away), "{away} of 10 were turned away");
    assert!(rig.engine.stat(stat::QUEUED_BYTES) > 20_000.0);
}

/// Without a cluster, for hours: those that waited for one and whose time was over leave nothing.
#[test]
fn operations_that_end_while_they_wait_for_a_cluster_leave_nothing_in_the_line() {
    let mut nodes = crate::rig::cluster(1);
    nodes.get_mut(&BASE).unwrap().down = true;
    let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\nfail_if_not_connected=0\n"));
    for _ in 0..50 {
        (0..100).for_each(|key| {
            rig.submit(command_kind::GET, key, &[(word::TOTAL_TIMEOUT, 5)]);
        });
        rig.advance(10.0);
    }
    assert_eq!(rig.ended.iter().filter(|ended| ended.code == code::TIMEOUT).count(), 5000);
    let names = rig.engine.names_in_lines();
    assert!(names < 400, "{names} names are left");
}

#[test]
fn what_is_given_up_while_it_waits_makes_room() {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\npipeline_depth=1\nmax_queued_bytes_per_node=100\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.get(0);
    rig.run();
    for key in 1..50 {
        rig.ended.clear();
        let waiting = rig.get(key);
        rig.run();
        assert!(!rig.has_ended(waiting), "{key}");
        rig.engine.cancel(waiting);
        rig.run();
        assert_eq!(rig.result(waiting).code, code::ABORTED);
    }
    rig.nodes.get_mut(&BASE).unwrap().holds = false;
    rig.answer_held(BASE);
    rig.ended.clear();
    let last = rig.get(5000);
    rig.run();
    assert_eq!(rig.result(last).code, code::OK);
}

// ── What stands behind a slow request ───────────────────────────────────────────────────────────────────────────────

/// A node that holds what it is asked, and the one connection with requests for it.
fn held(config: &str, ask: impl Fn(&mut Rig)) -> (Rig, u32) {
    let mut rig = Rig::connected(1, config);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    ask(&mut rig);
    rig.run();
    let conns = rig.conns_in_use();
    assert_eq!(conns.len(), 1);
    (rig, conns[0])
}

/// Answers all requests but those on one connection.
fn answer_others(rig: &mut Rig, slow: u32) {
    for conn in rig.conns_in_use().into_iter().filter(|&conn| conn != slow) {
        rig.take_held(conn).iter().for_each(|answer| rig.give(conn, answer));
    }
    rig.run();
}

#[test]
fn reads_behind_a_slow_request_are_answered_on_another_connection() {
    let (mut rig, slow) = held("adaptive_depth=1\npatience=1\n", |rig| {
        (1..=4).for_each(|key| {
            rig.get(key);
        })
    });
    rig.advance(9.0);
    assert_eq!((pool_conns(&rig), rig.nodes[&BASE].requests), (1, 4), "that is not long yet");
    rig.advance(3.0);
    assert_eq!((pool_conns(&rig), rig.nodes[&BASE].requests), (2, 7));
    answer_others(&mut rig, slow);
    assert_eq!(rig.ended.len(), 3);
    assert!(rig.ended.iter().all(|ended| (ended.code, ended.attempts) == (code::OK, 1)), "{:?}", rig.ended);
    assert_eq!(rig.engine.stat(stat::RETRIES), 0.0);
    // What comes in the end on the slow one is for its first request alone, and the connection is used again.
    rig.answer_held(BASE);
    assert_eq!((rig.ended.len(), rig.engine.stat(stat::LATE_ANSWERS)), (4, 3.0));
    assert_eq!((pool_conns(&rig), rig.closes.len()), (2, 0));
}

#[test]
fn reads_that_share_a_request_behind_a_slow_one_are_answered_on_another_connection() {
    let (mut rig, slow) = held("adaptive_depth=1\npatience=1\ncoalesce=1\ncoalesce_from=2\n", |rig| {
        rig.get(1);
        rig.run();
        (2..=5).for_each(|key| {
            rig.get(key);
        });
    });
    rig.advance(12.0);
    assert_eq!((pool_conns(&rig), rig.nodes[&BASE].requests), (2, 3));
    answer_others(&mut rig, slow);
    assert_eq!(rig.ended.len(), 4);
    assert!(rig.ended.iter().all(|ended| (ended.code, ended.attempts) == (code::OK, 1)), "{:?}", rig.ended);
    rig.answer_held(BASE);
    assert_eq!(rig.ended.len(), 5);
}

#[test]
fn a_write_that_was_sent_is_never_sent_again_because_it_stands_behind_a_slow_request() {
    let (mut rig, _) = held("adaptive_depth=1\npatience=1\n", |rig| {
        (1..=4).for_each(|key| {
            rig.put(key);
        })
    });
    rig.advance(500.0);
    assert_eq!(rig.nodes[&BASE].requests, 4);
    rig.answer_held(BASE);
    assert_eq!(rig.ended.iter().filter(|ended| ended.code == code::OK && ended.attempts == 1).count(), 4);
}

#[test]
fn nothing_is_put_on_a_connection_whose_first_request_is_slow() {
    for write in [false, true] {
        let (mut rig, slow) = held("adaptive_depth=1\npatience=1\n", |rig| {
            rig.put(0);
            rig.put(1);
        });
        rig.advance(12.0);
        let op = if write { rig.put(2) } else { rig.get(2) };
        rig.run();
        answer_others(&mut rig, slow);
        assert_eq!(rig.result(op).code, code::OK, "{write}");
    }
}

#[test]
fn no_more_connections_are_opened_because_of_slow_requests_than_allowed() {
    let (mut rig, _) = held("adaptive_depth=1\npatience=1\nmax_conns_per_node=1\n", |rig| {
        (1..=4).for_each(|key| {
            rig.get(key);
        })
    });
    rig.advance(500.0);
    assert_eq!((pool_conns(&rig), rig.nodes[&BASE].requests), (1, 4), "there is no other to send them on");
    let more = rig.get(5);
    rig.run();
    rig.answer_held(BASE);
    assert_eq!((rig.ended.len(), rig.result(more).code), (5, code::OK));
}

#[test]
fn a_node_that_answers_nothing_is_not_asked_ever_more() {
    let (mut rig, _) = held("adaptive_depth=1\npatience=1\n", |rig| {
        (1..=32).for_each(|key| {
            rig.submit(command_kind::GET, key, &[(word::TOTAL_TIMEOUT, 0)]);
        })
    });
    for key in 0..1000 {
        rig.submit(command_kind::GET, key, &[(word::TOTAL_TIMEOUT, 0)]);
        rig.run();
        rig.advance(1.0);
    }
    let (asked, conns) = (rig.nodes[&BASE].requests, pool_conns(&rig));
    // A tenth of what is answered, of which there is nothing, and what may be repeated at once.
    assert!(asked <= 1032 + 128, "{asked} requests for 1032 reads");
    assert!(conns <= 1032 / 32 + 15, "{conns} connections");
    assert!(rig.ended.is_empty());
}

#[test]
fn a_fixed_depth_does_not_change_and_nothing_is_sent_twice() {
    let (mut rig, _) = held("", |rig| {
        (1..=8).for_each(|key| {
            rig.get(key);
        })
    });
    rig.advance(900.0);
    assert_eq!((pool_conns(&rig), rig.nodes[&BASE].requests), (1, 8));
}

#[test]
fn after_a_slow_request_more_connections_are_opened_for_as_many_requests() {
    let (mut rig, slow) = held("adaptive_depth=1\npatience=1\n", |rig| {
        (1..=32).for_each(|key| {
            rig.get(key);
        })
    });
    rig.advance(12.0);
    answer_others(&mut rig, slow);
    rig.answer_held(BASE);
    assert_eq!((rig.ended.len(), pool_conns(&rig)), (32, 4));
    (0..64).for_each(|key| {
        rig.get(key);
    });
    rig.run();
    assert_eq!(rig.conns_in_use().len(), 4, "64 requests, of which 16 are comfortable now");
}
