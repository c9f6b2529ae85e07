//! A cluster with users: connections are let in before anything else is said on them.

use crate::rig::{cluster, Node, Rig, BASE};
use crate::secured::{result, session, Secured};
use aerospike_sansio::abi::{close_reason, command_kind, command_word as word, event, stat, tag, NONE};
use aerospike_sansio::proto::{code, security_command, security_field as field};
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::wire::security::{self, Head};

fn rig(count: usize, config: &str) -> Rig {
    let mut nodes = cluster(count);
    nodes.values_mut().for_each(|node| node.security = Some(Secured::new()));
    let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\nuser=alice\n{config}"));
    rig.credential = Some("hash");
    rig
}

fn connected(count: usize, config: &str) -> Rig {
    let mut rig = rig(count, config);
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    rig
}

fn node(rig: &mut Rig, port: u16) -> &mut Node {
    rig.nodes.get_mut(&port).unwrap()
}

fn security(rig: &mut Rig) -> &mut Secured {
    node(rig, BASE).security.as_mut().unwrap()
}

/// How connecting ended.
fn refusal(rig: &mut Rig) -> (i32, String) {
    rig.run_until(rig.now + 5000.0);
    rig.ready.clone().expect("connecting has ended")
}

#[test]
fn the_first_connection_to_a_node_logs_in_and_the_others_show_its_token() {
    let mut rig = connected(3, "");
    let ops: Vec<u32> = (0..600).map(|key| rig.get(key)).collect();
    rig.run();
    assert!(ops.iter().all(|&op| rig.result(op).code == code::OK));
    for port in BASE..BASE + 3 {
        let conns = rig.conns_of(port).len();
        let security = node(&mut rig, port).security.as_mut().unwrap();
        assert_eq!((security.logged_in, security.outside), (1, 0));
        assert_eq!(security.shown, conns - 1, "the tend connection logged in, all others showed its token");
        assert!(conns > 2);
    }
}

#[test]
fn login_and_token_are_what_other_clients_send() {
    let mut rig = rig(1, "");
    rig.credential = Some("$2a$10$7EqJtq98hPqEX7fNZaFWoOu7NRZ0i7m5NbgPBEsHTCoJzZDEKQRb.");
    security(&mut rig).credential = rig.credential.unwrap();
    security(&mut rig).logins.push_back(session(b"stubtokn", None));
    security(&mut rig).inside = (0..1).collect();
    security(&mut rig).sessions.insert(b"stubtokn".to_vec());
    rig.run();
    // As recorded from the Go client (admin/login, admin_stub/connect).
    let login = "020200000000005b000014020000000000000000000000000000000600616c6963650000003d0324326124313024\
                 3745714a74713938685071455837664e5a6146576f4f75374e525a3069376d354e6267504245734854436f4a7a5a44454b5152622e";
    assert_eq!(hex(&security(&mut rig).login), login.replace(' ', ""));
    rig.get(1);
    rig.run();
    let token = "020200000000002700000002000000000000000000000000000000060061 6c696365000000 0905737475 62746f6b6e";
    assert_eq!(hex(&security(&mut rig).token), token.replace(' ', ""));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn nothing_is_sent_before_a_connection_is_let_in() {
    let mut rig = connected(1, "");
    security(&mut rig).holds = true;
    let ops: Vec<u32> = (0..200).map(|key| rig.put(key)).collect();
    rig.run();
    assert_eq!(node(&mut rig, BASE).requests, 0);
    assert!(!ops.iter().any(|&op| rig.has_ended(op)));
    // The answers come late, but in time.
    rig.advance(500.0);
    let conns: Vec<u32> = rig.conns_of(BASE);
    security(&mut rig).holds = false;
    for conn in conns {
        if !security(&mut rig).inside.contains(&conn) {
            security(&mut rig).inside.insert(conn);
            rig.give(conn, &result(0));
        }
    }
    rig.run();
    assert!(ops.iter().all(|&op| rig.result(op).code == code::OK && rig.result(op).attempts == 1));
}

#[test]
fn a_login_that_is_not_answered_ends_with_the_timeout_and_operations_with_their_deadline() {
    let mut rig = rig(1, "timeout=300\n");
    security(&mut rig).holds = true;
    let (code, text) = refusal(&mut rig);
    assert_eq!(code, code::NOT_CONNECTED);
    assert!(text.contains("no login within 300 ms"), "{text}");

    let mut rig = connected(1, "timeout=300\n");
    security(&mut rig).holds = true;
    let op = rig.submit(command_kind::PUT, 1, &[(word::TOTAL_TIMEOUT, 200)]);
    rig.advance(200.0);
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt, ended.attempts), (code::TIMEOUT, false, 0));
}

#[test]
fn who_is_refused_is_told_why_and_the_password_is_not_named() {
    for (answer, says) in [
        (code::INVALID_USER, "user \"alice\" does not exist"),
        (code::INVALID_PASSWORD, "the password of user \"alice\" is wrong"),
        (code::INVALID_CREDENTIAL, "the password of user \"alice\" is wrong"),
        (code::EXPIRED_PASSWORD, "has expired"),
        (code::NOT_ALLOWLISTED, "from this address"),
        (code::SECURITY_NOT_SUPPORTED, "no security"),
        (99, "refused with code 99"),
    ] {
        let mut rig = rig(1, "");
        security(&mut rig).login_code = answer as u8;
        let (code, text) = refusal(&mut rig);
        assert_eq!(code, if answer == 99 { code::NOT_CONNECTED } else { answer });
        assert!(text.contains(says) && text.contains("h:3000") && !text.contains("hash"), "{text}");
    }
}

#[test]
fn a_server_whose_security_is_not_switched_on_lets_everybody_in() {
    let mut rig = connected(1, "");
    security(&mut rig).forget();
    let mut off = rig_off();
    let op = off.get(1);
    off.run();
    assert_eq!(off.result(op).code, code::OK);
    assert_eq!((security(&mut off).logged_in, security(&mut off).shown), (1, 0));
}

/// A server with security that is not switched on: it takes everything.
fn rig_off() -> Rig {
    let mut rig = rig(1, "");
    security(&mut rig).login_code = code::SECURITY_NOT_ENABLED as u8;
    security(&mut rig).inside = (0..100).collect();
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    rig
}

#[test]
fn a_cluster_that_wants_users_says_so_to_who_names_none() {
    let mut nodes = cluster(1);
    nodes.get_mut(&BASE).unwrap().security = Some(Secured::new());
    let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\n"));
    let (code, text) = refusal(&mut rig);
    assert_eq!(code, code::NOT_AUTHENTICATED);
    assert!(text.contains("wants a user"), "{text}");
}

#[test]
fn the_password_is_asked_for_at_each_login_and_an_answer_that_never_comes_blocks_nothing() {
    let mut rig = rig(1, "timeout=400\nfail_if_not_connected=0\n");
    rig.credential = None;
    rig.run();
    assert_eq!(rig.asked, 1);
    rig.advance(1500.0);
    assert!(rig.asked >= 2, "it is asked again");
    let before = security(&mut rig).logged_in;
    assert_eq!(before, 0);
    rig.credential = Some("hash");
    rig.advance(2000.0);
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    // What was asked for long ago is answered at last: nobody waits for it.
    rig.engine.credential(b"late", b"", rig.now);
    rig.engine.no_credential(rig.now);
    rig.run();
    assert_eq!(security(&mut rig).logged_in, 1);
}

#[test]
fn a_password_that_cannot_be_had_fails_connecting() {
    let mut rig = rig(1, "");
    rig.credential = None;
    rig.run();
    rig.engine.no_credential(rig.now);
    let (code, text) = refusal(&mut rig);
    assert_eq!(code, code::CLIENT);
    assert!(text.contains("config.password failed"), "{text}");
}

#[test]
fn a_session_is_renewed_before_its_end_without_a_pause() {
    let mut rig = rig(1, "tend_interval=100\n");
    security(&mut rig).ttl = Some(2);
    rig.run();
    for _ in 0..100 {
        let op = rig.get(1);
        rig.advance(100.0);
        assert_eq!(rig.result(op).code, code::OK);
        rig.ended.clear();
    }
    let logins = security(&mut rig).logged_in;
    assert!((9..=11).contains(&logins), "one a second, not {logins}");
    assert_eq!(security(&mut rig).outside, 0);
    assert!(!rig.closes.contains(&close_reason::AUTH));
}

#[test]
fn a_renewal_that_is_refused_leaves_the_session_that_is_still_good() {
    let mut rig = rig(1, "");
    security(&mut rig).ttl = Some(100);
    rig.run();
    // The password was changed on the server: from 50 s on renewals fail; the session is good to 100 s.
    security(&mut rig).credential = "other";
    for _ in 0..90 {
        let op = rig.get(1);
        rig.advance(1000.0);
        assert_eq!(rig.result(op).code, code::OK);
        rig.ended.clear();
    }
    assert!(security(&mut rig).logged_in <= 12, "{}", security(&mut rig).logged_in);
    assert!(!rig.events.contains(&event::NODE_REMOVED));
    rig.credential = Some("other");
    rig.advance(30_000.0);
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn a_token_that_is_refused_is_replaced_by_one_login_for_all() {
    let mut rig = connected(1, "");
    security(&mut rig).sessions.clear();
    let ops: Vec<u32> = (0..1000).map(|key| rig.put(key)).collect();
    rig.run();
    assert!(ops.iter().all(|&op| rig.result(op).code == code::OK && rig.result(op).attempts == 1));
    let security = security(&mut rig);
    assert_eq!(security.logged_in, 2, "one by the first connection, one when its token was refused");
    assert!(security.shown > 3);
}

#[test]
fn a_server_that_forgets_who_is_inside_gets_a_new_login_and_no_operation_sees_it() {
    let mut rig = connected(1, "");
    for key in 0..200 {
        rig.put(key);
    }
    rig.run();
    assert!(rig.ended.iter().all(|ended| ended.code == code::OK));
    rig.ended.clear();
    security(&mut rig).forget();
    let batch = rig.batch(&[(command_kind::GET, &[1, 2, 3])], &[]);
    let query = rig.query(&[]);
    let ops: Vec<u32> = (0..200).map(|key| rig.put(key)).collect();
    rig.run();
    rig.advance(3000.0);
    for op in ops.into_iter().chain([batch, query]) {
        let ended = rig.result(op);
        assert_eq!((ended.code, ended.in_doubt), (code::OK, false));
    }
    assert_eq!(rig.rows(batch, 3), [code::OK; 3]);
    assert_eq!(security(&mut rig).logged_in, 2);
    assert!(rig.closes.contains(&close_reason::AUTH));
    assert!(rig.engine.is_connected());
    rig.ended.clear();
    let op = rig.get(5);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
}

#[test]
fn a_server_that_lets_in_and_then_denies_it_is_not_asked_for_ever() {
    let mut rig = connected(1, "");
    node(&mut rig, BASE).code = code::NOT_AUTHENTICATED as u8;
    let op = rig.put(1);
    rig.run();
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt), (code::NOT_AUTHENTICATED, false));
    assert!(security(&mut rig).logged_in < 15);
}

#[test]
fn a_user_who_was_removed_gets_the_servers_code() {
    let mut rig = connected(1, "");
    security(&mut rig).forget();
    security(&mut rig).login_code = code::INVALID_USER as u8;
    let op = rig.put(1);
    rig.run();
    let ended = rig.result(op);
    assert_eq!((ended.code, ended.in_doubt), (code::INVALID_USER, false));
}

#[test]
fn hostile_answers_to_a_login_end_the_connection_and_nothing_else() {
    let lie = |change: fn(&mut Vec<u8>)| {
        let mut answer = session(b"token", Some(60));
        change(&mut answer);
        answer
    };
    for answer in [
        result(0),
        session(b"", Some(9)),
        lie(|bytes| bytes[11] = 9),
        lie(|bytes| bytes[24] = 0xFF),
        lie(|bytes| bytes.truncate(20)),
        lie(|bytes| bytes[7] += 4),
        lie(|bytes| (bytes[4], bytes[5]) = (1, 0)),
        lie(|bytes| bytes[1] = 1),
        lie(|bytes| bytes[1] = 3),
        [session(b"token", None), session(b"token", None)].concat(),
        vec![0xFF; 64],
    ] {
        let mut rig = rig(1, "timeout=300\n");
        security(&mut rig).logins.push_back(answer.clone());
        let (code, _) = refusal(&mut rig);
        assert_ne!(code, code::OK, "{answer:?}");
        let mut rig = connected(1, "timeout=300\n");
        security(&mut rig).sessions.clear();
        security(&mut rig).logins.push_back(answer);
        let op = rig.submit(command_kind::PUT, 1, &[(word::MAX_RETRIES, 3), (word::SLEEP, 200)]);
        rig.advance(2000.0);
        assert_eq!(rig.result(op).code, code::OK, "the next login is answered as it should be");
    }
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_taken_for_one_to_a_login() {
    let mut rig = rig(1, "timeout=300\n");
    rig.credential = None;
    rig.run();
    let conn = rig.conns_of(BASE)[0];
    rig.give(conn, &session(b"token", None));
    let (code, text) = refusal(&mut rig);
    assert_eq!(code, code::NOT_CONNECTED);
    assert!(text.contains("an answer to no request"), "{text}");
}

#[test]
fn a_password_that_is_checked_elsewhere_travels_as_it_is_and_a_certificate_needs_none() {
    let mut rig = rig(1, "auth_mode=external\ntls=1\nsingle_node=1\n");
    rig.credential = None;
    rig.run();
    rig.engine.credential(b"hash", b"clear", rig.now);
    rig.run();
    assert_eq!(rig.ready, Some((code::OK, String::new())));
    let login = security(&mut rig).login.clone();
    assert_eq!(login[11], 3);
    assert!(login.ends_with(b"\0\0\0\x06\x04clear"));

    let mut nodes = cluster(1);
    nodes.get_mut(&BASE).unwrap().security = Some(Secured::new());
    let mut rig = Rig::new(nodes, &format!("host=h\t{BASE}\t\nauth_mode=pki\ntls=1\nsingle_node=1\n"));
    let config_session = session(b"pki", None);
    security(&mut rig).logins.push_back(config_session);
    security(&mut rig).inside = (0..1).collect();
    security(&mut rig).sessions.insert(b"pki".to_vec());
    rig.run();
    assert_eq!((rig.asked, rig.ready.clone()), (0, Some((code::OK, String::new()))));
    assert_eq!(security(&mut rig).login[8..], [0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(security(&mut rig).token[11], 1, "a token alone");
}

// ── Commands on users and roles ─────────────────────────────────────────────────────────────────────────────────────

fn command(rig: &mut Rig, number: u8) -> u32 {
    command_with(rig, number, &[])
}

fn command_with(rig: &mut Rig, number: u8, set: &[(usize, u32)]) -> u32 {
    rig.engine.command[word::LENGTH / 4] = Slot::int(NONE, number.into());
    let none = [(word::KEY_TYPE, 0), (word::ITEMS, 1), (word::SLOTS, 1)];
    rig.submit(command_kind::ADMIN, 0, &[&none[..], set].concat())
}

fn user(name: &[u8], roles: &[u8], out: &mut Vec<u8>) {
    security::append(Head { result: 0, command: 0, fields: 2 }, out);
    aerospike_sansio::wire::field(out, field::USER, name);
    aerospike_sansio::wire::field(out, field::ROLES, roles);
}

#[test]
fn users_come_in_many_messages_and_frames() {
    let mut rig = connected(1, "");
    let mut bodies = [vec![], vec![]];
    user(b"ann", b"\x02\x04read\x05write", &mut bodies[0]);
    user(b"bob", b"\0", &mut bodies[0]);
    user(b"cid", b"\x01\x01x", &mut bodies[1]);
    let mut told = crate::rig::frame(2, &bodies[0]);
    told.extend(crate::rig::frame(2, &bodies[1]));
    told.extend(result(50));
    security(&mut rig).told = told;
    let op = command(&mut rig, security_command::QUERY_USERS);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    let (items, tags) = rig.told.last().cloned().unwrap();
    assert_eq!(items, 3);
    let lists = tags.iter().filter(|&&tag| tag == tag::LIST).count();
    assert_eq!(lists, 6, "a user each, and its roles");
}

#[test]
fn what_is_told_of_users_too_late_is_read_to_its_end_within_the_delay() {
    let mut rig = connected(1, "max_conns_per_node=1\n");
    let mut body = vec![];
    user(b"ann", b"\x01\x04read", &mut body);
    let op = command_with(&mut rig, security_command::QUERY_USERS, &[(word::TIMEOUT_DELAY, 500)]);
    rig.advance(1000.0);
    assert_eq!(rig.result(op).code, code::TIMEOUT);
    let opened = rig.engine.stat(stat::CONNECTIONS_OPENED);
    let conn = *rig.conns_of(BASE).last().unwrap();
    for told in [crate::rig::frame(2, &body), crate::rig::frame(2, &body), result(50)] {
        assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), 0.0);
        rig.give(conn, &told);
        rig.run();
    }
    assert_eq!(rig.engine.stat(stat::LATE_ANSWERS), 1.0);
    rig.ended.clear();
    security(&mut rig).told = [crate::rig::frame(2, &body), result(50)].concat();
    let op = command(&mut rig, security_command::QUERY_USERS);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    assert_eq!(rig.engine.stat(stat::CONNECTIONS_OPENED), opened);
}

#[test]
fn a_command_that_is_refused_has_the_servers_code_and_one_that_is_lost_is_in_doubt() {
    let mut rig = connected(1, "");
    security(&mut rig).told = result(code::USER_EXISTS as u8);
    let op = command(&mut rig, security_command::CREATE_USER);
    rig.run();
    assert_eq!((rig.result(op).code, rig.result(op).from_server), (code::USER_EXISTS, true));
    rig.ended.clear();
    security(&mut rig).told = vec![];
    for (number, in_doubt) in [(security_command::DROP_USER, true), (security_command::QUERY_ROLES, false)] {
        let op = command(&mut rig, number);
        rig.advance(1000.0);
        assert_eq!((rig.result(op).code, rig.result(op).in_doubt), (code::TIMEOUT, in_doubt));
        rig.ended.clear();
    }
}

#[test]
fn what_is_malformed_about_users_fails_the_command_at_once() {
    let whole = {
        let mut body = vec![];
        user(b"ann", b"\x01\x04read", &mut body);
        body
    };
    for (at, byte) in [(3, 9), (19, 99), (29, 2), (29, 0), (30, 9)] {
        let mut rig = connected(1, "");
        let mut body = whole.clone();
        body[at] = byte;
        let mut told = crate::rig::frame(2, &body);
        told.extend(result(50));
        security(&mut rig).told = told;
        let op = command(&mut rig, security_command::QUERY_USERS);
        rig.run();
        assert_eq!(rig.result(op).code, code::MALFORMED, "byte {at} as {byte}");
        rig.ended.clear();
        let op = rig.get(1);
        rig.run();
        assert_eq!(rig.result(op).code, code::OK);
    }
}

#[test]
fn a_login_is_no_command_of_a_caller() {
    let mut rig = connected(1, "");
    for number in [security_command::LOGIN, security_command::AUTHENTICATE] {
        rig.engine.command[word::LENGTH / 4] = Slot::int(NONE, number.into());
        let none = [(word::KEY_TYPE, 0), (word::ITEMS, 1), (word::SLOTS, 1)];
        assert!(rig.try_submit(command_kind::ADMIN, 0, &none).is_err());
    }
}

#[test]
fn no_secret_is_shown_in_what_is_printed_of_a_connection() {
    let mut rig = connected(1, "");
    let op = rig.get(1);
    rig.run();
    assert_eq!(rig.result(op).code, code::OK);
    let token = security(&mut rig).token.clone();
    let mut stream = aerospike_sansio::conn::Stream::default();
    stream.write(&token);
    stream.transmit();
    let shown = format!("{stream:?}");
    assert!(!shown.contains("token") && !shown.contains("116"), "{shown}");
}
