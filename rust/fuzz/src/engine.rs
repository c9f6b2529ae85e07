//! The engine as a whole: bytes arrive on connections in any cuts, connections open and end, time goes on, operations are
//! submitted and given up, all as the input says. Whatever happens, each operation and each row ends once, what a result
//! refers to is there, the engine comes to rest after every input, and in the end nothing is left.

use crate::answers::{data_answer, info_answer, security_answer, BASE};
use crate::input::Input;
use crate::values::{check_tape, slots};
use aerospike_sansio::abi::{command_kind, command_word as word, output, stat, tag, watch, NONE};
use aerospike_sansio::client::Engine;
use aerospike_sansio::names::NameKind;
use aerospike_sansio::proto::{message_type, PROTO_HEADER};
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::wire;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An engine that asks its shell for more than this after one input does not come to rest.
const POLLS: usize = 1000;

pub fn engine(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let settings = input.byte();
    let mut world = World::new(settings);
    if settings & 1 == 0 {
        world.answer_all();
    }
    while !input.is_empty() {
        world.step(&mut input);
    }
    world.end();
}

/// Scripts of some length, for a start: all answered, all refused, and some of what may be between.
pub fn seeds() -> BTreeSet<Vec<u8>> {
    let mut seeds = BTreeSet::new();
    for settings in [0, 1, 2, 4, 8, 16, 32] {
        for submit in 0..16 {
            for answer in [[1, 0], [2, 0], [3, 9], [4, 0], [5, 20]] {
                let mut seed = vec![settings];
                for round in 0..6 {
                    seed.extend_from_slice(&[0, submit, round, 0, 1, 2, 3]);
                    seed.extend_from_slice(&[6, 0, answer[0], round, answer[1], 7, 1, 2, 3, 4, 5, 6, 7, 8]);
                }
                seeds.insert(seed);
            }
        }
    }
    seeds
}

#[derive(Default)]
struct Conn {
    is_open: bool,
    port: u16,
    /// What the engine has written and nobody has answered.
    requests: VecDeque<Vec<u8>>,
    input: Vec<u8>,
}

struct World {
    engine: Engine,
    now: f64,
    conns: BTreeMap<u32, Conn>,
    /// Operations that have not ended, and the rows that each has to answer.
    open: BTreeMap<u32, BTreeSet<u32>>,
    txns: Vec<u32>,
    ready: bool,
}

impl World {
    fn new(settings: u8) -> World {
        let mut config = format!("host=127.0.0.1\t{BASE}\t\ntimeout=100\ntend_interval=50\nmax_conns_per_node=4\n");
        let texts = [
            (2, "user=alice\n"),
            (4, "pipeline_depth=2\ncomfortable_depth=1\n"),
            (8, "max_concurrent_operations=2\noperation_queue_timeout=20\n"),
            (16, "rack_aware=1\nmax_error_rate=3\n"),
            (32, "fail_if_not_connected=0\nmin_conns_per_node=1\n"),
            (64, "single_node=1\ncluster_name=rig\n"),
        ];
        texts.iter().filter(|(bit, _)| settings & bit != 0).for_each(|(_, text)| config.push_str(text));
        let mut engine = Engine::new(&config, 7, 1000.0);
        engine.watch(watch::COUNT | watch::STAGES | watch::STEPS);
        World { engine, now: 1000.0, conns: BTreeMap::new(), open: BTreeMap::new(), txns: Vec::new(), ready: false }
    }

    fn step(&mut self, input: &mut Input) {
        match input.below(16) {
            0..=3 => self.submit(input),
            4 => self.advance(f64::from(input.word() % 5000)),
            5 => {
                if let Some(conn) = self.choose(input) {
                    self.conns.remove(&conn);
                    self.engine.closed(conn, input.below(8) as u32, self.now);
                }
            }
            6..=8 => {
                if let Some(conn) = self.choose(input) {
                    self.answer(conn, input);
                }
            }
            9 => self.answer_all(),
            10 => {
                let length = input.below(64);
                let bytes = input.bytes(length);
                if let Some(conn) = self.choose(input) {
                    self.give(conn, bytes, input.below(64));
                }
            }
            11 => self.engine.cancel(input.below(16) as u32),
            12 => self.engine.consumed(input.below(16) as u32, input.word()),
            13 => match input.below(4) {
                0 => self.txns.push(self.engine.txn_begin(input.word())),
                1 => self.txns.pop().into_iter().for_each(|txn| self.engine.txn_end(txn)),
                2 => self.engine.no_credential(self.now),
                _ => self.engine.credential(b"hash", b"clear", self.now),
            },
            14 => {
                if let Some(conn) = self.choose(input) {
                    let conn = conn.wrapping_add(u32::from(input.byte() == 255));
                    self.engine.writable(conn, self.now);
                }
            }
            _ => {
                if input.byte() == 15 {
                    self.engine.close(f64::from(input.byte()), self.now);
                }
            }
        }
        self.run();
    }

    /// A connection that the engine wants or has; one that it wants is opened most of the time.
    fn choose(&mut self, input: &mut Input) -> Option<u32> {
        let at = input.below(self.conns.len());
        let (&conn, entry) = self.conns.iter_mut().nth(at)?;
        if !entry.is_open && !std::mem::replace(&mut entry.is_open, true) {
            self.engine.opened(conn, self.now);
            self.run();
        }
        self.conns.contains_key(&conn).then_some(conn)
    }

    /// Opens all and answers all that is asked, as honest nodes do, until there is no more.
    fn answer_all(&mut self) {
        self.run();
        for _ in 0..POLLS {
            let waiting = self.conns.iter().find(|(_, conn)| !conn.is_open || !conn.requests.is_empty());
            let Some(conn) = waiting.map(|(&conn, _)| conn) else { return };
            if !self.conns[&conn].is_open {
                self.choose_this(conn);
                continue;
            }
            let Some(request) = self.conns.get_mut(&conn).and_then(|conn| conn.requests.pop_front()) else { continue };
            let answer = match request[1] {
                message_type::INFO => info_answer(self.conns[&conn].port, &request[PROTO_HEADER..]),
                message_type::SECURITY => security_answer(&mut Input::new(&[])),
                _ => data_answer(&mut Input::new(&[])),
            };
            self.give(conn, &answer, 0);
        }
    }

    fn choose_this(&mut self, conn: u32) {
        if let Some(entry) = self.conns.get_mut(&conn) {
            entry.is_open = true;
            self.engine.opened(conn, self.now);
            self.run();
        }
    }

    /// Answers the oldest request of a connection, whether there is one or not, more or less well.
    fn answer(&mut self, conn: u32, input: &mut Input) {
        let Some(entry) = self.conns.get_mut(&conn) else { return };
        let (port, request) = (entry.port, entry.requests.pop_front().unwrap_or(vec![2, input.below(5) as u8]));
        let mut answer = match request[1] {
            message_type::INFO => info_answer(port, request.get(PROTO_HEADER..).unwrap_or_default()),
            message_type::SECURITY => security_answer(input),
            _ => data_answer(input),
        };
        if input.below(4) == 1 {
            let at = input.word() as usize % (answer.len() + 1);
            let length = input.below(32);
            let bytes = input.bytes(length);
            match input.below(3) {
                0 => answer.truncate(at),
                1 => drop(answer.splice(at..at, bytes.iter().copied())),
                _ => answer.iter_mut().skip(at).zip(bytes).for_each(|(byte, other)| *byte ^= other),
            }
            if input.flag() && answer.len() >= PROTO_HEADER {
                wire::frame::end(&mut answer, 0);
            }
        }
        self.give(conn, &answer, input.below(32));
    }

    /// Bytes from a node, in pieces of `cut` bytes if that is not 0.
    fn give(&mut self, conn: u32, bytes: &[u8], cut: usize) {
        for piece in bytes.chunks(if cut == 0 { bytes.len().max(1) } else { cut }) {
            if !self.conns.contains_key(&conn) {
                return;
            }
            self.engine.receive_reserve(piece.len()).copy_from_slice(piece);
            self.engine.received(conn, piece.len(), self.now, 1_800_000_000_000.0);
            self.run();
        }
    }

    fn advance(&mut self, ms: f64) {
        let until = self.now + ms;
        for _ in 0..200 {
            let next = self.engine.next_deadline();
            if next > until {
                break;
            }
            self.now = self.now.max(next);
            self.engine.time(self.now);
            self.run();
        }
        self.now = until;
        self.engine.time(until);
        self.run();
    }

    fn submit(&mut self, input: &mut Input) {
        use command_kind::*;
        let kinds = [
            GET, PUT, REMOVE, EXISTS, SELECT, ADD, OPERATE, TOUCH, APPLY, BATCH, BATCH, QUERY, QUERY, INFO, ADMIN,
            TXN_COMMIT,
        ];
        let kind = input.pick(&kinds);
        let (namespace, bin) = (self.name(NameKind::Namespace, "test"), self.name(NameKind::Bin, "b"));
        let mut words = [0u32; word::LENGTH];
        words[word::KIND] = kind;
        words[word::NAMESPACE] = namespace;
        words[word::SET] = NONE;
        words[word::KEY_TYPE] = u32::from(!matches!(kind, QUERY | INFO));
        words[word::KEY_A] = u32::from(input.byte());
        words[word::TOTAL_TIMEOUT] = 200;
        words[word::SOCKET_TIMEOUT] = 50;
        words[word::MAX_RETRIES] = 1;
        words[word::SLEEP_MULTIPLIER + 1] = (f64::to_bits(1.0) >> 32) as u32;
        if kind == INFO {
            (words[word::KEY_A], words[word::KEY_B]) = (0, 5);
            self.engine.data[..5].copy_from_slice(b"node\n");
        }
        let mut region = Vec::new();
        match kind {
            PUT | ADD => region.push(Slot::int(bin, 1)),
            SELECT => region.push(Slot::new(tag::NIL, bin, 0, 0)),
            _ => {}
        }
        if let (true, Some(&txn)) = (input.flag(), self.txns.last()) {
            words[word::TXN] = txn;
        }
        // What a shell with a mistake might write.
        for _ in 0..input.below(4) {
            let at = input.below(word::LENGTH);
            words[at] = input.word();
        }
        if input.below(4) == 3 {
            region = slots(input);
            let length = input.below(64);
            let bytes = input.bytes(length);
            self.engine.data[..bytes.len()].copy_from_slice(bytes);
        }
        words[word::ITEMS] = if matches!(kind, PUT | ADD | SELECT | OPERATE) { region.len() as u32 } else { 0 };
        words[word::SLOTS] = region.len() as u32;
        let mut command = as_slots(&words);
        let mut rows = 0;
        if kind == BATCH {
            rows = 1 + input.below(12) as u32;
            command = batch(words, input.pick(&[GET, PUT, REMOVE]), rows, bin);
        } else {
            command.extend_from_slice(&region);
            if kind == TXN_COMMIT {
                words[word::KIND] = TXN_ABORT;
                command.extend_from_slice(&as_slots(&words));
            }
        }
        if self.engine.command.len() < command.len() {
            self.engine.command.resize(command.len(), Slot::default());
        }
        self.engine.command[..command.len()].copy_from_slice(&command);
        if let Ok(op) = self.engine.submit() {
            assert!(self.open.insert(op, (0..rows).collect()).is_none(), "op {op} is given twice");
        }
    }

    fn name(&mut self, kind: NameKind, text: &str) -> u32 {
        self.engine.names.intern(kind, text.as_bytes()).expect("a good name")
    }

    /// Everything that can happen without time going on.
    fn run(&mut self) {
        for _ in 0..POLLS {
            if self.engine.poll(self.now) == 0 {
                return;
            }
            self.act();
        }
        panic!("the engine does not come to rest");
    }

    fn act(&mut self) {
        let mut took = Vec::new();
        for (kind, words) in self.engine.outputs.records() {
            match kind {
                output::CONNECT => {
                    let conn = Conn { port: words[3] as u16, ..Conn::default() };
                    assert!(self.conns.insert(words[0], conn).is_none(), "connection {} is opened twice", words[0]);
                    let _ = self.engine.outputs.text_at(words[1], words[2]);
                }
                output::TRANSMIT => {
                    let bytes = self.engine.transmitted(words[0]);
                    assert_eq!(bytes.len(), words[2] as usize);
                    let conn = self.conns.get_mut(&words[0]).expect("bytes for a connection that there is");
                    assert!(conn.is_open);
                    conn.input.extend_from_slice(bytes);
                    while let Some((_, total)) = wire::complete(&conn.input).expect("requests are frames") {
                        conn.requests.push_back(conn.input.drain(..total).collect());
                    }
                    took.push(words[0]);
                }
                output::CLOSE => {
                    assert!(self.conns.remove(&words[0]).is_some(), "connection {} is not there", words[0])
                }
                output::PAUSE | output::RESUME => assert!(self.conns.contains_key(&words[0])),
                output::DONE => {
                    let rows = self.open.remove(&words[0]).expect("an operation that ends once");
                    assert!(rows.is_empty(), "rows {rows:?} were not answered");
                    assert!(words[3] <= 40, "{} attempts", words[3]);
                    // Columns lie in buffers of their own, and not in one with an address.
                    match words[9] == 0 && words[8] > 1 {
                        true => self.check_columns(words[7], words[8]),
                        false => self.check(words[7], words[8], words[9]),
                    }
                }
                output::PART => {
                    let rows = self.open.get_mut(&words[0]).expect("a row of an operation that there is");
                    assert!(rows.remove(&words[1]), "row {} is answered twice", words[1]);
                    self.check(words[6], words[7], words[8]);
                }
                output::RECORD => {
                    assert!(self.open.contains_key(&words[0]));
                    self.check(words[5], words[2] + 2, words[6]);
                }
                output::READY => assert!(!std::mem::replace(&mut self.ready, true), "it is ready twice"),
                output::EVENT => drop(self.engine.outputs.text_at(words[2], words[3]).len()),
                output::CREDENTIAL => {}
                output::STEP => assert!(self.open.contains_key(&words[0])),
                other => panic!("an unknown record {other}"),
            }
        }
        took.into_iter().for_each(|conn| self.engine.writable(conn, self.now));
    }

    /// So many values from a slot on, whose texts lie in a buffer that is still there.
    fn check(&self, first: u32, items: u32, address: u32) {
        if items > 0 {
            check_tape(&self.engine.outputs.tape[first as usize..], items as usize, self.engine.data_at(address));
        }
    }

    /// Regions of memory, of which the slots behind the first have the addresses.
    fn check_columns(&self, first: u32, items: u32) {
        for slot in &self.engine.outputs.tape[first as usize + 1..][..items as usize - 1] {
            assert!(slot.b == 0 || self.engine.data_at(slot.a).len() == slot.b as usize);
        }
    }

    fn end(&mut self) {
        self.run();
        self.engine.close(0.0, self.now);
        for _ in 0..POLLS {
            self.run();
            if self.engine.finished() {
                break;
            }
            self.advance(1000.0);
        }
        assert!(self.engine.finished(), "it does not end");
        assert!(self.open.is_empty(), "never ended: {:?}", self.open);
        assert!(self.conns.is_empty(), "left open: {:?}", self.conns.keys());
        for gauge in [stat::IN_FLIGHT, stat::QUEUED, stat::CONNECTIONS_OPEN] {
            assert_eq!(self.engine.stat(gauge), 0.0, "gauge {gauge}");
        }
        assert!(self.ready);
        assert!(self.engine.metrics().iter().all(|number| number.is_finite()));
    }
}

fn as_slots(words: &[u32]) -> Vec<Slot> {
    words.chunks(4).map(|four| Slot::new(four[0], four[1], four[2], four[3])).collect()
}

/// A batch with one group of integer keys.
fn batch(mut outer: [u32; word::LENGTH], kind: u32, rows: u32, bin: u32) -> Vec<Slot> {
    outer[word::KIND] = command_kind::BATCH;
    outer[word::ITEMS] = 1;
    outer[word::KEYS] = rows;
    outer[word::SLOTS] = 0;
    let mut group = [0; word::LENGTH];
    group[word::KIND] = kind;
    group[word::NAMESPACE] = outer[word::NAMESPACE];
    group[word::SET] = NONE;
    group[word::KEYS] = rows;
    let puts = kind == command_kind::PUT;
    group[word::ITEMS] = u32::from(puts);
    group[word::SLOTS] = u32::from(puts);
    let mut command = as_slots(&outer);
    command.extend_from_slice(&as_slots(&group));
    if puts {
        command.push(Slot::int(bin, 1));
    }
    command.extend((0..rows).map(|row| Slot::new(tag::KEY | 1 << 8, row, row, 0)));
    command
}
