//! Racks and rosters (Enterprise): which nodes stand together, and which nodes a namespace with strong consistency
//! expects. The forms are those of `thr_info.c`, which both editions share.

use super::{Answer, Call, Failure};
use crate::store::Namespace;
use aerospike_sansio::proto::code;

/// `ns:rack;ns:rack`: the racks of this node.
pub fn ids(call: &mut Call) -> Answer {
    let rack = call.cluster.rack(call.node);
    let entries: Vec<String> =
        call.cluster.namespaces.iter().map(|namespace| format!("{}:{rack}", namespace.config.name)).collect();
    call.joined(entries, b';')
}

/// `rack_1=A2,A1:rack_2=A3`, of all nodes, and the same of the roster if there is one.
pub fn racks(call: &mut Call) -> Answer {
    each(call, |call, namespace| {
        let mut text = groups(call, &members(call, true), "rack_");
        if namespace.config.strong_consistency {
            text.push(':');
            text.push_str(&groups(call, &members(call, false), "roster_rack_"));
        }
        text
    })
}

/// `roster=…:pending_roster=…:observed_nodes=…`. The roster is the nodes of the cluster, whether or not they are up.
pub fn roster(call: &mut Call) -> Answer {
    each(call, |call, namespace| {
        let list = |nodes: Vec<usize>| {
            let name = |node: usize| match call.cluster.rack(node) {
                0 => call.cluster.nodes[node].name.clone(),
                rack => format!("{}@{rack}", call.cluster.nodes[node].name),
            };
            nodes.into_iter().map(name).collect::<Vec<_>>().join(",")
        };
        let roster = if namespace.config.strong_consistency { list(members(call, false)) } else { "null".into() };
        format!("roster={roster}:pending_roster={roster}:observed_nodes={}", list(members(call, true)))
    })
}

/// Of the namespace that is named, or of all with their names before them.
fn each(call: &mut Call, text: impl Fn(&Call, &Namespace) -> String) -> Answer {
    let named = call.params.namespace()?;
    let namespaces = call.cluster.namespaces.iter();
    let entries: Vec<String> = namespaces
        .filter(|own| named.is_none_or(|name| own.config.name.as_bytes() == name))
        .map(|own| match named {
            Some(_) => text(call, own),
            None => format!("ns={}:{}", own.config.name, text(call, own)),
        })
        .collect();
    if entries.is_empty() {
        return Err(Failure(code::NAMESPACE, "namespace not found on node"));
    }
    call.joined(entries, b';')
}

/// The nodes, the highest id first: those that are up, or all.
fn members(call: &Call, alive: bool) -> Vec<usize> {
    let nodes = &call.cluster.nodes;
    let mut members: Vec<usize> = (0..nodes.len()).filter(|&node| nodes[node].alive || !alive).collect();
    members.sort_by_key(|&node| std::cmp::Reverse(nodes[node].id));
    members
}

fn groups(call: &Call, members: &[usize], tag: &str) -> String {
    let mut racks: Vec<u32> = members.iter().map(|&node| call.cluster.rack(node)).collect();
    racks.sort_unstable();
    racks.dedup();
    let group = |rack: &u32| {
        let on_it = members.iter().filter(|&&node| call.cluster.rack(node) == *rack);
        let names: Vec<&str> = on_it.map(|&node| call.cluster.nodes[node].name.as_str()).collect();
        format!("{tag}{rack}={}", names.join(","))
    };
    racks.iter().map(group).collect::<Vec<_>>().join(":")
}
