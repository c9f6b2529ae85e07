//! Info commands that the recorded exchanges do not cover, or that vary from run to run.

use crate::{Action, Cluster, Config};

const NOW: u64 = 1_795_000_000_000;

/// What a node of a cluster of three answers, without the frame.
fn ask(cluster: &mut Cluster, node: usize, text: &str) -> String {
    let conn = cluster.connect(node).unwrap();
    let mut frame = vec![2, 1];
    frame.extend_from_slice(&(text.len() as u64).to_be_bytes()[2..]);
    frame.extend_from_slice(text.as_bytes());
    let mut out = Vec::new();
    assert_eq!(cluster.received(conn, &frame, NOW, &mut out), Action::Keep);
    cluster.disconnected(conn);
    String::from_utf8(out.split_off(8)).unwrap()
}

fn three() -> Cluster {
    let config = Config::parse(r#"{"nodes": 3, "clusterName": "lab"}"#).unwrap();
    let mut cluster = Cluster::new(config, 7);
    for node in 0..3 {
        cluster.set_address(node, &["127.0.0.1"], 3000 + node as u16);
    }
    cluster
}

#[test]
fn a_node_names_its_peers() {
    let mut cluster = three();
    let answer = ask(&mut cluster, 1, "node\npeers-clear-std\nservice-clear-std\ncluster-name\n");
    let peers = "4,3000,[[A1,,[127.0.0.1:3000]],[A3,,[127.0.0.1:3002]]]";
    assert_eq!(
        answer,
        format!("node\tA2\npeers-clear-std\t{peers}\nservice-clear-std\t127.0.0.1:3001\ncluster-name\tlab\n")
    );
}

#[test]
fn ipv6_addresses_stand_in_brackets() {
    let mut cluster = three();
    cluster.set_address(0, &["::1", "127.0.0.1"], 3000);
    assert_eq!(ask(&mut cluster, 0, "service\n"), "service\t[::1]:3000;127.0.0.1:3000\n");
}

#[test]
fn addresses_with_tls_are_told_with_the_name_of_the_certificate() {
    let config = Config::parse(r#"{"nodes": 3, "edition": "enterprise"}"#).unwrap();
    let mut cluster = Cluster::new(config, 7);
    for node in 0..3 {
        cluster.set_address(node, &["127.0.0.1", "::1"], 3000 + node as u16);
    }
    // The third has no port with TLS.
    for node in 0..2 {
        cluster.set_tls_address(node, &["127.0.0.1", "::1"], 4333 + node as u16, "node.test");
    }
    let text = "service-clear-std\nservice-tls-std\npeers-tls-std\npeers-tls-alt\n";
    let peers = "4,3000,[[A2,node.test,[127.0.0.1:4334,[::1]:4334]]]";
    assert_eq!(
        ask(&mut cluster, 0, text),
        format!(
            "service-clear-std\t127.0.0.1:3000,[::1]:3000\nservice-tls-std\t127.0.0.1:4333,[::1]:4333\n\
             peers-tls-std\t{peers}\npeers-tls-alt\t{peers}\n"
        )
    );
    assert_eq!(ask(&mut cluster, 2, "service-tls-std\n"), "service-tls-std\t\n");
    cluster.kill(1);
    cluster.restart(1);
    assert_eq!(ask(&mut cluster, 1, "service-tls-std\n"), "service-tls-std\t127.0.0.1:4334,[::1]:4334\n");
}

#[test]
fn the_generations_tell_of_a_death_and_a_return() {
    let mut cluster = three();
    let text = "peers-generation\npartition-generation\nrebalance-generation\n";
    let numbers = |cluster: &mut Cluster, node| -> Vec<u64> {
        ask(cluster, node, text).lines().map(|line| line.split_once('\t').unwrap().1.parse().unwrap()).collect()
    };
    assert_eq!(numbers(&mut cluster, 0), [4, 0, 1]);
    let key = ask(&mut cluster, 0, "cluster-stable:size=3\n");
    cluster.kill(2);
    let after = numbers(&mut cluster, 0);
    assert_eq!((after[0], after[2]), (5, 2));
    assert!(after[1] > 1000, "thousands of partitions changed hands: {}", after[1]);
    assert!(cluster.connect(2).is_none());
    assert_eq!(
        ask(&mut cluster, 0, "cluster-stable:size=3\n"),
        "cluster-stable:size=3\tERROR:7:cluster not specified size\n"
    );
    cluster.restart(2);
    assert_eq!(numbers(&mut cluster, 0)[0], 7);
    assert_eq!(numbers(&mut cluster, 2)[0], 4);
    assert_ne!(ask(&mut cluster, 0, "cluster-stable:size=3\n"), key);
}

#[test]
fn what_is_not_there_yet_is_refused_and_counted() {
    let mut cluster = three();
    let answer = ask(&mut cluster, 0, "mesh:\nbins/test\nracks:\n");
    assert_eq!(
        answer,
        "mesh:\tERROR:16:not supported by this dev server yet\nbins/test\tERROR:4:unrecognized command\n\
         racks:\tERROR:25:enterprise only\n"
    );
    assert!(ask(&mut cluster, 0, "statistics\n").contains(";unsupported_requests=1"));
}

#[test]
fn a_flood_of_names_is_bounded() {
    let mut cluster = three();
    let conn = cluster.connect(0).unwrap();
    let body = "statistics\n".repeat(100_000);
    let mut frame = vec![2, 1];
    frame.extend_from_slice(&(body.len() as u64).to_be_bytes()[2..]);
    frame.extend_from_slice(body.as_bytes());
    let mut out = Vec::new();
    assert_eq!(cluster.received(conn, &frame, NOW, &mut out), Action::Close);
    assert!(out.is_empty());
}
