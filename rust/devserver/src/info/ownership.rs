//! The cluster as one of its nodes sees it: its peers, where they are, and who owns which partition.

use super::{Answer, Call, Failure};
use crate::copies::Copies;
use crate::store::Namespace;
use aerospike_sansio::cluster::base64;
use aerospike_sansio::proto::code;

/// The port that a client assumes where a peer's address has none.
const DEFAULT_PORT: u16 = 3000;

pub fn cluster_name(call: &mut Call) -> Answer {
    let name = call.cluster.name.clone();
    call.text(if name.is_empty() { "null".into() } else { name })
}

/// The cluster key, if the cluster is as it is asked for, and nothing moves that is asked about.
pub fn cluster_stable(call: &mut Call) -> Answer {
    if let Some(size) = call.params.optional("size", 3)? {
        let size = std::str::from_utf8(size).ok().and_then(|text| text.parse::<usize>().ok());
        match size.ok_or(Failure(code::PARAMETER, "bad size"))? {
            size if size == call.peers().count() + 1 => {}
            _ => return Err(Failure(code::CLUSTER_KEY_MISMATCH, "cluster not specified size")),
        }
    }
    let heeds_migrations = match call.params.optional("ignore-migrations", 5)? {
        None | Some(b"false") => true,
        Some(b"true") => false,
        Some(_) => return Err(Failure(code::PARAMETER, "bad ignore migrations")),
    };
    let asked = match call.params.optional("namespace", 31)? {
        None => None,
        Some(name) => {
            let is_it = |namespace: &Namespace| namespace.config.name.as_bytes() == name;
            let index = call.cluster.namespaces.iter().position(is_it);
            Some(index.ok_or(Failure(code::NAMESPACE, "namespace not found on node"))?)
        }
    };
    let all = call.cluster.copies.iter().enumerate();
    let moves = |copies: &Copies| copies.coming_to_and_from(&call.cluster.map, call.node) != (0, 0);
    let mut asked_about = all.filter(|&(index, _)| asked.is_none_or(|asked| asked == index));
    if heeds_migrations && asked_about.any(|(_, copies)| moves(copies)) {
        return Err(Failure(code::CLUSTER_KEY_MISMATCH, "unstable cluster"));
    }
    call.text(format!("{:X}", call.cluster.key))
}

/// Takes effect when the cluster changes next, or is told to with `recluster` (`cmd_quiesce`).
pub fn quiesce(call: &mut Call) -> Answer {
    call.cluster.nodes[call.node].is_to_leave = true;
    call.text("ok")
}

pub fn quiesce_undo(call: &mut Call) -> Answer {
    call.cluster.nodes[call.node].is_to_leave = false;
    call.text("ok")
}

/// Only one node can (`cmd_recluster`).
pub fn recluster(call: &mut Call) -> Answer {
    if call.cluster.principal() != Some(call.node) {
        return call.text("ignored-by-non-principal");
    }
    call.cluster.recluster();
    call.text("ok")
}

pub fn partition_generation(call: &mut Call) -> Answer {
    call.number(call.node().generations.partition)
}

pub fn peers_generation(call: &mut Call) -> Answer {
    call.number(call.node().generations.peers)
}

pub fn rebalance_generation(call: &mut Call) -> Answer {
    call.number(call.node().generations.rebalance)
}

/// `generation,default port,[[name,tls name,[address,…]],…]`, as `build_peers` of `service_list.c` has it.
pub fn peers(call: &mut Call) -> Answer {
    let entries = call.peers().map(|peer| format!("[{},,[{}]]", peer.name, peer.addresses.join(",")));
    let entries = entries.collect::<Vec<_>>().join(",");
    call.text(format!("{},{DEFAULT_PORT},[{entries}]", call.node().generations.peers))
}

/// The same of ports with TLS, without those that have none.
pub fn peers_tls(call: &mut Call) -> Answer {
    let entries = call
        .peers()
        .filter(|peer| !peer.tls_addresses.is_empty())
        .map(|peer| format!("[{},{},[{}]]", peer.name, peer.tls_name, peer.tls_addresses.join(",")));
    let entries = entries.collect::<Vec<_>>().join(",");
    call.text(format!("{},{DEFAULT_PORT},[{entries}]", call.node().generations.peers))
}

/// Where this node is, in the old way.
pub fn service(call: &mut Call) -> Answer {
    let addresses = call.node().addresses.clone();
    call.joined(addresses, b';')
}

/// Where this node is. There are no alternate addresses: the same are given for both.
pub fn service_clear(call: &mut Call) -> Answer {
    let addresses = call.node().addresses.clone();
    call.joined(addresses, b',')
}

/// Where it speaks TLS.
pub fn service_tls(call: &mut Call) -> Answer {
    let addresses = call.node().tls_addresses.clone();
    call.joined(addresses, b',')
}

/// Where the others are.
pub fn services(call: &mut Call) -> Answer {
    let addresses: Vec<String> = call.peers().flat_map(|peer| peer.addresses.clone()).collect();
    call.joined(addresses, b';')
}

/// `namespace:regime,replicas,bitmap,…` with a bitmap in base64 for each replica, the master first.
pub fn replicas(call: &mut Call) -> Answer {
    let max = match call.params.optional("max", 3)? {
        None => 0,
        Some(text) => {
            let max = std::str::from_utf8(text).ok().and_then(|text| text.parse::<usize>().ok());
            max.ok_or(Failure(code::PARAMETER, "bad max"))?
        }
    };
    bitmaps(call, true, max)
}

/// The same without the regime.
pub fn replicas_all(call: &mut Call) -> Answer {
    bitmaps(call, false, 0)
}

pub fn replicas_master(call: &mut Call) -> Answer {
    let (map, node) = (&call.cluster.map, call.node);
    let all = call.cluster.namespaces.iter().zip(&call.cluster.copies);
    let bitmap = |copies: &Copies| base64::encode(&copies.bitmap(map, node, 0));
    let entries: Vec<String> =
        all.map(|(namespace, copies)| format!("{}:{}", namespace.config.name, bitmap(copies))).collect();
    call.joined(entries, b';')
}

/// `max` = 0: as many replicas as there are. The regime is 0 but where consistency is strong: there it counts how often
/// the owners have changed.
fn bitmaps(call: &mut Call, with_regime: bool, max: usize) -> Answer {
    let all = call.cluster.namespaces.iter().map(|namespace| &namespace.config).zip(&call.cluster.copies);
    let entries: Vec<String> = all
        .map(|(config, copies)| {
            let (name, wanted) = (&config.name, config.replication_factor);
            let regime = match (with_regime, config.strong_consistency) {
                (false, _) => String::new(),
                (true, false) => "0,".into(),
                (true, true) => format!("{},", call.cluster.generation),
            };
            let replicas = call.cluster.map.replicas(wanted);
            let shown = if max == 0 { replicas } else { replicas.min(max) };
            let maps: Vec<String> = (0..shown)
                .map(|replica| base64::encode(&copies.bitmap(&call.cluster.map, call.node, replica)))
                .collect();
            format!("{name}:{regime}{shown},{}", maps.join(","))
        })
        .collect();
    call.joined(entries, b';')
}
