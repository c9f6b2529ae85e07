//! What one node of the cluster knows of itself.

use crate::limits::limit;
use std::collections::VecDeque;

#[derive(Clone, Debug, Default)]
pub struct Node {
    pub id: u64,
    /// The id in hexadecimal: what `node` answers.
    pub name: String,
    /// Whether it is a member of the cluster.
    pub alive: bool,
    /// It is to have no copies of records: it is quiesced.
    pub leaves: bool,
    /// It is told so, and will leave when the cluster changes next (`pending_quiesce`).
    pub is_to_leave: bool,
    /// It has died and the others do not know yet: they name it, and wait for it.
    pub lost: bool,
    /// How often it was restarted.
    pub life: u32,
    /// Where it says that it can be reached: `host:port`, several if it listens on every interface.
    pub addresses: Vec<String>,
    /// The same of the port with TLS, if there is one, and the name that its certificate has.
    pub tls_addresses: Vec<String>,
    pub tls_name: String,
    pub generations: Generations,
    pub counters: Counters,
    /// One for each namespace, in the order of the configuration.
    pub namespaces: Vec<NamespaceCounters>,
    /// Queries of this life that are done or under way, the oldest first.
    pub jobs: VecDeque<Job>,
    /// Unix milliseconds, 0 = not known yet.
    pub started_ms: u64,
    pub connections: usize,
}

/// What is remembered of a query.
#[derive(Clone, Debug, Default)]
pub struct Job {
    pub id: u64,
    pub kind: &'static str,
    /// Index of the namespace.
    pub namespace: usize,
    pub set: Vec<u8>,
    pub index_name: Vec<u8>,
    /// Partitions asked for, and how many of them from a digest on.
    pub partitions: usize,
    pub resumed: usize,
    pub records_per_second: u32,
    pub socket_timeout_ms: u32,
    pub started_ms: u64,
    /// 0 = it is under way.
    pub done_ms: u64,
    /// How far it has come, in percent.
    pub progress_pct: f32,
    pub found: u64,
    pub filtered_out: u64,
    pub failed: u64,
    pub bytes: u64,
    /// Module and function that it runs.
    pub udf: Option<[Vec<u8>; 2]>,
    /// Somebody wants it to end.
    pub aborted: bool,
}

/// What clients watch to learn that the cluster has changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Generations {
    pub peers: u64,
    pub partition: u64,
    pub rebalance: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Counters {
    pub connections_opened: u64,
    pub connections_closed: u64,
    /// Closed because nobody used them.
    pub connections_reaped: u64,
    pub info_complete: u64,
    /// Messages that were not well formed.
    pub demarshal_error: u64,
    /// Requests refused before a namespace was known.
    pub early_error: u64,
    /// Requests for what `support` lists.
    pub unsupported_requests: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct NamespaceCounters {
    pub single: Commands,
    /// Rows of batches.
    pub batch: Commands,
    /// Requests that belonged to another node. They are answered all the same.
    pub proxied: u64,
    /// Requests refused before their record was looked at.
    pub refused: u64,
    pub mrt_verify_read: Outcomes,
    pub mrt_roll_forward: Outcomes,
    pub mrt_roll_back: Outcomes,
    pub fail_mrt_blocked: u64,
    pub fail_mrt_version_mismatch: u64,
    pub fail_generation: u64,
    pub fail_record_too_big: u64,
    pub deleted_last_bin: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Commands {
    pub read: Outcomes,
    pub write: Outcomes,
    pub delete: Outcomes,
    pub udf: Outcomes,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Outcomes {
    pub success: u64,
    pub error: u64,
    pub not_found: u64,
    pub filtered_out: u64,
}

impl Node {
    pub fn new(id: u64, namespaces: usize) -> Node {
        Node {
            id,
            name: format!("{id:X}"),
            alive: true,
            namespaces: vec![NamespaceCounters::default(); namespaces],
            ..Node::default()
        }
    }

    /// As after a restart: it remembers nothing but who and where it is.
    pub fn reborn(&self) -> Node {
        Node {
            addresses: self.addresses.clone(),
            tls_addresses: self.tls_addresses.clone(),
            tls_name: self.tls_name.clone(),
            life: self.life + 1,
            ..Node::new(self.id, self.namespaces.len())
        }
    }

    /// Remembers a query that starts, and forgets the oldest that is done.
    pub fn start_job(&mut self, job: Job) {
        if self.jobs.len() >= limit::JOBS {
            let oldest = self.jobs.iter().position(|job| job.done_ms != 0).unwrap_or(0);
            self.jobs.remove(oldest);
        }
        self.jobs.push_back(job);
    }

    pub fn job(&mut self, id: u64) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.id == id)
    }

    /// Nobody waits for a query any more.
    pub fn abandon_job(&mut self, id: u64) {
        if let Some(job) = self.job(id) {
            (job.aborted, job.done_ms) = (true, job.started_ms.max(1));
        }
    }

    /// Whether it answers.
    pub fn is_up(&self) -> bool {
        self.alive && !self.lost
    }

    pub fn is_full(&self) -> bool {
        self.connections >= limit::CONNECTIONS
    }
}
