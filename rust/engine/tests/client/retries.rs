//! What is tried again, where, and what is not.

use crate::rig::{Rig, Said, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, event, policy_flag, stat};
use aerospike_sansio::proto::code;

#[test]
fn reads_go_on_at_the_other_replica_when_a_node_dies_under_them() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let ops: Vec<u32> = (0..40).map(|key| rig.submit(command_kind::GET, key, &[(word::MAX_RETRIES, 2)])).collect();
    rig.run();
    assert!(rig.nodes[&BASE].requests > 0);
    rig.kill(BASE);
    rig.advance(1.0);
    for op in ops {
        assert_eq!(rig.result(op).code, code::OK, "{:?}", rig.result(op));
    }
}

#[test]
fn a_write_whose_connection_breaks_is_in_doubt_and_not_sent_again_by_default() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let op = rig.put(1);
    rig.run();
    let port = *rig.nodes.iter().find(|(_, node)| node.requests == 1).unwrap().0;
    rig.kill(port);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt, ended.attempts), (code::CONNECTION, true, 1));
}

#[test]
fn a_write_is_sent_again_where_its_policy_says_so() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let op = rig.submit(command_kind::PUT, 1, &[(word::MAX_RETRIES, 1)]);
    rig.run();
    let port = *rig.nodes.iter().find(|(_, node)| node.requests == 1).unwrap().0;
    rig.nodes.values_mut().for_each(|node| node.holds = false);
    rig.kill(port);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.attempts), (code::OK, 2));
}

#[test]
fn an_error_after_an_earlier_attempt_that_was_sent_leaves_the_write_in_doubt() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let op = rig.submit(command_kind::PUT, 1, &[(word::MAX_RETRIES, 1)]);
    rig.run();
    let port = *rig.nodes.iter().find(|(_, node)| node.requests == 1).unwrap().0;
    rig.nodes.values_mut().for_each(|node| {
        node.holds = false;
        node.code = code::RECORD_EXISTS as u8;
    });
    rig.kill(port);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt, ended.attempts), (code::RECORD_EXISTS, true, 2));
}

#[test]
fn idle_connections_that_the_server_closes_are_no_errors_of_the_node() {
    let mut rig = Rig::connected(1, "max_error_rate=2\nmin_conns_per_node=10\n");
    for conn in rig.conns_of(BASE).split_off(1) {
        rig.cut(conn);
    }
    rig.run();
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn answers_that_would_be_the_same_again_are_not_retried() {
    for answer in [code::RECORD_NOT_FOUND, code::PARAMETER, code::KEY_BUSY, code::FILTERED_OUT] {
        let mut rig = Rig::connected(1, "");
        rig.nodes.get_mut(&BASE).unwrap().code = answer as u8;
        let op = rig.submit(command_kind::GET, 1, &[(word::MAX_RETRIES, 5)]);
        rig.run();
        assert_eq!((rig.result(op).code, rig.result(op).attempts), (answer, 1));
    }
}

#[test]
fn many_retries_without_a_pause_end_and_do_not_deepen_the_stack() {
    let mut rig = Rig::connected(1, "");
    rig.kill(BASE);
    let op = rig.submit(command_kind::GET, 1, &[(word::MAX_RETRIES, 200_000)]);
    rig.run();
    assert!(rig.has_ended(op) || rig.engine.next_deadline() < f64::INFINITY);
    rig.advance(1000.0);
    assert_ne!(rig.result(op).code, code::OK);
}

#[test]
fn an_unknown_namespace_is_refused_before_anything_is_sent() {
    let mut rig = Rig::connected(1, "");
    let other = rig.name(aerospike_sansio::names::NameKind::Namespace, "other");
    let op = rig.submit(command_kind::GET, 1, &[(word::NAMESPACE, other)]);
    rig.run();
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.from_server, ended.attempts), (code::NAMESPACE, false, 0));
    assert_eq!(rig.nodes[&BASE].requests, 0);
}

#[test]
fn trap_29_an_error_rate_of_0_switches_the_breaker_off() {
    let mut rig = Rig::connected(1, "max_error_rate=0\n");
    rig.nodes.get_mut(&BASE).unwrap().code = code::DEVICE_OVERLOAD as u8;
    for key in 0..500 {
        let op = rig.get(key);
        rig.run();
        assert_eq!(rig.result(op).code, code::DEVICE_OVERLOAD);
        rig.ended.clear();
    }
}

#[test]
fn a_node_with_too_many_errors_is_given_a_rest_until_the_window_ends() {
    let mut rig = Rig::connected(1, "max_error_rate=3\n");
    rig.nodes.get_mut(&BASE).unwrap().code = code::DEVICE_OVERLOAD as u8;
    for key in 0..4 {
        rig.get(key);
        rig.run();
    }
    let requests = rig.nodes[&BASE].requests;
    rig.ended.clear();
    let op = rig.get(9);
    rig.run();
    assert_eq!(rig.result(op).code, code::MAX_ERROR_RATE);
    assert_eq!(rig.nodes[&BASE].requests, requests);
    assert_eq!(rig.events.iter().filter(|&&kind| kind == event::BREAKER_OPEN).count(), 1);
    rig.nodes.get_mut(&BASE).unwrap().code = 0;
    rig.advance(2100.0);
    assert_eq!(rig.events.iter().filter(|&&kind| kind == event::BREAKER_CLOSED).count(), 1);
    rig.ended.clear();
    let op = rig.get(9);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn changes_of_the_map_that_concern_others_cost_a_write_no_attempt() {
    let mut rig = Rig::connected(3, "tend_interval=100\n");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let op = rig.submit(command_kind::PUT, 1, &[(word::MAX_RETRIES, 5), (word::TOTAL_TIMEOUT, 5000)]);
    rig.run();
    let master = *rig.nodes.iter().find(|(_, node)| node.requests == 1).unwrap().0;
    rig.nodes.values_mut().for_each(|node| node.holds = false);
    rig.kill(master);
    rig.run();
    let others: Vec<u16> = rig.nodes.keys().copied().filter(|&port| port != master).collect();
    let indices = others.iter().map(|port| rig.nodes[port].index).collect::<Vec<_>>();
    // Partitions go to and fro between the two others, as while they migrate.
    for change in 0..20 {
        let node = rig.nodes.get_mut(&others[0]).unwrap();
        node.index = indices[change % 2];
        node.partition_generation += 1;
        rig.advance(20.0);
    }
    assert!(!rig.has_ended(op));
    rig.nodes.get_mut(&master).unwrap().down = false;
    rig.advance(3000.0);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.attempts < 4), (code::OK, true), "{ended:?}");
}

/// A node has died and the others name it no more, but none of them says yet that it owns what was the dead one's. With
/// keys of which that was the master.
fn between_two_masters() -> (Rig, Vec<i64>) {
    let mut rig = Rig::connected(3, "tend_interval=100\n");
    let is_master_of = |rig: &mut Rig, key: i64| {
        let before = rig.nodes[&(BASE + 2)].requests;
        rig.put(key);
        rig.run();
        rig.nodes[&(BASE + 2)].requests > before
    };
    let keys = (0..40).filter(|&key| is_master_of(&mut rig, key)).collect();
    rig.kill(BASE + 2);
    for node in rig.nodes.values_mut() {
        node.peers.retain(|&port| port != BASE + 2);
        node.peers_generation += 1;
    }
    rig.advance(300.0);
    assert_eq!(rig.engine.stat(stat::NODES), 2.0);
    rig.nodes.values_mut().for_each(|node| (node.requests, node.rows) = (0, 0));
    rig.ended.clear();
    (rig, keys)
}

fn succeed(rig: &mut Rig, port: u16) {
    let successor = rig.nodes.get_mut(&port).unwrap();
    successor.index = 2;
    successor.partition_generation += 1;
}

#[test]
fn writes_between_two_masters_wait_for_the_next_one_and_reads_do_not() {
    let (mut rig, keys) = between_two_masters();
    let writes: Vec<u32> = keys.iter().map(|&key| rig.put(key)).collect();
    let bound: Vec<u32> = keys
        .iter()
        .map(|&key| rig.submit(command_kind::GET, key, &[(word::FLAGS, 1 << policy_flag::REPLICA_SHIFT)]))
        .collect();
    let batch = rig.batch(&[(command_kind::PUT, &keys)], &[]);
    rig.advance(200.0);
    assert_eq!(rig.nodes.values().map(|node| node.requests).sum::<usize>(), 0);
    let reads: Vec<u32> = keys.iter().map(|&key| rig.get(key)).collect();
    rig.run();
    reads.into_iter().for_each(|op| assert_eq!(rig.result(op).code, code::OK));
    assert_eq!(rig.nodes[&BASE].requests, keys.len(), "the other replica answers");
    succeed(&mut rig, BASE + 1);
    rig.advance(100.0);
    for op in writes.into_iter().chain(bound) {
        let ended = rig.result(op);
        assert_eq!((ended.code, ended.attempts), (code::OK, 1), "{ended:?}");
    }
    assert_eq!(rig.result(batch).code, code::OK);
    assert_eq!(rig.nodes[&(BASE + 1)].rows, keys.len());
    assert_eq!(rig.nodes[&BASE].requests, keys.len());
}

#[test]
fn a_write_that_no_master_is_known_for_goes_to_a_replica_when_its_share_of_the_time_is_over() {
    let (mut rig, keys) = between_two_masters();
    let began = rig.now;
    let write = rig.put(keys[0]);
    let batch = rig.batch(&[(command_kind::PUT, &keys)], &[]);
    rig.advance(499.0);
    assert_eq!(rig.nodes.values().map(|node| node.requests).sum::<usize>(), 0);
    rig.advance(2.0);
    assert_eq!((rig.result(write).code, rig.result(write).attempts), (code::OK, 1));
    assert_eq!(rig.result(batch).code, code::OK);
    assert!(rig.now - began < 502.0);
}

#[test]
fn a_write_tries_a_dying_node_twice_and_not_with_each_of_its_connections() {
    let mut rig = Rig::connected(1, "tend_interval=100\n");
    // Some connections.
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    (0..200).for_each(|key| {
        rig.get(key);
    });
    rig.run();
    rig.answer_held(BASE);
    rig.run();
    rig.nodes.get_mut(&BASE).unwrap().holds = false;
    assert!(rig.conns_of(BASE).len() > 3);
    rig.ended.clear();
    let asked = std::rc::Rc::new(std::cell::Cell::new(0));
    let count = asked.clone();
    rig.script = Some(Box::new(move |_, _| {
        count.set(count.get() + 1);
        Said::Cut
    }));
    let op = rig.submit(command_kind::PUT, 1, &[(word::MAX_RETRIES, 5), (word::TOTAL_TIMEOUT, 5000)]);
    rig.run();
    assert_eq!(asked.get(), 2);
    rig.script = None;
    rig.advance(2000.0);
    assert_eq!((rig.result(op).code, rig.result(op).attempts), (code::OK, 3));
}
