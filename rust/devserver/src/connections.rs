//! Connections by number, and what has arrived on each of a request that is not complete.

use crate::command::{Held, Progress};
use crate::faults::{Behind, Struck};
use crate::limits::limit;
use std::net::IpAddr;

pub type ConnId = u32;

#[derive(Debug, Default)]
pub struct Connection {
    pub node: usize,
    /// Which life of the node it belongs to: a restarted node does not know it.
    pub life: u32,
    /// The beginning of a request, or requests that wait until the host has taken what was answered before them.
    pub input: Vec<u8>,
    /// It has sent a message between clusters: nothing is read from it any more (vector `raw/malformed/type` 2).
    pub hung: bool,
    /// `input` may hold whole requests.
    pub pending: bool,
    /// The first request in `input` waits for the host of UDFs.
    pub waits: bool,
    /// How far the query has come that is the first request in `input`.
    pub progress: Option<Progress>,
    /// What waits until the cluster agrees that it has lost a node.
    pub held: Option<Held>,
    /// The fault that has struck the first request in `input`.
    pub struck: Option<Struck>,
    /// Those of the requests behind it that have arrived while it waits.
    pub behind: Behind,
    /// Who has logged in.
    pub user: Option<String>,
    /// The client's address, if the host told it.
    pub address: Option<IpAddr>,
    /// When its last request began to come, in Unix ms; 0 = none has come, and nobody has looked.
    pub used_ms: u64,
    /// Whom the client's certificate names, if it showed one that the host trusts.
    pub certified: Option<String>,
    /// What the client said of itself, in base64, once a connection.
    pub user_agent: Vec<u8>,
}

#[derive(Debug, Default)]
pub struct Connections {
    slots: Vec<Option<Connection>>,
    free: Vec<ConnId>,
    /// Bytes in all inputs.
    buffered: usize,
}

impl Connection {
    /// A request is under way.
    pub fn is_busy(&self) -> bool {
        self.pending || self.waits || self.progress.is_some() || self.held.is_some()
    }
}

impl Connections {
    pub fn open(&mut self, node: usize, life: u32) -> ConnId {
        let connection = Connection { node, life, ..Connection::default() };
        match self.free.pop() {
            Some(id) => {
                self.slots[id as usize] = Some(connection);
                id
            }
            None => {
                self.slots.push(Some(connection));
                self.slots.len() as ConnId - 1
            }
        }
    }

    /// Forgets a connection.
    pub fn close(&mut self, id: ConnId) -> Option<Connection> {
        let connection = self.slots.get_mut(id as usize)?.take()?;
        self.buffered -= connection.input.len();
        self.free.push(id);
        Some(connection)
    }

    pub fn get(&self, id: ConnId) -> Option<&Connection> {
        self.slots.get(id as usize)?.as_ref()
    }

    pub fn get_mut(&mut self, id: ConnId) -> Option<&mut Connection> {
        self.slots.get_mut(id as usize)?.as_mut()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Connection> {
        self.slots.iter_mut().flatten()
    }

    pub fn ids(&self) -> impl Iterator<Item = (ConnId, &Connection)> {
        self.slots.iter().enumerate().filter_map(|(id, slot)| Some((id as ConnId, slot.as_ref()?)))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.slots.iter().flatten()
    }

    /// Takes out what has arrived.
    pub fn take_input(&mut self, id: ConnId) -> Vec<u8> {
        let input = self.get_mut(id).map(|connection| std::mem::take(&mut connection.input)).unwrap_or_default();
        self.buffered -= input.len();
        input
    }

    /// Puts back what is not used yet. False if all connections together hold too much.
    pub fn keep_input(&mut self, id: ConnId, input: Vec<u8>) -> bool {
        let Some(connection) = self.get_mut(id) else { return true };
        let length = input.len();
        connection.input = input;
        self.buffered += length;
        self.buffered <= limit::BUFFERED
    }
}
