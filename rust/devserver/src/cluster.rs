//! All of it: nodes, connections and namespaces, and the few things that a host can do to them.

use crate::command::{self, Background};
use crate::config::{Config, Edition};
use crate::connections::{ConnId, Connections};
use crate::copies::Copies;
use crate::faults::Faults;
use crate::node::{Generations, Node};
use crate::partition_map::{Member, PartitionMap};
use crate::random::Random;
use crate::security::Security;
use crate::store::Namespace;
use crate::udf_host::{UdfHost, Udfs};
use crate::udf_modules::Modules;
use aerospike_sansio::limits::limit::PARTITIONS;
use aerospike_sansio::wire::Compressor;
use std::net::IpAddr;

/// What the host is to do with a connection, after it has written the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Keep,
    /// Reset it.
    Close,
}

/// How long the host waits at most before it looks after a query.
pub const POLL_MS: u64 = 50;

#[derive(Debug)]
pub struct Cluster {
    pub(crate) edition: Edition,
    pub(crate) name: String,
    /// The rack of each node, or nothing.
    racks: Vec<u32>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) connections: Connections,
    pub(crate) modules: Modules,
    pub(crate) udfs: Udfs,
    pub(crate) security: Option<Security>,
    pub(crate) map: PartitionMap,
    /// Of each namespace.
    pub(crate) copies: Vec<Copies>,
    /// Partitions move when the host says so.
    holds_migrations: bool,
    /// 0 = connections may be idle.
    pub(crate) proto_fd_idle_ms: u32,
    /// Another one after each change of the cluster. 48 bits.
    pub(crate) key: u64,
    /// Jobs that are under way, with the messages that asked for them.
    pub(crate) background: Vec<(Background, Vec<u8>)>,
    /// How often the cluster has changed.
    pub(crate) generation: u64,
    random: Random,
    pub(crate) faults: Faults,
    pub(crate) compressor: Compressor,
}

impl Cluster {
    /// A cluster whose nodes are all up. The seed decides what the real server draws by lot: the cluster keys.
    pub fn new(config: Config, seed: u64) -> Cluster {
        let nodes = config.node_ids.iter().map(|&id| Node::new(id, config.namespaces.len())).collect();
        let copies = config.namespaces.iter().map(|namespace| Copies::new(namespace.replication_factor)).collect();
        let mut cluster = Cluster {
            edition: config.edition,
            name: config.cluster_name,
            racks: config.racks,
            nodes,
            namespaces: config.namespaces.into_iter().map(Namespace::new).collect(),
            connections: Connections::default(),
            modules: Modules::default(),
            udfs: Udfs::default(),
            security: config.security,
            map: PartitionMap::default(),
            copies,
            holds_migrations: false,
            proto_fd_idle_ms: config.proto_fd_idle_ms,
            background: Vec::new(),
            key: 0,
            generation: 0,
            random: Random(seed),
            faults: Faults::default(),
            compressor: Compressor::default(),
        };
        cluster.rebalance();
        // As if all had come up at the same time: the recorded cluster of three said 4 for its peers, and 0 and 1.
        let peers = 2 * (cluster.nodes.len() as u64 - 1);
        for node in &mut cluster.nodes {
            node.generations = Generations { peers, partition: 0, rebalance: 1 };
        }
        cluster
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub fn namespaces(&self) -> &[Namespace] {
        &self.namespaces
    }

    /// The rack of a node, 0 if it is on none.
    pub(crate) fn rack(&self, node: usize) -> u32 {
        self.racks.get(node).copied().unwrap_or(0)
    }

    /// Gives the cluster what runs its UDFs. Without one they fail.
    pub fn set_udf_host(&mut self, host: Box<dyn UdfHost>) {
        self.udfs = Udfs::new(host);
    }

    pub fn has_udf_host(&self) -> bool {
        self.udfs.has_host()
    }

    /// Where clients can reach a node: hosts, and the port at which it listens on each of them.
    pub fn set_address(&mut self, node: usize, hosts: &[&str], port: u16) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.addresses = addresses(hosts, port);
        }
    }

    /// The same of the port where it speaks TLS, with the name that its certificate has.
    pub fn set_tls_address(&mut self, node: usize, hosts: &[&str], port: u16, name: &str) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.tls_addresses = addresses(hosts, port);
            node.tls_name = name.into();
        }
    }

    /// A client has connected to a node. None if the node is down or has too many connections: refuse it.
    pub fn connect(&mut self, node: usize) -> Option<ConnId> {
        let up = self.nodes.get_mut(node).filter(|node| node.is_up() && !node.is_full())?;
        up.connections += 1;
        up.counters.connections_opened += 1;
        Some(self.connections.open(node, up.life))
    }

    /// What the host knows of who has connected: the address, and whom a certificate names that the host trusts.
    pub fn set_peer(&mut self, conn: ConnId, address: &str, certified: &str) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        connection.address = address.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        connection.certified = (!certified.is_empty()).then(|| certified.into());
    }

    /// The connection is gone, whoever closed it. To be said once for each: its number is used again.
    pub fn disconnected(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.close(conn) else { return };
        let node = &mut self.nodes[connection.node];
        if node.life == connection.life {
            node.connections -= 1;
            node.counters.connections_closed += 1;
            if let Some(progress) = connection.progress {
                node.abandon_job(progress.id());
            }
        }
    }

    /// Whether requests of the connection wait for the host to have written what was answered before them. It calls
    /// `received` with no bytes to go on, after [`Cluster::wait_ms`].
    pub fn pending(&self, conn: ConnId) -> bool {
        self.connections.get(conn).is_some_and(|connection| connection.pending)
    }

    /// Milliseconds until `received` has more to answer to a query that is to go slowly, or looks again whether the
    /// cluster has agreed on what became of a node; 0 if it has not to wait. Not more than [`POLL_MS`], for somebody may
    /// abort the query, but for what a fault delays.
    pub fn wait_ms(&self, conn: ConnId, now_ms: u64) -> u64 {
        let Some(connection) = self.connections.get(conn) else { return 0 };
        let struck_ms = connection.struck.as_ref().map_or(0, |struck| struck.wait_ms(now_ms));
        if struck_ms > 0 {
            return struck_ms;
        }
        if connection.held.is_some() {
            return POLL_MS;
        }
        connection.progress.as_ref().map_or(0, |progress| progress.wait_ms(now_ms)).min(POLL_MS)
    }

    /// Connections that nobody has used for proto-fd-idle-ms: the host closes them. To be called about once a second, as
    /// often as the server looks (`run_reaper` in its `service.c`).
    pub fn idle(&mut self, now_ms: u64) -> Vec<ConnId> {
        let max_ms = u64::from(self.proto_fd_idle_ms);
        if max_ms == 0 {
            return Vec::new();
        }
        for connection in self.connections.iter_mut().filter(|connection| connection.used_ms == 0) {
            connection.used_ms = now_ms;
        }
        let idle: Vec<ConnId> = self
            .connections
            .ids()
            .filter(|(_, connection)| !connection.is_busy() && connection.used_ms + max_ms < now_ms)
            .map(|(id, _)| id)
            .collect();
        for conn in &idle {
            if let Some(connection) = self.connections.get(*conn) {
                self.nodes[connection.node].counters.connections_reaped += 1;
            }
        }
        idle
    }

    /// Whether requests of the connection wait for the host of UDFs to be ready. Then it calls `received` with no bytes.
    pub fn waits_for_udfs(&self, conn: ConnId) -> bool {
        self.connections.get(conn).is_some_and(|connection| connection.waits)
    }

    /// A node dies and the others do not know yet, until [`Cluster::kill`] says that they agree on it: they still name
    /// it, and what needs it waits (`command/agreement.rs`). The host resets its connections.
    pub fn lose(&mut self, node: usize) {
        if let Some(node) = self.nodes.get_mut(node).filter(|node| node.alive) {
            node.lost = true;
        }
    }

    /// A node dies: it answers nothing any more and the others take over what it owned. The host resets its
    /// connections; whatever still arrives on them is not answered.
    pub fn kill(&mut self, node: usize) {
        if !self.nodes.get(node).is_some_and(|node| node.alive) {
            return;
        }
        (self.nodes[node].alive, self.nodes[node].lost) = (false, false);
        for other in self.nodes.iter_mut().filter(|node| node.alive) {
            other.generations.peers += 1;
        }
        self.rebalance();
    }

    /// A node that was killed comes back, empty of counters but with its records: the store is shared. If the others do
    /// not know yet that it was gone, they learn it now.
    pub fn restart(&mut self, node: usize) {
        if self.nodes.get(node).is_some_and(|node| node.lost) {
            self.kill(node);
        }
        if self.nodes.get(node).is_none_or(|node| node.alive) {
            return;
        }
        self.nodes[node] = self.nodes[node].reborn();
        self.rebalance();
        let alive = self.nodes.iter().filter(|node| node.alive).count() as u64;
        for (index, other) in self.nodes.iter_mut().enumerate().filter(|(_, node)| node.alive) {
            // Recorded: the others count its appearance and then its address, the newcomer counts each of them twice.
            other.generations.peers = if index == node { 2 * (alive - 1) } else { other.generations.peers + 2 };
        }
    }

    /// From now on, when the cluster changes, partitions move only with [`Cluster::migrate`]; or no more so, and then at once.
    pub fn hold_migrations(&mut self, holds: bool) {
        self.holds_migrations = holds;
        if !holds {
            self.migrate(usize::MAX);
        }
    }

    /// Lets copies of partitions come to where they are to be, as many as are said, drawn by lot. Gives how many are left.
    pub fn migrate(&mut self, mut copies: usize) -> usize {
        for namespace in 0..self.copies.len() {
            let first = self.draw() as usize;
            for partition in (0..PARTITIONS).map(|step| (first.wrapping_add(step)) % PARTITIONS) {
                while copies > 0 && self.copy_arrives(namespace, partition) {
                    copies -= 1;
                }
            }
        }
        self.copies.iter().map(Copies::coming).sum()
    }

    fn copy_arrives(&mut self, namespace: usize, partition: usize) -> bool {
        let (copies, map) = (&mut self.copies[namespace], &self.map);
        if !copies.is_coming(map, partition) {
            return false;
        }
        let claims = |copies: &Copies| -> Vec<u32> {
            (0..self.nodes.len()).map(|node| copies.claims(map, partition, node)).collect()
        };
        let before = claims(copies);
        copies.arrive(map, partition);
        let after = claims(copies);
        for (node, _) in self.nodes.iter_mut().zip(before.iter().zip(after)).filter(|(_, (a, b))| **a != *b) {
            node.generations.partition += 1;
        }
        true
    }

    /// The sessions that a node gave end before their time; its connections, too, are nobody's if `connections`.
    pub fn log_out(&mut self, node: usize, connections: bool) {
        if let Some(security) = self.security.as_mut() {
            security.end_sessions(node);
        }
        let of_node = self.connections.iter_mut().filter(|connection| connections && connection.node == node);
        of_node.for_each(|connection| connection.user = None);
    }

    /// A node is to have no copies any more as long as there are other nodes, or is to have some again (quiesce and
    /// quiesce-undo, with the recluster that follows).
    pub fn quiesce(&mut self, node: usize, leaves: bool) {
        let Some(node) = self.nodes.get_mut(node).filter(|node| node.alive) else { return };
        node.is_to_leave = leaves;
        if node.leaves != leaves {
            self.rebalance();
        }
    }

    /// The nodes agree anew on who they are: what they were told since is heeded.
    pub(crate) fn recluster(&mut self) {
        self.rebalance();
    }

    /// The node that has the say: the one with the highest id (`clustering.c`).
    pub(crate) fn principal(&self) -> Option<usize> {
        let alive = (0..self.nodes.len()).filter(|&node| self.nodes[node].alive);
        alive.max_by_key(|&node| self.nodes[node].id)
    }

    /// Faults that strike requests from now on.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Removes some of what has expired, and ends transactions whose time is up. To be called about once a second.
    pub fn expire(&mut self, now_ms: u64) {
        command::advance(self, now_ms);
        for namespace in &mut self.namespaces {
            namespace.settle(now_ms);
            namespace.sweep(now_ms);
        }
    }

    /// Computes the partition map of the nodes that are up.
    fn rebalance(&mut self) {
        for node in self.nodes.iter_mut().filter(|node| node.alive) {
            node.leaves = node.is_to_leave;
        }
        let live: Vec<Member> = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.alive)
            .map(|(index, node)| Member { index, id: node.id, rack: self.rack(index), leaves: node.leaves })
            .collect();
        let before = (std::mem::replace(&mut self.map, PartitionMap::new(&live)), self.copies.clone());
        for copies in &mut self.copies {
            copies.follow(&self.map, !self.holds_migrations);
        }
        for (index, node) in self.nodes.iter_mut().enumerate().filter(|(_, node)| node.alive) {
            let roles = |map: &PartitionMap, copies: &Copies| -> Vec<Option<usize>> {
                (0..PARTITIONS).map(|partition| copies.role(map, partition, index)).collect()
            };
            let of_namespace = |(old, new): (&Copies, &Copies)| {
                let pairs = roles(&before.0, old).into_iter().zip(roles(&self.map, new));
                pairs.filter(|(old, new)| old != new).count() as u64
            };
            node.generations.partition += before.1.iter().zip(&self.copies).map(of_namespace).sum::<u64>() + 1;
            node.generations.rebalance += 1;
        }
        self.generation += 1;
        self.key = self.draw() >> 16;
    }

    /// The next number drawn by lot.
    pub(crate) fn draw(&mut self) -> u64 {
        self.random.next()
    }
}

/// `host:port` of each, an IPv6 address in brackets.
fn addresses(hosts: &[&str], port: u16) -> Vec<String> {
    let bracketed = |host: &str| if host.contains(':') { format!("[{host}]") } else { host.to_string() };
    hosts.iter().map(|host| format!("{}:{port}", bracketed(host))).collect()
}
