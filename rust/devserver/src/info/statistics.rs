//! `statistics`, `latencies`, `get-config`: what can be known here under the names that tools look for.

use super::{records, Answer, Call, Failure};
use crate::copies::Copies;
use aerospike_sansio::proto::code;

pub fn statistics(call: &mut Call) -> Answer {
    let node = call.node();
    let principal = call.cluster.principal().map_or_else(String::new, |node| call.cluster.nodes[node].name.clone());
    let objects: u64 = call.cluster.namespaces.iter().map(|namespace| namespace.objects()).sum();
    let tombstones: u64 = call.cluster.namespaces.iter().map(|namespace| namespace.tombstones(None)).sum();
    let uptime = call.now_ms.saturating_sub(node.started_ms) / 1000;
    let counters = &node.counters;
    let of_namespace = |copies: &Copies| copies.coming_to_and_from(&call.cluster.map, call.node);
    let moving: u64 = call.cluster.copies.iter().map(of_namespace).map(|(to, from)| to + from).sum();
    let pairs = [
        ("failed_best_practices", "false".into()),
        ("cluster_size", (call.peers().count() + 1).to_string()),
        ("cluster_key", format!("{:X}", call.cluster.key)),
        ("cluster_generation", call.cluster.generation.to_string()),
        ("cluster_principal", principal.clone()),
        ("cluster_min_compatibility_id", "15".into()),
        ("cluster_max_compatibility_id", "15".into()),
        ("cluster_integrity", "true".into()),
        ("cluster_is_member", "true".into()),
        ("cluster_duplicate_nodes", "null".into()),
        ("uptime", uptime.to_string()),
        ("objects", objects.to_string()),
        ("tombstones", tombstones.to_string()),
        ("client_connections", node.connections.to_string()),
        ("client_connections_opened", counters.connections_opened.to_string()),
        ("client_connections_closed", counters.connections_closed.to_string()),
        ("reaped_fds", counters.connections_reaped.to_string()),
        ("info_complete", counters.info_complete.to_string()),
        ("demarshal_error", counters.demarshal_error.to_string()),
        ("early_tsvc_client_error", counters.early_error.to_string()),
        ("paxos_principal", principal),
        ("migrate_allowed", "true".into()),
        ("migrate_partitions_remaining", moving.to_string()),
        // Not the real server's: what was asked for that this one cannot do yet.
        ("unsupported_requests", counters.unsupported_requests.to_string()),
    ];
    call.pairs(&pairs)
}

/// Histograms of a namespace, in the server's order.
const HISTOGRAMS: [&str; 8] =
    ["read", "write", "udf", "batch-sub-read", "batch-sub-write", "batch-sub-udf", "pi-query", "si-query"];

/// No time is measured here: what was used shows a rate and shares of zero, what was not shows nothing.
pub fn latencies(call: &mut Call) -> Answer {
    let all = histograms(call);
    match call.params.optional("hist", 99)? {
        None => call.joined(all.iter().map(|(name, used)| histogram(name, *used)), b';'),
        Some(wanted) => {
            let found = all.iter().find(|(name, _)| name.as_bytes() == wanted);
            let (name, used) = found.ok_or(Failure(code::PARAMETER, "bad hist name"))?;
            call.text(histogram(name, *used))
        }
    }
}

fn histograms(call: &Call) -> Vec<(String, bool)> {
    let mut all = vec![("batch-index".to_string(), false)];
    for (namespace, counters) in call.cluster.namespaces.iter().zip(&call.node().namespaces) {
        for name in HISTOGRAMS {
            let used = match name {
                "read" => counters.single.read.success > 0,
                "write" => counters.single.write.success > 0,
                "udf" => counters.single.udf.success > 0,
                "batch-sub-udf" => counters.batch.udf.success > 0,
                "batch-sub-read" => counters.batch.read.success > 0,
                "batch-sub-write" => counters.batch.write.success > 0,
                _ => false,
            };
            all.push((format!("{{{}}}-{name}", namespace.config.name), used));
        }
    }
    all
}

fn histogram(name: &str, used: bool) -> String {
    let shares = if used { format!("msec,0.0{}", ",0.00".repeat(17)) } else { String::new() };
    format!("{name}:{shares}")
}

/// Without a context, or for the service, there is nothing that could be set.
pub fn get_config(call: &mut Call) -> Answer {
    match call.params.optional("context", 31)? {
        Some(b"namespace") => {
            let name = call.params.optional("namespace", 31)?.or(call.params.optional("id", 31)?);
            let name = name.ok_or(Failure(code::NAMESPACE, "missing 'namespace'"))?;
            let found = call.cluster.namespaces.iter().find(|namespace| namespace.config.name.as_bytes() == name);
            let namespace = found.ok_or(Failure(code::NAMESPACE, "namespace not found on node"))?;
            let pairs = records::configuration(namespace);
            call.pairs(&pairs)
        }
        Some(b"security" | b"xdr") => Ok(()),
        _ => {
            let name = if call.cluster.name.is_empty() { "null".into() } else { call.cluster.name.clone() };
            let node = call.node();
            let pairs = [
                ("batch-max-requests", "0".into()),
                ("cluster-name", name),
                ("node-id", node.name.clone()),
                ("proto-fd-idle-ms", call.cluster.proto_fd_idle_ms.to_string()),
                ("proto-fd-max", crate::limits::limit::CONNECTIONS.to_string()),
                ("transaction-max-ms", "1000".into()),
            ];
            call.pairs(&pairs)
        }
    }
}

pub fn get_stats(call: &mut Call) -> Answer {
    match call.params.optional("context", 31)? {
        Some(b"xdr") => Ok(()),
        _ => statistics(call),
    }
}
