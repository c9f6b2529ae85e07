//! Every info command of a server 8.1.2, and what becomes of it here.

use super::{build, indexes, ownership, queries, racks, records, statistics, truncate, udf, Answer, Call};
use crate::config::Edition;
use crate::limits::limit;

pub struct Spec {
    pub name: &'static str,
    pub task: Task,
}

#[derive(Clone, Copy)]
pub enum Task {
    Run(fn(&mut Call) -> Answer),
    /// Refused by a Community Edition. How an Enterprise Edition answers, if that is there.
    Enterprise(Option<fn(&mut Call) -> Answer>),
    /// The real server has it, this one does not yet.
    NotYet,
    /// There is no such command.
    Unknown,
}

impl Spec {
    /// What it comes to in an edition.
    pub fn task_of(&self, edition: Edition) -> Task {
        match (self.task, edition) {
            (Task::Enterprise(Some(run)), Edition::Enterprise) => Task::Run(run),
            (Task::Enterprise(None), Edition::Enterprise) => Task::NotYet,
            (task, _) => task,
        }
    }
}

use Task::{Enterprise, NotYet, Run};

pub fn find(name: &[u8]) -> Option<&'static Spec> {
    if name.len() > limit::INFO_NAME {
        return None;
    }
    SPECS.iter().find(|spec| spec.name.as_bytes() == name)
}

/// What a message without a name asks for, in the server's order.
pub fn summary() -> impl Iterator<Item = &'static Spec> {
    SPECS[..SUMMARY].iter()
}

/// Commands that clients never send and that a person gets no answer to from here: `help` leaves them out.
pub fn names() -> impl Iterator<Item = &'static str> {
    SPECS.iter().filter(|spec| matches!(spec.task, Run(_))).map(|spec| spec.name)
}

const SUMMARY: usize = 15;

const fn run(name: &'static str, run: fn(&mut Call) -> Answer) -> Spec {
    Spec { name, task: Run(run) }
}

const fn enterprise(name: &'static str, run: Option<fn(&mut Call) -> Answer>) -> Spec {
    Spec { name, task: Enterprise(run) }
}

const fn later(name: &'static str) -> Spec {
    Spec { name, task: NotYet }
}

fn empty(_: &mut Call) -> Answer {
    Ok(())
}

static SPECS: &[Spec] = &[
    run("features", build::features),
    run("node", build::node),
    run("compatibility-id", |call| call.text("15")),
    run("edition", build::edition),
    run("build_ee_sha", empty),
    run("build_sha", |call| call.text(build::SHA)),
    run("build_arch", |call| call.text(build::ARCH)),
    run("build_time", |call| call.text(build::TIME)),
    run("build_os", |call| call.text(build::OS)),
    run("build", |call| call.text(build::VERSION)),
    run("version", build::version),
    run("statistics", statistics::statistics),
    run("services-alumni", ownership::services),
    run("services", ownership::services),
    run("partition-generation", ownership::partition_generation),
    run("admin-clear-std", empty),
    run("alumni-clear-alt", ownership::peers),
    run("alumni-clear-std", ownership::peers),
    enterprise("alumni-tls-alt", Some(ownership::peers_tls)),
    enterprise("alumni-tls-std", Some(ownership::peers_tls)),
    run("best-practices", |call| call.text("failed_best_practices=none")),
    run("cluster-name", ownership::cluster_name),
    run("cluster-stable", ownership::cluster_stable),
    run("connection", |call| call.text("admin=false")),
    enterprise("feature-key", None),
    run("get-config", statistics::get_config),
    run("get-stats", statistics::get_stats),
    run("health-outliers", empty),
    run("health-stats", empty),
    run("help", build::help),
    run("latencies", statistics::latencies),
    run("logs", empty),
    enterprise("masking", None),
    enterprise("masking-show", None),
    run("name", build::node),
    run("namespace", records::namespace),
    run("namespaces", records::namespaces),
    run("objects", records::objects),
    run("partitions", |call| call.text("4096")),
    run("peers-clear-alt", ownership::peers),
    run("peers-clear-std", ownership::peers),
    run("peers-generation", ownership::peers_generation),
    enterprise("peers-tls-alt", Some(ownership::peers_tls)),
    enterprise("peers-tls-std", Some(ownership::peers_tls)),
    enterprise("quiesce", Some(ownership::quiesce)),
    enterprise("quiesce-undo", Some(ownership::quiesce_undo)),
    enterprise("rack-ids", Some(racks::ids)),
    enterprise("racks", Some(racks::racks)),
    run("rebalance-generation", ownership::rebalance_generation),
    run("recluster", ownership::recluster),
    run("release", build::release),
    run("replicas", ownership::replicas),
    run("replicas-all", ownership::replicas_all),
    run("replicas-master", ownership::replicas_master),
    enterprise("revive", None),
    enterprise("roster", Some(racks::roster)),
    enterprise("roster-set", None),
    run("query-abort", queries::abort),
    run("query-abort-all", queries::abort_all),
    run("query-show", queries::show),
    run("service", ownership::service),
    run("service-clear-alt", ownership::service_clear),
    run("service-clear-std", ownership::service_clear),
    enterprise("service-tls-alt", Some(ownership::service_tls)),
    enterprise("service-tls-std", Some(ownership::service_tls)),
    run("services-alternate", ownership::services),
    run("services-alumni-reset", |call| call.text("ok")),
    run("sets", records::sets),
    run("sindex", indexes::old),
    run("sindex-create", indexes::create),
    run("sindex-delete", indexes::delete),
    run("sindex-exists", indexes::exists),
    run("sindex-list", indexes::list),
    run("sindex-stat", indexes::stat),
    run("status", |call| call.text("ok")),
    run("truncate", truncate::set),
    run("truncate-namespace", truncate::namespace),
    run("truncate-namespace-undo", truncate::undo_namespace),
    run("truncate-undo", truncate::undo_set),
    run("udf-clear-cache", |call| call.text("ok")),
    run("udf-get", udf::get),
    run("udf-list", udf::list),
    run("udf-put", udf::put),
    run("udf-remove", udf::remove),
    run("user-agent-set", build::user_agent_set),
    run("user-agents", build::user_agents),
    enterprise("xdr-dc-state", None),
    enterprise("xdr-get-filter", None),
    enterprise("xdr-set-filter", None),
    later("admin-tls-std"),
    later("config-get"),
    later("config-set"),
    later("debug-record"),
    later("debug-record-meta"),
    later("digests"),
    later("dump-cluster"),
    later("dump-fabric"),
    later("dump-hb"),
    later("dump-hlc"),
    later("dump-migrates"),
    later("dump-rw"),
    later("dump-skew"),
    later("dump-wb-summary"),
    later("endpoints"),
    later("eviction-reset"),
    later("get-sl"),
    later("histogram"),
    later("index-pressure"),
    later("jem-stats"),
    later("log"),
    later("log-message"),
    later("log-set"),
    later("mcast"),
    later("mesh"),
    later("partition-info"),
    later("physical-devices"),
    later("set-config"),
    later("set-log"),
    later("smd-info"),
    later("smd-show"),
    later("thread-traces"),
    later("tip"),
    later("tip-clear"),
];
