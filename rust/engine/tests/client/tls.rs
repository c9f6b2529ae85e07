//! A cluster that is reached with TLS: which names are asked for and checked, and what is said when TLS does not begin.

use crate::rig::{cluster, Node, Rig, BASE};
use aerospike_sansio::abi::socket_end;
use aerospike_sansio::proto::code;
use std::collections::BTreeMap;

/// Three nodes that tell names of each other's certificates.
fn tls_cluster() -> BTreeMap<u16, Node> {
    let mut nodes = cluster(3);
    for (node, name) in nodes.values_mut().zip(["one.test", "two.test", ""]) {
        node.tls_name = Some(name);
    }
    nodes
}

/// `host:port name` of each connect, without repetition.
fn connects(rig: &Rig) -> Vec<String> {
    let mut told: Vec<String> = rig
        .connects
        .iter()
        .map(|(host, port, name)| format!("{host}:{port} {}", name.as_deref().unwrap_or("in clear")))
        .collect();
    told.sort();
    told.dedup();
    told
}

fn refused(config: &str, change: impl Fn(&mut Node)) -> (i32, String) {
    let mut nodes = cluster(1);
    nodes.values_mut().for_each(change);
    let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\n{config}"));
    rig.run();
    rig.ready.clone().expect("connecting has ended")
}

#[test]
fn each_node_is_checked_for_the_name_that_its_peers_tell() {
    let mut rig = Rig::new(tls_cluster(), &format!("host=h\t{BASE}\tone.test\ntls=1\n"));
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    let ops: Vec<u32> = (0..60).map(|key| rig.get(key)).collect();
    rig.run();
    assert!(ops.iter().all(|&op| rig.result(op).code == code::OK));
    assert_eq!(connects(&rig), ["h:3000 one.test", "h:3001 two.test", "h:3002 h"]);
}

#[test]
fn a_name_of_the_configuration_holds_where_none_is_told() {
    let mut rig = Rig::new(tls_cluster(), &format!("host=h\t{BASE}\t\ntls=1\ntls_name=all.test\n"));
    rig.run();
    assert_eq!(connects(&rig), ["h:3000 all.test", "h:3001 two.test", "h:3002 all.test"]);
}

#[test]
fn the_alternate_addresses_of_a_cluster_with_tls_are_asked_for() {
    let config = format!("host=127.0.0.1\t{BASE}\tone.test\ntls=1\nuse_services_alternate=1\n");
    let mut rig = Rig::new(tls_cluster(), &config);
    rig.run();
    assert_eq!(connects(&rig), ["127.0.0.1:3000 one.test", "alt:3001 two.test", "alt:3002 alt"]);
}

#[test]
fn the_alternate_addresses_of_a_cluster_are_asked_for() {
    let mut rig = Rig::new(cluster(3), &format!("host=127.0.0.1\t{BASE}\t\nuse_services_alternate=1\n"));
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    assert_eq!(connects(&rig), ["127.0.0.1:3000 in clear", "alt:3001 in clear", "alt:3002 in clear"]);
    (0..60).for_each(|key| {
        rig.get(key);
    });
    rig.run();
    rig.nodes.values().for_each(|node| assert!(node.requests > 5, "{node:?}"));
}

#[test]
fn names_mean_nothing_without_tls() {
    let mut rig = Rig::new(cluster(2), &format!("host=h\t{BASE}\tone.test\ntls_name=all.test\n"));
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    assert_eq!(connects(&rig), ["h:3000 in clear", "h:3001 in clear"]);
}

#[test]
fn the_address_behind_a_load_balancer_is_checked_for_the_balancers_name() {
    for (seed, expected) in [("", "balancer"), ("one.test", "one.test")] {
        let mut nodes = tls_cluster();
        let services = Some(format!("10.0.0.1:{BASE}"));
        nodes.insert(9000, Node { name: "N0".into(), of: 3, services, tls_name: Some(""), ..Node::default() });
        let mut rig = Rig::new(nodes, &format!("host=balancer\t9000\t{seed}\ntls=1\n"));
        rig.run();
        assert_eq!(rig.ready, Some((code::OK, String::new())));
        assert_eq!(connects(&rig)[..2], [format!("10.0.0.1:3000 {expected}"), format!("balancer:9000 {expected}")]);
    }
}

#[test]
fn why_tls_could_not_begin_is_told_of_the_seed() {
    let ends = [
        (socket_end::TLS, "the TLS handshake failed"),
        (socket_end::TLS_EXPIRED, "expired"),
        (socket_end::TLS_UNTRUSTED, "nobody who is trusted"),
        (socket_end::TLS_UNVERIFIED, "has expired, or is signed by nobody"),
        (socket_end::TLS_NAME, "another name"),
        (socket_end::TLS_CERTIFICATE_REQUIRED, "wants a client certificate"),
        (socket_end::TLS_REFUSED, "refused the TLS handshake"),
        (socket_end::TLS_VERSION, "no version of TLS"),
        (socket_end::TLS_PLAIN, "does not speak TLS"),
        (socket_end::TLS_CLOSED, "hung up during the TLS handshake"),
    ];
    for (end, expected) in ends {
        let (code, text) = refused("tls=1\n", |node| node.tls_end = Some(end));
        assert_eq!(code, code::TLS);
        assert!(text.starts_with("h:3000: ") && text.contains(expected), "{text}");
    }
}

#[test]
fn a_server_that_hangs_up_before_it_answers_may_want_another_certificate_or_tls() {
    let (code, text) = refused("tls=1\n", |node| node.hangs_up = true);
    assert_eq!(code, code::TLS);
    assert!(text.contains("does it take this client's certificate?"), "{text}");
    let (code, text) = refused("", |node| node.hangs_up = true);
    assert_eq!(code, code::NOT_CONNECTED);
    assert!(text.contains("does it expect TLS?"), "{text}");
}

#[test]
fn a_node_whose_certificate_goes_bad_counts_as_one_that_cannot_be_reached() {
    let mut nodes = tls_cluster();
    nodes.get_mut(&(BASE + 1)).unwrap().tls_end = Some(socket_end::TLS_EXPIRED);
    let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\tone.test\ntls=1\n"));
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    // Reads of its partitions are answered by the other replica.
    let ops: Vec<u32> = (0..60).map(|key| rig.get(key)).collect();
    rig.advance(1000.0);
    assert!(ops.iter().all(|&op| rig.result(op).code == code::OK));
    rig.ended.clear();
    // A new certificate is met by the next tends.
    rig.nodes.get_mut(&(BASE + 1)).unwrap().tls_end = None;
    rig.advance(3000.0);
    let ops: Vec<u32> = (0..60).map(|key| rig.get(key)).collect();
    rig.run();
    assert!(ops.iter().all(|&op| rig.result(op).code == code::OK));
    assert!(rig.nodes[&(BASE + 1)].requests > 5);
}
