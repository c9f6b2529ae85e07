//! A seeded bad day: connections cut at any moment, answers held back, garbage, nodes that die and return, sockets that
//! are stuck, callers that give up. Whatever happens, every operation ends exactly once and in time, writes that were
//! refused locally were never sent, and at the end nothing is left behind.

use crate::rig::{Rig, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, stat, txn_state, txn_word};
use std::collections::{HashMap, HashSet};

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// What an operation that has not ended must keep to: its name is unique by the order of submission.
#[derive(Default)]
struct Book {
    open: HashMap<u32, f64>,
    /// Rows of open batches that have not been answered.
    rows: HashMap<u32, HashSet<u32>>,
    /// Transactions that are in use.
    transactions: Vec<u32>,
    /// Commits and aborts that ended.
    endings: usize,
    /// Records that open queries have found.
    seen: HashMap<u32, HashSet<[u8; 20]>>,
    submitted: usize,
    ended: usize,
}

impl Book {
    /// Begins a transaction, ends one, forgets one, or lets one command more be part of one.
    fn transact(&mut self, rig: &mut Rig, random: &mut Random) {
        if self.transactions.len() < 4 {
            self.transactions.push(rig.engine.txn_begin(0));
        }
        let at = random.below(self.transactions.len() as u64) as usize;
        let txn = self.transactions[at];
        let key = random.below(50) as i64;
        let timeout = 20 + random.below(400) as u32;
        let settings = [
            (word::TXN, txn),
            (word::TOTAL_TIMEOUT, timeout),
            (word::SOCKET_TIMEOUT, 10 + random.below(200) as u32),
            (word::MAX_RETRIES, random.below(4) as u32),
            (word::SLEEP, random.below(30) as u32),
        ];
        let ends = [command_kind::TXN_COMMIT, command_kind::TXN_ABORT][random.below(2) as usize];
        let (taken, in_time) = match random.below(8) {
            0 => {
                rig.engine.txn_end(txn);
                self.transactions.remove(at);
                return;
            }
            // The commands that it waits for, and four steps.
            1 => (rig.try_submit(ends, 0, &settings), 420.0 + 4.0 * f64::from(timeout)),
            2 => {
                let taken = rig.try_batch(
                    &[(command_kind::GET, &[key]), (command_kind::PUT, &[key + 1, key + 2])],
                    &[],
                    &settings,
                );
                taken.iter().for_each(|&op| assert!(self.rows.insert(op, (0..3).collect()).is_none()));
                (taken, f64::from(timeout))
            }
            3 | 4 => (rig.try_submit(command_kind::GET, key, &settings), f64::from(timeout)),
            _ => (rig.try_submit(command_kind::PUT, key, &settings), f64::from(timeout)),
        };
        // One that ends, or has ended, takes no commands.
        let Ok(op) = taken else { return };
        assert!(self.open.insert(op, rig.now + in_time).is_none());
        self.submitted += 1;
        if rig.engine.txn_word(txn, txn_word::STATE) == txn_state::COMMITTED {
            self.endings += 1;
        }
    }

    fn submit(&mut self, rig: &mut Rig, random: &mut Random) {
        if random.one_in(4) {
            return self.transact(rig, random);
        }
        let timeout = 20 + random.below(400) as u32;
        let kind =
            [command_kind::GET, command_kind::PUT, command_kind::ADD, command_kind::REMOVE][random.below(4) as usize];
        let settings = [
            (word::TOTAL_TIMEOUT, timeout),
            (word::SOCKET_TIMEOUT, 10 + random.below(200) as u32),
            (word::MAX_RETRIES, random.below(4) as u32),
            (word::SLEEP, random.below(30) as u32),
            (word::TIMEOUT_DELAY, random.below(100) as u32),
        ];
        let op = if random.one_in(12) {
            let partitions = (1 + random.below(40) as u32) << 16 | random.below(4000) as u32;
            let [low, high] =
                [random.below(2) as f64 * 17.0].map(f64::to_bits).map(|bits| [bits as u32, (bits >> 32) as u32])[0];
            let limit = [(word::PARTITIONS, partitions), (word::MAX_RECORDS, low), (word::MAX_RECORDS + 1, high)];
            let op = rig.query(&[&settings[..], &limit].concat());
            self.seen.insert(op, HashSet::new());
            op
        } else if random.one_in(6) {
            let keys: Vec<i64> = (0..1 + random.below(12)).map(|_| random.below(10_000) as i64).collect();
            let (reads, writes) = keys.split_at(keys.len() / 2);
            let groups = [(command_kind::GET, reads), (command_kind::PUT, writes)];
            let op = rig.batch(&groups, &settings);
            assert!(self.rows.insert(op, (0..keys.len() as u32).collect()).is_none());
            op
        } else {
            rig.submit(kind, random.below(10_000) as i64, &settings)
        };
        assert!(
            self.open.insert(op, rig.now + f64::from(timeout)).is_none(),
            "the number of an open operation was given again"
        );
        self.submitted += 1;
    }

    fn settle(&mut self, rig: &mut Rig) {
        for (op, digest) in rig.found.drain(..) {
            let seen = self.seen.get_mut(&op).expect("a record of no open query");
            assert!(seen.insert(digest), "a record came twice");
        }
        for (op, row, _, _) in rig.parts.drain(..) {
            let rows = self.rows.get_mut(&op).expect("a row of no open batch");
            assert!(rows.remove(&row), "row {row} was answered twice");
        }
        for ended in rig.ended.drain(..) {
            self.seen.remove(&ended.op);
            if let Some(rows) = self.rows.remove(&ended.op) {
                assert!(rows.is_empty(), "a batch ended before its rows {rows:?}: {ended:?}");
            }
            let deadline = self.open.remove(&ended.op).expect("an operation ended that was not open");
            assert!(ended.at <= deadline + 1.0, "{ended:?} should have ended by {deadline}");
            self.ended += 1;
        }
    }
}

/// Gives how often a transaction was seen to be committed.
fn bad_day(seed: u64) -> usize {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let nodes = 1 + random.below(4) as usize;
    let limits = format!(
        "max_conns_per_node={}\npipeline_depth={}\ncomfortable_depth={}\nmin_conns_per_node={}\nmax_concurrent_operations={}\nmax_error_rate={}\n",
        1 + random.below(6),
        1 + random.below(10),
        1 + random.below(5),
        random.below(3),
        random.below(3) * 20,
        random.below(2) * 100,
    );
    let mut rig = Rig::connected(nodes, &limits);
    rig.nodes.values_mut().for_each(|node| node.records = 3);
    let mut book = Book::default();
    let max_conns = 6 * nodes + nodes + 2 * nodes;
    for _ in 0..300 {
        let port = BASE + random.below(nodes as u64) as u16;
        match random.below(12) {
            0..=3 => (0..random.below(20)).for_each(|_| book.submit(&mut rig, &mut random)),
            4 if random.one_in(3) => {
                let node = rig.nodes.get_mut(&port).unwrap();
                node.cut_after = Some(random.below(30) as usize);
                node.missing = (0..random.below(20)).map(|_| random.below(4096) as u16).collect();
            }
            4 => rig.nodes.get_mut(&port).unwrap().holds = random.one_in(2),
            5 => rig.answer_held(port),
            6 => rig.nodes.get_mut(&port).unwrap().code = [0, 0, 2, 9, 11, 18][random.below(6) as usize],
            7 if random.one_in(3) => rig.kill(port),
            8 => rig.nodes.get_mut(&port).unwrap().down = false,
            9 => {
                let conns = rig.conns_of(port);
                if !conns.is_empty() {
                    let conn = conns[random.below(conns.len() as u64) as usize];
                    if random.one_in(2) {
                        rig.cut(conn);
                    } else {
                        let bytes: Vec<u8> = (0..random.below(60)).map(|_| random.below(256) as u8).collect();
                        rig.give(conn, &bytes);
                        rig.run();
                        rig.cut(conn);
                    }
                }
            }
            10 => {
                if let Some(&op) = book.open.keys().min() {
                    rig.engine.cancel(op);
                }
            }
            _ => {
                rig.stuck = random.one_in(4);
                if !rig.stuck {
                    rig.unstick();
                }
            }
        }
        rig.run();
        book.settle(&mut rig);
        assert!(rig.engine.stat(stat::CONNECTIONS_OPEN) <= max_conns as f64);
        rig.advance(random.below(60) as f64);
        book.settle(&mut rig);
    }
    // The day ends: everything works again, and everything is answered.
    rig.stuck = false;
    rig.unstick();
    for node in rig.nodes.values_mut() {
        (node.down, node.holds, node.code) = (false, false, 0);
    }
    (0..nodes).for_each(|node| rig.answer_held(BASE + node as u16));
    rig.advance(20_000.0);
    book.settle(&mut rig);
    assert!(book.open.is_empty(), "never ended: {:?}", book.open);
    assert_eq!(book.submitted, book.ended);
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
    assert!(rig.engine.is_connected(), "the cluster is back and was not found again");
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, 0);
    rig.engine.close(100.0, rig.now);
    rig.run();
    assert!(rig.engine.finished());
    assert_eq!(rig.engine.stat(stat::CONNECTIONS_OPEN), 0.0);
    book.endings
}

#[test]
fn every_operation_ends_once_and_in_time_whatever_happens() {
    // CHAOS_SEEDS=20000 for a longer look.
    let seeds = std::env::var("CHAOS_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let mut committed = 0;
    for seed in std::env::var("CHAOS_FIRST").ok().and_then(|text| text.parse().ok()).unwrap_or(1)..=seeds {
        let day = std::panic::catch_unwind(|| bad_day(seed));
        committed += day.unwrap_or_else(|problem| {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(problem)
        });
    }
    assert!(committed > 0, "no transaction ever came to its end");
}
