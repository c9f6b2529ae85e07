//! An engine and a scripted cluster in one thread and one time: what the engine asks of its shell is done at once, and
//! the test decides what the nodes answer and when. The cluster knows of a record only what a header says.

use crate::secured::Secured;
use aerospike_sansio::abi::{command_kind, command_word as word, event, output, socket_end, tag, NONE};
use aerospike_sansio::client::Engine;
use aerospike_sansio::cluster::base64;
use aerospike_sansio::names::NameKind;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::value::{particle, Value};
use aerospike_sansio::wire;
use std::collections::{BTreeMap, VecDeque};

/// The result of one operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    pub op: u32,
    pub code: i32,
    pub attempts: u32,
    pub in_doubt: bool,
    pub from_server: bool,
    pub compressed: bool,
    pub generation: u32,
    pub ttl: u32,
    pub first_slot: u32,
    pub at: f64,
}

/// Bins of a record.
pub type Bins = Vec<(&'static str, Value)>;
/// A slot as its four words, and the bytes that it refers to.
pub type Region = ([u32; 4], Vec<u8>);
/// What a script says to a record request, of which it gets the node's port and the bytes.
pub enum Said {
    Answer(Vec<u8>),
    Nothing,
    /// The connection breaks.
    Cut,
}

pub type Script = Box<dyn FnMut(u16, &[u8]) -> Said>;

#[derive(Debug, Default)]
pub struct Node {
    pub name: String,
    /// Connects are refused.
    pub down: bool,
    /// Connects are never answered.
    pub black_hole: bool,
    /// Info requests are never answered.
    pub dumb: bool,
    /// Record requests are kept, unanswered, until `answer_held`.
    pub holds: bool,
    /// What record requests are answered with.
    pub code: u8,
    pub peers_generation: i64,
    pub partition_generation: i64,
    /// Port numbers of the nodes that it names as peers.
    pub peers: Vec<u16>,
    /// Index among `of` nodes: it is master of the partitions where partition % of == index, and the next one replica.
    pub index: usize,
    pub of: usize,
    /// Record requests that came, the held ones included.
    pub requests: usize,
    /// Rows of batches that came.
    pub rows: usize,
    /// An old server says what it can do; a new one is not asked.
    pub old_features: Option<&'static str>,
    /// Where it says that it can be reached, if it is asked for that.
    pub services: Option<String>,
    /// The rack that it is on, and how often the cluster was rebalanced. Without one it says what a Community server says.
    pub rack: Option<i64>,
    pub rebalances: i64,
    /// It is reached with TLS alone, and peers tell this name of it.
    pub tls_name: Option<&'static str>,
    /// How a TLS handshake with it ends, if not well.
    pub tls_end: Option<u32>,
    /// It hangs up on the first bytes.
    pub hangs_up: bool,
    /// Records that a query finds in each partition.
    pub records: u16,
    /// A query, or a batch, is cut off, without an end, after so many records.
    pub cut_after: Option<usize>,
    /// Partitions that it says are not here.
    pub missing: Vec<u16>,
    /// Numbers of the records that queries asked it for at most.
    pub limits: Vec<u64>,
    /// Records have a bin with so many bytes.
    pub value: usize,
    /// It takes compressed requests, and compresses what it is asked to; others answer such requests with 25.
    pub enterprise: bool,
    /// Compressed requests that came.
    pub compressed: usize,
    /// A batch is answered with this code in its one message, if it is not 0.
    pub batch_code: u8,
    /// What a record has, by the number of its row, or of its partition in a query.
    pub bins: Option<fn(u32) -> Bins>,
    /// The last query wanted no bins.
    pub no_bins: bool,
    /// The ops of the rows of the last batch, by their number.
    pub wrote: BTreeMap<u32, Vec<u8>>,
    /// Of all partitions; above 0 consistency is strong.
    pub regime: u32,
    /// Milliseconds after which it says that it closes idle connections, and how often it was asked.
    pub idle_max: u32,
    pub config_asked: usize,
    /// It has users.
    pub security: Option<Secured>,
}

#[derive(Debug)]
struct Socket {
    port: u16,
    input: Vec<u8>,
    held: VecDeque<Vec<u8>>,
}

pub struct Rig {
    pub engine: Engine,
    pub now: f64,
    pub nodes: BTreeMap<u16, Node>,
    sockets: BTreeMap<u32, Socket>,
    pub ended: Vec<Ended>,
    /// `(op, digest)` of each record of a query.
    pub found: Vec<(u32, [u8; 20])>,
    /// Values that came of aggregations.
    pub reduced: usize,
    /// The cursor with which each query ended.
    pub cursors: BTreeMap<u32, Vec<u8>>,
    /// Lengths of the blobs that single records came with.
    pub values: Vec<usize>,
    /// The slots of each DONE with columns.
    pub columns: BTreeMap<u32, Vec<Region>>,
    /// How often reading was paused and resumed.
    pub pauses: (usize, usize),
    /// `(op, row, code, in doubt)` of each part.
    pub parts: Vec<(u32, u32, i32, bool)>,
    pub ready: Option<(i32, String)>,
    pub events: Vec<u32>,
    pub closes: Vec<u32>,
    /// Host, port and TLS name of each connect; `None` without TLS.
    pub connects: Vec<(String, u16, Option<String>)>,
    /// Sockets take what they are given but do not ask for more.
    pub stuck: bool,
    /// Bytes of the data region that are used.
    pub used: usize,
    /// Answers record requests in place of the nodes.
    pub script: Option<Script>,
    /// What the shell says when it is asked for the password, and how often it was.
    pub credential: Option<&'static str>,
    pub asked: usize,
    /// How many users or roles each command was told of, and the tags of the slots.
    pub told: Vec<(u32, Vec<u32>)>,
    /// `(op, step, code, queue µs, connect µs)`
    pub steps: Vec<(u32, u32, i32, u32, u32)>,
    /// Log lines as they come.
    pub lines: Vec<String>,
}

pub const BASE: u16 = 3000;

/// Names and ports of a cluster of `count`.
pub fn cluster(count: usize) -> BTreeMap<u16, Node> {
    let port = |index: usize| BASE + index as u16;
    (0..count)
        .map(|index| {
            let peers = (0..count).filter(|&other| other != index).map(port).collect();
            (port(index), Node { name: format!("N{index}"), peers, index, of: count, ..Node::default() })
        })
        .collect()
}

impl Rig {
    /// An engine whose seed is the first node, connected.
    pub fn connected(count: usize, config: &str) -> Rig {
        Rig::connected_to(cluster(count), config)
    }

    pub fn connected_to(nodes: BTreeMap<u16, Node>, config: &str) -> Rig {
        let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\n{config}"));
        rig.run();
        assert_eq!(rig.ready, Some((code::OK, String::new())));
        rig
    }

    pub fn new(nodes: BTreeMap<u16, Node>, config: &str) -> Rig {
        Rig {
            engine: Engine::new(config, 7, 1000.0),
            now: 1000.0,
            nodes,
            sockets: BTreeMap::new(),
            ended: vec![],
            found: vec![],
            reduced: 0,
            cursors: BTreeMap::new(),
            values: vec![],
            columns: BTreeMap::new(),
            pauses: (0, 0),
            parts: vec![],
            ready: None,
            events: vec![],
            closes: vec![],
            connects: vec![],
            stuck: false,
            used: 0,
            script: None,
            credential: None,
            asked: 0,
            told: vec![],
            steps: vec![],
            lines: vec![],
        }
    }

    /// Everything that can happen without time going on.
    pub fn run(&mut self) {
        for _ in 0..10_000 {
            if self.engine.poll(self.now) == 0 {
                return;
            }
            self.act();
        }
        panic!("the engine does not come to rest");
    }

    /// Lets time go on to `at`, waking the engine when it wants to be.
    pub fn run_until(&mut self, at: f64) {
        self.run();
        while self.engine.next_deadline() <= at {
            self.now = self.now.max(self.engine.next_deadline());
            self.engine.time(self.now);
            self.run();
        }
        self.now = at;
        self.engine.time(at);
        self.run();
    }

    pub fn advance(&mut self, ms: f64) {
        self.run_until(self.now + ms);
    }

    fn act(&mut self) {
        let records: Vec<(u32, Vec<u32>)> =
            self.engine.outputs.records().map(|(kind, words)| (kind, words.to_vec())).collect();
        let texts: Vec<String> = records
            .iter()
            .map(|(kind, words)| match *kind {
                output::READY => self.engine.outputs.text_at(words[1], words[2]).to_string(),
                output::CONNECT => {
                    let text = |at: usize| self.engine.outputs.text_at(words[at], words[at + 1]).to_string();
                    let tls_name = (words[4] == 1).then(|| text(5));
                    self.connects.push((text(1), words[3] as u16, tls_name));
                    String::new()
                }
                output::EVENT => self.engine.outputs.text_at(words[2], words[3]).to_string(),
                _ => String::new(),
            })
            .collect();
        let bytes: Vec<Vec<u8>> = records
            .iter()
            .map(
                |(kind, words)| {
                    if *kind == output::TRANSMIT {
                        self.engine.transmitted(words[0]).to_vec()
                    } else {
                        vec![]
                    }
                },
            )
            .collect();
        self.note_queries(&records);
        for (((kind, words), text), bytes) in records.into_iter().zip(texts).zip(bytes) {
            match kind {
                output::CONNECT => self.connect(words[0], words[3] as u16),
                output::TRANSMIT => self.transmitted(words[0], bytes),
                output::CLOSE => {
                    self.closes.push(words[1]);
                    self.sockets.remove(&words[0]);
                }
                output::DONE => self.ended.push(Ended {
                    op: words[0],
                    code: words[1] as i32,
                    attempts: words[3],
                    in_doubt: words[4] & 1 != 0,
                    from_server: words[4] & 2 != 0,
                    compressed: words[4] & 4 != 0,
                    generation: words[5],
                    ttl: words[6],
                    first_slot: words[7],
                    at: self.now,
                }),
                output::RECORD => {}
                output::STEP => self.steps.push((words[0], words[1], words[3] as i32, words[4], words[5])),
                output::PAUSE => self.pauses.0 += 1,
                output::RESUME => self.pauses.1 += 1,
                output::PART => self.parts.push((words[0], words[1], words[2] as i32, words[3] & 1 != 0)),
                output::CREDENTIAL => {
                    self.asked += 1;
                    if let Some(hash) = self.credential {
                        self.engine.credential(hash.as_bytes(), b"", self.now);
                    }
                }
                output::READY => self.ready = Some((words[0] as i32, text)),
                output::EVENT => {
                    self.events.push(words[0]);
                    if words[0] == event::LOG {
                        self.lines.push(text);
                    }
                }
                _ => panic!("an unknown record {kind}"),
            }
        }
    }

    /// What records of queries refer to must be read before the next input.
    fn note_queries(&mut self, records: &[(u32, Vec<u32>)]) {
        for (kind, words) in records {
            if *kind == output::DONE && words[8] > 0 {
                let tape = &self.engine.outputs.tape[words[7] as usize..];
                if tape[0].tag == tag::LIST {
                    self.told.push((words[8], tape.iter().map(|slot| slot.tag).collect()));
                    continue;
                }
            }
            let blob = |slot: u32, address: u32| {
                let slot = self.engine.outputs.tape[slot as usize];
                self.engine.data_at(address)[slot.a as usize..(slot.a + slot.b) as usize].to_vec()
            };
            if *kind == output::RECORD {
                match blob(words[5], words[6]).try_into() {
                    Ok(digest) => self.found.push((words[0], digest)),
                    Err(_) => self.reduced += 1,
                }
            } else if *kind == output::DONE && words[8] == 1 {
                let value = blob(words[7], words[9]);
                if words[5] == 9 {
                    self.values.push(value.len());
                } else {
                    self.cursors.insert(words[0], value);
                }
            } else if *kind == output::DONE && words[8] > 1 {
                let slots = &self.engine.outputs.tape[words[7] as usize..(words[7] + words[8]) as usize];
                let slot = |(at, slot): (usize, &Slot)| {
                    let region = if at == 0 { &[] } else { self.engine.data_at(slot.a) };
                    assert!(at == 0 || slot.b == 0 || region.len() == slot.b as usize);
                    ([slot.tag, slot.bin, slot.a, slot.b], region[..if at == 0 { 0 } else { slot.b as usize }].to_vec())
                };
                self.columns.insert(words[0], slots.iter().enumerate().map(slot).collect());
            }
        }
    }

    /// A query of everything; `set` changes words of its block.
    pub fn query(&mut self, set: &[(usize, u32)]) -> u32 {
        let quiet = [(word::KEY_TYPE, 0), (word::TOTAL_TIMEOUT, 0), (word::MAX_RETRIES, 5)];
        self.submit(command_kind::QUERY, 0, &[&quiet[..], set].concat())
    }

    fn connect(&mut self, conn: u32, port: u16) {
        match self.nodes.get(&port) {
            Some(node) if node.black_hole => {}
            Some(Node { tls_end: Some(end), .. }) => self.engine.closed(conn, *end, self.now),
            Some(node) if !node.down => {
                self.sockets.insert(conn, Socket { port, input: vec![], held: VecDeque::new() });
                self.engine.opened(conn, self.now);
            }
            _ => self.engine.closed(conn, socket_end::REFUSED, self.now),
        }
    }

    fn transmitted(&mut self, conn: u32, bytes: Vec<u8>) {
        let Some(socket) = self.sockets.get_mut(&conn) else { return };
        socket.input.extend_from_slice(&bytes);
        if self.nodes.get(&socket.port).is_some_and(|node| node.hangs_up) {
            self.sockets.remove(&conn);
            return self.engine.closed(conn, socket_end::CLOSED, self.now);
        }
        if !self.stuck {
            self.engine.writable(conn, self.now);
        }
        while let Some(socket) = self.sockets.get_mut(&conn) {
            let Ok(Some((kind, total))) = wire::complete(&socket.input) else { return };
            let request: Vec<u8> = socket.input.drain(..total).collect();
            let port = socket.port;
            let Some(node) = self.nodes.get_mut(&port) else { return };
            if let Some(answer) = node.security.as_mut().and_then(|security| security.answer(conn, kind, &request)) {
                self.give(conn, &answer);
                continue;
            }
            if kind == 1 {
                if node.dumb {
                    return;
                }
                node.config_asked += usize::from(request.windows(11).any(|part| part == b"get-config:"));
                let answer = info_answer(&self.nodes[&port], &self.nodes, &request[8..]);
                self.give(conn, &frame(1, &answer));
                continue;
            }
            match kind {
                _ if self.script.is_some() => match self.script.as_mut().map(|script| script(port, &request)) {
                    Some(Said::Answer(answer)) => self.give(conn, &answer),
                    Some(Said::Cut) => self.cut(conn),
                    _ => {}
                },
                _ => {
                    node.requests += 1;
                    node.compressed += usize::from(kind == 4);
                    let inflated = (kind == 4).then(|| wire::inflate(&request[8..]).unwrap());
                    let request = inflated.unwrap_or(request);
                    let answer = match (request[9] & 8 != 0, request[11] & 4 != 0) {
                        _ if kind == 4 && !node.enterprise => record_answer(code::ENTERPRISE_ONLY as u8),
                        (true, _) => batch_answer(&request, node),
                        (_, true) => query_answer(&request, node),
                        // A job: a write that is about no record.
                        _ if !has_digest(&request) && node.code == 0 => frame(3, &last_message()),
                        _ if node.value > 0 => value_answer(node.value),
                        _ => record_answer_to(&request, node.code),
                    };
                    let asked = request[9] & 0x80 != 0;
                    let answer = if asked && node.enterprise { shrunk(&answer) } else { answer };
                    if node.holds {
                        self.sockets.get_mut(&conn).unwrap().held.push_back(answer);
                    } else {
                        self.give(conn, &answer);
                    }
                }
            }
        }
    }

    /// Bytes from the server, in one piece.
    pub fn give(&mut self, conn: u32, bytes: &[u8]) {
        self.engine.receive_reserve(bytes.len()).copy_from_slice(bytes);
        self.engine.received(conn, bytes.len(), self.now, 1_800_000_000_000.0);
    }

    /// Answers what was held at the node, in order.
    pub fn answer_held(&mut self, port: u16) {
        for conn in self.conns_of(port) {
            while let Some(answer) = self.sockets.get_mut(&conn).and_then(|socket| socket.held.pop_front()) {
                self.give(conn, &answer);
            }
        }
        self.run();
    }

    /// All sockets take more.
    pub fn unstick(&mut self) {
        let conns: Vec<u32> = self.sockets.keys().copied().collect();
        conns.into_iter().for_each(|conn| self.engine.writable(conn, self.now));
    }

    /// Takes the answers that are held for a connection.
    pub fn take_held(&mut self, conn: u32) -> Vec<Vec<u8>> {
        self.sockets.get_mut(&conn).unwrap().held.drain(..).collect()
    }

    /// Drops the answers that are held: the test has given them in its own way.
    pub fn forget_held(&mut self) {
        self.sockets.values_mut().for_each(|socket| socket.held.clear());
    }

    pub fn conns_of(&self, port: u16) -> Vec<u32> {
        self.sockets.iter().filter(|(_, socket)| socket.port == port).map(|(&conn, _)| conn).collect()
    }

    /// Connections with held requests.
    pub fn conns_in_use(&self) -> Vec<u32> {
        self.sockets.iter().filter(|(_, socket)| !socket.held.is_empty()).map(|(&conn, _)| conn).collect()
    }

    /// The node dies: its connections break, and new ones are refused.
    pub fn kill(&mut self, port: u16) {
        self.nodes.get_mut(&port).unwrap().down = true;
        for conn in self.conns_of(port) {
            self.cut(conn);
        }
        self.run();
    }

    pub fn cut(&mut self, conn: u32) {
        self.sockets.remove(&conn);
        self.engine.closed(conn, socket_end::FAILED, self.now);
    }

    pub fn name(&mut self, kind: NameKind, text: &str) -> u32 {
        self.engine.names.intern(kind, text.as_bytes()).unwrap()
    }

    /// Submits a command on the integer key; `set` changes words of its block.
    pub fn submit(&mut self, kind: u32, key: i64, set: &[(usize, u32)]) -> u32 {
        self.try_submit(kind, key, set).unwrap()
    }

    pub fn try_submit(&mut self, kind: u32, key: i64, set: &[(usize, u32)]) -> Result<u32, aerospike_sansio::Refused> {
        let (namespace, bin) = (self.name(NameKind::Namespace, "test"), self.name(NameKind::Bin, "b"));
        let mut words = [0u32; word::LENGTH];
        words[word::KIND] = kind;
        words[word::NAMESPACE] = namespace;
        words[word::SET] = NONE;
        words[word::KEY_TYPE] = 1;
        words[word::KEY_A] = key as u32;
        words[word::KEY_B] = (key >> 32) as u32;
        words[word::TOTAL_TIMEOUT] = 1000;
        words[word::SOCKET_TIMEOUT] = 30_000;
        let one = f64::to_bits(1.0);
        words[word::SLEEP_MULTIPLIER] = one as u32;
        words[word::SLEEP_MULTIPLIER + 1] = (one >> 32) as u32;
        if kind == command_kind::PUT || kind == command_kind::ADD {
            words[word::ITEMS] = 1;
            words[word::SLOTS] = 1;
            self.engine.command[word::LENGTH / 4] = Slot { tag: 3, bin, a: one as u32, b: (one >> 32) as u32 };
        }
        for &(at, value) in set {
            words[at] = value;
        }
        for (slot, four) in self.engine.command.iter_mut().zip(words.chunks(4)) {
            *slot = Slot { tag: four[0], bin: four[1], a: four[2], b: four[3] };
        }
        if kind == command_kind::TXN_COMMIT {
            // Behind it stands how to roll: the same, but for the kind.
            words[word::KIND] = command_kind::TXN_ABORT;
            for (slot, four) in self.engine.command[word::LENGTH / 4..].iter_mut().zip(words.chunks(4)) {
                *slot = Slot { tag: four[0], bin: four[1], a: four[2], b: four[3] };
            }
        }
        self.engine.submit()
    }

    /// A batch of integer keys; each group has a kind and its keys, which are numbered through.
    pub fn batch(&mut self, groups: &[(u32, &[i64])], set: &[(usize, u32)]) -> u32 {
        self.try_batch(groups, &[], set).unwrap()
    }

    /// The same; columns stand behind the outer block.
    pub fn try_batch(
        &mut self,
        groups: &[(u32, &[i64])],
        columns: &[Slot],
        set: &[(usize, u32)],
    ) -> Result<u32, aerospike_sansio::Refused> {
        let (namespace, bin) = (self.name(NameKind::Namespace, "test"), self.name(NameKind::Bin, "b"));
        let total: usize = groups.iter().map(|(_, keys)| keys.len()).sum();
        let one = f64::to_bits(1.0);
        let mut outer = [0u32; word::LENGTH];
        outer[word::KIND] = command_kind::BATCH;
        outer[word::ITEMS] = groups.len() as u32;
        outer[word::KEYS] = total as u32;
        outer[word::SLOTS] = columns.len() as u32;
        outer[word::BATCH_FLAGS] = 5;
        outer[word::TOTAL_TIMEOUT] = 1000;
        outer[word::SOCKET_TIMEOUT] = 30_000;
        outer[word::SLEEP_MULTIPLIER + 1] = (one >> 32) as u32;
        set.iter().for_each(|&(at, value)| outer[at] = value);
        let slots = |words: &[u32]| -> Vec<Slot> {
            words.chunks(4).map(|four| Slot { tag: four[0], bin: four[1], a: four[2], b: four[3] }).collect()
        };
        let mut region = slots(&outer);
        region.extend_from_slice(columns);
        let mut row = 0;
        for &(kind, keys) in groups {
            let mut block = [0u32; word::LENGTH];
            block[word::KIND] = kind;
            block[word::NAMESPACE] = outer[word::NAMESPACE].max(namespace);
            block[word::SET] = NONE;
            block[word::KEYS] = keys.len() as u32;
            let writes = kind == command_kind::PUT;
            block[word::ITEMS] = u32::from(writes);
            block[word::SLOTS] = u32::from(writes);
            region.extend(slots(&block));
            if writes {
                region.push(Slot { tag: 3, bin, a: one as u32, b: (one >> 32) as u32 });
            }
            for &key in keys {
                region.push(Slot { tag: tag::KEY | 1 << 8, bin: row, a: key as u32, b: (key >> 32) as u32 });
                row += 1;
            }
        }
        if self.engine.command.len() < region.len() {
            self.engine.command.resize(region.len(), Slot::default());
        }
        self.engine.command[..region.len()].copy_from_slice(&region);
        self.engine.submit()
    }

    /// Codes of the rows of a batch, which must each have been answered exactly once.
    pub fn rows(&self, op: u32, count: usize) -> Vec<i32> {
        let mut codes = vec![None; count];
        for &(_, row, code, _) in self.parts.iter().filter(|part| part.0 == op) {
            assert!(codes[row as usize].replace(code).is_none(), "row {row} was answered twice");
        }
        codes.into_iter().map(|code| code.expect("a row was not answered")).collect()
    }

    pub fn get(&mut self, key: i64) -> u32 {
        self.submit(command_kind::GET, key, &[])
    }

    pub fn put(&mut self, key: i64) -> u32 {
        self.submit(command_kind::PUT, key, &[])
    }

    /// The result of an op, which must have ended exactly once.
    pub fn result(&self, op: u32) -> Ended {
        let results: Vec<_> = self.ended.iter().filter(|ended| ended.op == op).collect();
        assert_eq!(results.len(), 1, "op {op} ended {} times", results.len());
        *results[0]
    }

    pub fn has_ended(&self, op: u32) -> bool {
        self.ended.iter().any(|ended| ended.op == op)
    }
}

pub fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2, kind];
    bytes.extend_from_slice(&(body.len() as u64).to_be_bytes()[2..]);
    bytes.extend_from_slice(body);
    bytes
}

/// The same, with what a server tells a transaction: its deadline, if the request is to its monitor, or a version.
fn record_answer_to(request: &[u8], code: u8) -> Vec<u8> {
    let is_monitors = request.windows(8).any(|eight| eight == b"<ERO~MRT");
    let of_txn = request.windows(5).any(|five| five == [0, 0, 0, 9, 5]);
    let field: &[u8] = match (code, is_monitors, of_txn && request[10] == 0) {
        (0, true, _) => &[0, 0, 0, 5, 6, 1, 1, 1, 1],
        (0, false, true) => &[0, 0, 0, 8, 3, 1, 2, 3, 4, 5, 6, 7],
        _ => return record_answer(code),
    };
    let mut body = record_answer(code).split_off(8);
    body[19] = 1;
    body.extend_from_slice(field);
    frame(3, &body)
}

/// A bare header with a code; the generation is 9.
pub fn record_answer(code: u8) -> Vec<u8> {
    let mut body = [0u8; 22];
    body[0] = 22;
    body[5] = code;
    body[9] = 9;
    frame(3, &body)
}

/// A record with a blob.
fn value_answer(length: usize) -> Vec<u8> {
    let mut body = vec![22, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    body.extend_from_slice(&(length as u32 + 5).to_be_bytes());
    body.extend_from_slice(&[1, 4, 0, 1, b'b']);
    body.resize(body.len() + length, 7);
    frame(3, &body)
}

/// An answer with each of its frames compressed, if that is shorter.
pub fn shrunk(answer: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (vec![], answer);
    while let Ok(Some((_, length))) = wire::complete(rest) {
        let start = out.len();
        out.extend_from_slice(&rest[..length]);
        wire::Compressor::default().shrink(&mut out, start, 60);
        rest = &rest[length..];
    }
    out
}

/// Answers every row with the node's code, three rows a frame, then the last message.
fn batch_answer(request: &[u8], node: &mut Node) -> Vec<u8> {
    let last = |code: u8| {
        let mut body = [0u8; 22];
        (body[0], body[3], body[5]) = (22, 1, code);
        frame(3, &body)
    };
    if node.batch_code != 0 {
        return last(node.batch_code);
    }
    let mut answer = vec![];
    let mut rows = batch_rows(request);
    node.rows += rows.len();
    node.wrote = batch_ops(request);
    let cut = node.cut_after.take();
    rows.truncate(cut.unwrap_or(usize::MAX));
    for some in rows.chunks(3) {
        let mut bodies = vec![];
        for row in some {
            let mut body = vec![0u8; 22];
            (body[0], body[5], body[9]) = (22, node.code, 9);
            body[14..18].copy_from_slice(&row.to_be_bytes());
            put_bins(&mut body, node, *row);
            bodies.extend_from_slice(&body);
        }
        answer.extend(frame(3, &bodies));
    }
    if cut.is_none() {
        answer.extend(last(0));
    }
    answer
}

/// Puts the bins of a record behind its header and fields.
fn put_bins(body: &mut Vec<u8>, node: &Node, number: u32) {
    let bins = node.bins.map_or(vec![], |bins| bins(number));
    body[21] = if node.code == 0 { bins.len() as u8 } else { 0 };
    for (name, value) in bins.iter().take(usize::from(body[21])) {
        let write = |out: &mut Vec<u8>| Ok::<_, ()>(particle::write(value, out));
        wire::op(body, 1, name.as_bytes(), write).unwrap();
    }
}

/// The digest of a record of the rig: its partition, and its number within.
fn digest_of(partition: u16, number: u16) -> [u8; 20] {
    let mut digest = [0; 20];
    digest[..2].copy_from_slice(&partition.to_le_bytes());
    digest[2..4].copy_from_slice(&number.to_be_bytes());
    digest
}

/// Answers a query for partitions as a server does: 50 records a frame, then the last message.
fn query_answer(request: &[u8], node: &mut Node) -> Vec<u8> {
    let message = |info3: u8, code: u8, generation: u32, digest: Option<[u8; 20]>| {
        let mut body = vec![22, 0, 0, info3, 0, code];
        body.extend_from_slice(&generation.to_be_bytes());
        body.extend_from_slice(&[0; 8]);
        body.extend_from_slice(&[0, u8::from(digest.is_some()), 0, 0]);
        digest.iter().for_each(|digest| {
            body.extend_from_slice(&[0, 0, 0, 21, 4]);
            body.extend_from_slice(digest);
        });
        body
    };
    if node.code != 0 {
        return frame(3, &message(0, node.code, 0, None));
    }
    node.no_bins = request[9] & 32 != 0;
    let (mut at, mut wanted, mut limit, mut aggregates) = (30, vec![], u64::MAX, false);
    while at < request.len() {
        let size = u32::from_be_bytes(request[at..at + 4].try_into().unwrap()) as usize;
        let value = &request[at + 5..at + 4 + size];
        match request[at + 4] {
            11 => wanted.extend(value.chunks(2).map(|two| (u16::from_le_bytes([two[0], two[1]]), 0))),
            12 => wanted.extend(value.chunks(20).map(|digest| {
                (u16::from_le_bytes([digest[0], digest[1]]), u16::from_be_bytes([digest[2], digest[3]]) + 1)
            })),
            33 => aggregates = true,
            13 => limit = u64::from_be_bytes(value.try_into().unwrap()),
            _ => {}
        }
        at += 4 + size;
    }
    node.limits.push(limit);
    let mut bodies = vec![];
    for (partition, from) in wanted {
        if node.missing.contains(&partition) {
            bodies.push(message(4, 11, u32::from(partition), None));
            continue;
        }
        bodies.extend((from..node.records).map(|number| {
            let mut body = message(0, 0, 1, Some(digest_of(partition, number)));
            put_bins(&mut body, node, u32::from(partition));
            body
        }));
    }
    if aggregates {
        bodies = (0..node.records).map(|_| message(0, 0, 0, None)).collect();
    }
    bodies.truncate(limit.min(1 << 30) as usize);
    let cut = node.cut_after.take();
    bodies.truncate(cut.unwrap_or(usize::MAX));
    let mut answer: Vec<u8> = bodies.chunks(50).flat_map(|some| frame(3, &some.concat())).collect();
    if cut.is_none() {
        answer.extend(frame(3, &message(1, 0, 0, None)));
    }
    answer
}

/// The numbers of the rows of a batch request, read as a server reads them.
pub fn batch_rows(request: &[u8]) -> Vec<u32> {
    read_batch(request).into_iter().map(|(row, _)| row).collect()
}

/// The ops of each row; of one that repeats the one before, nothing.
fn batch_ops(request: &[u8]) -> BTreeMap<u32, Vec<u8>> {
    read_batch(request).into_iter().collect()
}

fn read_batch(request: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let word = |at: usize| u32::from_be_bytes(request[at..at + 4].try_into().unwrap());
    let half = |at: usize| u16::from_be_bytes(request[at..at + 2].try_into().unwrap()) as usize;
    let mut at = 30;
    while request[at + 4] != 41 {
        at += 4 + word(at) as usize;
    }
    let (count, mut at) = (word(at + 5), at + 10);
    let mut rows = vec![];
    for _ in 0..count {
        let (row, flags) = (word(at), request[at + 24]);
        at += 25;
        if flags & 1 != 0 {
            rows.push((row, vec![]));
            continue;
        }
        at += 3 + usize::from(flags & 16 != 0);
        at += if flags & 4 != 0 { 2 } else { 0 } + if flags & 8 != 0 { 4 } else { 0 };
        let (fields, ops) = (half(at), half(at + 2));
        at += 4;
        let skip = |count: usize, from: usize| (0..count).fold(from, |at, _| at + 4 + word(at) as usize);
        let first_op = skip(fields, at);
        at = skip(ops, first_op);
        rows.push((row, request[first_op..at].to_vec()));
    }
    assert_eq!(at, request.len());
    rows
}

fn info_answer(node: &Node, nodes: &BTreeMap<u16, Node>, request: &[u8]) -> Vec<u8> {
    let mut answer = String::new();
    for name in std::str::from_utf8(request).unwrap().lines() {
        let value = match name {
            "node" => node.name.clone(),
            "build" if node.old_features.is_some() => "5.7.0.1".into(),
            "build" => "8.1.2.0".into(),
            "features" => node.old_features.expect("a new server is not asked for its features").into(),
            "cluster-name" => "rig".into(),
            "service-clear-std" | "service-tls-std" if node.services.is_some() => {
                assert_eq!(name.contains("tls"), node.tls_name.is_some());
                node.services.clone().unwrap_or_default()
            }
            "partition-generation" => node.partition_generation.to_string(),
            "peers-generation" => node.peers_generation.to_string(),
            "rebalance-generation" => node.rebalances.to_string(),
            "rack-ids" if node.rack.is_some() => format!("other:9;test:{}", node.rack.unwrap_or_default()),
            "rack-ids" => "ERROR:25:enterprise only".into(),
            "peers-clear-std" | "peers-clear-alt" | "peers-tls-std" | "peers-tls-alt" => {
                assert_eq!(name.contains("tls"), node.tls_name.is_some());
                let host = if name.ends_with("alt") { "alt" } else { "h" };
                let peer = |port: &u16| {
                    let peer = &nodes[port];
                    format!("[{},{},[{host}:{port}]]", peer.name, peer.tls_name.unwrap_or_default())
                };
                let peers: Vec<String> = node.peers.iter().map(peer).collect();
                format!("{},3000,[{}]", node.peers_generation, peers.join(","))
            }
            "replicas" => {
                let of = node.of.max(1);
                let levels = of.min(2);
                let bitmaps: Vec<String> = (0..levels)
                    .map(|level| {
                        let mut bytes = [0u8; 512];
                        (0..4096)
                            .filter(|p| (p + level) % of == node.index)
                            .for_each(|p| bytes[p >> 3] |= 0x80 >> (p & 7));
                        base64::encode(&bytes)
                    })
                    .collect();
                format!("test:{},{levels},{}", node.regime, bitmaps.join(","))
            }
            // As a server 8.1.2 says it, among others.
            "get-config:context=service" => {
                format!("pidfile=null;proto-fd-idle-ms={};proto-fd-max=15000", node.idle_max)
            }
            _ if name.starts_with("user-agent-set") => "ok".into(),
            _ => "ERROR:4:unrecognized command".into(),
        };
        answer.push_str(&format!("{name}\t{value}\n"));
    }
    answer.into_bytes()
}

/// Does a DATA request have a digest field?
fn has_digest(request: &[u8]) -> bool {
    let fields = u16::from_be_bytes([request[26], request[27]]);
    let mut at = 30;
    (0..fields).any(|_| {
        let size = u32::from_be_bytes(request[at..at + 4].try_into().unwrap()) as usize;
        at += 4 + size;
        request[at - size] == 4
    })
}

fn last_message() -> [u8; 22] {
    let mut body = [0u8; 22];
    (body[0], body[3]) = (22, 1);
    body
}
