//! Which node an operation goes to. Writes go to the master first; reads as the replica policy says; a retry moves on.

use super::op::{Op, Replica, Stage};
use super::{Engine, Life, OpName};
use crate::cluster::NodeId;
use crate::proto::code;

/// What routing found.
enum Found {
    Node(NodeId),
    /// No node is known yet.
    NoCluster,
    /// No node that is there is known to have the record.
    NoOwner,
    NoSuchNamespace,
    NoSuchNode,
}

impl Engine {
    /// Sends an operation on its way, or again. It ends in a connection's queue, in a waiting list, or done.
    pub(super) fn route(&mut self, op: u32) {
        if self.ops[op].part.is_some() {
            return self.route_part(op);
        }
        if self.ops[op].bond.is_some() && !self.enter_step(op) {
            return;
        }
        if self.ops[op].query.is_some() {
            return self.start_query(op);
        }
        if self.ops[op].batch.is_some() && !self.ops[op].prepares() {
            return self.start_batch(op);
        }
        if let Some(admin) = self.ops[op].admin.as_mut() {
            admin.restart();
        }
        match self.find_node(op) {
            Found::Node(node) if self.gather(op, node) => {}
            Found::Node(node) => self.dispatch(op, node),
            Found::NoCluster => self.wait_for_cluster(op),
            Found::NoOwner => self.wait_for_owner(op),
            Found::NoSuchNamespace => self.finish(op, code::NAMESPACE),
            Found::NoSuchNode => self.finish(op, code::INVALID_NODE),
        }
    }

    pub(super) fn wait_for_cluster(&mut self, op: u32) {
        let bytes = self.size_of(op);
        if !self.unrouted.has_room(bytes, self.config.max_queued_bytes_per_node) {
            return self.turn_away(op, self.unrouted.len());
        }
        self.tidy(|engine| &mut engine.unrouted);
        let now = self.now;
        let entry = &mut self.ops[op];
        entry.stage = Stage::Unrouted;
        entry.attempt_at = now;
        entry.line_bytes = bytes;
        let (name, deadline) = ((op, entry.serial), entry.deadline);
        self.unrouted.push(name, bytes);
        self.op_timers.set(op, deadline);
    }

    /// The cluster is there, or has changed: operations that waited for it go on.
    pub(super) fn route_unrouted(&mut self) {
        let waiting: Vec<OpName> = self.unrouted.names().copied().collect();
        for name in waiting {
            self.unrouted.pop();
            if let Some(op) = self.named(name) {
                self.leave_line(op);
                self.route(op);
            }
        }
    }

    pub(super) fn has_cluster(&self) -> bool {
        self.life != Life::Starting && self.members.iter().flatten().any(|member| member.tended)
    }

    pub(super) fn any_node(&mut self) -> Option<NodeId> {
        match self.random_node() {
            Found::Node(node) => Some(node),
            _ => None,
        }
    }

    fn find_node(&mut self, op: u32) -> Found {
        if !self.has_cluster() {
            return Found::NoCluster;
        }
        let entry = &self.ops[op];
        if entry.info || entry.admin.is_some() {
            return match entry.target {
                Some(node) if self.member(node).is_none() => Found::NoSuchNode,
                Some(node) => Found::Node(node),
                None => self.random_node(),
            };
        }
        let Some(namespace) = self.map.namespace(entry.namespace) else { return Found::NoSuchNamespace };
        match self.choose_replica(op, namespace) {
            Some(node) => Found::Node(node),
            // Any node passes the request on to the owner that it knows.
            None if !self.awaits_owner(op) => self.random_node(),
            None => Found::NoOwner,
        }
    }

    /// Whether an operation with no known owner waits for one. With a single node to be used, most have none.
    pub(super) fn awaits_owner(&self, op: u32) -> bool {
        !self.ops[op].waited_in_vain && !self.config.single_node
    }

    /// Its owner is gone and the next one has not spoken yet. Whoever is asked meanwhile may still pass requests on to the
    /// owner that is gone, where they are lost: Community 8.1 keeps them until their time is over and tells nobody. So it
    /// waits for news, at the most for the share of its time that one try has.
    pub(super) fn wait_for_owner(&mut self, op: u32) {
        let until = self.ops[op].deadline.min(self.now + self.pace(op));
        self.ops[op].stage = Stage::Sleeping;
        self.op_timers.set(op, until);
        self.wait_for_news(op);
    }

    pub(super) fn choose_replica(&mut self, op: u32, namespace: usize) -> Option<NodeId> {
        let entry = &self.ops[op];
        let partition = entry.partition;
        match self.effective_policy(entry, namespace) {
            Replica::Master => self.map.owner(namespace, partition, 0).filter(|&node| self.member(node).is_some()),
            Replica::Sequence if entry.write => self.node_of_write(op, namespace),
            Replica::Sequence => self.nth_replica(namespace, partition, entry.replica_index),
            Replica::Any => {
                self.round_robin = self.round_robin.wrapping_add(1);
                self.nth_replica(namespace, partition, self.round_robin)
            }
            Replica::PreferRack => self.rack_replica(op, namespace, partition),
            // A node does not pass on a question for records of a partition that is not its own.
            Replica::Random if self.is_query_part(op) => {
                let index = self.next_random() as u32;
                self.nth_replica(namespace, partition, index)
            }
            Replica::Random => self.any_node(),
        }
    }

    /// Writes know no racks; a strong-consistency namespace restricts where a read may go.
    fn effective_policy(&self, op: &Op, namespace: usize) -> Replica {
        let strong = self.map.is_strong(namespace, op.partition);
        match op.replica {
            _ if op.session_read && strong => Replica::Master,
            Replica::PreferRack | Replica::Random | Replica::Any if op.write => Replica::Sequence,
            Replica::PreferRack if op.linearize && strong => Replica::Sequence,
            replica => replica,
        }
    }

    /// The replica at `index` modulo their number, or the next one whose node is there; one that is not known to be
    /// down before one that is.
    fn nth_replica(&self, namespace: usize, partition: u16, index: u32) -> Option<NodeId> {
        let levels = self.map.levels(namespace);
        let replicas = (0..levels).filter_map(|step| {
            let level = (index as usize + step) % levels;
            self.map.owner(namespace, partition, level).filter(|&node| self.member(node).is_some())
        });
        replicas.clone().find(|&node| !self.is_down(node)).or_else(|| replicas.clone().next())
    }

    /// A write goes to the master. A replica would only pass it on to the node that it takes for the master, and hold it
    /// for as long as that one is silent; so it is asked with the last try alone, or when nobody says that he is the master.
    fn node_of_write(&self, op: u32, namespace: usize) -> Option<NodeId> {
        let entry = &self.ops[op];
        let is_last = entry.failed > 0 && entry.failed == entry.max_retries;
        let master = self.map.owner(namespace, entry.partition, 0).filter(|&node| self.member(node).is_some());
        match master {
            Some(node) if !is_last || !self.is_down(node) && u32::from(node) != entry.last_node => Some(node),
            None if !is_last && self.awaits_owner(op) => None,
            _ => self.nth_replica(namespace, entry.partition, u32::from(is_last)),
        }
    }

    /// Where the next attempt of an operation on one record goes, if that can be told before.
    pub(super) fn next_node(&self, op: u32) -> Option<NodeId> {
        let entry = &self.ops[op];
        let namespace = self.map.namespace(entry.namespace)?;
        match self.effective_policy(entry, namespace) {
            Replica::Master => self.map.owner(namespace, entry.partition, 0),
            Replica::Sequence if entry.write => self.node_of_write(op, namespace),
            Replica::PreferRack => self.rack_replica(op, namespace, entry.partition),
            _ => self.nth_replica(namespace, entry.partition, entry.replica_index),
        }
    }

    /// Known not to answer just now.
    pub(super) fn is_down(&self, node: NodeId) -> bool {
        self.member(node).is_none_or(|member| {
            let refuses = member.pool.open() == 0 && self.now < member.refused_until;
            refuses || member.node.failures > 0 || member.breaker_is_open(self.config.max_error_rate)
        })
    }

    /// A replica on the first preferred rack that has one, other than the node just tried; else any other; else that.
    fn rack_replica(&self, op: u32, namespace: usize, partition: u16) -> Option<NodeId> {
        let last = self.ops[op].last_node;
        let name = self.map.namespaces().nth(namespace).map(|ns| ns.name.as_str()).unwrap_or("");
        let levels = self.map.levels(namespace) as u32;
        let replicas =
            |offset: u32| (offset..offset + levels).filter_map(|index| self.nth_replica(namespace, partition, index));
        let on_rack = |node: NodeId, rack: i64| {
            self.member(node).is_some_and(|member| member.node.racks.iter().any(|(ns, id)| ns == name && *id == rack))
        };
        let preferred = self
            .config
            .rack_ids
            .iter()
            .find_map(|&rack| replicas(0).find(|&node| u32::from(node) != last && on_rack(node, rack)));
        preferred
            .or_else(|| replicas(0).find(|&node| u32::from(node) != last))
            .or_else(|| self.nth_replica(namespace, partition, 0))
    }

    fn random_node(&mut self) -> Found {
        let nodes: Vec<NodeId> = self.live_nodes();
        match nodes.len() {
            0 => Found::NoCluster,
            count => Found::Node(nodes[(self.next_random() % count as u64) as usize]),
        }
    }

    /// Nodes that answered their last tend; all of them if none did.
    pub(super) fn live_nodes(&self) -> Vec<NodeId> {
        let all = || (0..self.members.len() as NodeId).filter(|&node| self.member(node).is_some());
        let live: Vec<NodeId> =
            all().filter(|&node| self.member(node).is_some_and(|member| member.node.failures == 0)).collect();
        if live.is_empty() {
            all().collect()
        } else {
            live
        }
    }
}
