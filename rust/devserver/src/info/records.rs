//! What is stored: namespaces and sets, in the words of the real server.

use super::{Answer, Call};
use crate::store::sets::Set;
use crate::store::{expiry, Namespace};
use aerospike_sansio::limits::limit;

pub fn namespaces(call: &mut Call) -> Answer {
    let names: Vec<String> = call.cluster.namespaces.iter().map(|namespace| namespace.config.name.clone()).collect();
    call.joined(names, b';')
}

/// Records of all namespaces that this node has a copy of.
pub fn objects(call: &mut Call) -> Answer {
    let objects = (0..call.cluster.namespaces.len()).map(|index| owned(call, index).total()).sum();
    call.number(objects)
}

/// `namespace/<name>`: counters, then the configuration.
pub fn namespace(call: &mut Call) -> Answer {
    let wanted = call.params.0;
    let found = call.cluster.namespaces.iter().position(|namespace| namespace.config.name.as_bytes() == wanted);
    let Some(index) = found else { return call.text("type=unknown") };
    let mut pairs = counters(call, index);
    pairs.extend(configuration(&call.cluster.namespaces[index]));
    call.pairs(&pairs)
}

/// `sets`, `sets/<namespace>`, `sets/<namespace>/<set>`.
pub fn sets(call: &mut Call) -> Answer {
    let (name, set) = match call.params.0.iter().position(|&byte| byte == b'/') {
        Some(at) => (&call.params.0[..at], Some(&call.params.0[at + 1..])),
        None => (call.params.0, None),
    };
    let mut text = Vec::new();
    let mut known = name.is_empty();
    for namespace in &call.cluster.namespaces {
        if !name.is_empty() && namespace.config.name.as_bytes() != name {
            continue;
        }
        known = true;
        for own in namespace.sets.iter().filter(|own| set.is_none_or(|set| own.name == set)) {
            if set.is_none() {
                text.extend_from_slice(format!("ns={}:set=", namespace.config.name).as_bytes());
                text.extend_from_slice(&own.name);
                text.push(b':');
            }
            let tombstones = namespace.tombstones(namespace.sets.find(&own.name));
            text.extend_from_slice(set_text(own, tombstones, namespace.indexes.is_of_set(&own.name)).as_bytes());
        }
    }
    if known {
        call.text(text)
    } else {
        call.text("ns_type=unknown")
    }
}

fn set_text(set: &Set, tombstones: u64, is_indexed: bool) -> String {
    let truncated = expiry_ms(set.truncated_ms);
    format!(
        "objects={}:tombstones={tombstones}:data_used_bytes={}:truncate_lut={truncated}:sindexes=0:index_populating=false:\
         truncating=false:default-read-touch-ttl-pct=0:default-ttl=0:disable-eviction=false:enable-index={is_indexed}:\
         stop-writes-count=0:stop-writes-size=0;",
        set.objects, set.data_bytes
    )
}

/// The server tells last-update times in milliseconds since 2010.
fn expiry_ms(unix_ms: u64) -> u64 {
    unix_ms.saturating_sub(aerospike_sansio::proto::EPOCH_SECONDS * 1000)
}

/// Records by what the asked node is to them.
struct Owned {
    master: u64,
    prole: u64,
}

impl Owned {
    fn total(&self) -> u64 {
        self.master + self.prole
    }
}

fn owned(call: &Call, index: usize) -> Owned {
    let namespace = &call.cluster.namespaces[index];
    let mut owned = Owned { master: 0, prole: 0 };
    for (partition, objects) in namespace.partition_objects().enumerate() {
        match call.cluster.copies[index].role(&call.cluster.map, partition, call.node) {
            Some(0) => owned.master += objects,
            Some(_) => owned.prole += objects,
            None => {}
        }
    }
    owned
}

fn counters(call: &Call, index: usize) -> Vec<(&'static str, String)> {
    let namespace = &call.cluster.namespaces[index];
    let counters = &call.node().namespaces[index];
    let owned = owned(call, index);
    let (coming, going) = call.cluster.copies[index].coming_to_and_from(&call.cluster.map, call.node);
    let (single, batch) = (counters.single, counters.batch);
    let used_pct = namespace.memory() * 100 / namespace.config.data_size.max(1);
    let numbers = [
        ("ns_cluster_size", call.peers().count() as u64 + 1),
        ("effective_replication_factor", call.cluster.map.replicas(namespace.config.replication_factor) as u64),
        ("objects", owned.total()),
        ("tombstones", namespace.tombstones(None)),
        ("mrt_provisionals", namespace.transactions.provisionals() as u64),
        ("master_objects", owned.master),
        ("prole_objects", owned.prole),
        ("dead_partitions", 0),
        ("unavailable_partitions", 0),
        ("stop_writes", u64::from(namespace.stop_writes())),
        ("current_time", u64::from(expiry::seconds(call.now_ms))),
        ("expired_objects", namespace.expired_objects),
        ("truncate_lut", expiry_ms(namespace.truncated_ms)),
        ("mrt_monitors", namespace.transactions.monitors() as u64),
        ("mrt_monitors_active", 0),
        ("data_total_bytes", namespace.config.data_size),
        ("data_used_bytes", namespace.data_bytes()),
        ("data_used_pct", used_pct),
        ("data_avail_pct", 100u64.saturating_sub(used_pct)),
        ("migrate_tx_partitions_remaining", going),
        ("migrate_rx_partitions_remaining", coming),
        ("client_tsvc_error", counters.refused),
        ("client_proxy_complete", counters.proxied),
        ("client_read_success", single.read.success),
        ("client_read_error", single.read.error),
        ("client_read_not_found", single.read.not_found),
        ("client_read_filtered_out", single.read.filtered_out),
        ("client_write_success", single.write.success),
        ("client_write_error", single.write.error + single.write.not_found),
        ("client_write_filtered_out", single.write.filtered_out),
        ("client_delete_success", single.delete.success),
        ("client_delete_error", single.delete.error),
        ("client_delete_not_found", single.delete.not_found),
        ("client_delete_filtered_out", single.delete.filtered_out),
        ("client_udf_complete", single.udf.success),
        ("client_udf_error", single.udf.error + single.udf.not_found),
        ("client_udf_filtered_out", single.udf.filtered_out),
        ("batch_sub_read_success", batch.read.success),
        ("batch_sub_read_error", batch.read.error),
        ("batch_sub_read_not_found", batch.read.not_found),
        ("batch_sub_read_filtered_out", batch.read.filtered_out),
        ("batch_sub_write_success", batch.write.success),
        ("batch_sub_write_error", batch.write.error + batch.write.not_found),
        ("batch_sub_write_filtered_out", batch.write.filtered_out),
        ("batch_sub_delete_success", batch.delete.success),
        ("batch_sub_delete_error", batch.delete.error),
        ("batch_sub_delete_not_found", batch.delete.not_found),
        ("batch_sub_delete_filtered_out", batch.delete.filtered_out),
        ("batch_sub_udf_complete", batch.udf.success),
        ("batch_sub_udf_error", batch.udf.error + batch.udf.not_found),
        ("batch_sub_udf_filtered_out", batch.udf.filtered_out),
        ("mrt_verify_read_success", counters.mrt_verify_read.success),
        ("mrt_verify_read_error", counters.mrt_verify_read.error),
        ("mrt_roll_forward_success", counters.mrt_roll_forward.success),
        ("mrt_roll_forward_error", counters.mrt_roll_forward.error),
        ("mrt_roll_back_success", counters.mrt_roll_back.success),
        ("mrt_roll_back_error", counters.mrt_roll_back.error),
        ("fail_mrt_blocked", counters.fail_mrt_blocked),
        ("fail_mrt_version_mismatch", counters.fail_mrt_version_mismatch),
        ("fail_generation", counters.fail_generation),
        ("fail_record_too_big", counters.fail_record_too_big),
        ("deleted_last_bin", counters.deleted_last_bin),
    ];
    let said = |(name, number): (&'static str, u64)| match name {
        "stop_writes" => (name, (number == 1).to_string()),
        _ => (name, number.to_string()),
    };
    let node = call.node();
    let quiesced = call.cluster.nodes.iter().filter(|node| node.alive && node.leaves).count();
    let of_node = [
        ("pending_quiesce", node.is_to_leave.to_string()),
        ("effective_is_quiesced", node.leaves.to_string()),
        ("nodes_quiesced", quiesced.to_string()),
    ];
    numbers.into_iter().map(said).chain(of_node).collect()
}

/// The configuration of a namespace, as `get-config` tells it too.
pub fn configuration(namespace: &Namespace) -> Vec<(&'static str, String)> {
    let config = &namespace.config;
    vec![
        ("allow-ttl-without-nsup", config.allow_ttl_without_nsup.to_string()),
        ("default-read-touch-ttl-pct", config.default_read_touch_ttl_pct.to_string()),
        ("default-ttl", config.default_ttl.to_string()),
        ("max-record-size", config.max_record_size.to_string()),
        ("mrt-duration", if config.strong_consistency { config.mrt_duration } else { 0 }.to_string()),
        ("nsup-period", config.nsup_period.to_string()),
        ("replication-factor", config.replication_factor.min(limit::REPLICAS).to_string()),
        ("strong-consistency", config.strong_consistency.to_string()),
        ("strong-consistency-allow-expunge", config.strong_consistency_allow_expunge.to_string()),
        ("index-type", "mem".into()),
        ("sindex-type", "mem".into()),
        ("storage-engine", "memory".into()),
        ("storage-engine.data-size", config.data_size.to_string()),
    ]
}
