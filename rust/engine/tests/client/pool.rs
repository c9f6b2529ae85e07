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
