//! A model of what requests wait for: the engine on a simulated node, network and clock. It says what depths of pipelining
//! do to latency, to connections and to the client's CPU when some records are slow. The same every time it is run.
//!
//!     cargo bench -p aerospike-sansio --bench pipelining            all tables
//!     cargo bench -p aerospike-sansio --bench pipelining -- slow    those with this in their title
//!
//! The node has some threads and does the requests of one connection one after another. A request takes some microseconds
//! of a thread; a slow one waits, besides, for something else, and its connection with it. The client is one thread, too: each
//! read, write, request and answer takes it some time, and what comes meanwhile is heard in its next turn. Timers ring in whole
//! milliseconds and one later, as in the shell on Node.

#[path = "../tests/client/rig.rs"]
#[allow(dead_code)]
mod rig;
#[path = "../tests/client/secured.rs"]
#[allow(dead_code)]
mod secured;

use aerospike_sansio::abi::{command_kind, command_word as word, output, NONE};
use aerospike_sansio::client::Engine;
use aerospike_sansio::names::NameKind;
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::wire;
use rig::{record_answer, Rig};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// What the client's thread needs, in milliseconds: of `tests/bench` under a profiler, rounded.
const TURN: f64 = 0.003;
const READ: f64 = 0.004;
const WRITE: f64 = 0.006;
const SUBMIT: f64 = 0.002;
const ANSWER: f64 = 0.0015;

/// Milliseconds that are not counted.
const WARM: f64 = 1500.0;

#[derive(Clone, Copy)]
enum Load {
    /// So many callers, each of whom asks again when it has its answer.
    Closed(usize),
    /// So many requests a millisecond, whatever becomes of them.
    Open(f64),
}

#[derive(Clone, Copy)]
struct Setting {
    load: Load,
    threads: usize,
    /// Milliseconds of a thread.
    service: f64,
    /// Of this part of the records, each request waits for so long besides.
    slow: f64,
    slow_ms: f64,
    /// From one end to the other.
    delay: f64,
    /// The part of the requests that write.
    writes: f64,
    /// Operations that are counted.
    count: usize,
}

const SETTING: Setting = Setting {
    load: Load::Closed(128),
    threads: 4,
    service: 0.012,
    slow: 0.01,
    slow_ms: 10.0,
    delay: 0.1,
    writes: 0.0,
    count: 40_000,
};

const WAYS: [(&str, &str); 5] = [
    ("depth 1", "pipeline_depth=1\ncomfortable_depth=1\n"),
    ("depth 8", "comfortable_depth=8\n"),
    ("depth 32", "comfortable_depth=32\n"),
    ("depth 128", "comfortable_depth=128\n"),
    ("adaptive", "adaptive_depth=1\n"),
];

enum Event {
    /// To the client.
    Opened(u32),
    Answer(u32, Vec<u8>),
    Arrival,
    /// To the node.
    Connects(u32),
    Request(u32, Asked),
    Served(u32),
    Unblocked(u32),
}

#[derive(Clone, Copy)]
struct Asked {
    is_slow: bool,
    many: bool,
}

#[derive(Default)]
struct Line {
    asked: VecDeque<Asked>,
    is_served: bool,
}

struct Model {
    setting: Setting,
    engine: Engine,
    now: f64,
    /// The client's thread is at work until then.
    busy_until: f64,
    cpu: f64,
    /// The one timer: for when it is set, and when it rings.
    armed_for: f64,
    rings: f64,
    events: BinaryHeap<Reverse<(u64, u64)>>,
    what: BTreeMap<u64, Event>,
    serial: u64,
    random: u64,
    inbox: VecDeque<Event>,
    // The node.
    lines: BTreeMap<u32, Line>,
    ready: VecDeque<u32>,
    free: usize,
    requests: usize,
    opened: usize,
    // What was asked: when, and whether the record is slow.
    asked: BTreeMap<u32, (f64, bool)>,
    latencies: [Vec<f64>; 2],
    names: [u32; 2],
    began: f64,
}

impl Model {
    fn new(setting: Setting, config: &str) -> Model {
        let text = format!("tend_interval=100000000\nmax_queued_operations=1000000\n{config}");
        let Rig { mut engine, now, .. } = Rig::connected(1, &text);
        let mut name = |kind, text: &str| engine.names.intern(kind, text.as_bytes()).expect("a name");
        let names = [name(NameKind::Namespace, "test"), name(NameKind::Bin, "b")];
        Model {
            setting,
            engine,
            now,
            busy_until: now,
            cpu: 0.0,
            armed_for: f64::INFINITY,
            rings: f64::INFINITY,
            events: BinaryHeap::new(),
            what: BTreeMap::new(),
            serial: 0,
            random: 0x9E37_79B9_7F4A_7C15,
            inbox: VecDeque::new(),
            lines: BTreeMap::new(),
            ready: VecDeque::new(),
            free: setting.threads,
            requests: 0,
            opened: 0,
            asked: BTreeMap::new(),
            latencies: [vec![], vec![]],
            names,
            began: now,
        }
    }

    /// From 0 to 1.
    fn draw(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }

    fn at(&mut self, time: f64, event: Event) {
        self.serial += 1;
        self.events.push(Reverse(((time * 1e6) as u64, self.serial)));
        self.what.insert(self.serial, event);
    }

    /// How many requests were timed, quick ones and slow ones.
    fn timed(&self) -> usize {
        self.latencies.iter().map(Vec::len).sum()
    }

    fn play(&mut self) -> Told {
        match self.setting.load {
            Load::Closed(callers) => (0..callers).for_each(|_| self.inbox.push_back(Event::Arrival)),
            Load::Open(_) => self.at(self.now, Event::Arrival),
        }
        self.turn(false);
        let warm = self.setting.count / 4;
        let mut at_warm = None;
        while at_warm.is_none() || self.timed() < self.setting.count {
            // What adapts needs some time until it has found its way.
            let is_warm = self.now >= WARM && self.timed() >= warm;
            if at_warm.is_none() && is_warm {
                at_warm = Some((self.now, self.cpu, self.requests));
                self.latencies.iter_mut().for_each(Vec::clear);
            }
            let event = self.events.peek().map_or(f64::INFINITY, |Reverse((at, _))| *at as f64 / 1e6);
            let rings = self.rings;
            let turn = if self.inbox.is_empty() { rings } else { self.busy_until.max(self.now) };
            if event <= turn {
                let Some(Reverse((at, serial))) = self.events.pop() else { unreachable!("something is to happen") };
                self.now = self.now.max(at as f64 / 1e6);
                let event = self.what.remove(&serial).expect("each event is one");
                self.happens(event);
            } else {
                self.now = self.now.max(turn);
                self.turn(rings <= turn);
            }
        }
        let (began, cpu, requests) = at_warm.unwrap_or((self.began, 0.0, 0));
        let count = self.timed() as f64;
        self.latencies.iter_mut().for_each(|all| all.sort_by(f64::total_cmp));
        Told {
            rate: count / (self.now - began),
            quick: [0.5, 0.99, 0.999].map(|part| part_of(&self.latencies[0], part)),
            all: {
                let mut all = self.latencies.concat();
                all.sort_by(f64::total_cmp);
                [0.5, 0.99, 0.999].map(|part| part_of(&all, part))
            },
            conns: self.opened,
            requests: (self.requests - requests) as f64 / count,
            cpu: (self.cpu - cpu) * 1000.0 / count,
        }
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Connects(conn) => {
                self.lines.insert(conn, Line::default());
                self.opened += 1;
                self.at(self.now + 2.0 * self.setting.delay, Event::Opened(conn));
            }
            Event::Request(conn, asked) => {
                self.requests += 1;
                self.lines.get_mut(&conn).expect("it is open").asked.push_back(asked);
                self.is_ready(conn);
                self.serve();
            }
            Event::Served(conn) => {
                self.free += 1;
                let asked = self.lines[&conn].asked[0];
                if asked.is_slow {
                    let at = self.now + self.setting.slow_ms;
                    self.at(at, Event::Unblocked(conn));
                } else {
                    self.answered(conn);
                }
                self.serve();
            }
            Event::Unblocked(conn) => {
                self.answered(conn);
                self.serve();
            }
            Event::Arrival => {
                if let Load::Open(rate) = self.setting.load {
                    let wait = -(1.0 - self.draw()).ln() / rate;
                    self.at(self.now + wait, Event::Arrival);
                }
                self.inbox.push_back(event);
            }
            Event::Opened(_) | Event::Answer(..) => self.inbox.push_back(event),
        }
    }

    fn is_ready(&mut self, conn: u32) {
        let line = self.lines.get_mut(&conn).expect("it is open");
        if !line.is_served && !line.asked.is_empty() {
            line.is_served = true;
            self.ready.push_back(conn);
        }
    }

    fn serve(&mut self) {
        while self.free > 0 {
            let Some(conn) = self.ready.pop_front() else { return };
            self.free -= 1;
            let time = self.setting.service * (0.5 + self.draw());
            self.at(self.now + time, Event::Served(conn));
        }
    }

    fn answered(&mut self, conn: u32) {
        let line = self.lines.get_mut(&conn).expect("it is open");
        line.is_served = false;
        let asked = line.asked.pop_front().expect("it was asked");
        assert!(!asked.many, "nothing is coalesced here");
        self.at(self.now + self.setting.delay, Event::Answer(conn, record_answer(0)));
        self.is_ready(conn);
    }

    /// One turn of the client's event loop.
    fn turn(&mut self, is_rung: bool) {
        let mut took = TURN;
        let mut answers: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let now = self.now;
        for event in std::mem::take(&mut self.inbox) {
            match event {
                Event::Opened(conn) => self.engine.opened(conn, now),
                Event::Answer(conn, bytes) => answers.entry(conn).or_default().extend(bytes),
                _ => {
                    took += SUBMIT;
                    self.submit();
                }
            }
        }
        for (conn, bytes) in answers {
            took += READ;
            self.engine.receive_reserve(bytes.len()).copy_from_slice(&bytes);
            self.engine.received(conn, bytes.len(), now, 1.8e12);
        }
        if is_rung {
            self.engine.time(now);
        }
        while self.engine.poll(now) > 0 {
            let records: Vec<(u32, Vec<u32>)> =
                self.engine.outputs.records().map(|(kind, words)| (kind, words.to_vec())).collect();
            let mut sent = vec![];
            for (kind, words) in records {
                match kind {
                    output::CONNECT => self.at(now + took + self.setting.delay, Event::Connects(words[0])),
                    output::TRANSMIT => {
                        took += WRITE;
                        let bytes = self.engine.transmitted(words[0]).to_vec();
                        self.transmitted(words[0], &bytes, now + took);
                        sent.push(words[0]);
                    }
                    output::DONE => {
                        took += ANSWER;
                        assert_eq!(words[1], 0, "an operation failed");
                        let (asked, is_slow) = self.asked.remove(&words[0]).expect("it was asked");
                        self.latencies[usize::from(is_slow)].push(now + took - asked);
                        if let Load::Closed(_) = self.setting.load {
                            self.inbox.push_back(Event::Arrival);
                        }
                    }
                    _ => {}
                }
            }
            sent.into_iter().for_each(|conn| self.engine.writable(conn, now));
        }
        self.cpu += took;
        self.busy_until = now + took;
        let deadline = self.engine.next_deadline();
        if is_rung || deadline < self.armed_for {
            self.armed_for = deadline;
            self.rings = self.busy_until + (deadline - self.busy_until).ceil().max(1.0) + 1.0;
        }
    }

    fn submit(&mut self) {
        let key = (self.draw() * 1e6) as u32;
        let kind = if self.draw() < self.setting.writes { command_kind::PUT } else { command_kind::GET };
        let mut words = [0u32; word::LENGTH];
        words[word::KIND] = kind;
        words[word::NAMESPACE] = self.names[0];
        words[word::SET] = NONE;
        words[word::KEY_TYPE] = 1;
        words[word::KEY_A] = key;
        words[word::TOTAL_TIMEOUT] = 60_000;
        let one = f64::to_bits(1.0);
        words[word::SLEEP_MULTIPLIER + 1] = (one >> 32) as u32;
        if kind == command_kind::PUT {
            (words[word::ITEMS], words[word::SLOTS]) = (1, 1);
            self.engine.command[word::LENGTH / 4] = Slot { tag: 3, bin: self.names[1], a: 0, b: (one >> 32) as u32 };
        }
        for (slot, four) in self.engine.command.iter_mut().zip(words.chunks(4)) {
            *slot = Slot { tag: four[0], bin: four[1], a: four[2], b: four[3] };
        }
        let op = self.engine.submit().expect("the command is one");
        self.asked.insert(op, (self.now, false));
        let digest = aerospike_sansio::key::digest(b"", &aerospike_sansio::key::UserKey::Int(i64::from(key)));
        self.asked.insert(op, (self.now, self.is_slow(&digest)));
    }

    fn is_slow(&self, digest: &[u8]) -> bool {
        f64::from(u16::from_le_bytes([digest[10], digest[11]])) < self.setting.slow * 65_536.0
    }

    fn transmitted(&mut self, conn: u32, mut bytes: &[u8], at: f64) {
        while let Ok(Some((_, length))) = wire::complete(bytes) {
            let request = &bytes[..length];
            // Behind the header and the namespace.
            let digest = &request[30 + 9 + 5..][..20];
            let asked = Asked { is_slow: self.is_slow(digest), many: request[9] & 8 != 0 };
            self.at(at + self.setting.delay, Event::Request(conn, asked));
            bytes = &bytes[length..];
        }
    }
}

struct Told {
    rate: f64,
    quick: [f64; 3],
    all: [f64; 3],
    conns: usize,
    requests: f64,
    cpu: f64,
}

fn part_of(sorted: &[f64], part: f64) -> f64 {
    sorted.get(((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let wanted = |at: usize| arguments.get(at).map_or("", String::as_str);
    let mut titles: Vec<(String, Setting)> = vec![];
    let mut add = |what: &str, setting: Setting| titles.push((what.to_string(), setting));
    for callers in [1, 8, 32, 128, 512] {
        let setting = Setting { load: Load::Closed(callers), ..SETTING };
        add(&format!("{callers} in flight, all quick"), Setting { slow: 0.0, ..setting });
        add(&format!("{callers} in flight, 1 % slow by 10 ms"), setting);
        add(&format!("{callers} in flight, 1 % slow by 50 ms"), Setting { slow_ms: 50.0, ..setting });
    }
    add("128 in flight, 0.1 % slow by 10 ms", Setting { slow: 0.001, ..SETTING });
    add("128 in flight, half of them writes, 1 % slow by 10 ms", Setting { writes: 0.5, ..SETTING });
    for rate in [5.0, 40.0] {
        let setting = Setting { load: Load::Open(rate), ..SETTING };
        add(&format!("{rate} k a second come, all quick"), Setting { slow: 0.0, ..setting });
        add(&format!("{rate} k a second come, 1 % slow by 10 ms"), setting);
    }
    add("16 threads of 0.1 ms, 128 in flight, all quick", Setting { slow: 0.0, threads: 16, service: 0.1, ..SETTING });
    add("16 threads of 0.1 ms, 128 in flight, 1 % slow by 10 ms", Setting { threads: 16, service: 0.1, ..SETTING });
    for (title, setting) in titles.into_iter().filter(|(title, _)| title.contains(wanted(0))) {
        println!("{title}");
        println!(
            "             k op/s   quick records: p50    p99  p99.9    all: p50    p99  p99.9  conns  sent  CPU µs"
        );
        for (way, config) in WAYS.into_iter().filter(|(way, _)| way.contains(wanted(1))) {
            let told = Model::new(setting, config).play();
            let [a, b, c] = told.quick;
            let [d, e, f] = told.all;
            println!(
                "  {way:<9} {:8.1} {a:20.2} {b:6.2} {c:6.2} {d:11.2} {e:6.2} {f:6.2} {:6} {:5.2} {:7.2}",
                told.rate, told.conns, told.requests, told.cpu
            );
        }
    }
}
