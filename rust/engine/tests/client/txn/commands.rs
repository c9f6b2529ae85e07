//! Commands of a transaction: the monitor is told first, and versions are stated.

use super::*;

// ── Commands ────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_monitor_is_told_of_a_record_before_it_is_written_first() {
    let (mut rig, server, txn) = rig(2);
    let own_id = id(&rig, txn).to_le_bytes().to_vec();
    let first = put(&mut rig, txn, 1);
    rig.run();
    assert_eq!(rig.result(first).code, code::OK);
    assert_eq!(rig.result(first).attempts, 1);
    assert_eq!(log(&server), [Name(1), Write]);
    let written = Told {
        digest: digest(1),
        id: Some(own_id),
        deadline: Some(DEADLINE.to_le_bytes().to_vec()),
        ..Told::default()
    };
    assert_eq!(told(&server), [written]);
    put(&mut rig, txn, 1);
    rig.run();
    assert_eq!(log(&server), [Write], "the monitor knows it");
    put(&mut rig, txn, 2);
    rig.run();
    assert_eq!(log(&server), [Name(1), Write]);
    let monitor = &server.borrow().monitor;
    assert_eq!(monitor.iter().map(|request| half_at(request, 28)).collect::<Vec<_>>(), [2, 1], "the id only once");
    assert_eq!(counts(&rig, txn), (0, 2));
}

#[test]
fn a_version_that_was_read_is_stated_until_the_record_is_written() {
    let (mut rig, server, txn) = rig(1);
    for _ in 0..2 {
        get(&mut rig, txn, 1);
        rig.run();
    }
    put(&mut rig, txn, 1);
    rig.run();
    server.borrow_mut().will(Read, Will::Code(0));
    put(&mut rig, txn, 1);
    rig.run();
    let versions: Vec<_> = told(&server).into_iter().map(|told| told.version).collect();
    let version = Some(VERSION.to_vec());
    assert_eq!(versions, [None, version.clone(), version, None]);
    assert_eq!(counts(&rig, txn), (0, 1));
}

#[test]
fn a_read_states_the_id_and_no_deadline() {
    let (mut rig, server, txn) = open(1);
    get(&mut rig, txn, 3);
    rig.run();
    let read = told(&server).remove(0);
    assert_eq!((read.id, read.deadline), (Some(id(&rig, txn).to_le_bytes().to_vec()), None));
}

#[test]
fn commands_without_a_transaction_state_nothing() {
    let (mut rig, server, _) = rig(1);
    rig.put(1);
    rig.get(1);
    rig.run();
    assert!(told(&server).iter().all(|told| *told == Told { digest: digest(1), ..Told::default() }));
    assert_eq!(log(&server), [Write, Read]);
}

#[test]
fn the_monitor_is_made_by_one_of_several_writes_and_the_others_wait() {
    let (mut rig, server, txn) = rig(1);
    let ops: Vec<u32> = (0..5).map(|key| put(&mut rig, txn, key)).collect();
    rig.run();
    assert!(ops.iter().all(|&op| rig.result(op).code == code::OK));
    let monitor = &server.borrow().monitor;
    let makers: Vec<usize> = monitor.iter().map(|request| half_at(request, 28)).collect();
    assert_eq!(makers, [2, 1, 1, 1, 1]);
}

#[test]
fn when_the_monitor_refuses_nothing_of_the_write_is_sent_and_the_next_one_tries() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().will(Name(1), Will::Code(code::ENTERPRISE_ONLY as u8));
    let (first, second) = (put(&mut rig, txn, 1), put(&mut rig, txn, 2));
    rig.run();
    let refused = rig.result(first);
    assert_eq!((refused.code, refused.in_doubt, refused.from_server), (code::ENTERPRISE_ONLY, false, true));
    assert_eq!(rig.result(second).code, code::OK);
    assert_eq!(log(&server), [Name(1), Name(1), Write]);
    assert_eq!(counts(&rig, txn), (0, 1));
}

#[test]
fn a_server_without_strong_consistency_is_asked_before_a_monitor_is_left_with_it() {
    for code in [code::ENTERPRISE_ONLY, code::UNSUPPORTED_FEATURE] {
        let (mut rig, server, txn) = rig_of(1, 0);
        server.borrow_mut().will(Read, Will::Code(code as u8));
        let op = put(&mut rig, txn, 1);
        rig.run();
        let result = rig.result(op);
        assert_eq!((result.code, result.in_doubt, result.from_server), (code, false, true));
        assert_eq!(log(&server), [Read]);
        assert_eq!(told(&server)[0].id, Some(id(&rig, txn).to_le_bytes().to_vec()));
        server.borrow_mut().will(Read, Will::Code(code as u8));
        let batch = rig.batch(&[(kind::PUT, &[1, 2])], &[(word::TXN, txn)]);
        rig.run();
        assert_eq!(rig.rows(batch, 2), [code, code]);
        assert_eq!((log(&server), counts(&rig, txn)), (vec![Read], (0, 0)));
    }
}

#[test]
fn a_server_whose_map_is_old_may_know_transactions_all_the_same() {
    for code in [code::OK, code::RECORD_NOT_FOUND, code::MRT_BLOCKED] {
        let (mut rig, server, txn) = rig_of(1, 0);
        server.borrow_mut().will(Read, Will::Code(code as u8));
        let (first, second) = (put(&mut rig, txn, 1), put(&mut rig, txn, 2));
        rig.run();
        assert_eq!((rig.result(first).code, rig.result(second).code), (code::OK, code::OK));
        assert_eq!(log(&server)[..2], [Read, Name(1)]);
        assert_eq!(counts(&rig, txn), (0, 2));
        put(&mut rig, txn, 3);
        rig.run();
        assert!(!log(&server).contains(&Read), "where there is a monitor nobody asks");
    }
    let (mut rig, server, txn) = rig_of(1, 0);
    server.borrow_mut().will(Read, Will::Silence);
    let op = put(&mut rig, txn, 1);
    rig.advance(1000.0);
    assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::TIMEOUT, false));
}

#[test]
fn a_monitor_that_does_not_answer_costs_the_writes_own_time_and_leaves_no_doubt() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().will(Name(1), Will::Silence);
    let (maker, waits) = (put(&mut rig, txn, 1), put(&mut rig, txn, 2));
    rig.advance(999.0);
    assert!(!rig.has_ended(maker) && !rig.has_ended(waits));
    rig.advance(1.0);
    assert_eq!((rig.result(maker).code, rig.result(maker).in_doubt), (code::TIMEOUT, false));
    assert_eq!((rig.result(waits).code, rig.result(waits).in_doubt), (code::TIMEOUT, false));
    assert_eq!(log(&server), [Name(1)]);
    assert_eq!(rig.engine.stat(stat::IN_DOUBT), 0.0);
    assert_eq!(counts(&rig, txn), (0, 0));
}

#[test]
fn the_time_for_monitor_and_write_together_is_the_writes() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().will(Name(1), Will::Silence);
    server.borrow_mut().will(Write, Will::Silence);
    let set = [(word::TXN, txn), (word::SOCKET_TIMEOUT, 600), (word::MAX_RETRIES, 1)];
    let op = rig.submit(kind::PUT, 1, &set);
    rig.advance(600.0);
    assert_eq!(log(&server), [Name(1), Name(1), Write], "the monitor was asked again, and answered");
    rig.advance(399.0);
    assert!(!rig.has_ended(op));
    rig.advance(1.0);
    assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::TIMEOUT, true));
    assert_eq!(counts(&rig, txn), (0, 1), "it may have been written");
}

#[test]
fn a_monitor_that_states_no_deadline_fails_the_write() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().forgets_deadline = true;
    let op = put(&mut rig, txn, 1);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::MALFORMED, false));
    assert_eq!(log(&server), [Name(1)]);
    let batch = rig.batch(&[(kind::GET, &[1]), (kind::PUT, &[2, 3])], &[(word::TXN, txn)]);
    rig.run();
    assert_eq!(rig.rows(batch, 3), [code::MALFORMED; 3]);
    assert_eq!(log(&server), [Name(2)]);
}

#[test]
fn a_write_that_is_refused_is_no_write_of_the_transaction() {
    let (mut rig, server, txn) = rig(1);
    for code in [code::MRT_BLOCKED, code::FILTERED_OUT, code::RECORD_GENERATION] {
        server.borrow_mut().will(Write, Will::Code(code as u8));
        let op = put(&mut rig, txn, 1);
        assert_eq!(outcome(&mut rig, op).0, code);
    }
    assert_eq!(counts(&rig, txn), (0, 0));
}

#[test]
fn giving_up_while_the_monitor_is_asked_leaves_no_doubt() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().will(Name(1), Will::Silence);
    let (maker, waits) = (put(&mut rig, txn, 1), put(&mut rig, txn, 2));
    rig.run();
    rig.engine.cancel(maker);
    rig.run();
    assert_eq!((rig.result(maker).code, rig.result(maker).in_doubt), (code::ABORTED, false));
    assert_eq!(rig.result(waits).code, code::OK, "the next one makes the monitor");
    assert_eq!(log(&server), [Name(1), Name(1), Write]);
}

#[test]
fn a_connection_that_breaks_while_the_monitor_is_asked_is_tried_again_if_the_policy_says_so() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().will(Name(1), Will::Cut);
    let op = rig.submit(kind::PUT, 1, &[(word::TXN, txn), (word::MAX_RETRIES, 1)]);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).attempts), (code::OK, 1));
    assert_eq!(log(&server), [Name(1), Name(1), Write]);
    server.borrow_mut().will(Name(1), Will::Cut);
    let op = put(&mut rig, txn, 2);
    rig.run();
    assert!(rig.ended.iter().any(|ended| ended.op == op && ended.code == code::CONNECTION && !ended.in_doubt));
}

#[test]
fn a_call_of_a_function_is_a_write() {
    let (mut rig, server, txn) = rig(1);
    let text = aerospike_sansio::value::tape::Slot { tag: 8 - 1, bin: NONE, a: 0, b: 1 };
    let list = aerospike_sansio::value::tape::Slot { tag: 11, bin: NONE, a: 0, b: 0 };
    rig.engine.data[0] = b'm';
    rig.engine.command[word::LENGTH / 4..][..3].copy_from_slice(&[text, text, list]);
    let op = rig.submit(kind::APPLY, 1, &[(word::TXN, txn), (word::ITEMS, 3), (word::SLOTS, 3)]);
    server.borrow_mut().will(Write, Will::Code(0));
    // The rig takes it for a write without ops.
    server.borrow_mut().log.clear();
    let shared = server.clone();
    rig.script = Some(Box::new(move |_, request| {
        let is_call = half_at(request, 28) == 0;
        if is_call {
            shared.borrow_mut().log.push(Write);
            return Said::Answer(frame(3, &message(0, 0, 0, &[])));
        }
        shared.borrow_mut().say(request)
    }));
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(log(&server), [Name(1), Write]);
    assert_eq!(counts(&rig, txn), (0, 1));
}

#[test]
fn all_records_are_in_the_namespace_of_the_first() {
    let (mut rig, server, txn) = rig(1);
    let other = rig.name(NameKind::Namespace, "other");
    assert_eq!(rig.engine.txn_word(txn, txn_word::NAMESPACE), NONE);
    // A command that is refused fixes nothing.
    let bad = [(word::TXN, txn), (word::NAMESPACE, other), (word::KEY_TYPE, 9)];
    assert!(rig.try_submit(kind::GET, 1, &bad).is_err());
    get(&mut rig, txn, 1);
    assert_eq!(rig.engine.txn_word(txn, txn_word::NAMESPACE), rig.name(NameKind::Namespace, "test"));
    let refused = rig.try_submit(kind::GET, 1, &[(word::TXN, txn), (word::NAMESPACE, other)]).unwrap_err();
    assert_eq!(refused.code, code::INVALID_ARGUMENT);
    assert!(refused.reason.contains("namespace"));
    let refused = rig.try_batch(&[(kind::GET, &[1])], &[], &[(word::TXN, txn), (word::NAMESPACE, other)]).unwrap_err();
    assert!(refused.reason.contains("namespace"));
    rig.run();
    assert_eq!(log(&server), [Read]);
}

#[test]
fn queries_info_commands_and_unknown_transactions_are_refused() {
    let (mut rig, _, txn) = rig(1);
    for kind in [kind::QUERY, kind::INFO] {
        let refused = rig.try_submit(kind, 0, &[(word::TXN, txn)]).unwrap_err();
        assert!(refused.reason.contains("transaction"), "{}", refused.reason);
    }
    for unknown in [txn + 1, NONE] {
        let refused = rig.try_submit(kind::GET, 0, &[(word::TXN, unknown)]).unwrap_err();
        assert_eq!(refused.reason, "there is no such transaction");
    }
    assert!(rig.try_submit(kind::TXN_COMMIT, 0, &[]).is_err());
    assert!(rig.try_submit(kind::TXN_ABORT, 0, &[]).is_err());
}

#[test]
fn a_transaction_writes_at_most_4096_records() {
    let (mut rig, server, txn) = rig(2);
    let keys: Vec<i64> = (0..4096).collect();
    let op = rig.batch(&[(kind::PUT, &keys)], &[(word::TXN, txn)]);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(log(&server)[0], Name(4096));
    rig.ended.clear();
    let one_more = put(&mut rig, txn, 5000);
    assert_eq!(outcome(&mut rig, one_more).0, code::MRT_TOO_MANY_WRITES);
    let known = put(&mut rig, txn, 5);
    assert_eq!(outcome(&mut rig, known).0, code::OK);
}

// ── Batches ─────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_batch_tells_the_monitor_of_all_that_it_writes_at_once() {
    let (mut rig, server, txn) = rig(2);
    put(&mut rig, txn, 3);
    rig.run();
    log(&server);
    told(&server);
    let op = rig.batch(&[(kind::GET, &[1, 2]), (kind::PUT, &[3, 4, 5, 5])], &[(word::TXN, txn)]);
    rig.run();
    assert_eq!(rig.rows(op, 6), vec![code::OK; 6]);
    let asked = log(&server);
    assert_eq!(asked[0], Name(2), "3 is known, 5 is one record");
    assert_eq!(asked[1..].iter().map(|asked| if let Rows(rows) = asked { *rows } else { 100 }).sum::<usize>(), 6);
    assert_eq!(counts(&rig, txn), (2, 3));
    for row in told(&server) {
        let is_write = row.digest != digest(1) && row.digest != digest(2);
        assert_eq!(row.id, Some(id(&rig, txn).to_le_bytes().to_vec()));
        assert_eq!(row.deadline.is_some(), is_write);
        assert_eq!(row.version, None);
    }
}

#[test]
fn rows_state_their_own_versions() {
    let (mut rig, server, txn) = rig(1);
    get(&mut rig, txn, 2);
    rig.run();
    told(&server);
    rig.batch(&[(kind::GET, &[1, 2, 3])], &[(word::TXN, txn)]);
    rig.run();
    let versions: Vec<_> = told(&server).into_iter().map(|told| told.version.is_some()).collect();
    assert_eq!(versions, [false, true, false]);
    assert_eq!(log(&server), [Read, Rows(3)], "reading tells the monitor nothing");
}

#[test]
fn when_the_monitor_refuses_every_row_of_the_batch_is_told_and_none_was_sent() {
    let (mut rig, server, txn) = rig(2);
    server.borrow_mut().will(Name(0), Will::Code(code::ENTERPRISE_ONLY as u8));
    let op = rig.batch(&[(kind::GET, &[1]), (kind::PUT, &[2, 3])], &[(word::TXN, txn)]);
    rig.run();
    assert_eq!(rig.rows(op, 3), vec![code::ENTERPRISE_ONLY; 3]);
    assert!(rig.parts.iter().all(|part| !part.3));
    assert_eq!(log(&server), [Name(2)]);
    rig.parts.clear();
    server.borrow_mut().will(Name(0), Will::Silence);
    let op = rig.batch(&[(kind::PUT, &[2, 3])], &[(word::TXN, txn)]);
    rig.advance(1000.0);
    assert_eq!(rig.rows(op, 2), vec![code::TIMEOUT; 2]);
    assert!(rig.parts.iter().all(|part| !part.3), "nothing of it was sent");
    assert_eq!(rig.engine.stat(stat::IN_FLIGHT), 0.0);
}

#[test]
fn rows_in_doubt_count_as_written() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().will(Rows(0), Will::Silence);
    let op = rig.batch(&[(kind::GET, &[1]), (kind::PUT, &[2, 3])], &[(word::TXN, txn)]);
    rig.advance(1000.0);
    assert_eq!(rig.rows(op, 3), vec![code::TIMEOUT; 3]);
    assert_eq!(counts(&rig, txn), (0, 2));
    let op = abort(&mut rig, txn);
    rig.ended.clear();
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Name(2), Rows(3), Back(2)], "the monitor stays: the rows may yet be written");
}

#[test]
fn a_row_that_timed_out_on_the_server_is_in_doubt() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().rows.insert(digest(2), code::TIMEOUT as u8);
    server.borrow_mut().rows.insert(digest(3), code::MRT_BLOCKED as u8);
    let op = rig.batch(&[(kind::PUT, &[1, 2, 3])], &[(word::TXN, txn)]);
    rig.run();
    assert_eq!(rig.rows(op, 3), [code::OK, code::TIMEOUT, code::MRT_BLOCKED]);
    assert_eq!(rig.parts.iter().map(|part| part.3).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(counts(&rig, txn), (0, 2));
}
