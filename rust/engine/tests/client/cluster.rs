//! Finding the cluster and keeping the picture of it true.

use crate::rig::{cluster, Node, Rig, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, event, NONE};
use aerospike_sansio::proto::code;

fn names(rig: &Rig) -> Vec<String> {
    let mut names: Vec<String> = (0..rig.engine.node_count() as u16)
        .map(|node| rig.engine.node_text(node))
        .filter(|text| !text.is_empty())
        .map(|text| text.split('\t').next().unwrap().to_string())
        .collect();
    names.sort();
    names
}

#[test]
fn one_seed_leads_to_all_nodes_and_requests_go_to_the_masters() {
    let mut rig = Rig::connected(5, "");
    assert_eq!(names(&rig), ["N0", "N1", "N2", "N3", "N4"]);
    (0..500).for_each(|key| {
        rig.get(key);
    });
    rig.run();
    rig.nodes.values().for_each(|node| assert!(node.requests > 50, "{node:?}"));
}

#[test]
fn several_seeds_of_one_cluster_make_one_cluster_even_if_some_are_dead() {
    let mut rig = Rig::new(cluster(3), "host=h\t2999\t\nhost=h\t3001\t\nhost=h\t3002\t\nhost=h\t3000\t\n");
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    assert_eq!(names(&rig), ["N0", "N1", "N2"]);
}

#[test]
fn a_seed_that_never_answers_does_not_hold_up_the_others() {
    let mut nodes = cluster(2);
    nodes.insert(2999, crate::rig::Node { black_hole: true, ..Default::default() });
    let mut rig = Rig::new(nodes, "host=h\t2999\t\nhost=h\t3000\t\n");
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
}

#[test]
fn when_no_seed_can_be_reached_the_error_names_each_with_its_reason() {
    let mut nodes = cluster(1);
    nodes.insert(2999, crate::rig::Node { black_hole: true, ..Default::default() });
    nodes.get_mut(&BASE).unwrap().down = true;
    let mut rig = Rig::new(nodes, "host=h\t2999\t\nhost=h\t3000\t\ntimeout=200\n");
    rig.run();
    assert_eq!(rig.ready, None);
    rig.advance(200.0);
    let (code, text) = rig.ready.clone().unwrap();
    assert_eq!(code, code::NOT_CONNECTED);
    assert_eq!(text, "h:3000: connection refused; h:2999: not open within 200 ms");
    assert!(rig.engine.finished());
}

#[test]
fn a_cluster_of_another_name_is_refused_and_both_names_are_told() {
    let mut rig = Rig::new(cluster(1), "host=h\t3000\t\ncluster_name=prod\n");
    rig.run();
    let (code, text) = rig.ready.clone().unwrap();
    assert_eq!(code, code::CLUSTER_NAME_MISMATCH);
    assert_eq!(text, "h:3000: clusterName is \"prod\", but it is \"rig\"");
}

#[test]
fn a_node_that_is_not_ready_yet_is_not_joined() {
    let mut nodes = cluster(1);
    nodes.get_mut(&BASE).unwrap().partition_generation = -1;
    let mut rig = Rig::new(nodes, "host=h\t3000\t\n");
    rig.run();
    assert_eq!(rig.ready.clone().unwrap().0, code::NOT_CONNECTED);
}

#[test]
fn without_fail_if_not_connected_operations_wait_for_the_cluster() {
    let mut rig = Rig::new(cluster(1), "host=h\t3000\t\nfail_if_not_connected=0\n");
    rig.nodes.get_mut(&BASE).unwrap().down = true;
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    let patient = rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 60_000)]);
    let hasty = rig.submit(command_kind::GET, 2, &[(word::TOTAL_TIMEOUT, 100)]);
    rig.advance(2000.0);
    assert_eq!(rig.result(hasty).code, code::TIMEOUT);
    rig.nodes.get_mut(&BASE).unwrap().down = false;
    rig.advance(2000.0);
    assert_eq!(rig.result(patient).code, code::OK);
}

#[test]
fn a_node_that_joins_is_found_within_a_tend() {
    let mut rig = Rig::connected(2, "");
    let mut three = cluster(3);
    for (port, node) in &mut three {
        if let Some(before) = rig.nodes.get(port) {
            node.peers_generation = before.peers_generation + 1;
            node.partition_generation = before.partition_generation + 1;
        }
    }
    rig.nodes = three;
    rig.advance(1100.0);
    assert_eq!(names(&rig), ["N0", "N1", "N2"]);
    rig.nodes.values_mut().for_each(|node| node.requests = 0);
    (0..300).for_each(|key| {
        rig.get(key);
    });
    rig.run();
    rig.nodes.values().for_each(|node| assert!(node.requests > 50, "{node:?}"));
}

#[test]
fn a_node_that_died_is_removed_once_no_other_names_it_and_all_goes_on() {
    let mut rig = Rig::connected(3, "");
    rig.kill(BASE);
    rig.advance(1500.0);
    assert_eq!(names(&rig).len(), 3, "the others still name it");
    for (port, node) in &mut rig.nodes {
        node.peers.retain(|&peer| peer != BASE);
        node.peers_generation += 1;
        node.partition_generation += 1;
        node.of = 2;
        node.index = (*port - BASE).saturating_sub(1) as usize;
    }
    rig.advance(2500.0);
    assert_eq!(names(&rig), ["N1", "N2"]);
    assert!(rig.events.contains(&event::NODE_REMOVED));
    rig.ended.clear();
    (0..100).for_each(|key| {
        rig.get(key);
    });
    rig.run();
    assert!(rig.ended.iter().all(|ended| ended.code == code::OK && ended.attempts == 1));
}

#[test]
fn the_last_node_is_kept_for_some_failures_and_found_again_by_the_seeds() {
    let mut rig = Rig::connected(1, "");
    rig.kill(BASE);
    rig.advance(20_000.0);
    assert!(rig.events.contains(&event::DISCONNECTED));
    assert!(!rig.engine.is_connected());
    rig.nodes.get_mut(&BASE).unwrap().down = false;
    rig.advance(2500.0);
    assert!(rig.engine.is_connected());
    rig.ended.clear();
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn a_peer_that_could_not_be_reached_is_looked_for_again_although_no_list_has_changed() {
    let mut rig = Rig::connected(2, "");
    rig.kill(BASE);
    rig.kill(BASE + 1);
    rig.advance(20_000.0);
    assert!(rig.events.contains(&event::DISCONNECTED));
    rig.nodes.get_mut(&BASE).unwrap().down = false;
    rig.advance(5000.0);
    assert_eq!(names(&rig), ["N0"]);
    rig.nodes.get_mut(&(BASE + 1)).unwrap().down = false;
    rig.advance(2500.0);
    assert_eq!(names(&rig), ["N0", "N1"]);
}

#[test]
fn another_node_at_the_same_address_takes_the_place_of_the_old_one() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().name = "NEW".into();
    rig.advance(2500.0);
    assert_eq!(names(&rig), ["NEW"]);
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn a_single_node_is_all_that_is_used_when_asked_so() {
    let mut rig = Rig::connected(3, "single_node=1\n");
    assert_eq!(names(&rig), ["N0"]);
    (0..50).for_each(|key| {
        rig.get(key);
    });
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, 50);
    assert!(rig.ended.iter().all(|ended| ended.code == code::OK));
}

#[test]
fn info_goes_to_any_node_or_to_the_one_that_is_named() {
    let mut rig = Rig::connected(2, "");
    let text = b"build";
    rig.engine.data[..text.len()].copy_from_slice(text);
    let words = [(word::KEY_A, 0), (word::KEY_B, text.len() as u32)];
    let any = rig.submit(command_kind::INFO, 0, &words);
    let named = rig.submit(command_kind::INFO, 0, &[&words[..], &[(word::SET, 1)]].concat());
    let absent = rig.submit(command_kind::INFO, 0, &[&words[..], &[(word::SET, 77)]].concat());
    rig.run();
    assert_eq!((rig.result(any).code, rig.result(named).code), (code::OK, code::OK));
    assert_eq!(rig.result(absent).code, code::INVALID_NODE);
    assert_ne!(NONE, 77);
}

#[test]
fn the_same_seed_gives_the_same_story() {
    let story = || {
        let mut rig = Rig::connected(3, "");
        (0..50).for_each(|key| {
            rig.submit(command_kind::GET, key, &[(word::FLAGS, 4 << 14)]);
        });
        rig.run();
        rig.kill(BASE + 1);
        rig.advance(3000.0);
        (rig.ended.len(), rig.nodes.values().map(|node| node.requests).collect::<Vec<_>>(), format!("{:?}", rig.ended))
    };
    assert_eq!(story(), story());
}

#[test]
fn a_seed_that_is_a_load_balancer_gives_way_to_the_address_that_the_node_names() {
    // The balancer's port leads to the same node as the node's own, which is the first.
    let balanced = |services: &str| Node {
        name: "N0".into(),
        of: 2,
        peers: vec![BASE + 1],
        services: Some(services.into()),
        ..Node::default()
    };
    for (seed, expected) in [
        ("balancer", format!("N0\th:{BASE}")),
        ("10.0.0.9", format!("N0\th:{BASE}")),
        ("127.0.0.1", "N0\t127.0.0.1:9000".into()),
        ("::1", "N0\t[::1]:9000".into()),
        ("localhost", "N0\tlocalhost:9000".into()),
    ] {
        let mut nodes = cluster(2);
        nodes.insert(9000, balanced(&format!("h:{BASE}")));
        let mut rig = Rig::new(nodes, &format!("host={seed}\t9000\t\n"));
        rig.run();
        assert_eq!(rig.ready, Some((code::OK, String::new())), "{seed}");
        assert!(rig.engine.node_text(0).starts_with(&expected), "{}", rig.engine.node_text(0));
        assert_eq!(names(&rig), ["N0", "N1"]);
        assert_eq!(rig.conns_of(9000).is_empty(), expected.ends_with(&BASE.to_string()));
    }

    // What it names cannot be reached, at once or only after a while: the seed's own address serves.
    for black_hole in [false, true] {
        let mut nodes = cluster(2);
        nodes.insert(9000, balanced("h:1"));
        nodes.insert(1, Node { down: !black_hole, black_hole, ..Node::default() });
        nodes.remove(&BASE);
        nodes.get_mut(&(BASE + 1)).unwrap().peers = vec![9000];
        let mut rig = Rig::new(nodes, "host=balancer\t9000\t\n");
        rig.run();
        rig.advance(1500.0);
        assert_eq!(rig.ready, Some((code::OK, String::new())), "{black_hole}");
        assert!(rig.engine.node_text(0).starts_with("N0\tbalancer:9000"), "{}", rig.engine.node_text(0));
    }
}

#[test]
fn a_node_that_was_started_anew_between_two_looks_is_asked_for_everything() {
    let mut rig = Rig::connected(2, "tend_interval=1000\n");
    rig.advance(10.0);
    // The new process has counted up to the same number, and its map is another one: all is the first node's.
    for conn in rig.conns_of(BASE) {
        rig.cut(conn);
    }
    let node = rig.nodes.get_mut(&BASE).unwrap();
    (node.index, node.of, node.regime) = (0, 1, 1);
    rig.advance(500.0);
    let ops: Vec<u32> = (0..40).map(|key| rig.put(key)).collect();
    rig.run();
    assert!(ops.iter().all(|&op| rig.result(op).code == 0));
    assert_eq!((rig.nodes[&BASE].requests, rig.nodes[&(BASE + 1)].requests), (40, 0));
}
