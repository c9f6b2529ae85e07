//! How many nodes a batch or a query asks at once.

use crate::rig::{Rig, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, stat};
use aerospike_sansio::proto::code;

fn at_once(nodes: u32) -> (usize, u32) {
    (word::MAX_NODES, nodes)
}

fn holding(nodes: usize) -> Rig {
    let mut rig = Rig::connected(nodes, "");
    rig.nodes.values_mut().for_each(|node| (node.holds, node.records) = (true, 2));
    rig
}

/// Nodes with a request that is not answered.
fn asked(rig: &Rig) -> usize {
    rig.conns_in_use().len()
}

fn keys(count: i64) -> Vec<i64> {
    (0..count).collect()
}

/// Answers one node after the other, and gives the most that were asked at once.
fn answer_all(rig: &mut Rig) -> usize {
    let mut most = 0;
    for _ in 0..20 {
        most = most.max(asked(rig));
        let Some(port) =
            (BASE..BASE + 5).find(|&port| rig.conns_of(port).iter().any(|c| rig.conns_in_use().contains(c)))
        else {
            break;
        };
        rig.answer_held(port);
    }
    most
}

#[test]
fn a_batch_asks_as_many_nodes_at_once_as_it_may() {
    for (limit, most) in [(0, 5), (1, 1), (2, 2), (5, 5), (9, 5)] {
        let mut rig = holding(5);
        let op = rig.batch(&[(command_kind::GET, &keys(200))], &[at_once(limit)]);
        rig.run();
        assert_eq!(answer_all(&mut rig), most, "limit {limit}");
        assert_eq!((rig.result(op).code, rig.rows(op, 200)), (code::OK, vec![code::OK; 200]));
        assert_eq!(rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), [1; 5]);
    }
}

#[test]
fn a_query_asks_as_many_nodes_at_once_as_it_may() {
    for (limit, most) in [(0, 5), (1, 1), (3, 3)] {
        let mut rig = holding(5);
        let op = rig.query(&[at_once(limit)]);
        rig.run();
        assert_eq!(answer_all(&mut rig), most, "limit {limit}");
        assert_eq!((rig.result(op).code, rig.found.len()), (code::OK, 8192));
        assert_eq!(rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), [1; 5]);
    }
}

#[test]
fn a_limit_of_records_holds_for_nodes_that_are_asked_later() {
    let mut rig = holding(3);
    let most = f64::to_bits(10.0);
    let limited = [(word::MAX_RECORDS, most as u32), (word::MAX_RECORDS + 1, (most >> 32) as u32), at_once(1)];
    let op = rig.query(&limited);
    rig.run();
    assert_eq!(answer_all(&mut rig), 1);
    assert_eq!((rig.result(op).code, rig.found.len()), (code::OK, 10));
    assert_eq!(rig.nodes.values().flat_map(|node| node.limits.clone()).sum::<u64>(), 10);
}

#[test]
fn what_waits_for_its_turn_goes_where_its_rows_belong_by_then() {
    let mut rig = holding(2);
    let op = rig.batch(&[(command_kind::GET, &keys(100))], &[at_once(1), (word::MAX_RETRIES, 2)]);
    rig.run();
    assert_eq!(asked(&rig), 1);
    rig.nodes.values_mut().for_each(|node| node.holds = false);
    // The node that is asked dies, and with it perhaps the one that would be next.
    let asked = (BASE..BASE + 2).find(|&port| rig.nodes[&port].requests == 1).unwrap();
    rig.kill(asked);
    rig.advance(1.0);
    assert_eq!((rig.result(op).code, rig.rows(op, 100)), (code::OK, vec![code::OK; 100]));
}

#[test]
fn rows_that_wait_for_their_turn_end_with_the_batch_and_were_never_sent() {
    for give_up in [false, true] {
        let mut rig = holding(4);
        let batch = rig.batch(&[(command_kind::PUT, &keys(100))], &[at_once(1)]);
        let query = rig.query(&[at_once(1), (word::TOTAL_TIMEOUT, 1000)]);
        rig.run();
        if give_up {
            rig.engine.cancel(batch);
            rig.engine.cancel(query);
        }
        rig.advance(1000.0);
        let expected = if give_up { code::ABORTED } else { code::TIMEOUT };
        assert_eq!(rig.rows(batch, 100), vec![expected; 100]);
        assert_eq!(rig.result(query).code, expected);
        let in_doubt = rig.parts.iter().filter(|part| part.3).count();
        assert!(in_doubt > 0 && in_doubt < 100, "only those of the node that was asked: {in_doubt}");
        assert_eq!(rig.nodes.values().map(|node| node.requests).sum::<usize>(), 2);
        assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
    }
}

#[test]
fn a_query_that_fails_asks_no_further_node() {
    let mut rig = Rig::connected(4, "");
    rig.nodes.values_mut().for_each(|node| node.code = code::INDEX_NOT_FOUND as u8);
    let op = rig.query(&[at_once(1)]);
    rig.run();
    assert_eq!(rig.result(op).code, code::INDEX_NOT_FOUND);
    assert_eq!(rig.nodes.values().map(|node| node.requests).sum::<usize>(), 1);
}

#[test]
fn a_client_that_closes_ends_what_waits() {
    let mut rig = holding(3);
    let op = rig.batch(&[(command_kind::GET, &keys(50))], &[at_once(1)]);
    rig.run();
    rig.engine.close(0.0, rig.now);
    rig.run();
    assert_eq!(rig.rows(op, 50), vec![code::CLOSED; 50]);
    assert!(rig.engine.finished());
}
