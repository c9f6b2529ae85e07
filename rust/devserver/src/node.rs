//! What one node of the cluster knows of itself.

use crate::limits::limit;

#[derive(Clone, Debug, Default)]
pub struct Node {
    pub id: u64,
    /// The id in hexadecimal: what `node` answers.
    pub name: String,
    pub alive: bool,
    /// How often it was restarted.
    pub life: u32,
    /// Where it says that it can be reached: `host:port`, several if it listens on every interface.
    pub addresses: Vec<String>,
    pub generations: Generations,
    pub counters: Counters,
    /// One for each namespace, in the order of the configuration.
    pub namespaces: Vec<NamespaceCounters>,
    /// Unix milliseconds, 0 = not known yet.
    pub started_ms: u64,
    pub connections: usize,
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
    pub fail_generation: u64,
    pub fail_record_too_big: u64,
    pub deleted_last_bin: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Commands {
    pub read: Outcomes,
    pub write: Outcomes,
    pub delete: Outcomes,
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
        let (addresses, life) = (self.addresses.clone(), self.life + 1);
        Node { addresses, life, ..Node::new(self.id, self.namespaces.len()) }
    }

    pub fn is_full(&self) -> bool {
        self.connections >= limit::CONNECTIONS
    }
}
