//! A first look at an address: which node is there, and is it one of ours? Seeds and the peers that nodes name are
//! looked at in the same way; a node that passes becomes a member, with the probe's connection as its tend connection.

use super::member::Member;
use super::{level, Engine, Life};
use crate::abi::{close_reason, event};
use crate::cluster::{info, peers, Address, Node, NodeId};
use crate::command;
use crate::conn::{ConnId, Purpose, State};
use crate::limits::limit;
use crate::proto::code;

/// Worth saying rather than that a seed could not be used.
fn is_about_users(code: i32) -> bool {
    matches!(code, code::SECURITY_NOT_SUPPORTED..=code::QUOTA_EXCEEDED | code::LDAP_NOT_CONFIGURED | code::CLIENT)
}

#[derive(Debug)]
pub struct Probe {
    /// Addresses of one node, tried one after the other.
    addresses: Vec<Address>,
    at: usize,
    /// The name by which a peer knows it; none for a seed.
    expected: Option<String>,
}

impl Engine {
    pub(super) fn try_seeds(&mut self) {
        self.seed_errors.clear();
        self.seed_code = code::NOT_CONNECTED;
        self.next_seed = f64::INFINITY;
        for address in self.config.hosts.clone() {
            self.probe(vec![address], None);
        }
    }

    pub(super) fn probe(&mut self, addresses: Vec<Address>, expected: Option<String>) {
        let address = addresses[0].clone();
        let probe = self.probes.insert(Probe { addresses, at: 0, expected });
        self.open(Purpose::Probe(probe), &address);
    }

    pub(super) fn is_probed(&self, name: &str) -> bool {
        self.probes.indices().into_iter().any(|probe| self.probes[probe].expected.as_deref() == Some(name))
    }

    /// Peers that are being looked at: the cluster is not known whole while there are any.
    pub(super) fn peers_probed(&self) -> bool {
        self.probes.indices().into_iter().any(|probe| self.probes[probe].expected.is_some())
    }

    pub(super) fn probe_opened(&mut self, conn: ConnId, probe: u32) {
        let mut text = String::from("node\nbuild\npartition-generation\n");
        if !self.config.cluster_name.is_empty() {
            text.push_str("cluster-name\n");
        }
        if self.may_be_balanced(probe) {
            text.push_str(self.services_name());
            text.push('\n');
        }
        self.ask(conn, &text);
    }

    /// A seed may be a load balancer, behind which any node answers: what the node itself says is to be believed. This
    /// machine is none, as for the C client.
    fn may_be_balanced(&self, probe: u32) -> bool {
        let probe = &self.probes[probe];
        let host = &probe.addresses[probe.at].host;
        let is_local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        probe.expected.is_none() && !self.config.single_node && !is_local
    }

    fn services_name(&self) -> &'static str {
        match (self.config.tls, self.config.use_services_alternate) {
            (false, false) => "service-clear-std",
            (false, true) => "service-clear-alt",
            (true, false) => "service-tls-std",
            (true, true) => "service-tls-alt",
        }
    }

    /// Where the node says it is, if that is not where it was asked; the seed's address comes last, should the others be
    /// out of reach.
    fn own_addresses(&self, probe: u32, answer: &[u8]) -> Option<Vec<Address>> {
        let seed = &self.probes[probe].addresses[self.probes[probe].at];
        let said = info::value(answer, self.services_name()).filter(|_| self.may_be_balanced(probe))?;
        let services = peers::parse_services(said, self.tls_name_of(seed)).ok()?;
        let mut services: Vec<Address> = services.into_iter().map(|address| self.config.mapped(address)).collect();
        let is_seed = |address: &Address| (&address.host, address.port) == (&seed.host, seed.port);
        if services.is_empty() || services.iter().any(is_seed) {
            return None;
        }
        services.push(seed.clone());
        Some(services)
    }

    /// Sends an info request over a tend connection, and gives the answer as long as a tend may take.
    pub(super) fn ask(&mut self, conn: ConnId, text: &str) {
        let mut request = Vec::new();
        if command::info(text.as_bytes(), &mut request).is_err() {
            return;
        }
        let expires = self.now + self.config.timeout;
        let connection = &mut self.conns[conn];
        connection.state = State::Busy;
        connection.expires = expires;
        connection.stream.write(&request);
        self.conn_timers.set(conn, expires);
        self.want_transmit(conn);
    }

    pub(super) fn probe_answered(&mut self, conn: ConnId, probe: u32, answer: &[u8]) {
        match self.examine(probe, answer) {
            Ok(Some(node)) => match self.own_addresses(probe, answer) {
                Some(addresses) => {
                    if !self.is_probed(&node.name) {
                        self.probe(addresses, Some(node.name));
                    }
                    self.join(conn, probe, None);
                }
                None => self.join(conn, probe, Some(node)),
            },
            Ok(None) => self.join(conn, probe, None),
            Err((code, why)) => {
                // The socket goes without a word to `probe_failed`, which would call it a lost connection.
                self.conns[conn].purpose = Purpose::Tend(NodeId::MAX);
                self.drop_conn(conn, close_reason::SURPLUS);
                self.probe_failed(probe, &why, code);
            }
        }
    }

    /// Is what answered a node that we want? A node that is known already is no error: the seed led to the cluster.
    fn examine(&self, probe: u32, answer: &[u8]) -> Result<Option<Node>, (i32, String)> {
        let probe = &self.probes[probe];
        if answer.starts_with(super::tend::NOT_AUTHENTICATED) {
            return Err((code::NOT_AUTHENTICATED, "the server wants a user and a password".into()));
        }
        let is_name = |name: &&[u8]| (1..=limit::NODE_NAME).contains(&name.len());
        let name = info::value(answer, "node").filter(is_name).map(info::text);
        let Some(name) = name else {
            return Err((code::MALFORMED, "it did not say which node it is".into()));
        };
        if probe.expected.as_ref().is_some_and(|expected| *expected != name) {
            return Err((code::INVALID_NODE, format!("it is node {name} now")));
        }
        let wanted = &self.config.cluster_name;
        let is = info::value(answer, "cluster-name").map(info::text).unwrap_or_default();
        if !wanted.is_empty() && *wanted != is {
            let is = if is.is_empty() || is == "null" { "it has none".into() } else { format!("it is {is:?}") };
            return Err((code::CLUSTER_NAME_MISMATCH, format!("clusterName is {wanted:?}, but {is}")));
        }
        if info::number(answer, "partition-generation").is_none_or(|generation| generation < 0) {
            return Err((code::NOT_CONNECTED, "it is not ready yet (partition-generation -1)".into()));
        }
        if self.node_named(&name).is_some() {
            return Ok(None);
        }
        let mut node = Node::new(name, probe.addresses[probe.at].clone());
        let build = info::value(answer, "build").filter(|build| build.len() <= limit::NODE_NAME);
        node.build = build.map(info::text).unwrap_or_default();
        Ok(Some(node))
    }

    pub(super) fn node_named(&self, name: &str) -> Option<NodeId> {
        let at =
            self.members.iter().position(|member| member.as_ref().is_some_and(|member| member.node.name == name))?;
        Some(at as NodeId)
    }

    fn join(&mut self, conn: ConnId, probe: u32, node: Option<Node>) {
        self.end_probe(probe);
        let Some(node) = node else {
            self.conns[conn].purpose = Purpose::Tend(NodeId::MAX);
            self.drop_conn(conn, close_reason::SURPLUS);
            return self.check_ready();
        };
        let free = self.members.iter().position(Option::is_none);
        if free.is_none() && self.members.len() >= limit::NODES {
            self.log(level::WARN, "the cluster has more nodes than the client can hold", &[]);
            return self.drop_conn(conn, close_reason::SURPLUS);
        }
        let text = node.address.to_string();
        let session = self.conns[conn].first_session.take();
        let mut member = Member { session, ..Member::new(node, conn, &self.config) };
        member.tend.began = self.now;
        let member = Some(member);
        let id = match free {
            Some(id) => {
                self.members[id] = member;
                id as NodeId
            }
            None => {
                self.members.push(member);
                (self.members.len() - 1) as NodeId
            }
        };
        self.conns[conn].purpose = Purpose::Tend(id);
        self.outputs.event(event::NODE_ADDED, u32::from(id), &text);
        self.ask_for_lists(id, conn);
    }

    pub(super) fn probe_failed(&mut self, index: u32, why: &str, code: i32) {
        if self.life == Life::Closed || !self.probes.is_used(index) {
            return;
        }
        let probe = &mut self.probes[index];
        let failed = probe.addresses[probe.at].to_string();
        let is_seed = probe.expected.is_none();
        probe.at += 1;
        let next = probe.addresses.get(probe.at).cloned();
        self.log(level::INFO, &format!("{failed}: {why}"), &[("address", &failed), ("reason", why)]);
        if is_seed || self.life == Life::Starting {
            self.seed_errors.push(format!("{failed}: {why}"));
            // These say more than that there is no connection.
            if matches!(code, code::CLUSTER_NAME_MISMATCH | code::TLS) || is_about_users(code) {
                self.seed_code = code;
            }
        }
        if let Some(address) = next {
            self.open(Purpose::Probe(index), &address);
            return;
        }
        let expected = self.probes[index].expected.take();
        self.end_probe(index);
        expected.iter().for_each(|name| self.ask_for_peer(name));
        self.check_ready();
    }

    fn end_probe(&mut self, probe: u32) {
        self.probes.retire(probe);
        self.probes.recycle(probe);
    }

    /// Connecting is over when every node that is known has been asked, or when no seed is left to hope for.
    pub(super) fn check_ready(&mut self) {
        let known = self.members.iter().flatten().count();
        if known == 0 && self.probes.live() == 0 {
            return self.no_node_left();
        }
        if self.life != Life::Starting {
            return;
        }
        let settled = self.members.iter().flatten().all(|member| member.tended || member.node.failures > 0);
        // A node that names ever more peers does not keep the client from connecting.
        if (self.peers_probed() || !settled) && self.heard < self.settle_by {
            return;
        }
        if self.members.iter().flatten().any(|member| member.tended) {
            self.life = Life::Running;
            self.outputs.ready(code::OK, "");
            self.route_unrouted();
        } else if self.probes.live() == 0 {
            self.no_node_left();
        }
    }

    /// All seeds failed, or all nodes went away.
    fn no_node_left(&mut self) {
        if self.life == Life::Starting {
            let text = self.seed_errors.join("; ");
            return self.give_up_starting(self.seed_code, &text);
        }
        self.next_seed = self.now + self.config.tend_interval;
    }
}
