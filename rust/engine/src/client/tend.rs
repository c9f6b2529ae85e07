//! Keeping the picture of the cluster true. Each node is asked every interval, over a connection of its own and
//! independently of the others, whether anything has changed, and for the lists that have:
//!
//! ```text
//!  Resting ──next_at──▶ Generations ──something changed──▶ Lists ──▶ Resting
//!     │                      └──────────nothing changed──────────────▶ │
//!     └─no connection─▶ Connecting ─▶ Generations      any step ──failed, late──▶ Resting
//! ```

use super::member::Step;
use super::{level, Engine, Life};
use crate::abi::{close_reason, event, node_word, stat};
use crate::cluster::node::{parse_racks, UNKNOWN};
use crate::cluster::{base64, info, peers, NodeId};
use crate::conn::{ConnId, Purpose};
use crate::limits::limit;
use crate::Malformed;

/// After an error a node is asked at once, but not more often than this.
const SOON_MS: f64 = 50.0;
/// What any question is answered with on a connection that was not let in, without a word of the question
/// (`authenticate` in the server's `thr_info.c`).
pub(super) const NOT_AUTHENTICATED: &[u8] = b"ERROR:80";
/// What a server is set up to do, of which one thing matters here: see `idle_max`.
const SERVICE_CONFIG: &str = "get-config:context=service";
/// A node that nobody can vouch for is given up after this many failures in a row.
const FAILURES_MAX: u32 = 5;

impl Engine {
    pub(super) fn tend_what_is_due(&mut self) {
        if self.next_seed <= self.heard && !matches!(self.life, Life::Closing { .. }) {
            self.try_seeds();
        }
        for node in 0..self.members.len() as NodeId {
            if self.member(node).is_some_and(|member| member.tend.next_at <= self.heard) {
                self.tend(node);
            }
        }
    }

    /// Something went wrong with a node: do not wait for the next interval.
    pub(super) fn tend_soon(&mut self, node: NodeId) {
        let soon = self.now + SOON_MS;
        if let Some(member) = self.member_mut(node) {
            if member.tend.step == Step::Resting {
                member.tend.next_at = member.tend.next_at.min(soon);
            }
        }
    }

    fn tend(&mut self, node: NodeId) {
        let (now, renew) = (self.now, self.must_renew(node));
        let Some(member) = self.member_mut(node) else { return };
        member.tend.began = now;
        member.tend.next_at = f64::INFINITY;
        match member.tend.conn {
            Some(conn) if renew => {
                self.set_step(node, Step::Connecting);
                self.renew(conn);
            }
            Some(conn) => self.ask_for_generations(node, conn),
            None => {
                member.tend.step = Step::Connecting;
                let address = member.node.address.clone();
                let conn = self.open(Purpose::Tend(node), &address);
                self.set_tend_conn(node, Some(conn));
            }
        }
    }

    fn set_tend_conn(&mut self, node: NodeId, conn: Option<ConnId>) {
        if let Some(member) = self.member_mut(node) {
            member.tend.conn = conn;
        }
    }

    pub(super) fn tend_conn_opened(&mut self, conn: ConnId, node: NodeId) {
        self.ask_for_generations(node, conn);
    }

    fn ask_for_generations(&mut self, node: NodeId, conn: ConnId) {
        let text = match self.config.rack_aware {
            true => "node\npeers-generation\npartition-generation\nrebalance-generation\n",
            false => "node\npeers-generation\npartition-generation\n",
        };
        self.set_step(node, Step::Generations);
        self.ask(conn, text);
    }

    fn set_step(&mut self, node: NodeId, step: Step) {
        if let Some(member) = self.member_mut(node) {
            member.tend.step = step;
        }
    }

    /// Everything that may have changed. Also the first question to a new member.
    pub(super) fn ask_for_lists(&mut self, node: NodeId, conn: ConnId) {
        let mut text = String::from("node\npeers-generation\npartition-generation\nreplicas\n");
        if !self.config.single_node {
            text.push_str(self.peers_name());
            text.push('\n');
        }
        if self.config.rack_aware {
            text.push_str("rebalance-generation\nrack-ids\n");
        }
        if self.is_new(node) {
            text.push_str(SERVICE_CONFIG);
            text.push('\n');
            text.push_str(&self.user_agent(node).unwrap_or_else(|| "features\n".into()));
        }
        self.set_step(node, Step::Lists);
        self.ask(conn, &text);
    }

    fn peers_name(&self) -> &'static str {
        match (self.config.tls, self.config.use_services_alternate) {
            (false, false) => "peers-clear-std",
            (false, true) => "peers-clear-alt",
            (true, false) => "peers-tls-std",
            (true, true) => "peers-tls-alt",
        }
    }

    /// What is asked and said once is so to a node that joins, and to one that was away: it may be another process now.
    fn is_new(&self, node: NodeId) -> bool {
        self.member(node).is_some_and(|member| !member.tended || member.node.failures > 0)
    }

    /// Servers from 8.1 on keep a list of who is connected.
    fn user_agent(&self, node: NodeId) -> Option<String> {
        self.member(node).filter(|member| member.node.build_at_least(8, 1))?;
        let agent = format!("1,aerospike-wasm-{},{}", env!("CARGO_PKG_VERSION"), self.config.app_id);
        let short = &agent.as_bytes()[..agent.len().min(64)];
        Some(format!("user-agent-set:value={}\n", base64::encode(short)))
    }

    pub(super) fn tend_answered(&mut self, conn: ConnId, node: NodeId, answer: &[u8]) {
        let Some(connection) = self.conns.get_mut(conn) else { return };
        connection.expires = f64::INFINITY;
        self.conn_timers.clear(conn);
        let Some(member) = self.member(node) else { return };
        if answer.starts_with(NOT_AUTHENTICATED) {
            self.forget_session(conn);
            return self.drop_tend_conn(node, close_reason::AUTH, "the server wants a login");
        }
        let said = info::value(answer, "node").filter(|name| name.len() <= limit::NODE_NAME);
        let said = said.map(info::text).unwrap_or_default();
        if said != member.node.name {
            return self.replaced(node, &said);
        }
        match member.tend.step {
            Step::Generations if self.nothing_changed(node, answer) => self.tend_succeeded(node),
            Step::Generations => self.ask_for_lists(node, conn),
            Step::Lists => match self.take_lists(node, answer) {
                Ok(()) => self.tend_succeeded(node),
                Err(Malformed(why)) => self.drop_tend_conn(node, close_reason::PROTOCOL, why),
            },
            // An answer to no question.
            Step::Resting | Step::Connecting => {
                self.drop_tend_conn(node, close_reason::PROTOCOL, "an answer to no question")
            }
        }
    }

    fn nothing_changed(&self, node: NodeId, answer: &[u8]) -> bool {
        let Some(known) = self.member(node).map(|member| &member.node) else { return true };
        let same = |name: &str, value: i64| info::number(answer, name) == Some(value);
        let peers = self.config.single_node || same("peers-generation", known.peers_generation);
        let racks = !self.config.rack_aware || same("rebalance-generation", known.rebalance_generation);
        peers && racks && same("partition-generation", known.partition_generation)
    }

    fn take_lists(&mut self, node: NodeId, answer: &[u8]) -> Result<(), Malformed> {
        if !self.config.single_node {
            let list = info::value(answer, self.peers_name()).ok_or(Malformed("no list of peers"))?;
            self.take_peers(node, peers::parse(list)?);
        }
        let partition_generation =
            info::number(answer, "partition-generation").ok_or(Malformed("no partition-generation"))?;
        if partition_generation >= 0 {
            let replicas = info::value(answer, "replicas").ok_or(Malformed("no replicas"))?;
            self.take_replicas(node, replicas)?;
        }
        if let Some(features) = info::value(answer, "features").map(info::text) {
            let pipelines = features.split(';').any(|feature| feature == "pipelining");
            self.member_mut(node).into_iter().for_each(|member| member.node.pipelines = pipelines);
        }
        if let Some(config) = info::value(answer, SERVICE_CONFIG).map(info::text) {
            let idle_max = idle_max(&config);
            self.member_mut(node).into_iter().for_each(|member| member.node.idle_max = idle_max);
        }
        let rebalance = info::number(answer, "rebalance-generation").unwrap_or(UNKNOWN);
        let racks = info::value(answer, "rack-ids").map(|racks| parse_racks(&info::text(racks))).unwrap_or_default();
        if let Some(member) = self.member_mut(node) {
            member.node.partition_generation = partition_generation;
            member.node.rebalance_generation = rebalance;
            member.node.racks = racks;
        }
        Ok(())
    }

    fn take_peers(&mut self, node: NodeId, said: peers::Peers) {
        if let Some(member) = self.member_mut(node) {
            member.node.peers_generation = said.generation;
            member.node.peers = said.peers.iter().map(|peer| peer.name.clone()).collect();
        }
        for peer in said.peers {
            if self.node_named(&peer.name).is_none() && !self.is_probed(&peer.name) {
                if self.probes.live() >= limit::PROBES {
                    // The others come with the next tend.
                    return self.ask_for_peer(&peer.name);
                }
                let addresses = peer.addresses.into_iter().map(|address| self.config.mapped(address)).collect();
                self.probe(addresses, Some(peer.name));
            }
        }
    }

    /// A node is not here, although others may name it as their peer: they are asked for their list with every tend
    /// until it is here, or is named no more.
    pub(super) fn ask_for_peer(&mut self, name: &str) {
        for member in self.members.iter_mut().flatten() {
            if member.node.peers.iter().any(|peer| peer == name) {
                member.node.peers_generation = UNKNOWN;
            }
        }
    }

    fn take_replicas(&mut self, node: NodeId, replicas: &[u8]) -> Result<(), Malformed> {
        let applied = self.map.apply(node, replicas, &mut self.names)?;
        for loser in applied.losers {
            if let Some(member) = self.member_mut(loser) {
                member.node.partition_generation = UNKNOWN;
            }
            self.tend_soon(loser);
        }
        if applied.changed {
            self.spread_news();
            self.outputs.event(event::CLUSTER_CHANGED, u32::from(node), "");
        }
        Ok(())
    }

    fn tend_succeeded(&mut self, node: NodeId) {
        self.count(stat::TENDS);
        let interval =
            if self.is_curious() { SOON_MS.min(self.config.tend_interval) } else { self.config.tend_interval };
        let (now, next_at) = (self.now, self.now + interval);
        let (window, limit) = (self.config.error_rate_window, self.config.max_error_rate);
        let Some(member) = self.member_mut(node) else { return };
        member.tend.step = Step::Resting;
        member.tend.next_at = next_at;
        member.counts.observe(node_word::TEND, now - member.tend.began);
        let is_back = std::mem::take(&mut member.node.failures) > 0;
        member.tended = true;
        self.settle_by = self.settle_by.min(self.now + self.config.timeout);
        let Some(member) = self.member_mut(node) else { return };
        member.window += 1;
        if member.window >= window {
            let was_open = member.breaker_is_open(limit);
            member.window = 0;
            member.errors = 0;
            if was_open {
                self.outputs.event(event::BREAKER_CLOSED, u32::from(node), "");
            }
        }
        if is_back {
            // It listens again, whatever it did a moment ago.
            self.members[node as usize].iter_mut().for_each(|member| member.refused_until = 0.0);
            self.spread_news();
        }
        self.keep_pool(node);
        self.sweep();
        self.check_ready();
        if self.life != Life::Starting {
            self.route_unrouted();
        }
    }

    /// The tend connection ended, whatever the reason.
    pub(super) fn tend_failed(&mut self, node: NodeId, why: &str) {
        if self.life == Life::Closed {
            // It was closed with all the others: nothing has failed.
            return;
        }
        let (now, next_at) = (self.now, self.now + self.config.tend_interval);
        let Some(member) = self.member_mut(node) else { return };
        let between_rounds = member.tend.step == Step::Resting;
        member.tend.conn = None;
        // It may come back as another process that counts from the start, and by chance up to the same numbers; even
        // before anybody looks.
        member.node.peers_generation = UNKNOWN;
        member.node.partition_generation = UNKNOWN;
        if between_rounds {
            // Nothing was asked: the server closed an idle connection, or is gone. The next look will tell.
            return self.tend_soon(node);
        }
        member.tend.step = Step::Resting;
        member.tend.next_at = next_at;
        member.node.failures += 1;
        member.counts.one(node_word::TENDS_FAILED);
        member.counts.observe(node_word::TEND, now - member.tend.began);
        // A node that is gone is news once; that it still is, is not.
        let level = if member.node.failures == 1 { level::WARN } else { level::DEBUG };
        let (name, address) = (member.node.name.clone(), member.node.address.to_string());
        let text = format!("tend of {name} ({address}) failed: {why}");
        if self.life == Life::Starting {
            self.seed_errors.push(text.clone());
        }
        self.count(stat::TENDS_FAILED);
        self.log(level, &text, &[("node", &name), ("address", &address), ("reason", why)]);
        self.sweep();
        self.check_ready();
    }

    fn drop_tend_conn(&mut self, node: NodeId, reason: u32, why: &str) {
        if let Some(conn) = self.member(node).and_then(|member| member.tend.conn) {
            self.conn_ended(conn, reason, why);
        }
    }

    /// Another node answers at the address.
    fn replaced(&mut self, node: NodeId, name: &str) {
        let Some(member) = self.member(node) else { return };
        let address = member.node.address.clone();
        let text = address.to_string();
        self.log(level::INFO, &format!("{text} is node {name} now"), &[("node", name), ("address", &text)]);
        self.remove(node);
        if self.node_named(name).is_none() && !self.is_probed(name) && !name.is_empty() {
            self.probe(vec![address], Some(name.into()));
        }
        self.check_ready();
    }

    /// Removes nodes that do not answer and that no node that does names any more; and those that answer but neither
    /// own anything nor are named. Without anyone to ask, a node has some failures.
    fn sweep(&mut self) {
        let vouching: Vec<NodeId> = (0..self.members.len() as NodeId)
            .filter(|&node| self.member(node).is_some_and(|member| member.node.failures == 0 && member.tended))
            .collect();
        let is_named = |name: &str, but: NodeId| {
            vouching
                .iter()
                .filter(|&&other| other != but)
                .filter_map(|&other| self.member(other))
                .any(|other| other.node.peers.iter().any(|peer| peer == name))
        };
        let lost = |node: NodeId| {
            let Some(member) = self.member(node) else { return false };
            let others_vouch = vouching.iter().any(|&other| other != node);
            match (member.node.failures, others_vouch) {
                (0, true) => member.tended && !is_named(&member.node.name, node) && self.map.owned(node) == 0,
                (0, false) => false,
                (_, true) => !is_named(&member.node.name, node),
                (failures, false) => failures >= FAILURES_MAX,
            }
        };
        let lost: Vec<NodeId> = (0..self.members.len() as NodeId).filter(|&node| lost(node)).collect();
        lost.into_iter().for_each(|node| self.remove(node));
    }

    /// Takes a node out: what was on its way to it goes elsewhere.
    fn remove(&mut self, node: NodeId) {
        let Some(member) = self.member_mut(node) else { return };
        let (text, conns, tend_conn) = (member.node.address.to_string(), member.pool.all(), member.tend.conn.take());
        let name = member.node.name.clone();
        let waiting: Vec<_> = member.pool.waiting.drain(..).chain(member.pool.waiting_exclusive.drain(..)).collect();
        let gathered = std::mem::take(&mut member.gathered);
        if let Some(conn) = tend_conn {
            self.conns[conn].purpose = Purpose::Tend(NodeId::MAX);
            self.drop_conn(conn, close_reason::NODE_GONE);
        }
        if self.map.owned(node) > 0 {
            // Others may have what it said it had: they are asked again.
            self.members.iter_mut().flatten().for_each(|member| member.node.partition_generation = UNKNOWN);
        }
        self.map.forget(node);
        // First the node, then its connections: what was on them must not be sent its way again.
        self.members[node as usize] = None;
        self.ask_for_peer(&name);
        conns.into_iter().for_each(|conn| self.drop_conn(conn, close_reason::NODE_GONE));
        for name in waiting {
            if let Some(op) = self.named(name) {
                self.fail_attempt(op, crate::proto::code::CONNECTION, false);
            }
        }
        self.part_again(gathered);
        self.outputs.event(event::NODE_REMOVED, u32::from(node), &text);
        if self.members.iter().all(Option::is_none) {
            self.outputs.event(event::DISCONNECTED, u32::from(node), "");
        }
    }
}

/// How long a server lets a connection be idle, in ms. 0, the default of servers from 8.1 on, stands for always, as does
/// the absence of it: in 8.1 it is called deprecated.
fn idle_max(config: &str) -> f64 {
    let said = config.split(';').find_map(|item| item.strip_prefix("proto-fd-idle-ms="));
    said.and_then(|ms| ms.parse::<u32>().ok()).filter(|&ms| ms > 0).map_or(f64::INFINITY, f64::from)
}
