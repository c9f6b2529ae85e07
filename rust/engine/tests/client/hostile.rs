//! Peers that do not keep to the protocol: what they do costs neither memory nor time without bound, and the others nothing.

use crate::rig::{cluster, frame, record_answer, Node, Rig, BASE};
use aerospike_sansio::abi::{close_reason, command_kind, command_word as word, stat};
use aerospike_sansio::limits::limit;
use aerospike_sansio::proto::code;

const MIB: usize = 1024 * 1024;

#[test]
fn unfinished_answers_of_all_connections_together_are_bounded_and_the_longest_goes_first() {
    let mut rig = Rig::connected(1, "pipeline_depth=1\ncomfortable_depth=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let ops: Vec<u32> = (0..3).map(|key| rig.submit(command_kind::GET, key, &[(word::TOTAL_TIMEOUT, 0)])).collect();
    rig.run();
    let mut conns = rig.conns_in_use();
    assert_eq!(conns.len(), 3);
    // Two of them send as much as a message may have, the last one little.
    let last = conns.pop().unwrap();
    let head = [2, 3, 0, 0, 8, 0, 0, 0];
    let piece = vec![0; MIB];
    for &conn in conns.iter().chain([&last]) {
        rig.give(conn, &head);
    }
    for _ in 0..127 {
        conns.iter().for_each(|&conn| rig.give(conn, &piece));
    }
    rig.run();
    assert_eq!(rig.closes, [0u32; 0]);
    rig.give(last, &piece);
    rig.run();
    assert_eq!(rig.closes, [0u32; 0]);
    rig.give(last, &piece);
    rig.run();
    assert_eq!(rig.closes, [close_reason::PROTOCOL], "256 MiB and some headers");
    let ended: Vec<(u32, i32)> = rig.ended.iter().map(|ended| (ended.op, ended.code)).collect();
    assert_eq!(ended.len(), 1);
    assert!(ops.contains(&ended[0].0) && ended[0].1 == code::MALFORMED);
    assert!(rig.conns_in_use().contains(&last), "not the one that sent the last byte");
}

#[test]
fn empty_messages_are_no_progress() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.query(&[(word::SOCKET_TIMEOUT, 50), (word::MAX_RETRIES, 0)]);
    rig.run();
    let conn = rig.conns_in_use()[0];
    for _ in 0..10 {
        rig.advance(10.0);
        // Cut anywhere.
        rig.give(conn, &[2, 3, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0]);
        rig.give(conn, &[0, 0, 0, 0]);
    }
    assert_eq!(rig.ended.iter().map(|ended| ended.code).collect::<Vec<_>>(), [code::TIMEOUT]);
}

#[test]
fn what_nobody_asked_for_ends_the_connection_even_if_it_is_empty() {
    for bytes in [frame(3, &[]), record_answer(0), frame(4, &[0; 20]), frame(1, b"node\tN0\n")] {
        let mut rig = Rig::connected(1, "min_conns_per_node=1\n");
        rig.advance(1000.0);
        let conn = *rig.conns_of(BASE).last().unwrap();
        rig.closes.clear();
        rig.give(conn, &bytes);
        rig.run();
        assert_eq!(rig.closes, [close_reason::PROTOCOL], "{bytes:?}");
    }
}

#[test]
fn nothing_may_follow_the_last_message_of_a_batch_or_a_query() {
    for is_query in [false, true] {
        let mut rig = Rig::connected(1, "");
        rig.nodes.get_mut(&BASE).unwrap().holds = true;
        let op = match is_query {
            true => rig.query(&[(word::MAX_RETRIES, 0)]),
            false => rig.batch(&[(command_kind::GET, &[1, 2])], &[]),
        };
        rig.run();
        let conn = rig.conns_in_use()[0];
        let [answer] = &rig.take_held(conn)[..] else { panic!("one answer") };
        rig.give(conn, &frame(3, &[&answer[8..], &[7]].concat()));
        rig.run();
        assert_eq!(rig.closes, [close_reason::PROTOCOL]);
        match is_query {
            true => assert_eq!(rig.result(op).code, code::MALFORMED),
            // Both rows were answered before.
            false => assert_eq!(rig.parts.len(), 2),
        }
    }
}

#[test]
fn a_node_that_names_ever_more_peers_does_not_keep_the_client_from_connecting() {
    let more = |rig: &mut Rig, count: u16| {
        let first = BASE + rig.nodes.len() as u16;
        for port in first..first + count {
            rig.nodes.insert(port, Node { name: format!("F{port}"), black_hole: true, ..Node::default() });
        }
        let seed = rig.nodes.get_mut(&BASE).unwrap();
        seed.peers = (first..first + count).collect();
        seed.peers_generation += 1;
    };
    let mut nodes = cluster(1);
    nodes.get_mut(&BASE).unwrap().peers_generation = 1;
    let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\ntend_interval=100\ntimeout=1000\n"));
    more(&mut rig, 1);
    rig.run();
    assert_eq!(rig.ready, None, "it waits for the peer");
    for _ in 0..11 {
        more(&mut rig, 1);
        rig.advance(100.0);
    }
    assert_eq!(rig.ready, Some((code::OK, String::new())));
}

#[test]
fn the_peers_that_are_looked_at_at_once_are_bounded_and_the_others_come_later() {
    let mut nodes = cluster(1);
    let ports: Vec<u16> = (1..=300).map(|n| BASE + n).collect();
    for &port in &ports {
        nodes.insert(port, Node { name: format!("F{port}"), black_hole: true, ..Node::default() });
    }
    nodes.get_mut(&BASE).unwrap().peers = ports;
    let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\ntend_interval=100\ntimeout=1000\n"));
    rig.run();
    rig.advance(900.0);
    assert_eq!(rig.connects.len(), 1 + limit::PROBES);
    rig.advance(300.0);
    assert!(rig.connects.len() > 300);
}

#[test]
fn a_node_has_a_name_of_some_length() {
    for (length, expected) in [(limit::NODE_NAME, code::OK), (limit::NODE_NAME + 1, code::NOT_CONNECTED)] {
        let mut nodes = cluster(1);
        nodes.get_mut(&BASE).unwrap().name = "N".repeat(length);
        let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\n"));
        rig.run();
        assert_eq!(rig.ready.as_ref().map(|(code, _)| *code), Some(expected));
    }
}

#[test]
fn a_node_that_claimed_everything_and_went_leaves_the_others_what_they_had() {
    let mut rig = Rig::connected(2, "tend_interval=100\n");
    let mut thief = Node { name: "F".into(), of: 1, regime: u32::MAX, peers: vec![BASE], ..Node::default() };
    thief.partition_generation = 1;
    rig.nodes.insert(BASE + 9, thief);
    let honest = rig.nodes.get_mut(&BASE).unwrap();
    honest.peers.push(BASE + 9);
    honest.peers_generation += 1;
    rig.advance(500.0);
    assert_eq!(rig.engine.stat(stat::NODES), 3.0);
    rig.get(1);
    rig.run();
    assert_eq!(rig.nodes[&(BASE + 9)].requests, 1, "nothing forbids it to claim the partition");
    rig.kill(BASE + 9);
    let honest = rig.nodes.get_mut(&BASE).unwrap();
    honest.peers.retain(|&port| port != BASE + 9);
    honest.peers_generation += 1;
    rig.advance(1000.0);
    assert_eq!(rig.engine.stat(stat::NODES), 2.0);
    rig.ended.clear();
    let ops: Vec<u32> = (0..50).map(|key| rig.put(key)).collect();
    rig.run();
    ops.into_iter().for_each(|op| assert_eq!(rig.result(op).code, code::OK));
    assert!(rig.nodes[&BASE].requests > 10 && rig.nodes[&(BASE + 1)].requests > 10);
}
