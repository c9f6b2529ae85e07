//! What was asked, what was answered, and whether both can be true.
//!
//! There are three kinds of record. A *log* is a list to which every write appends a number of its own, so that what is
//! in it says exactly which writes took effect, and how often. A *register* holds the number of the last write. A
//! *counter* is added to. What the callers were told must fit what is there: an acknowledged write is seen by everyone
//! who asks later; one that failed without doubt is seen by nobody, ever; one in doubt may be or not.

use std::collections::{HashMap, HashSet};

pub const LOGS: usize = 24;
pub const REGISTERS: usize = 24;
pub const COUNTERS: usize = 8;

/// A command on one record. Numbers of writes are never used twice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ask {
    Append { log: usize, number: i64 },
    ReadLog { log: usize },
    Put { register: usize, number: i64 },
    Remove { register: usize, number: i64 },
    ReadRegister { register: usize },
    Add { counter: usize },
    ReadCounter { counter: usize },
}

impl Ask {
    pub fn is_write(self) -> bool {
        !matches!(self, Ask::ReadLog { .. } | Ask::ReadRegister { .. } | Ask::ReadCounter { .. })
    }
}

/// What an answer said of a record: its bins `key`, `number`, `list`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub key: Option<i64>,
    pub number: Option<i64>,
    pub list: Option<Vec<i64>>,
}

#[derive(Clone, Debug)]
pub enum Answer {
    Found(Record),
    NotFound,
    /// Failed, and nobody knows whether it took effect.
    InDoubt,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Pending,
    /// Done, and exactly once; at the time given.
    Once(u64),
    /// Done once at least; further tries may still be under way.
    Repeated,
    InDoubt,
    Failed,
}

#[derive(Clone, Copy, Debug)]
struct Write {
    number: i64,
    begun: u64,
    fate: Fate,
    removes: bool,
}

#[derive(Debug, Default)]
struct History {
    writes: Vec<Write>,
    at: HashMap<i64, usize>,
    /// The longest list that was seen: every other is the beginning of it, or goes on from it.
    seen: Vec<i64>,
}

impl History {
    fn begin(&mut self, number: i64, begun: u64, removes: bool) {
        self.at.insert(number, self.writes.len());
        self.writes.push(Write { number, begun, fate: Fate::Pending, removes });
    }

    fn end(&mut self, number: i64, fate: Fate) {
        self.writes[self.at[&number]].fate = fate;
    }
}

/// What must be remembered of a command until its answer comes.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    pub ask: Ask,
    at: u64,
    /// How long the list was that somebody had seen by then.
    seen: usize,
    /// How often it may be sent at most.
    pub most: u32,
}

#[derive(Debug)]
pub struct Ledger {
    /// Counts events: what begins after something else ended has a higher number.
    clock: u64,
    next_number: i64,
    logs: Vec<History>,
    registers: Vec<History>,
    /// The least and the most that each counter may be.
    counters: Vec<(i64, i64)>,
    /// The answers may be false: nothing is concluded from them.
    pub credulous: bool,
}

impl Default for Ledger {
    fn default() -> Ledger {
        let histories = |count| (0..count).map(|_| History::default()).collect();
        Ledger {
            clock: 0,
            next_number: 1,
            logs: histories(LOGS),
            registers: histories(REGISTERS),
            counters: vec![(0, 0); COUNTERS],
            credulous: true,
        }
    }
}

impl Ledger {
    pub fn number(&mut self) -> i64 {
        self.next_number += 1;
        self.next_number
    }

    pub fn begin(&mut self, ask: Ask, most: u32) -> Begun {
        self.clock += 1;
        let mut seen = 0;
        match ask {
            Ask::Append { log, number } => self.logs[log].begin(number, self.clock, false),
            Ask::Put { register, number } => self.registers[register].begin(number, self.clock, false),
            Ask::Remove { register, number } => self.registers[register].begin(number, self.clock, true),
            // An addition may take effect from now on.
            Ask::Add { counter } => self.counters[counter].1 += i64::from(most),
            Ask::ReadLog { log } => seen = self.logs[log].seen.len(),
            Ask::ReadRegister { .. } | Ask::ReadCounter { .. } => {}
        }
        Begun { ask, at: self.clock, seen, most }
    }

    /// The command ended. `tries` is how often it may have been sent.
    pub fn end(&mut self, begun: Begun, answer: &Answer, tries: u32) {
        self.clock += 1;
        if !self.credulous {
            return;
        }
        let fate = match answer {
            // There was nothing to remove: it is as if it had been removed.
            Answer::Found(_) | Answer::NotFound if tries <= 1 => Fate::Once(self.clock),
            Answer::Found(_) | Answer::NotFound => Fate::Repeated,
            Answer::InDoubt => Fate::InDoubt,
            Answer::Failed => Fate::Failed,
        };
        match begun.ask {
            Ask::Append { log, number } => self.logs[log].end(number, fate),
            Ask::Put { register, number } | Ask::Remove { register, number } => {
                self.registers[register].end(number, fate)
            }
            Ask::Add { counter } => {
                let (least, most) = &mut self.counters[counter];
                let took_effect = if fate == Fate::Failed { 0 } else { tries };
                *most -= i64::from(begun.most) - i64::from(took_effect);
                *least += i64::from(matches!(fate, Fate::Once(_) | Fate::Repeated));
            }
            Ask::ReadLog { log } => match answer {
                Answer::Found(record) => self.read_log(log, begun, record),
                Answer::NotFound => self.read_log(log, begun, &Record::default()),
                _ => {}
            },
            Ask::ReadRegister { register } => match answer {
                Answer::Found(record) => {
                    assert_eq!(record.key, Some(register as i64), "the answer to another question: {record:?}");
                    self.read_register(register, begun, record.number);
                }
                Answer::NotFound => self.read_register(register, begun, None),
                _ => {}
            },
            Ask::ReadCounter { counter } => {
                let value = match answer {
                    Answer::Found(record) => record.number.unwrap_or(0),
                    Answer::NotFound => 0,
                    _ => return,
                };
                let (_, most) = self.counters[counter];
                assert!(value <= most, "counter {counter} is {value}, more than the {most} that were added");
            }
        }
    }

    fn read_log(&mut self, log: usize, begun: Begun, record: &Record) {
        let list = record.list.as_deref().unwrap_or_default();
        let history = &mut self.logs[log];
        let mut there = HashSet::new();
        for number in list {
            let Some(&at) = history.at.get(number) else {
                panic!("log {log} holds {number}, which was never written to it: the answer to another question?");
            };
            let write = history.writes[at];
            assert_ne!(write.fate, Fate::Failed, "log {log} holds {number}, which failed without doubt");
            let once = matches!(write.fate, Fate::Once(_));
            assert!(there.insert(*number) || !once, "log {log} holds {number} twice");
        }
        for write in &history.writes {
            let done = match write.fate {
                Fate::Once(at) => at < begun.at,
                _ => false,
            };
            assert!(!done || there.contains(&write.number), "log {log} has lost {}, acknowledged", write.number);
        }
        assert!(list.len() >= begun.seen, "log {log} is shorter than somebody had seen it before");
        let (shorter, longer) =
            if list.len() < history.seen.len() { (list, &history.seen[..]) } else { (&history.seen[..], list) };
        assert_eq!(shorter, &longer[..shorter.len()], "log {log} was seen in another order");
        if list.len() > history.seen.len() {
            history.seen = list.to_vec();
        }
    }

    /// Is there a write that can have been the last one at some moment between the question and the answer?
    fn read_register(&self, register: usize, begun: Begun, number: Option<i64>) {
        let history = &self.registers[register];
        // Some later write was over before the question was asked.
        let is_past = |end: u64| {
            let later = |write: &&Write| matches!(write.fate, Fate::Once(at) if write.begun > end && at < begun.at);
            history.writes.iter().any(|write| later(&write))
        };
        let possible = |write: &Write| match write.fate {
            Fate::Failed => false,
            Fate::Once(at) => !is_past(at),
            Fate::Pending | Fate::Repeated | Fate::InDoubt => true,
        };
        let fits = match number {
            Some(number) => {
                let Some(&at) = history.at.get(&number) else {
                    panic!("register {register} holds {number}, which was never written to it");
                };
                possible(&history.writes[at])
            }
            None => !is_past(0) || history.writes.iter().any(|write| write.removes && possible(write)),
        };
        assert!(fits, "register {register} cannot be {number:?} now: {:?}", history.writes);
    }

    /// Everything has ended and all is still. What is read now is what is there.
    pub fn settle_counter(&self, counter: usize, value: i64) {
        let (least, most) = self.counters[counter];
        assert!(
            (least..=most).contains(&value) || !self.credulous,
            "counter {counter} is {value}, and not between {least} and {most}"
        );
    }
}
