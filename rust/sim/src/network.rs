//! Connections between clients and nodes: two pipes each, in which bytes travel in order, in pieces of any size, as long
//! as the weather likes. A cut loses what is under way; a half-open connection swallows everything and says nothing.

use crate::random::Random;
use crate::weather::Climate;
use aerospike_devserver::ConnId as ServerConn;
use aerospike_sansio::conn::ConnId;

pub type LinkId = usize;

/// What a socket may hold before it says that it is full.
pub const SOCKET_BUFFER: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    ToNode,
    ToClient,
}

#[derive(Debug, Default)]
pub struct Pipe {
    /// When the last piece arrives: the next one may not overtake it.
    arrives: f64,
    /// Bytes under way.
    pub under_way: usize,
    /// What arrived and is not read.
    pub arrived: Vec<u8>,
    /// The next bytes that arrive are others than were sent.
    pub spoils: bool,
    /// The connection breaks when so many more bytes have arrived.
    pub breaks_after: Option<usize>,
}

#[derive(Debug)]
pub struct Link {
    pub client: usize,
    pub conn: ConnId,
    pub node: usize,
    /// The node's end; none while it is not accepted, or when the node has let go.
    pub server: Option<ServerConn>,
    /// The client's end is there.
    pub open: bool,
    pub to_node: Pipe,
    pub to_client: Pipe,
    /// Nothing gets through any more, either way, and nobody is told.
    pub dead: bool,
    /// The client does not want to read.
    pub paused: bool,
    /// The client is to be told when its socket has room.
    pub owes_writable: bool,
    /// The node's end was closed: what was sent before still arrives, then this is how the client's end goes.
    pub ending: Option<u32>,
}

impl Link {
    pub fn new(client: usize, conn: ConnId, node: usize) -> Link {
        Link {
            client,
            conn,
            node,
            server: None,
            open: false,
            to_node: Pipe::default(),
            to_client: Pipe::default(),
            dead: false,
            paused: false,
            owes_writable: false,
            ending: None,
        }
    }

    pub fn pipe(&mut self, way: Way) -> &mut Pipe {
        match way {
            Way::ToNode => &mut self.to_node,
            Way::ToClient => &mut self.to_client,
        }
    }
}

/// A piece of a stream, and when it arrives.
pub struct Piece {
    pub at: f64,
    pub bytes: Vec<u8>,
}

impl Pipe {
    /// Puts bytes in: they arrive in one piece or several, in order.
    pub fn send(&mut self, bytes: Vec<u8>, now: f64, climate: &Climate, random: &mut Random) -> Vec<Piece> {
        self.under_way += bytes.len();
        let mut pieces = vec![];
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = if random.chance(climate.splits) { 1 + random.index(rest.len()) } else { rest.len() };
            let tail = rest.split_off(length);
            self.arrives = self.arrives.max(now + climate.latency(random));
            pieces.push(Piece { at: self.arrives, bytes: rest });
            rest = tail;
        }
        pieces
    }

    /// Of the bytes that arrive, those before the connection breaks, and whether it does.
    pub fn until_broken(&mut self, mut bytes: Vec<u8>) -> (Vec<u8>, bool) {
        let Some(left) = self.breaks_after.as_mut() else { return (bytes, false) };
        let breaks = bytes.len() >= *left;
        bytes.truncate(*left);
        *left -= bytes.len();
        (bytes, breaks)
    }

    /// When something that is not bytes, such as the end, arrives behind all that was sent.
    pub fn behind(&mut self, now: f64, climate: &Climate, random: &mut Random) -> f64 {
        self.arrives = self.arrives.max(now + climate.latency(random));
        self.arrives
    }
}
