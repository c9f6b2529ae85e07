//! What may go wrong on a day, and how often: drawn from the seed. Some days are calm, and on those nothing at all may
//! fail.

use crate::random::Random;
use crate::Almanac;

/// What the day is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing goes wrong.
    Calm,
    /// Everything goes wrong but what TCP protects from.
    Rough,
    /// Bytes from the nodes may be anything: nothing is asked of the data, everything of the engine.
    Corrupt,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// A connection breaks; some bytes that were under way still arrive.
    Cut,
    /// A connection breaks after any of the next bytes of one way.
    CutAfter,
    /// A connection goes silent.
    HalfOpen,
    /// A node dies; the others notice later.
    Kill,
    Restart,
    /// A node stands still and comes back: its sockets stay open.
    Freeze,
    Thaw,
    /// A node's port is closed for a while, or swallows connects.
    Refuse,
    Swallow,
    Accept,
    /// A node takes its time over each request.
    Slow,
    /// A client's program is busy with something else.
    Stall,
    /// A client's clock jumps ahead: the machine slept.
    Jump,
    /// The time of day changes.
    WallJump,
    /// Bytes from a node are spoilt.
    Corrupt,
    /// Bytes to a node are.
    CorruptAsked,
    /// A node gives its partitions to the others, or takes some again.
    Quiesce,
    Unquiesce,
    /// Sessions end before their time.
    LogOut,
}

#[derive(Clone, Debug)]
pub struct Climate {
    pub kind: Kind,
    /// Milliseconds one way.
    near: f64,
    far: f64,
    /// How often a message takes much longer, and how much at most.
    spikes: f64,
    spike: f64,
    /// How often a stream is cut into smaller pieces.
    pub splits: f64,
    /// Faults a second.
    pub faults: f64,
    /// The faults of this day, each as often as it is named.
    pub kinds: Vec<Fault>,
    /// Copies of partitions that move in 100 ms, at most; none if they move at once.
    pub migrations: Option<u64>,
    /// The cluster has users, whose sessions last so many seconds.
    pub users: Option<u32>,
    /// Reads share requests, from so many on.
    pub coalesce_from: Option<usize>,
    /// And writes, too.
    pub coalesce_writes: bool,
    /// The depth of pipelining is not given, and adapts.
    pub adapts: bool,
    /// How long the day is, in ms.
    pub day: f64,
    /// The other nodes wait for one that is gone until they agree that it is.
    pub agrees: bool,
    /// Milliseconds after which the servers close idle connections; 0 = never.
    pub idle_ms: u64,
    /// In the evening, who has the other end of a connection that went silent is told that it is gone.
    pub heals: bool,
    /// Bytes that may wait for a node are drawn, too.
    pub bounds_bytes: bool,
}

impl Climate {
    pub fn draw(almanac: Almanac, random: &mut Random) -> Climate {
        let kind = match random.below(10) {
            0 => Kind::Calm,
            1 => Kind::Corrupt,
            _ => Kind::Rough,
        };
        let near = random.pick(&[0.05, 0.2, 1.0, 5.0]);
        let rough = kind != Kind::Calm;
        let mut kinds = vec![];
        if rough {
            use Fault::*;
            let all = [
                [Cut, Cut],
                [HalfOpen, Cut],
                [Kill, Restart],
                [Freeze, Thaw],
                [Refuse, Accept],
                [Swallow, Accept],
                [Slow, Slow],
                [Stall, Stall],
                [Jump, WallJump],
            ];
            let more = [[CutAfter, CutAfter], [Quiesce, Unquiesce]];
            let more = &more[..if almanac == Almanac::First { 0 } else { more.len() }];
            kinds = all.iter().chain(more).copied().filter(|_| random.chance(0.4)).flatten().collect();
            if kind == Kind::Corrupt {
                kinds.extend([Fault::Corrupt; 3]);
            }
            if kinds.is_empty() {
                kinds.push(Cut);
            }
        }
        let mut climate = Climate {
            kind,
            near,
            far: near * random.between(1.0, 4.0),
            spikes: if rough { random.pick(&[0.0, 0.0, 0.01, 0.05]) } else { 0.0 },
            spike: random.between(20.0, 800.0),
            splits: random.pick(&[0.0, 0.1, 0.6]),
            faults: random.pick(&[2.0, 8.0, 30.0]),
            kinds,
            day: random.between(500.0, 4000.0),
            migrations: None,
            users: None,
            agrees: false,
            idle_ms: 0,
            heals: false,
            bounds_bytes: false,
            coalesce_from: None,
            coalesce_writes: false,
            adapts: false,
        };
        if almanac != Almanac::First {
            climate.draw_more(random);
        }
        if matches!(almanac, Almanac::Third | Almanac::Fourth | Almanac::Fifth) {
            climate.draw_last(random);
        }
        if matches!(almanac, Almanac::Shared | Almanac::Fourth | Almanac::Fifth) {
            climate.coalesce_from = random.pick(&[None, Some(1), Some(2), Some(4)]);
            climate.coalesce_writes = random.chance(0.4);
        }
        if almanac == Almanac::Fifth {
            climate.adapts = random.chance(0.7);
        }
        climate
    }

    fn draw_more(&mut self, random: &mut Random) {
        let rough = self.kind != Kind::Calm;
        self.users = random.pick(&[None, None, None, Some(1), Some(2), Some(86_400)]);
        if rough {
            self.migrations = random.pick(&[None, Some(50), Some(500), Some(5000)]);
            if self.users.is_some() && random.chance(0.5) {
                self.kinds.push(Fault::LogOut);
            }
        }
    }

    fn draw_last(&mut self, random: &mut Random) {
        let rough = self.kind != Kind::Calm;
        self.idle_ms = random.pick(&[0, 0, 0, 700, 3000]);
        self.agrees = rough && random.chance(0.7);
        self.heals = random.chance(0.8);
        self.bounds_bytes = rough;
        if self.kind == Kind::Corrupt {
            self.kinds.extend([Fault::CorruptAsked; 2]);
        }
    }

    /// The evening: no more faults, but distances are what they are.
    pub fn calm_down(&mut self) {
        self.kinds.clear();
        self.spikes = 0.0;
    }

    pub fn latency(&self, random: &mut Random) -> f64 {
        let base = random.between(self.near, self.far);
        if self.spikes > 0.0 && random.chance(self.spikes) {
            base + random.between(0.0, self.spike)
        } else {
            base
        }
    }
}
