//! One node as the cluster describes it.

use crate::limits::limit;

/// Index of a node in the engine's table; stays the same as long as the node is in it.
pub type NodeId = u16;

/// Where to connect. `tls_name` is empty where TLS is not used or the name is the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    pub port: u16,
    pub tls_name: String,
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// No generation is known: ask.
pub const UNKNOWN: i64 = i64::MIN;

/// What a node has said of itself. The generations are those at which its lists were last read.
#[derive(Debug)]
pub struct Node {
    pub name: String,
    pub address: Address,
    pub build: String,
    /// It answers several requests of one connection in order, so that they need not wait for each other. All servers
    /// that say nothing else do; `features` is asked of old ones only, since from 8.1 on that leaves a warning in the
    /// server's log.
    pub pipelines: bool,
    /// How long it lets a connection be idle, in ms; infinity = as long as it likes.
    pub idle_max: f64,
    pub peers_generation: i64,
    pub partition_generation: i64,
    pub rebalance_generation: i64,
    /// Names of the nodes that it sees.
    pub peers: Vec<String>,
    /// `(namespace, rack id)`, where racks are configured (Enterprise).
    pub racks: Vec<(String, i64)>,
    /// Tends in a row that failed.
    pub failures: u32,
}

impl Node {
    pub fn new(name: String, address: Address) -> Node {
        Node {
            name,
            address,
            build: String::new(),
            pipelines: true,
            idle_max: f64::INFINITY,
            peers_generation: UNKNOWN,
            partition_generation: UNKNOWN,
            rebalance_generation: UNKNOWN,
            peers: Vec::new(),
            racks: Vec::new(),
            failures: 0,
        }
    }

    /// Servers from 8.1 on take `user-agent-set` and the `namespace=` spelling.
    pub fn build_at_least(&self, major: u32, minor: u32) -> bool {
        let mut parts = self.build.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (major, minor)
    }
}

/// `ns:rack;ns:rack` as `rack-ids` answers.
pub fn parse_racks(answer: &str) -> Vec<(String, i64)> {
    answer
        .split(';')
        .filter_map(|part| part.split_once(':'))
        .filter_map(|(ns, rack)| Some((ns.into(), rack.parse().ok()?)))
        .take(limit::NAMESPACES)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_compare_as_numbers() {
        let mut node = Node::new("A".into(), Address { host: "h".into(), port: 1, tls_name: String::new() });
        for (build, expected) in [("8.1.2.0", true), ("8.0.9", false), ("10.0", true), ("", false), ("7.2", false)] {
            node.build = build.into();
            assert_eq!(node.build_at_least(8, 1), expected, "{build}");
        }
    }

    #[test]
    fn racks_are_read_by_namespace() {
        assert_eq!(parse_racks("test:1;bar:2"), vec![("test".into(), 1), ("bar".into(), 2)]);
        assert_eq!(parse_racks("junk"), vec![]);
    }
}
