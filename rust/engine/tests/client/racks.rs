//! Reads that prefer racks: which replica they go to, and what becomes of them when it is gone or has moved.

use crate::rig::{cluster, Rig, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, policy_flag};
use aerospike_sansio::proto::code;

const PREFER_RACK: (usize, u32) = (word::FLAGS, 3 << policy_flag::REPLICA_SHIFT);
const KEYS: i64 = 400;

/// Four nodes, of which each has the copies of the one before it.
fn on_racks(racks: [i64; 4], rack_ids: &str) -> Rig {
    let mut nodes = cluster(4);
    nodes.values_mut().zip(racks).for_each(|(node, rack)| node.rack = Some(rack));
    Rig::connected_to(nodes, &format!("rack_aware=1\nrack_ids={rack_ids}\n"))
}

/// Requests that each node gets of reads of many records.
fn reads(rig: &mut Rig, kind: u32) -> [usize; 4] {
    rig.nodes.values_mut().for_each(|node| node.requests = 0);
    rig.ended.clear();
    let ops: Vec<u32> = (0..KEYS).map(|key| rig.submit(kind, key, &[PREFER_RACK, (word::MAX_RETRIES, 2)])).collect();
    rig.run();
    ops.iter().for_each(|&op| assert_eq!(rig.result(op).code, code::OK));
    let requests: Vec<usize> = rig.nodes.values().map(|node| node.requests).collect();
    requests.try_into().unwrap()
}

fn quarter(count: usize) -> bool {
    (60..140).contains(&count)
}

#[test]
fn reads_go_to_the_copy_on_the_preferred_rack() {
    let mut rig = on_racks([1, 1, 2, 2], "2");
    let [n0, n1, n2, n3] = reads(&mut rig, command_kind::GET);
    // The partitions of N0 and N1 have no copy on rack 2: the master is as good as any.
    assert!(quarter(n0) && n1 == 0, "{n0} {n1}");
    assert!(n2 > n0 && quarter(n3) || quarter(n2) && n3 > n0, "{n2} {n3}");
    assert_eq!((n0 + n1 + n2 + n3) as i64, KEYS);
}

#[test]
fn of_several_racks_the_first_that_has_a_copy_is_taken() {
    let mut rig = on_racks([1, 2, 3, 4], "9,4,1");
    let [n0, n1, n2, n3] = reads(&mut rig, command_kind::GET);
    // Copies are on N0 N1, N1 N2, N2 N3, N3 N0: rack 4 has the last two, rack 1 the first, nobody the second.
    assert!(quarter(n0) && quarter(n1) && n2 == 0 && !quarter(n3), "{n0} {n1} {n2} {n3}");
}

#[test]
fn writes_know_no_racks() {
    let mut rig = on_racks([1, 1, 2, 2], "2");
    let each = reads(&mut rig, command_kind::TOUCH);
    assert!(each.into_iter().all(quarter), "{each:?}");
}

#[test]
fn without_rack_awareness_racks_are_not_asked_for() {
    let mut nodes = cluster(4);
    nodes.values_mut().for_each(|node| node.rack = Some(7));
    let mut rig = Rig::connected_to(nodes, "rack_ids=7\n");
    let each = reads(&mut rig, command_kind::GET);
    assert!(each.into_iter().all(quarter), "{each:?}");
}

#[test]
fn a_server_that_knows_no_racks_serves_all_the_same() {
    let mut rig = Rig::connected(4, "rack_aware=1\nrack_ids=1\n");
    let each = reads(&mut rig, command_kind::GET);
    assert!(each.into_iter().all(quarter), "{each:?}");
}

#[test]
fn when_a_node_changes_its_rack_reads_follow_after_a_tend() {
    let mut rig = on_racks([1, 1, 2, 2], "2");
    for (node, rack) in rig.nodes.values_mut().zip([2, 2, 1, 1]) {
        (node.rack, node.rebalances) = (Some(rack), 1);
    }
    rig.advance(2100.0);
    let [n0, n1, n2, n3] = reads(&mut rig, command_kind::GET);
    assert!(quarter(n2) && n3 == 0, "{n2} {n3}");
    assert_eq!((n0 + n1 + n2) as i64, KEYS);
}

#[test]
fn when_the_node_on_the_rack_is_gone_the_other_copy_is_read() {
    let mut rig = on_racks([1, 2, 1, 2], "2");
    let [n0, n1, n2, n3] = reads(&mut rig, command_kind::GET);
    assert_eq!((n0, n2), (0, 0), "{n1} {n3}");
    rig.kill(BASE + 1);
    let [n0, n1, n2, n3] = reads(&mut rig, command_kind::GET);
    assert!(n0 > 0 && n2 > 0 && n1 == 0 && n3 > 0, "{n0} {n1} {n2} {n3}");
}
