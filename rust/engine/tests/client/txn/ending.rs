//! Commit and abort, and each of their steps failing.

use super::*;

// ── Commit ──────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_commit_verifies_marks_rolls_forward_and_removes_the_monitor() {
    let (mut rig, server, txn) = open(1);
    let op = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Verify(1), Mark, Forward(1), Close]);
    let rows = told(&server);
    assert_eq!((rows[0].digest.clone(), rows[0].version.clone()), (digest(1), Some(VERSION.to_vec())));
    assert_eq!((&rows[0].id, &rows[0].deadline), (&None, &None), "verifying does not say who asks");
    assert_eq!((rows[1].digest.clone(), rows[1].version.clone()), (digest(2), None));
    assert_eq!(rows[1].id, Some(id(&rig, txn).to_le_bytes().to_vec()));
    assert_eq!(rows[1].deadline, Some(DEADLINE.to_le_bytes().to_vec()));
    assert_eq!((state_of(&rig, txn), counts(&rig, txn)), (state::COMMITTED, (0, 0)));
    let again = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, again), (code::OK, status::ALREADY));
    let too_late = abort(&mut rig, txn);
    assert_eq!(outcome(&mut rig, too_late).0, code::TXN_ALREADY_COMMITTED);
    let refused = rig.try_submit(kind::GET, 1, &[(word::TXN, txn)]).unwrap_err();
    assert_eq!(refused.code, code::TXN_ALREADY_COMMITTED);
    assert_eq!(log(&server), []);
}

#[test]
fn verifying_and_rolling_is_one_request_a_node() {
    let (mut rig, server, txn) = rig(3);
    let keys: Vec<i64> = (0..60).collect();
    rig.batch(&[(kind::GET, &keys[..30]), (kind::PUT, &keys[30..])], &[(word::TXN, txn)]);
    rig.run();
    log(&server);
    rig.ended.clear();
    let op = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    let asked: Vec<Asked> = log(&server).into_iter().map(Asked::sort).collect();
    let expected = [vec![Verify(0); 3], vec![Mark], vec![Forward(0); 3], vec![Close]].concat();
    assert_eq!(asked, expected);
}

#[test]
fn what_was_only_read_is_only_verified_and_an_empty_transaction_sends_nothing() {
    let (mut rig, server, txn) = rig(1);
    let op = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    let txn = rig.engine.txn_begin(0);
    get(&mut rig, txn, 1);
    rig.run();
    rig.ended.clear();
    let op = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Read, Verify(1)]);
}

#[test]
fn a_changed_read_undoes_the_writes() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().rows.insert(digest(1), code::MRT_VERSION_MISMATCH as u8);
    let op = commit(&mut rig, txn);
    rig.run();
    let result = rig.result(op);
    assert_eq!((result.code, result.generation), (code::TXN_FAILED, status::VERIFY_FAILED));
    assert_eq!((result.ttl as i32, result.in_doubt), (code::MRT_VERSION_MISMATCH, false));
    assert_eq!(result.first_slot, state::ABORTED, "DONE tells it");
    assert_eq!(log(&server), [Verify(1), Back(1), Close]);
    assert_eq!(state_of(&rig, txn), state::ABORTED);
    rig.ended.clear();
    let again = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, again).0, code::TXN_ALREADY_ABORTED);
}

#[test]
fn a_read_that_is_gone_or_cannot_be_asked_for_fails_the_commit_too() {
    for (will, row, cause) in [
        (None, code::RECORD_NOT_FOUND, code::RECORD_NOT_FOUND),
        (Some(Will::Silence), 0, code::TIMEOUT),
        (Some(Will::Cut), 0, code::CONNECTION),
        (Some(Will::Code(code::BATCH_DISABLED as u8)), 0, code::BATCH_DISABLED),
    ] {
        let (mut rig, server, txn) = open(1);
        server.borrow_mut().rows.insert(digest(1), row as u8);
        will.into_iter().for_each(|will| server.borrow_mut().will(Verify(0), will));
        let op = commit(&mut rig, txn);
        rig.advance(1000.0);
        assert_eq!((rig.result(op).code, rig.result(op).ttl as i32), (code::TXN_FAILED, cause));
        assert_eq!(log(&server), [Verify(1), Back(1), Close]);
        assert_eq!(state_of(&rig, txn), state::ABORTED);
    }
}

#[test]
fn undoing_after_a_failed_verification_may_be_left_to_the_server() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().rows.insert(digest(1), code::MRT_VERSION_MISMATCH as u8);
    server.borrow_mut().will(Back(0), Will::Cut);
    let op = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::TXN_FAILED, status::VERIFY_FAILED_ABANDONED));
    assert_eq!(log(&server), [Verify(1), Back(1)]);
    assert_eq!(state_of(&rig, txn), state::ABORTED);
}

#[test]
fn a_commit_in_doubt_cannot_be_undone_and_goes_on_where_it_was() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().will(Mark, Will::Silence);
    let op = commit(&mut rig, txn);
    rig.advance(1000.0);
    let result = rig.result(op);
    assert_eq!((result.code, result.in_doubt, result.generation), (code::TIMEOUT, true, status::MARK_ABANDONED));
    assert_eq!((state_of(&rig, txn), result.first_slot), (state::COMMIT_FAILED, state::COMMIT_FAILED));
    assert_eq!(rig.engine.txn_word(txn, txn_word::IN_DOUBT), 1);
    rig.ended.clear();
    let undo = abort(&mut rig, txn);
    assert_eq!(outcome(&mut rig, undo).0, code::TXN_FAILED);
    assert_eq!(rig.try_submit(kind::GET, 1, &[(word::TXN, txn)]).unwrap_err().code, code::TXN_FAILED);
    // A failure that is none of doubt does not take the doubt away.
    server.borrow_mut().will(Mark, Will::Code(code::MRT_EXPIRED as u8));
    let again = commit(&mut rig, txn);
    rig.run();
    assert_eq!((rig.result(again).code, rig.result(again).in_doubt), (code::MRT_EXPIRED, true));
    rig.ended.clear();
    log(&server);
    let again = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, again), (code::OK, status::OK));
    assert_eq!(log(&server), [Mark, Forward(1), Close], "what was verified is not verified again");
    assert_eq!((state_of(&rig, txn), rig.engine.txn_word(txn, txn_word::IN_DOUBT)), (state::COMMITTED, 0));
}

#[test]
fn a_mark_that_had_come_through_is_a_success() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().will(Mark, Will::Cut);
    server.borrow_mut().will(Mark, Will::Code(code::MRT_COMMITTED as u8));
    let op = end(&mut rig, kind::TXN_COMMIT, txn, &[(word::MAX_RETRIES, 5)]);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Verify(1), Mark, Mark, Forward(1), Close]);
}

#[test]
fn a_mark_that_was_refused_leaves_the_choice() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().will(Mark, Will::Code(code::MRT_EXPIRED as u8));
    let op = commit(&mut rig, txn);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::MRT_EXPIRED, false));
    assert_eq!(state_of(&rig, txn), state::VERIFIED);
    assert_eq!(rig.try_submit(kind::GET, 1, &[(word::TXN, txn)]).unwrap_err().code, code::TXN_FAILED);
    rig.ended.clear();
    log(&server);
    let undo = abort(&mut rig, txn);
    assert_eq!(outcome(&mut rig, undo), (code::OK, status::OK));
    assert_eq!(log(&server), [Back(1), Close]);
}

#[test]
fn a_transaction_that_the_server_has_aborted_is_aborted() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().will(Mark, Will::Code(code::MRT_ABORTED as u8));
    let op = commit(&mut rig, txn);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::MRT_ABORTED, false));
    assert_eq!(state_of(&rig, txn), state::ABORTED);
    assert_eq!(log(&server), [Verify(1), Mark]);
}

#[test]
fn from_the_mark_on_it_is_committed_whatever_fails() {
    for (asked, will, status_then) in [
        (Forward(0), Will::Cut, status::ROLL_ABANDONED),
        (Forward(0), Will::Silence, status::ROLL_ABANDONED),
        (Close, Will::Silence, status::CLOSE_ABANDONED),
        (Close, Will::Code(code::UNAVAILABLE as u8), status::CLOSE_ABANDONED),
        (Close, Will::Code(code::RECORD_NOT_FOUND as u8), status::OK),
    ] {
        let (mut rig, server, txn) = open(1);
        server.borrow_mut().will(asked, will);
        let op = commit(&mut rig, txn);
        rig.advance(1000.0);
        let result = rig.result(op);
        assert_eq!((result.code, result.in_doubt, result.generation), (code::OK, false, status_then));
        assert_eq!(result.first_slot, state::COMMITTED);
        assert_eq!(state_of(&rig, txn), state::COMMITTED);
        assert_eq!(log(&server).last().map(|last| last.sort()), Some(asked));
    }
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().rows.insert(digest(2), code::UNAVAILABLE as u8);
    let op = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::ROLL_ABANDONED));
}

#[test]
fn a_write_in_doubt_is_rolled_and_the_monitor_left_to_the_server() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().will(Write, Will::Silence);
    let write = put(&mut rig, txn, 3);
    rig.advance(1000.0);
    assert!(rig.result(write).in_doubt);
    log(&server);
    rig.ended.clear();
    let op = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Verify(1), Mark, Forward(2)]);
}

#[test]
fn a_monitor_without_writes_is_marked_and_removed() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().will(Write, Will::Code(code::MRT_BLOCKED as u8));
    put(&mut rig, txn, 1);
    rig.run();
    rig.ended.clear();
    let op = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Name(1), Write, Mark, Close]);
}

#[test]
fn each_step_has_the_time_and_the_retries_of_its_policy() {
    let (mut rig, server, txn) = open(1);
    for asked in [Verify(0), Mark, Forward(0), Close] {
        server.borrow_mut().will(asked, Will::Silence);
    }
    let set = [(word::SOCKET_TIMEOUT, 800), (word::MAX_RETRIES, 1)];
    let op = end(&mut rig, kind::TXN_COMMIT, txn, &set);
    rig.advance(3199.0);
    assert!(!rig.has_ended(op));
    rig.advance(1.0);
    assert_eq!((rig.result(op).code, rig.result(op).generation), (code::OK, status::OK));
    let asked: Vec<Asked> = log(&server).into_iter().map(Asked::sort).collect();
    assert_eq!(asked, [Verify(0), Verify(0), Mark, Mark, Forward(0), Forward(0), Close, Close]);
}

#[test]
fn a_node_that_is_away_for_a_moment_in_the_middle_is_asked_again() {
    let (mut rig, server, txn) = rig(2);
    let keys: Vec<i64> = (0..40).collect();
    rig.batch(&[(kind::PUT, &keys)], &[(word::TXN, txn)]);
    rig.run();
    log(&server);
    rig.ended.clear();
    let (mut refusals, shared) = (3, server.clone());
    rig.script = Some(Box::new(move |port, request| {
        if port == BASE && refusals > 0 && shared.borrow().log.contains(&Mark) {
            refusals -= 1;
            return Said::Cut;
        }
        shared.borrow_mut().say(request)
    }));
    let op = end(&mut rig, kind::TXN_COMMIT, txn, &[(word::MAX_RETRIES, 5), (word::SLEEP, 100)]);
    rig.advance(1000.0);
    assert_eq!((rig.result(op).code, rig.result(op).generation), (code::OK, status::OK));
    let rolled: usize = log(&server).iter().map(|asked| if let Forward(rows) = asked { *rows } else { 0 }).sum();
    assert_eq!(rolled, 40);
}

// ── Abort ───────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn an_abort_rolls_back_and_removes_the_monitor() {
    let (mut rig, server, txn) = open(1);
    let op = abort(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Back(1), Close]);
    assert_eq!(state_of(&rig, txn), state::ABORTED);
    let again = abort(&mut rig, txn);
    assert_eq!(outcome(&mut rig, again), (code::OK, status::ALREADY));
    let too_late = commit(&mut rig, txn);
    assert_eq!(outcome(&mut rig, too_late).0, code::TXN_ALREADY_ABORTED);
    let refused = rig.try_batch(&[(kind::GET, &[1])], &[], &[(word::TXN, txn)]).unwrap_err();
    assert_eq!(refused.code, code::TXN_ALREADY_ABORTED);
    assert_eq!(log(&server), []);
}

#[test]
fn an_abort_of_reads_sends_nothing() {
    let (mut rig, server, txn) = rig(1);
    get(&mut rig, txn, 1);
    rig.run();
    rig.ended.clear();
    let op = abort(&mut rig, txn);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Read]);
}

#[test]
fn what_an_abort_does_not_get_done_is_left_to_the_server() {
    for (asked, status_then) in [(Back(0), status::ROLL_ABANDONED), (Close, status::CLOSE_ABANDONED)] {
        let (mut rig, server, txn) = open(1);
        server.borrow_mut().will(asked, Will::Cut);
        let op = abort(&mut rig, txn);
        assert_eq!(outcome(&mut rig, op), (code::OK, status_then));
        assert_eq!(state_of(&rig, txn), state::ABORTED);
    }
}

// ── Order, giving up, memory ────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_end_waits_for_commands_under_way_and_takes_no_more() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().will(Write, Will::Silence);
    let (read, write) = (get(&mut rig, txn, 4), put(&mut rig, txn, 2));
    let op = commit(&mut rig, txn);
    for kind in [kind::GET, kind::TXN_COMMIT, kind::TXN_ABORT] {
        let refused = rig.try_submit(kind, 1, &[(word::TXN, txn)]).unwrap_err();
        assert_eq!((refused.code, refused.reason), (code::TXN_FAILED, "the transaction is being committed or aborted"));
    }
    rig.advance(999.0);
    assert!(rig.has_ended(read) && !rig.has_ended(write) && !rig.has_ended(op));
    assert_eq!(log(&server), [Read, Write]);
    rig.advance(1.0);
    assert!(rig.result(write).in_doubt);
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(log(&server), [Verify(2), Mark, Forward(1)]);
}

#[test]
fn giving_up_before_anything_is_decided_leaves_the_transaction_open() {
    for waits in [true, false] {
        let (mut rig, server, txn) = open(1);
        let silent = if waits { Read } else { Verify(0) };
        server.borrow_mut().will(silent, Will::Silence);
        if waits {
            get(&mut rig, txn, 7);
        }
        let op = commit(&mut rig, txn);
        rig.run();
        rig.engine.cancel(op);
        rig.run();
        assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::ABORTED, false));
        assert_eq!(state_of(&rig, txn), state::OPEN);
        rig.advance(1000.0);
        rig.ended.clear();
        let again = commit(&mut rig, txn);
        assert_eq!(outcome(&mut rig, again), (code::OK, status::OK));
    }
}

#[test]
fn giving_up_while_it_is_marked_leaves_it_in_doubt() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().will(Mark, Will::Silence);
    let op = commit(&mut rig, txn);
    rig.run();
    rig.engine.cancel(op);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::ABORTED, true));
    assert_eq!(state_of(&rig, txn), state::COMMIT_FAILED);
}

#[test]
fn giving_up_while_writes_are_rolled_leaves_them_to_the_server() {
    let (mut rig, server, txn) = open(1);
    server.borrow_mut().will(Forward(0), Will::Silence);
    let op = commit(&mut rig, txn);
    rig.run();
    rig.engine.cancel(op);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::ROLL_ABANDONED));
}

#[test]
fn closing_the_client_ends_a_commit_wherever_it_is() {
    for (asked, code_then, in_doubt) in [
        (Verify(0), code::CLOSED, false),
        (Mark, code::CLOSED, true),
        (Forward(0), code::OK, false),
        (Close, code::OK, false),
    ] {
        let (mut rig, server, txn) = open(1);
        server.borrow_mut().will(asked, Will::Silence);
        let op = commit(&mut rig, txn);
        rig.run();
        rig.engine.close(0.0, rig.now);
        rig.run();
        assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code_then, in_doubt));
        assert!(rig.engine.finished());
    }
}

#[test]
fn closing_with_time_lets_a_commit_come_to_its_end() {
    let (mut rig, server, txn) = open(1);
    let op = commit(&mut rig, txn);
    rig.engine.close(1000.0, rig.now);
    assert_eq!(outcome(&mut rig, op), (code::OK, status::OK));
    assert_eq!(log(&server), [Verify(1), Mark, Forward(1), Close]);
}

#[test]
fn an_abandoned_transaction_leaves_when_its_commands_have_ended() {
    let (mut rig, server, txn) = rig(1);
    server.borrow_mut().will(Name(1), Will::Silence);
    let op = put(&mut rig, txn, 1);
    rig.run();
    rig.engine.txn_end(txn);
    assert_ne!(id(&rig, txn), 0, "its command needs it");
    assert_eq!(rig.try_submit(kind::GET, 1, &[(word::TXN, txn)]).unwrap_err().reason, "there is no such transaction");
    rig.advance(1000.0);
    assert_eq!(rig.result(op).code, code::TIMEOUT);
    assert_eq!(id(&rig, txn), 0);
    let next = rig.engine.txn_begin(0);
    assert_ne!(next, txn, "a handle is not given again");
    rig.engine.txn_end(next);
    rig.engine.txn_end(next);
    assert_eq!(id(&rig, next), 0);
}

#[test]
fn the_timeout_of_the_transaction_is_the_time_to_live_of_its_monitor() {
    let (mut rig, server, _) = rig(1);
    let txn = rig.engine.txn_begin(30);
    put(&mut rig, txn, 1);
    rig.run();
    assert_eq!(word_at(&server.borrow().monitor[0], 18), 30);
    for _ in 0..100 {
        let txn = rig.engine.txn_begin(0);
        assert_ne!(id(&rig, txn), 0);
    }
}
