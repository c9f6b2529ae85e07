//! Reads that share a request: whatever becomes of it, each ends as a request of its own would have ended.

use crate::rig::{batch_rows, frame, Rig, Said, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word, stat, NONE};
use aerospike_sansio::names::NameKind;
use aerospike_sansio::proto::code;
use std::cell::RefCell;
use std::rc::Rc;

const ON: &str = "coalesce=1\ncoalesce_from=4\n";
const WRITES: &str = "coalesce=1\ncoalesce_from=4\ncoalesce_writes=1\n";

fn reads(rig: &mut Rig, count: i64) -> Vec<u32> {
    (0..count).map(|key| rig.get(key)).collect()
}

fn codes(rig: &Rig, ops: &[u32]) -> Vec<i32> {
    ops.iter().map(|&op| rig.result(op).code).collect()
}

/// The answer to a bundle, by the code of each row; None leaves a row out.
fn rows(codes: &[(u32, u8)]) -> Vec<u8> {
    let body = |&(row, code): &(u32, u8)| {
        let mut body = vec![0u8; 22];
        (body[0], body[5], body[9]) = (22, code, 9);
        body[14..18].copy_from_slice(&row.to_be_bytes());
        body
    };
    frame(3, &codes.iter().flat_map(body).collect::<Vec<u8>>())
}

fn last(code: u8) -> Vec<u8> {
    let mut body = [0u8; 22];
    (body[0], body[3], body[5]) = (22, 1, code);
    frame(3, &body)
}

#[test]
fn reads_of_one_poll_share_a_request_and_get_an_answer_each() {
    let mut rig = Rig::connected(1, ON);
    let ops = reads(&mut rig, 16);
    rig.run();
    assert_eq!((rig.nodes[&BASE].requests, rig.nodes[&BASE].rows), (1, 16));
    for op in ops {
        let ended = rig.result(op);
        assert_eq!((ended.code, ended.attempts, ended.generation, ended.from_server), (code::OK, 1, 9, true));
    }
    assert_eq!((rig.engine.stat(stat::COALESCED), rig.engine.stat(stat::SHARED_REQUESTS)), (16.0, 1.0));
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
}

#[test]
fn few_reads_go_alone_and_so_do_all_that_are_off() {
    let mut rig = Rig::connected(1, ON);
    let ops = reads(&mut rig, 3);
    rig.run();
    assert_eq!((rig.nodes[&BASE].requests, rig.nodes[&BASE].rows), (3, 0));
    assert_eq!(codes(&rig, &ops), [code::OK; 3]);
    let mut off = Rig::connected(1, "");
    reads(&mut off, 20);
    off.run();
    assert_eq!((off.nodes[&BASE].requests, off.nodes[&BASE].rows), (20, 0));
}

#[test]
fn only_reads_that_ask_alike_go_together() {
    let mut rig = Rig::connected(1, ON);
    let set = rig.name(NameKind::Set, "other");
    let mut ops = vec![];
    for key in 0..10 {
        ops.push(rig.get(key));
        ops.push(rig.submit(command_kind::GET, key, &[(word::SET, set)]));
        ops.push(rig.submit(command_kind::EXISTS, key, &[]));
        ops.push(rig.submit(command_kind::GET, key, &[(word::TOTAL_TIMEOUT, 777)]));
        ops.push(rig.put(key));
    }
    rig.run();
    assert_eq!((rig.nodes[&BASE].requests, rig.nodes[&BASE].rows), (4 + 10, 40), "four kinds, and the writes");
    assert_eq!(codes(&rig, &ops), [code::OK; 50]);
}

#[test]
fn what_is_part_of_a_transaction_compressed_or_sends_its_key_goes_alone() {
    let mut rig = Rig::connected(1, ON);
    for key in 0..10 {
        rig.submit(command_kind::GET, key, &[(word::COMPRESS_ABOVE, 128)]);
        rig.submit(command_kind::GET, key, &[(word::FLAGS, aerospike_sansio::abi::policy_flag::SEND_KEY)]);
    }
    let txn = rig.engine.txn_begin(0);
    for key in 0..10 {
        rig.submit(command_kind::GET, key, &[(word::TXN, txn)]);
    }
    rig.run();
    assert_eq!(rig.nodes[&BASE].rows, 0);
    assert_eq!(rig.engine.stat(stat::COALESCED), 0.0);
}

#[test]
fn a_record_that_is_wanted_twice_is_fetched_once() {
    let mut rig = Rig::connected(1, ON);
    let ops: Vec<u32> = (0..30).map(|at| rig.get(at % 3)).collect();
    rig.run();
    assert_eq!((rig.nodes[&BASE].requests, rig.nodes[&BASE].rows), (1, 3));
    assert_eq!(codes(&rig, &ops), [code::OK; 30]);
    let order: Vec<u32> = rig.ended.iter().map(|ended| ended.op).filter(|op| ops.contains(op)).collect();
    let first: Vec<u32> = (0..10).map(|at| ops[at * 3]).collect();
    let of_first: Vec<u32> = order.into_iter().filter(|op| first.contains(op)).collect();
    assert_eq!(of_first, first, "who asked first is answered first");
    let pair = [rig.get(7), rig.get(7)];
    rig.run();
    assert_eq!(rig.nodes[&BASE].rows, 4, "even if they are only two");
    assert_ne!(pair[0], pair[1]);
}

#[test]
fn each_node_gets_its_own_and_many_are_shared_out() {
    let mut rig = Rig::connected(3, ON);
    let ops = reads(&mut rig, 3000);
    rig.run();
    assert_eq!(codes(&rig, &ops), [code::OK; 3000]);
    for node in rig.nodes.values() {
        assert!((800..1200).contains(&node.rows), "{}", node.rows);
        assert!((4..=5).contains(&node.requests), "about a thousand, at most 256 at once");
    }
}

#[test]
fn the_code_of_a_row_is_that_of_its_read_alone() {
    let mut rig = Rig::connected(1, ON);
    rig.script = Some(Box::new(|_, request| {
        let answer = batch_rows(request).into_iter().map(|row| (row, [0, 2, 27, 16][row as usize % 4]));
        Said::Answer([rows(&answer.collect::<Vec<_>>()), last(0)].concat())
    }));
    let ops = reads(&mut rig, 8);
    rig.run();
    assert_eq!(codes(&rig, &ops), [0, 2, 27, 16, 0, 2, 27, 16]);
}

#[test]
fn a_row_that_is_refused_for_now_is_tried_again_and_no_other() {
    let mut rig = Rig::connected(1, ON);
    let asked = Rc::new(RefCell::new(vec![]));
    let noted = asked.clone();
    rig.script = Some(Box::new(move |_, request| {
        let is_batch = request[9] & 8 != 0;
        noted.borrow_mut().push(if is_batch { batch_rows(request).len() } else { 0 });
        if !is_batch {
            return Said::Answer(crate::rig::record_answer(0));
        }
        let overloaded = |row: u32| if row == 3 { (row, code::DEVICE_OVERLOAD as u8) } else { (row, 0) };
        Said::Answer([rows(&batch_rows(request).into_iter().map(overloaded).collect::<Vec<_>>()), last(0)].concat())
    }));
    let ops: Vec<u32> = (0..8).map(|key| rig.submit(command_kind::GET, key, &[(word::MAX_RETRIES, 2)])).collect();
    rig.advance(500.0);
    assert_eq!(codes(&rig, &ops), [code::OK; 8]);
    let attempts: Vec<u32> = ops.iter().map(|&op| rig.result(op).attempts).collect();
    assert_eq!((attempts, asked.borrow().as_slice()), (vec![1, 1, 1, 2, 1, 1, 1, 1], &[8, 0][..]));
}

#[test]
fn what_a_server_says_of_batches_alone_is_nobodys_error() {
    for refusal in [150, 151, 152, 81, 4] {
        let mut rig = Rig::connected(1, ON);
        rig.nodes.get_mut(&BASE).unwrap().batch_code = refusal;
        let ops = reads(&mut rig, 8);
        rig.run();
        assert_eq!(codes(&rig, &ops), [code::OK; 8], "{refusal}");
        assert_eq!(rig.nodes[&BASE].requests, 1 + 8);
        assert!(ops.iter().all(|&op| rig.result(op).attempts == 1), "that was no attempt");
    }
}

#[test]
fn a_row_that_is_not_answered_is_asked_for_alone() {
    let mut rig = Rig::connected(1, ON);
    rig.script = Some(Box::new(|_, request| {
        if request[9] & 8 == 0 {
            return Said::Answer(crate::rig::record_answer(2));
        }
        Said::Answer([rows(&[(0, 0), (2, 0)]), last(0)].concat())
    }));
    let ops = reads(&mut rig, 4);
    rig.run();
    assert_eq!(codes(&rig, &ops), [0, 2, 0, 2]);
    assert!(ops.iter().all(|&op| rig.result(op).attempts == 1));
}

#[test]
fn a_connection_that_breaks_is_an_attempt_of_each() {
    let mut rig = Rig::connected(2, ON);
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let patient: Vec<u32> = (0..40).map(|key| rig.submit(command_kind::GET, key, &[(word::MAX_RETRIES, 2)])).collect();
    let hasty: Vec<u32> = (0..40).map(|key| rig.submit(command_kind::GET, key, &[(word::MAX_RETRIES, 0)])).collect();
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, 2, "retries are no matter of the wire");
    rig.nodes.get_mut(&(BASE + 1)).unwrap().holds = false;
    rig.answer_held(BASE + 1);
    rig.kill(BASE);
    rig.advance(1.0);
    assert_eq!(codes(&rig, &patient), [code::OK; 40]);
    assert!(patient.iter().any(|&op| rig.result(op).attempts == 2));
    let failed = codes(&rig, &hasty).into_iter().filter(|&code| code == code::CONNECTION).count();
    assert!((10..30).contains(&failed), "{failed}");
}

#[test]
fn who_gives_up_or_is_late_leaves_the_others_alone() {
    let mut rig = Rig::connected(1, ON);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let socket = |ms: u32| [(word::TOTAL_TIMEOUT, 1000), (word::SOCKET_TIMEOUT, 1000), (word::SLEEP, ms)];
    let ops: Vec<u32> = (0..8).map(|key| rig.submit(command_kind::GET, key, &socket(key as u32))).collect();
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, 1);
    rig.engine.cancel(ops[2]);
    rig.advance(10.0);
    assert_eq!(rig.result(ops[2]).code, code::ABORTED);
    assert!(!rig.has_ended(ops[3]));
    rig.answer_held(BASE);
    assert_eq!(codes(&rig, &ops), [0, 0, code::ABORTED, 0, 0, 0, 0, 0]);
    assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), 1.0);
    assert!(rig.closes.is_empty(), "the connection is as good as it was");
}

#[test]
fn deadlines_are_those_of_each() {
    let mut rig = Rig::connected(1, ON);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    // A socket timeout that is not the same leads to the same limit on the wire.
    let limits = |key: i64| [(word::SOCKET_TIMEOUT, 100), (word::TOTAL_TIMEOUT, if key % 2 == 0 { 100 } else { 200 })];
    let ops: Vec<u32> = (0..8).map(|key| rig.submit(command_kind::GET, key, &limits(key))).collect();
    rig.run();
    assert_eq!((rig.nodes[&BASE].requests, rig.nodes[&BASE].rows), (1, 8));
    rig.advance(300.0);
    for &op in &ops {
        let ended = rig.result(op);
        assert_eq!((ended.code, ended.at), (code::TIMEOUT, 1100.0));
    }
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
    rig.answer_held(BASE);
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0, "nobody is there for the late answer");
}

#[test]
fn one_that_nobody_waits_for_any_more_is_not_sent() {
    let mut rig = Rig::connected(1, "coalesce=1\nmax_conns_per_node=1\npipeline_depth=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let first = rig.put(100);
    let ops = reads(&mut rig, 8);
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, 1, "the reads wait for the connection");
    ops.iter().for_each(|&op| rig.engine.cancel(op));
    rig.run();
    assert_eq!(codes(&rig, &ops), [code::ABORTED; 8]);
    rig.answer_held(BASE);
    assert_eq!((rig.result(first).code, rig.nodes[&BASE].requests), (code::OK, 1));
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
}

#[test]
fn those_who_wait_for_a_connection_wait_no_longer_than_they_may() {
    let mut rig = Rig::connected(1, "coalesce=1\nmax_conns_per_node=1\npipeline_depth=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.submit(command_kind::PUT, 100, &[(word::TOTAL_TIMEOUT, 5000)]);
    let ops: Vec<u32> = (0..8).map(|key| rig.submit(command_kind::GET, key, &[(word::TOTAL_TIMEOUT, 50)])).collect();
    rig.advance(49.0);
    assert!(!rig.has_ended(ops[0]));
    rig.advance(2.0);
    assert_eq!(codes(&rig, &ops), [code::TIMEOUT; 8]);
    assert!(ops.iter().all(|&op| rig.result(op).attempts == 0));
}

#[test]
fn rows_that_nobody_asked_for_end_the_connection() {
    for bad in [&[(0, 0), (0, 0)][..], &[(9, 0)], &[(NONE, 0)]] {
        let mut rig = Rig::connected(1, ON);
        let bad: Vec<(u32, u8)> = bad.to_vec();
        rig.script = Some(Box::new(move |_, request| match request[9] & 8 {
            0 => Said::Answer(crate::rig::record_answer(0)),
            _ => Said::Answer([rows(&bad), last(0)].concat()),
        }));
        let ops: Vec<u32> = (0..4).map(|key| rig.submit(command_kind::GET, key, &[(word::MAX_RETRIES, 0)])).collect();
        rig.run();
        let failed = codes(&rig, &ops).into_iter().filter(|&code| code == code::MALFORMED).count();
        assert!(failed >= 3, "{failed}");
        assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
    }
}

#[test]
fn closing_ends_them_all() {
    let mut rig = Rig::connected(1, ON);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let ops = reads(&mut rig, 100);
    rig.run();
    rig.engine.close(0.0, rig.now);
    rig.run();
    assert_eq!(codes(&rig, &ops), [code::CLOSED; 100]);
    assert!(rig.engine.finished());
}

#[test]
fn draining_waits_for_them() {
    let mut rig = Rig::connected(1, ON);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let ops = reads(&mut rig, 100);
    rig.run();
    rig.engine.close(500.0, rig.now);
    rig.run();
    assert!(!rig.engine.finished());
    rig.answer_held(BASE);
    assert_eq!(codes(&rig, &ops), [code::OK; 100]);
    assert!(rig.engine.finished());
}

#[test]
fn a_node_that_leaves_takes_nothing_with_it_that_was_gathered_for_it() {
    let mut rig = Rig::connected(2, "coalesce=1\nmax_concurrent_operations=8\ntend_interval=100\n");
    rig.nodes.values_mut().for_each(|node| node.holds = true);
    let ops: Vec<u32> = (0..200)
        .map(|key| rig.submit(command_kind::GET, key, &[(word::MAX_RETRIES, 5), (word::TOTAL_TIMEOUT, 5000)]))
        .collect();
    rig.run();
    rig.nodes.get_mut(&BASE).unwrap().peers.clear();
    rig.nodes.get_mut(&BASE).unwrap().peers_generation += 1;
    rig.kill(BASE + 1);
    rig.nodes.values_mut().for_each(|node| node.holds = false);
    rig.answer_held(BASE);
    rig.advance(3000.0);
    rig.answer_held(BASE);
    assert_eq!(codes(&rig, &ops), [code::OK; 200]);
}

#[test]
fn a_late_answer_of_many_messages_is_taken_for_nothing_else() {
    let mut rig = Rig::connected(1, "coalesce=1\nmax_conns_per_node=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let late: Vec<u32> = (0..8).map(|key| rig.submit(command_kind::GET, key, &[(word::TIMEOUT_DELAY, 5000)])).collect();
    rig.run();
    late.iter().for_each(|&op| rig.engine.cancel(op));
    rig.run();
    assert_eq!(codes(&rig, &late), [code::ABORTED; 8]);
    rig.ended.clear();
    let ops = reads(&mut rig, 3);
    rig.run();
    assert_eq!(rig.nodes[&BASE].requests, 1, "they wait for the connection");
    rig.answer_held(BASE);
    rig.answer_held(BASE);
    assert_eq!(codes(&rig, &ops), [code::OK; 3]);
    assert!(rig.closes.is_empty());
}

#[test]
fn an_answer_whose_end_never_comes_keeps_nothing_for_ever() {
    let mut rig = Rig::connected(1, ON);
    rig.script = Some(Box::new(|_, request| {
        Said::Answer(rows(&batch_rows(request).into_iter().map(|row| (row, 0)).collect::<Vec<_>>()))
    }));
    let ops = reads(&mut rig, 8);
    rig.run();
    assert_eq!(codes(&rig, &ops), [code::OK; 8]);
    // The request waits for the end of its answer, and no operation does.
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
    assert_ne!(rig.engine.leftovers(), [""; 0]);
    rig.advance(1100.0);
    assert_eq!(rig.engine.leftovers(), [""; 0]);
    assert_eq!(rig.closes.len(), 1);
}

#[test]
fn writes_go_together_only_where_that_is_asked_for() {
    let mut rig = Rig::connected(1, WRITES);
    let mut ops: Vec<u32> = (0..10).map(|key| rig.put(key % 5)).collect();
    ops.extend((0..10).map(|key| rig.submit(command_kind::ADD, key, &[])));
    ops.extend((0..10).map(|key| rig.submit(command_kind::REMOVE, key, &[])));
    ops.extend((0..10).map(|key| rig.submit(command_kind::TOUCH, key, &[])));
    ops.extend(reads(&mut rig, 10));
    rig.run();
    assert_eq!((rig.nodes[&BASE].requests, rig.nodes[&BASE].rows), (4, 50), "16 rows in one of a few");
    assert_eq!(codes(&rig, &ops), [code::OK; 50]);
    let mut off = Rig::connected(1, ON);
    for key in 0..10 {
        off.put(key);
    }
    off.run();
    assert_eq!((off.nodes[&BASE].requests, off.nodes[&BASE].rows), (10, 0));
}

#[test]
fn each_write_says_what_it_would_have_said_alone() {
    let mut rig = Rig::connected(1, WRITES);
    let says = |rig: &mut Rig, settings: &[&[(usize, u32)]]| {
        let ops: Vec<u32> =
            settings.iter().enumerate().map(|(key, set)| rig.submit(command_kind::PUT, key as i64, set)).collect();
        rig.run();
        codes(rig, &ops)
    };
    let sent = Rc::new(RefCell::new(vec![]));
    let noted = sent.clone();
    rig.script = Some(Box::new(move |_, request| {
        noted.borrow_mut().push(request.to_vec());
        Said::Answer([rows(&batch_rows(request).into_iter().map(|row| (row, 0)).collect::<Vec<_>>()), last(0)].concat())
    }));
    let flag = |value: u32, shift: u32| [(word::FLAGS, value << shift)];
    use aerospike_sansio::abi::policy_flag as flags;
    let create = flag(4, flags::EXISTS_SHIFT);
    let generation = [(word::FLAGS, 1 << flags::GEN_SHIFT), (word::GENERATION, 77)];
    let settings: [&[(usize, u32)]; 4] = [&[], &create, &generation, &[(word::TTL, 99)]];
    assert_eq!(says(&mut rig, &settings), [code::OK; 4]);
    let sent = sent.borrow();
    assert_eq!(sent.len(), 1);
    // Behind a row's number and digest stand flags, three info bytes, generation and time to live; then fields and ops.
    let request = &sent[0];
    let half = |at: usize| u16::from_be_bytes([request[at], request[at + 1]]);
    let skip = |at: usize| at + 4 + u32::from_be_bytes(request[at..at + 4].try_into().unwrap()) as usize;
    let (mut at, mut heads) = (30 + 10, vec![]);
    while at < request.len() {
        heads.push(request[at + 24..at + 34].to_vec());
        at = (0..half(at + 34) + half(at + 36)).fold(at + 38, |at, _| skip(at));
    }
    assert_eq!(heads[0], [0x0E, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(heads[1], [0x0E, 0, 1 | 32, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(heads[2], [0x0E, 0, 1 | 4, 0, 0, 77, 0, 0, 0, 0]);
    assert_eq!(heads[3], [0x0E, 0, 1, 0, 0, 0, 0, 0, 0, 99]);
}

#[test]
fn writes_whose_answer_is_lost_are_in_doubt_each() {
    let mut rig = Rig::connected(1, WRITES);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let ops: Vec<u32> = (0..8).map(|key| rig.put(key)).collect();
    rig.run();
    rig.engine.cancel(ops[1]);
    rig.run();
    rig.kill(BASE);
    for (at, &op) in ops.iter().enumerate() {
        let ended = rig.result(op);
        let expected = if at == 1 { code::ABORTED } else { code::CONNECTION };
        assert_eq!((ended.code, ended.in_doubt, ended.attempts), (expected, true, 1));
    }
}

#[test]
fn a_write_that_a_batch_says_nothing_of_is_in_doubt_unless_the_batch_was_refused() {
    let mut rig = Rig::connected(1, WRITES);
    rig.script = Some(Box::new(|_, request| match request[9] & 8 {
        0 => Said::Answer(crate::rig::record_answer(0)),
        _ => Said::Answer([rows(&[(0, 0), (2, 5)]), last(0)].concat()),
    }));
    let ops: Vec<u32> = (0..4).map(|key| rig.put(key)).collect();
    rig.run();
    assert_eq!(codes(&rig, &ops), [0, code::NO_RESPONSE, 5, code::NO_RESPONSE]);
    assert_eq!(ops.iter().map(|&op| rig.result(op).in_doubt).collect::<Vec<_>>(), [false, true, false, true]);
    let mut closes = Rig::connected(1, WRITES);
    closes.nodes.get_mut(&BASE).unwrap().holds = true;
    let open: Vec<u32> = (0..4).map(|key| closes.put(key)).collect();
    closes.run();
    closes.engine.close(0.0, closes.now);
    closes.run();
    assert!(open.iter().all(|&op| closes.result(op).code == code::CLOSED && closes.result(op).in_doubt));
    let mut refuses = Rig::connected(1, WRITES);
    refuses.nodes.get_mut(&BASE).unwrap().batch_code = code::BATCH_DISABLED as u8;
    let ops: Vec<u32> = (0..4).map(|key| refuses.put(key)).collect();
    refuses.run();
    assert_eq!(codes(&refuses, &ops), [code::OK; 4]);
    assert!(ops.iter().all(|&op| refuses.result(op).attempts == 1));
}

#[test]
fn a_write_that_ended_while_it_waited_is_not_sent_with_the_others() {
    let mut rig =
        Rig::connected(1, "coalesce=1\ncoalesce_from=4\ncoalesce_writes=1\nmax_conns_per_node=1\npipeline_depth=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let first = rig.put(100);
    rig.run();
    let ops: Vec<u32> = (0..8).map(|key| rig.put(key)).collect();
    rig.run();
    rig.engine.cancel(ops[3]);
    rig.run();
    let ended = rig.result(ops[3]);
    assert_eq!((ended.code, ended.in_doubt), (code::ABORTED, false));
    rig.answer_held(BASE);
    rig.answer_held(BASE);
    assert_eq!((rig.nodes[&BASE].requests, rig.nodes[&BASE].rows), (2, 7));
    assert_eq!(rig.result(first).code, code::OK);
    for at in [0, 1, 2, 4, 5, 6, 7] {
        let ended = rig.result(ops[at]);
        assert_eq!((ended.code, ended.attempts), (code::OK, 1));
    }
}
