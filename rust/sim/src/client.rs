//! A client: an engine with the little that a shell knows, and the notebook of its callers, who check that each question
//! is answered once, in time, and with an answer to it.

use crate::command::{self, Policy};
use crate::ledger::{Answer, Ask, Begun, Ledger, Record};
use crate::network::LinkId;
use crate::tell;
use crate::weather::{Climate, Fault, Kind};
use aerospike_sansio::abi::{metrics_head, node_word, output, series_word, stage_word, stat, tag, watch, NONE};
use aerospike_sansio::client::Engine;
use aerospike_sansio::conn::ConnId;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::tape::Slot;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Unix time at the start of every simulation, in ms.
const EPOCH_MS: f64 = 1_800_000_000_000.0;
/// The longest request: a query that names each partition, some with the last digest; the longest batch; a server's longest answer in one frame; and
/// the most requests on a connection.
const REQUEST_MAX: f64 = 4096.0 * 2.0 + 4000.0;
const BATCH_MAX: f64 = 4000.0;
const ANSWER_MAX: f64 = 256.0 * 1024.0;
const PIPELINE_MAX: f64 = 128.0;
/// How late an operation may end: the engine keeps deadlines in steps of this.
const TICK_MS: f64 = 1.0;

/// What the engine wants of its shell.
#[derive(Debug)]
pub enum Wish {
    Connect {
        conn: ConnId,
        port: u16,
    },
    Transmit {
        conn: ConnId,
        bytes: Vec<u8>,
    },
    Close {
        conn: ConnId,
    },
    Pause {
        conn: ConnId,
    },
    Resume {
        conn: ConnId,
    },
    /// The password is needed.
    Password,
    /// A caller is given a record of a query, and will say that it took it.
    Given {
        op: u32,
        birth: u64,
    },
}

/// What a socket has to say.
#[derive(Debug)]
pub enum Input {
    Opened(ConnId),
    Received(ConnId, Vec<u8>),
    Writable(ConnId),
    Closed(ConnId, u32),
    /// Not a socket: the hash of the password, which the program has looked up.
    Password(&'static str),
}

#[derive(Debug)]
enum What {
    One(Begun),
    Rows { rows: Vec<Option<Begun>>, tries: u32 },
    Query { seen: HashSet<[u8; 20]>, whole: bool },
}

/// A question that has not been answered.
#[derive(Debug)]
struct Open {
    what: What,
    /// When it has to have been answered, on the client's clock.
    deadline: f64,
    cancelled: bool,
    /// There is no reason any more why it should fail.
    must_succeed: bool,
    /// Tells apart the ops that had the same number.
    birth: u64,
}

pub struct Client {
    pub engine: Engine,
    pub name: String,
    /// How far its clock, and the time of day, are from the simulation's.
    pub skew: f64,
    pub wall_skew: f64,
    /// Its program is busy until then, and what comes meanwhile waits.
    pub stalled_until: f64,
    pub inbox: Vec<Input>,
    pub sockets: HashMap<ConnId, LinkId>,
    open: BTreeMap<u32, Open>,
    /// Digests of the records that a query must find.
    stable: HashSet<[u8; 20]>,
    births: u64,
    /// The most operations, their parts counted, that there were at once.
    most_live: f64,
    /// When the engine was last told the time.
    heard: f64,
    pub ready: Option<(i32, String)>,
    kind: Kind,
    /// Sessions end before their time, on this day.
    is_logged_out: bool,
    max_connections: f64,
    pub max_to_node: usize,
    max_queued: Option<f64>,
    max_queued_bytes: Option<f64>,
    is_watched: bool,
    /// Operations that ended.
    ended: u64,
    pub asked: u64,
    pub failed: u64,
    /// Of these, those that were too many bytes to wait.
    pub turned_away: u64,
    pub codes: BTreeMap<i32, u64>,
}

/// The limits of a configuration, drawn for each client.
#[derive(Clone, Debug)]
pub struct Limits {
    pub text: String,
    pub max_connections: f64,
    /// Those that are being opened count here, too.
    pub max_to_node: usize,
    pub max_queued: Option<f64>,
    pub max_queued_bytes: Option<f64>,
}

impl Client {
    pub fn new(
        name: String,
        limits: &Limits,
        seed: u64,
        climate: &Climate,
        stable: HashSet<[u8; 20]>,
        now: f64,
    ) -> Client {
        let mut engine = Engine::new(&limits.text, seed, now);
        // Nothing may depend on it.
        let is_watched = seed & 1 == 0;
        engine.watch(if is_watched { watch::COUNT | watch::STAGES | watch::STEPS } else { 0 });
        Client {
            engine,
            is_watched,
            ended: 0,
            name,
            skew: 0.0,
            wall_skew: 0.0,
            stalled_until: 0.0,
            inbox: vec![],
            sockets: HashMap::new(),
            open: BTreeMap::new(),
            stable,
            births: 0,
            most_live: 0.0,
            heard: now,
            ready: None,
            kind: climate.kind,
            is_logged_out: climate.kinds.contains(&Fault::LogOut),
            max_connections: limits.max_connections,
            max_to_node: limits.max_to_node,
            max_queued: limits.max_queued,
            max_queued_bytes: limits.max_queued_bytes,
            asked: 0,
            failed: 0,
            turned_away: 0,
            codes: BTreeMap::new(),
        }
    }

    /// When it wants to be woken, in the simulation's time.
    pub fn wakes_at(&self) -> f64 {
        // A little later: with the skew added again it must not be a little earlier.
        let deadline = self.engine.next_deadline() - self.skew + 1e-6;
        let inbox = if self.inbox.is_empty() { f64::INFINITY } else { self.stalled_until };
        deadline.max(self.stalled_until).min(inbox)
    }

    fn clock(&self, now: f64) -> f64 {
        now + self.skew
    }

    // ---- callers

    pub fn ask(&mut self, ask: Ask, policy: &Policy, ledger: &mut Ledger, now: f64) {
        let begun = ledger.begin(ask, policy.max_retries + 1);
        let submitted = command::single(&mut self.engine, ask, policy);
        tell!("{now:9.3} {} asks {ask:?} {policy:?}: {submitted:?}", self.name);
        self.note(submitted.expect("a command that is right was refused"), What::One(begun), policy, now);
    }

    /// The same of what must succeed.
    pub fn ask_surely(&mut self, ask: Ask, policy: &Policy, ledger: &mut Ledger, now: f64) {
        self.ask(ask, policy, ledger, now);
        let newest = self.births;
        self.open.values_mut().filter(|open| open.birth == newest).for_each(|open| open.must_succeed = true);
    }

    pub fn batch(&mut self, rows: &[Ask], policy: &Policy, ledger: &mut Ledger, now: f64) {
        let begun = rows.iter().map(|&ask| Some(ledger.begin(ask, policy.max_retries + 1))).collect();
        let submitted = command::batch(&mut self.engine, rows, policy);
        tell!("{now:9.3} {} asks a batch {rows:?} {policy:?}: {submitted:?}", self.name);
        let what = What::Rows { rows: begun, tries: policy.max_retries + 1 };
        self.note(submitted.expect("a batch that is right was refused"), what, policy, now);
    }

    pub fn query(&mut self, policy: &Policy, now: f64) {
        let submitted = command::query(&mut self.engine, "stable", policy);
        tell!("{now:9.3} {} queries {policy:?}: {submitted:?}", self.name);
        let what = What::Query { seen: HashSet::new(), whole: true };
        self.note(submitted.expect("a query that is right was refused"), what, policy, now);
    }

    fn note(&mut self, op: u32, what: What, policy: &Policy, now: f64) {
        self.asked += 1;
        self.births += 1;
        let deadline = match policy.total_timeout {
            0 => f64::INFINITY,
            ms => self.clock(now) + f64::from(ms),
        };
        let open = Open { what, deadline, cancelled: false, must_succeed: false, birth: self.births };
        assert!(self.open.insert(op, open).is_none(), "the number of an open operation was given again");
    }

    /// The caller of some operation gives up.
    pub fn cancel(&mut self, nth: usize, now: f64) {
        if let Some((&op, open)) = self.open.iter_mut().nth(nth) {
            open.cancelled = true;
            tell!("{now:9.3} {} gives up op {op}", self.name);
            self.engine.cancel(op);
        }
    }

    /// The caller of a query took a record.
    pub fn took(&mut self, op: u32, birth: u64) {
        if self.open.get(&op).is_some_and(|open| open.birth == birth) {
            self.engine.consumed(op, 1);
        }
    }

    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    pub fn open_list(&self) -> String {
        format!("{} operations, first {:?}", self.open.len(), self.open.iter().next())
    }

    // ---- the shell

    pub fn input(&mut self, input: Input, now: f64) {
        let clock = self.clock(now);
        match input {
            Input::Opened(conn) => self.engine.opened(conn, clock),
            Input::Writable(conn) => self.engine.writable(conn, clock),
            Input::Closed(conn, end) => self.engine.closed(conn, end, clock),
            Input::Password(hash) => self.engine.credential(hash.as_bytes(), &[], clock),
            Input::Received(conn, bytes) => {
                self.engine.receive_reserve(bytes.len()).copy_from_slice(&bytes);
                self.engine.received(conn, bytes.len(), clock, EPOCH_MS + now + self.wall_skew);
            }
        }
    }

    /// The sockets have been heard: it is as late as it is.
    pub fn time(&mut self, now: f64) {
        let clock = self.clock(now);
        self.engine.time(clock);
    }

    /// Called after `time` and what it led to.
    pub fn told_the_time(&mut self, now: f64) {
        self.heard = self.clock(now);
    }

    /// One poll: settles what has ended, and gives what is to be done; none when the engine rests.
    pub fn poll(&mut self, ledger: &mut Ledger, now: f64) -> Option<Vec<Wish>> {
        let clock = self.clock(now);
        if self.engine.poll(clock) == 0 {
            return None;
        }
        let records: Vec<(u32, Vec<u32>)> =
            self.engine.outputs.records().map(|(kind, words)| (kind, words.to_vec())).collect();
        let mut wishes = vec![];
        for (kind, words) in records {
            match kind {
                output::CONNECT => wishes.push(Wish::Connect { conn: words[0], port: words[3] as u16 }),
                output::TRANSMIT => {
                    let bytes = self.engine.transmitted(words[0]).to_vec();
                    wishes.push(Wish::Transmit { conn: words[0], bytes });
                }
                output::CLOSE => wishes.push(Wish::Close { conn: words[0] }),
                output::PAUSE => wishes.push(Wish::Pause { conn: words[0] }),
                output::RESUME => wishes.push(Wish::Resume { conn: words[0] }),
                output::DONE => self.done(&words, ledger, now),
                output::PART => self.part(&words, ledger, now),
                output::RECORD => wishes.push(self.record_found(&words)),
                output::STEP => {
                    assert!(self.is_watched && self.open.contains_key(&words[0]), "a step of no operation: {words:?}");
                    assert!(words[2] != NONE, "a step at no node: {words:?}");
                }
                output::CREDENTIAL => wishes.push(Wish::Password),
                output::READY => {
                    let text = self.engine.outputs.text_at(words[1], words[2]).to_string();
                    tell!("{now:9.3} {} is ready: {} {text}", self.name, words[0] as i32);
                    self.ready = Some((words[0] as i32, text));
                }
                output::EVENT => {
                    let text = self.engine.outputs.text_at(words[2], words[3]);
                    tell!("{now:9.3} {} event {} node {} {text}", self.name, words[0], words[1] as i32);
                }
                other => panic!("an output record of kind {other}"),
            }
        }
        let open = self.engine.stat(stat::CONNECTIONS_OPEN);
        assert!(open <= self.max_connections, "{open} connections are open, {} allowed", self.max_connections);
        if let Some(max) = self.max_queued {
            let queued = self.engine.stat(stat::QUEUED);
            // Names of ops that ended in the queue stay until they come to the front; as many again at most.
            assert!(queued <= max, "{queued} operations are queued, {max} allowed");
        }
        self.check_memory();
        Some(wishes)
    }

    /// What waits, and what connections hold, is bounded, whatever happens.
    fn check_memory(&mut self) {
        self.most_live = self.most_live.max(self.engine.stat(stat::IN_FLIGHT));
        let stat = |which| self.engine.stat(which);
        let waits = stat(stat::QUEUED_BYTES);
        // One line a node, one for the turn, one for the cluster; what is longer than the bound waits alone.
        let longest = |open: &Open| match open.what {
            What::One(_) => 0.0,
            What::Rows { .. } => BATCH_MAX,
            What::Query { .. } => REQUEST_MAX,
        };
        let longest = self.open.values().map(longest).fold(0.0, f64::max);
        let lines = stat(stat::NODES) + 2.0;
        let bound = lines * self.max_queued_bytes.map_or(f64::INFINITY, |max| max.max(longest));
        assert!(waits <= bound, "{waits} bytes wait, {bound} allowed");
        let (held, conns) = (stat(stat::BUFFERED_BYTES), stat(stat::CONNECTIONS_OPEN));
        let bound = conns * (PIPELINE_MAX * REQUEST_MAX + ANSWER_MAX);
        assert!(held <= bound || self.kind == Kind::Corrupt, "{conns} connections hold {held} bytes");
        let (names, most) = (self.engine.names_in_lines() as f64, self.most_live);
        assert!(names <= 2.0 * most + 2.0 * 70.0, "lines have {names} names, and there were {most} operations at most");
    }

    fn record_found(&mut self, words: &[u32]) -> Wish {
        let slot = self.engine.outputs.tape[words[5] as usize];
        let data = self.engine.data_at(words[6]);
        let digest: [u8; 20] =
            data[slot.a as usize..(slot.a + slot.b) as usize].try_into().expect("a digest has 20 bytes");
        let open = self.open.get_mut(&words[0]).expect("a record of no open query");
        let What::Query { seen, .. } = &mut open.what else { panic!("a record of no query") };
        assert!(seen.insert(digest) || self.kind == Kind::Corrupt, "a query gave a record twice");
        Wish::Given { op: words[0], birth: open.birth }
    }

    fn part(&mut self, words: &[u32], ledger: &mut Ledger, now: f64) {
        let answer = self.answer(words[2] as i32, words[3] & 1 != 0, words[6], words[7], words[8]);
        tell!("{now:9.3} {} op {} row {}: code {}, {answer:?}", self.name, words[0], words[1], words[2] as i32);
        let open = self.open.get_mut(&words[0]).expect("a row of no open batch");
        let What::Rows { rows, tries } = &mut open.what else { panic!("a row of no batch") };
        let begun = rows[words[1] as usize].take().expect("a row was answered twice");
        let (cancelled, tries) = (open.cancelled, *tries);
        *self.codes.entry(words[2] as i32).or_default() += 1;
        self.check_code(words[2] as i32, cancelled);
        assert!(begun.ask.is_write() || words[3] & 1 == 0, "a read in doubt");
        ledger.end(begun, &answer, tries);
    }

    fn done(&mut self, words: &[u32], ledger: &mut Ledger, now: f64) {
        let (op, code, attempts, in_doubt) = (words[0], words[1] as i32, words[3], words[4] & 1 != 0);
        let answer = self.answer(code, in_doubt, words[7], words[8], words[9]);
        tell!(
            "{now:9.3} {} op {op} ended: code {code}, in doubt {in_doubt}, attempts {attempts}, {answer:?}",
            self.name
        );
        let open = self.open.remove(&op).expect("an operation ended that was not open");
        self.ended += 1;
        // The first moment after its deadline at which the engine was told the time.
        assert!(
            self.clock(now) <= open.deadline + TICK_MS || self.heard < open.deadline + TICK_MS,
            "op {op} ended at {}, {} after its deadline",
            self.clock(now),
            self.clock(now) - open.deadline
        );
        *self.codes.entry(code).or_default() += 1;
        self.check_code(code, open.cancelled);
        if code != code::OK && code != code::RECORD_NOT_FOUND {
            self.failed += 1;
            self.turned_away += u64::from(code == code::BACKPRESSURE && self.max_queued_bytes.is_some());
            assert!(!open.must_succeed, "op {op} ended with code {code} although all trouble has long been over");
        }
        match open.what {
            What::One(begun) => {
                assert!(begun.ask.is_write() || !in_doubt, "a read in doubt");
                assert!(attempts <= begun.most, "{attempts} attempts, {} allowed", begun.most);
                ledger.end(begun, &answer, attempts.max(1));
            }
            What::Rows { rows, .. } => {
                assert!(rows.iter().all(Option::is_none), "a batch ended before all its rows: {rows:?}");
            }
            What::Query { seen, whole } => {
                if self.kind != Kind::Corrupt {
                    assert!(seen.is_subset(&self.stable), "a query gave records of another set");
                    if code == code::OK && whole {
                        let missing = self.stable.len() - seen.len();
                        assert_eq!(missing, 0, "a query that succeeded has missed {missing} records");
                    }
                }
            }
        }
    }

    fn check_code(&self, code: i32, cancelled: bool) {
        let own = match code {
            code::OK | code::RECORD_NOT_FOUND => true,
            code::ABORTED => cancelled,
            code::BACKPRESSURE => self.max_queued.is_some() || self.max_queued_bytes.is_some(),
            code::TIMEOUT | code::CONNECTION | code::NO_MORE_CONNECTIONS | code::INVALID_NODE => true,
            code::MAX_ERROR_RATE | code::UNAVAILABLE | code::NOT_CONNECTED => true,
            code::CLOSED => true,
            code::NOT_AUTHENTICATED | code::EXPIRED_SESSION => self.is_logged_out,
            _ => false,
        };
        assert!(own || self.kind == Kind::Corrupt, "an operation ended with code {code}, for which there is no reason");
        let good = matches!(code, code::OK | code::RECORD_NOT_FOUND) || cancelled && code == code::ABORTED;
        assert!(good || self.kind != Kind::Calm, "code {code} on a day on which nothing goes wrong");
    }

    fn answer(&self, code: i32, in_doubt: bool, first_slot: u32, items: u32, address: u32) -> Answer {
        match code {
            code::OK => Answer::Found(self.read(first_slot as usize, items, address)),
            code::RECORD_NOT_FOUND if !in_doubt => Answer::NotFound,
            _ if in_doubt => Answer::InDoubt,
            _ => Answer::Failed,
        }
    }

    /// The bins that a simulation writes; any other slot is passed over.
    fn read(&self, first: usize, items: u32, _address: u32) -> Record {
        let tape = &self.engine.outputs.tape;
        let int = |slot: &Slot| match slot.kind() {
            tag::INT => Some(slot.f64() as i64),
            tag::INT64 => Some(slot.i64()),
            _ => None,
        };
        let mut record = Record::default();
        let mut at = first;
        for _ in 0..items {
            let Some(slot) = tape.get(at) else { break };
            match (self.engine.names.get(slot.bin), slot.kind()) {
                (b"key", _) => record.key = int(slot),
                (b"number", _) => record.number = int(slot),
                (b"list", tag::LIST) => {
                    record.list = Some(tape[at + 1..at + 1 + slot.a as usize].iter().filter_map(int).collect());
                }
                _ => {}
            }
            at = behind(tape, at);
        }
        record
    }

    /// Every operation that ended was counted once, if that was asked for; nothing waits, and no time is negative.
    pub fn check_counts(&mut self) {
        let all = self.engine.metrics();
        let is_good = |number: &f64| *number >= 0.0 && number.is_finite();
        let mut at = metrics_head::LENGTH + (all[metrics_head::BOUNDS] + all[metrics_head::STAGE_BOUNDS]) as usize;
        let mut counted = 0.0;
        for _ in 0..all[metrics_head::SERIES] as usize {
            counted += all[at + series_word::COUNTS..at + series_word::LENGTH].iter().sum::<f64>();
            assert!(all[at + series_word::RECORDS..at + series_word::LENGTH].iter().all(is_good), "{}", self.name);
            at += series_word::LENGTH;
        }
        assert!(all[at..].iter().all(is_good), "{}: {:?}", self.name, &all[at..]);
        assert_eq!(counted, if self.is_watched { self.ended as f64 } else { 0.0 }, "{}", self.name);
        at += all[metrics_head::STAGES] as usize * stage_word::LENGTH;
        let nodes = all[at..].chunks(node_word::LENGTH);
        assert_eq!(nodes.len(), all[metrics_head::NODES] as usize);
        for node in nodes {
            for gauge in [node_word::IN_FLIGHT, node_word::WAITING, node_word::WAITING_BYTES, node_word::IDLE] {
                assert_eq!(node[gauge], 0.0, "{}: gauge {gauge} of node {}", self.name, node[node_word::NODE]);
            }
        }
    }

    pub fn is_idle(&self) -> bool {
        self.open.is_empty() && self.engine.leftovers().is_empty()
    }
}

/// The slot behind the value that begins at `at`.
fn behind(tape: &[Slot], at: usize) -> usize {
    let Some(slot) = tape.get(at) else { return tape.len() };
    let inside = match slot.kind() {
        tag::LIST => slot.a as usize,
        tag::MAP => 2 * slot.a as usize,
        _ => 0,
    };
    (0..inside).fold(at + 1, |at, _| behind(tape, at))
}
