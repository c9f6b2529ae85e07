//! Faults on purpose: whom they strike, what becomes of the request, and that nobody else notices.

use aerospike_devserver::faults::Kind;
use aerospike_devserver::{Action, Cluster, Config, ConnId, Fault};
use aerospike_sansio::key::{digest, UserKey};
use aerospike_sansio::proto::{field, info1, info2, info3, message_type, op, particle};
use aerospike_sansio::wire::{frame, message, Compressor, Header};

const NOW: u64 = 1_795_000_000_000;
const OK: u8 = 0;
const NOT_FOUND: u8 = 2;
const READ: Header = Header { info1: info1::READ | info1::GET_ALL, ..NONE };
const WRITE: Header = Header { info2: info2::WRITE, ..NONE };
const NONE: Header =
    Header { info1: 0, info2: 0, info3: 0, info4: 0, code: 0, generation: 0, ttl: 0, timeout: 0, fields: 0, ops: 0 };

fn server(options: &str) -> (Cluster, ConnId) {
    let mut cluster = Cluster::new(Config::parse(options).unwrap(), 3);
    let conn = cluster.connect(0).unwrap();
    (cluster, conn)
}

/// A cluster of one node that has a fault, the fault, and a connection.
fn faulty(fault: &str) -> (Cluster, u32, ConnId) {
    let (mut cluster, conn) = server("{}");
    let fault = add(&mut cluster, fault);
    (cluster, fault, conn)
}

fn add(cluster: &mut Cluster, fault: &str) -> u32 {
    cluster.faults().add(Fault::parse(fault).unwrap()).unwrap()
}

fn request(header: Header, set: &[u8], key: i64, ops: &[(u8, &[u8], &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let start = message::begin_message(&mut out);
    message::field(&mut out, field::NAMESPACE, b"test");
    message::field(&mut out, field::SET, set);
    message::field(&mut out, field::DIGEST, &digest(set, &UserKey::Int(key)));
    for (code, bin, value) in ops {
        message::op::<()>(&mut out, *code, bin, |out| {
            out.extend_from_slice(value);
            Ok(particle::BLOB)
        })
        .unwrap();
    }
    message::end_message(&mut out, start, &Header { fields: 3, ops: ops.len() as u16, ..header });
    out
}

fn put(key: i64) -> Vec<u8> {
    request(WRITE, b"set", key, &[(op::WRITE, b"b", b"value")])
}

fn get(key: i64) -> Vec<u8> {
    request(READ, b"set", key, &[])
}

/// A batch of reads.
fn batch(keys: &[i64]) -> Vec<u8> {
    let mut rows = (keys.len() as u32).to_be_bytes().to_vec();
    rows.push(4);
    for (index, &key) in keys.iter().enumerate() {
        rows.extend_from_slice(&(index as u32).to_be_bytes());
        rows.extend_from_slice(&digest(b"set", &UserKey::Int(key)));
        rows.extend_from_slice(&[0, info1::READ | info1::GET_ALL, 0, 2, 0, 0]);
        message::field(&mut rows, field::NAMESPACE, b"test");
        message::field(&mut rows, field::SET, b"set");
    }
    let mut out = Vec::new();
    let start = message::begin_message(&mut out);
    message::field(&mut out, field::BATCH, &rows);
    let header = Header { info1: info1::READ | info1::BATCH, fields: 1, ..NONE };
    message::end_message(&mut out, start, &header);
    out
}

fn scan() -> Vec<u8> {
    let mut out = Vec::new();
    let start = message::begin_message(&mut out);
    let partitions: Vec<u8> = (0..4096u16).flat_map(u16::to_le_bytes).collect();
    message::field(&mut out, field::NAMESPACE, b"test");
    message::field(&mut out, field::SET, b"set");
    message::field(&mut out, field::PARTITIONS, &partitions);
    let header = Header { info1: info1::READ, info3: info3::PARTITION_DONE, fields: 3, ..NONE };
    message::end_message(&mut out, start, &header);
    out
}

fn info(names: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let start = frame::begin(&mut out, message_type::INFO);
    out.extend_from_slice(names.as_bytes());
    frame::end(&mut out, start);
    out
}

fn ask(cluster: &mut Cluster, conn: ConnId, bytes: &[u8], now_ms: u64) -> (Vec<u8>, Action) {
    let mut out = Vec::new();
    let action = cluster.received(conn, bytes, now_ms, &mut out);
    (out, action)
}

/// The codes of the messages of an answer of single records.
fn codes(answer: &[u8]) -> Vec<u8> {
    let mut rest = answer;
    let mut codes = Vec::new();
    while let Ok(Some((_, length))) = frame::complete(rest) {
        codes.push(rest[13]);
        rest = &rest[length..];
    }
    assert!(rest.is_empty());
    codes
}

/// Whether a record is there, once nothing is wrong any more.
fn is_there(cluster: &mut Cluster, fault: u32, key: i64) -> bool {
    cluster.faults().remove(fault);
    let conn = cluster.connect(0).unwrap();
    codes(&ask(cluster, conn, &get(key), NOW).0) == [OK]
}

#[test]
fn what_is_delayed_is_done_late_or_told_late_and_what_comes_behind_it_waits() {
    for applied in [false, true] {
        let (mut cluster, fault, conn) =
            faulty(&format!(r#"{{"when": {{"command": ["put"]}}, "then": {{"delay": 100, "applied": {applied}}}}}"#));
        let other = cluster.connect(0).unwrap();
        assert_eq!(ask(&mut cluster, conn, &[put(1), get(1)].concat(), NOW), (vec![], Action::Keep));
        assert!(cluster.pending(conn));
        assert_eq!(cluster.wait_ms(conn, NOW + 30), 70);
        let seen = codes(&ask(&mut cluster, other, &get(1), NOW + 30).0);
        assert_eq!(seen, [if applied { OK } else { NOT_FOUND }], "others are not delayed");
        assert_eq!(ask(&mut cluster, conn, &get(2), NOW + 99).0, [], "nor is it done before its time");
        assert_eq!(cluster.wait_ms(conn, NOW + 100), 0);
        assert_eq!(codes(&ask(&mut cluster, conn, &[], NOW + 100).0), [OK, OK, NOT_FOUND]);
        assert!(!cluster.pending(conn));
        assert_eq!(cluster.faults().struck(fault), 1);
    }
}

#[test]
fn delays_of_requests_on_one_connection_do_not_add_up() {
    let fault = r#"{"when": {"command": ["get"]}, "then": {"delay": 100}}"#;
    for size in [1, 40, 10_000] {
        let (mut cluster, fault, conn) = faulty(fault);
        let (first, second) = ([put(1), get(1), get(2), put(2)].concat(), [get(2), get(2)].concat());
        let mut told: Vec<u8> = first.chunks(size).flat_map(|part| ask(&mut cluster, conn, part, NOW).0).collect();
        told.extend(second.chunks(size).flat_map(|part| ask(&mut cluster, conn, part, NOW + 60).0));
        assert_eq!((codes(&told), cluster.faults().struck(fault)), (vec![OK], 4));
        assert_eq!(cluster.wait_ms(conn, NOW + 60), 40);
        assert_eq!(codes(&ask(&mut cluster, conn, &[], NOW + 100).0), [OK, NOT_FOUND, OK]);
        assert_eq!(cluster.wait_ms(conn, NOW + 100), 60);
        assert_eq!(codes(&ask(&mut cluster, conn, &[], NOW + 160).0), [OK, OK]);
        assert!(!cluster.pending(conn));
        ask(&mut cluster, conn, &get(3), NOW + 200);
        assert_eq!(cluster.wait_ms(conn, NOW + 200), 100);
    }
}

#[test]
fn what_is_dropped_is_never_answered_nor_is_anything_behind_it() {
    for applied in [false, true] {
        let text = format!(r#"{{"when": {{"command": ["put"]}}, "then": {{"drop": true, "applied": {applied}}}}}"#);
        let (mut cluster, fault, conn) = faulty(&text);
        assert_eq!(ask(&mut cluster, conn, &[get(1), put(1), get(1)].concat(), NOW).0.len(), 30);
        assert_eq!(ask(&mut cluster, conn, &get(1), NOW), (vec![], Action::Keep));
        assert!(!cluster.pending(conn));
        assert_eq!(is_there(&mut cluster, fault, 1), applied);
    }
}

#[test]
fn a_connection_is_cut_at_once_or_within_an_answer() {
    for applied in [false, true] {
        let text = format!(r#"{{"when": {{"command": ["put"]}}, "then": {{"close": true, "applied": {applied}}}}}"#);
        let (mut cluster, fault, conn) = faulty(&text);
        assert_eq!(ask(&mut cluster, conn, &put(1), NOW), (vec![], Action::Close));
        assert_eq!(is_there(&mut cluster, fault, 1), applied);
    }
    let (mut cluster, conn) = server("{}");
    let whole = ask(&mut cluster, conn, &[put(1), get(1)].concat(), NOW).0.split_off(30);
    for length in 0..whole.len() + 2 {
        let fault = add(&mut cluster, &format!(r#"{{"then": {{"truncate": {length}}}}}"#));
        let conn = cluster.connect(0).unwrap();
        let (told, action) = ask(&mut cluster, conn, &get(1), NOW);
        assert_eq!((&told[..], action), (&whole[..length.min(whole.len())], Action::Close));
        cluster.faults().remove(fault);
    }
}

#[test]
fn bytes_are_spoilt_where_it_is_said_or_the_same_ones_for_the_same_seed() {
    let (mut cluster, conn) = server("{}");
    let whole = ask(&mut cluster, conn, &[put(1), get(1)].concat(), NOW).0.split_off(30);
    let mut told = |fault: &str| {
        let fault = add(&mut cluster, fault);
        let answer = ask(&mut cluster, conn, &get(1), NOW).0;
        cluster.faults().remove(fault);
        assert_eq!(answer.len(), whole.len());
        answer
    };
    let at = told(r#"{"then": {"corrupt": [0, 13, 99999]}}"#);
    let differs: Vec<usize> = (0..whole.len()).filter(|&at_| at[at_] != whole[at_]).collect();
    assert_eq!(differs, [0, 13]);
    let one = told(r#"{"then": {"corrupt": 1}, "seed": 1}"#);
    assert_eq!((0..whole.len()).filter(|&at| one[at] != whole[at]).count(), 1);
    assert_eq!(one, told(r#"{"then": {"corrupt": 1}, "seed": 1}"#));
    assert_ne!(one, told(r#"{"then": {"corrupt": 1}, "seed": 2}"#));
}

#[test]
fn codes_are_told_in_the_way_of_each_kind_of_request() {
    for applied in [false, true] {
        let then = format!(r#""then": {{"code": 18, "applied": {applied}}}"#);
        let (mut cluster, fault, conn) = faulty(&format!("{{{then}}}"));
        assert_eq!(codes(&ask(&mut cluster, conn, &put(1), NOW).0), [18]);
        let told = ask(&mut cluster, conn, &batch(&[1, 2]), NOW).0;
        assert_eq!((codes(&told), told[11] & info3::LAST), (vec![18], info3::LAST));
        assert_eq!(codes(&ask(&mut cluster, conn, &scan(), NOW).0), [18]);
        let told = String::from_utf8(ask(&mut cluster, conn, &info("node\nbuild\n"), NOW).0.split_off(8)).unwrap();
        assert_eq!(told, "node\tERROR:18:refused on purpose\nbuild\tERROR:18:refused on purpose\n");
        let login = [&[2, 2, 0, 0, 0, 0, 0, 16, 0, 0, 20][..], &[0; 13]].concat();
        assert_eq!(ask(&mut cluster, conn, &login, NOW).0[9], 18);
        assert_eq!(cluster.faults().struck(fault), 5);
        assert_eq!(is_there(&mut cluster, fault, 1), applied);
    }
}

#[test]
fn a_code_for_some_records_is_that_of_their_rows() {
    let (mut cluster, conn) = server("{}");
    ask(&mut cluster, conn, &[put(1), put(2)].concat(), NOW);
    let fault = add(&mut cluster, r#"{"when": {"key": {"integer": "2"}}, "then": {"code": 14}}"#);
    let told = ask(&mut cluster, conn, &batch(&[1, 2, 3]), NOW).0;
    // The first row is as long as its record.
    let row = told[13..].windows(2).position(|pair| pair == [22, 0]).unwrap();
    assert_eq!(told[13], OK);
    assert!(row > 0 && codes(&told).last() == Some(&OK), "the batch as a whole is well");
    assert!(told.windows(6).any(|head| head[0] == 22 && head[5] == 14));
    assert!(told.windows(6).any(|head| head[0] == 22 && head[5] == NOT_FOUND));
    assert_eq!(ask(&mut cluster, conn, &batch(&[1, 3]), NOW).0[13], OK);
    assert_eq!(cluster.faults().struck(fault), 1);
}

#[test]
fn a_query_in_many_parts_is_delayed_cut_or_thrown_away_as_one() {
    let (mut cluster, conn) = server("{}");
    for key in 0..40 {
        let value = vec![7; 100_000];
        ask(&mut cluster, conn, &request(WRITE, b"set", key, &[(op::WRITE, b"b", &value)]), NOW);
    }
    let mut told = |fault: &str| {
        let fault = add(&mut cluster, fault);
        let conn = cluster.connect(0).unwrap();
        let (mut now_ms, mut bytes) = (NOW, scan());
        let mut answer = Vec::new();
        loop {
            let (part, action) = ask(&mut cluster, conn, &bytes, now_ms);
            assert!(part.len() < 3_000_000);
            answer.extend_from_slice(&part);
            bytes.clear();
            now_ms += cluster.wait_ms(conn, now_ms);
            if action == Action::Close || !cluster.pending(conn) {
                cluster.faults().remove(fault);
                return (answer, action, now_ms - NOW);
            }
        }
    };
    let (whole, ..) = told(r#"{"when": {"command": ["put"]}, "then": {"drop": true}}"#);
    assert!(whole.len() > 4_000_000);
    for applied in [false, true] {
        let (answer, _, took) = told(&format!(r#"{{"then": {{"delay": 70, "applied": {applied}}}}}"#));
        assert!(answer == whole && took == 70);
    }
    let (answer, action, _) = told(r#"{"then": {"truncate": 2500000}}"#);
    assert!(answer == whole[..2_500_000] && action == Action::Close);
    let (answer, ..) = told(r#"{"then": {"corrupt": [2000000, 0]}}"#);
    assert!(answer.len() == whole.len() && answer[0] == !whole[0]);
    assert_eq!(codes(&told(r#"{"then": {"code": 9, "applied": true, "delay": 5}}"#).0), [9]);
    assert_eq!(told(r#"{"then": {"drop": true, "applied": true}}"#).0, []);
    assert_eq!(told(r#"{"then": {"close": true, "applied": true}}"#).1, Action::Close);
}

#[test]
fn the_nth_some_and_some_of_the_time_are_counted_and_drawn() {
    let struck = |when: &str, seed: u64| {
        let (mut cluster, fault, conn) =
            faulty(&format!(r#"{{"when": {{{when}}}, "then": {{"code": 1}}, "seed": {seed}}}"#));
        let told: Vec<u8> = (0..20).flat_map(|_| codes(&ask(&mut cluster, conn, &get(1), NOW).0)).collect();
        let struck: Vec<usize> = (0..20).filter(|&n| told[n] == 1).map(|n| n + 1).collect();
        assert_eq!(cluster.faults().struck(fault), struck.len() as u64);
        struck
    };
    assert_eq!(struck(r#""nth": 3"#, 0), [3]);
    assert_eq!(struck(r#""times": 2"#, 0), [1, 2]);
    assert_eq!(struck(r#""probability": 0"#, 0), []);
    assert_eq!(struck(r#""probability": 1"#, 0).len(), 20);
    let half = struck(r#""probability": 0.5"#, 7);
    assert!((5..16).contains(&half.len()));
    assert_eq!(half, struck(r#""probability": 0.5"#, 7));
    assert_ne!(half, struck(r#""probability": 0.5"#, 8));
    assert_eq!(struck(r#""probability": 0.5, "times": 2"#, 7), half[..2]);
}

#[test]
fn the_first_of_several_has_the_request_for_itself() {
    let (mut cluster, first, conn) = faulty(r#"{"when": {"times": 1}, "then": {"code": 1}}"#);
    let second = add(&mut cluster, r#"{"when": {"nth": 1}, "then": {"code": 2}}"#);
    let told = ask(&mut cluster, conn, &get(1).repeat(3), NOW).0;
    assert_eq!(codes(&told), [1, 2, NOT_FOUND]);
    assert_eq!((cluster.faults().struck(first), cluster.faults().struck(second)), (1, 1));
}

#[test]
fn records_are_matched_by_namespace_set_key_and_digest() {
    let digest: String = digest(b"set", &UserKey::Int(1)).iter().map(|byte| format!("{byte:02x}")).collect();
    for (when, strikes) in [
        (r#""namespace": "test""#.into(), true),
        (r#""namespace": "bar""#.into(), false),
        (r#""set": "set""#.into(), true),
        (r#""set": "other""#.into(), false),
        (r#""set": "set", "key": {"integer": "1"}"#.into(), true),
        (r#""set": "other", "key": {"integer": "1"}"#.into(), false),
        (r#""key": {"integer": "2"}"#.into(), false),
        (r#""key": {"string": "1"}"#.into(), false),
        (r#""key": {"bytes": "01"}"#.into(), false),
        (format!(r#""key": {{"digest": "{digest}"}}"#), true),
        (r#""node": [0]"#.into(), true),
        (r#""node": [1, 2]"#.into(), false),
    ] {
        let when: String = when;
        for asked in [get(1), put(1), batch(&[3, 1])] {
            let (mut cluster, fault, conn) = faulty(&format!(r#"{{"when": {{{when}}}, "then": {{"code": 1}}}}"#));
            ask(&mut cluster, conn, &asked, NOW);
            ask(&mut cluster, conn, &info("node\n"), NOW);
            let of_info = u64::from(strikes && when.contains("node"));
            assert_eq!(cluster.faults().struck(fault), u64::from(strikes) + of_info, "{when}");
        }
    }
}

#[test]
fn kinds_of_request_have_the_names_of_a_clients_methods() {
    let single = |header, ops: &[(u8, &[u8], &[u8])]| request(header, b"set", 1, ops);
    let udf = |of: Option<u8>| {
        let mut out = Vec::new();
        let start = message::begin_message(&mut out);
        message::field(&mut out, field::NAMESPACE, b"test");
        match of {
            Some(of) => message::field(&mut out, field::UDF_OP, &[of]),
            None => message::field(&mut out, field::DIGEST, &[7; 20]),
        }
        message::field(&mut out, field::UDF_MODULE, b"m");
        message::end_message(&mut out, start, &Header { fields: 3, info2: info2::WRITE, ..NONE });
        out
    };
    let no_bins = Header { info1: info1::READ | info1::GET_NO_BINS, ..NONE };
    let read_bins = Header { info1: info1::READ, ..NONE };
    let both = Header { info1: info1::READ, ..WRITE };
    let a: (&[u8], &[u8]) = (b"a", b"");
    let verify = Header { info4: 1, ..READ };
    let roll = Header { info4: 2, ..WRITE };
    let security = |command| [&[2, 2, 0, 0, 0, 0, 0, 16, 0, 0, command][..], &[0; 13]].concat();
    let all: Vec<(&str, Option<&str>, Vec<u8>)> = vec![
        ("get", Some("read"), get(1)),
        ("get", Some("read"), single(read_bins, &[(op::READ, a.0, a.1), (op::READ, b"b", b"")])),
        ("exists", Some("read"), single(no_bins, &[])),
        ("operate", Some("read"), single(read_bins, &[(op::CDT_READ, a.0, a.1)])),
        ("put", Some("write"), put(1)),
        ("add", Some("write"), single(WRITE, &[(op::INCR, a.0, a.1)])),
        ("append", Some("write"), single(WRITE, &[(op::APPEND, a.0, a.1)])),
        ("prepend", Some("write"), single(WRITE, &[(op::PREPEND, a.0, a.1)])),
        ("touch", Some("write"), single(WRITE, &[(op::TOUCH, b"", b"")])),
        ("operate", Some("write"), single(WRITE, &[(op::INCR, a.0, a.1), (op::WRITE, b"b", b"")])),
        ("operate", Some("write"), single(both, &[(op::WRITE, a.0, a.1)])),
        ("remove", Some("write"), single(Header { info2: info2::WRITE | info2::DELETE, ..NONE }, &[])),
        ("apply", Some("write"), udf(None)),
        ("transaction", Some("read"), single(verify, &[])),
        ("transaction", Some("write"), single(roll, &[])),
        ("batch", None, batch(&[1])),
        ("query", None, scan()),
        ("aggregate", None, udf(Some(1))),
        ("background", None, udf(Some(2))),
        ("info", None, info("node\n")),
        ("login", None, security(20)),
        ("login", None, security(0)),
        ("admin", None, security(9)),
    ];
    for (kind, group, asked) in all {
        for (name, _) in Kind::ALL {
            let (mut cluster, fault, conn) =
                faulty(&format!(r#"{{"when": {{"command": ["{name}"]}}, "then": {{"close": true}}}}"#));
            ask(&mut cluster, conn, &asked, NOW);
            let strikes = name == kind || Some(name) == group;
            assert_eq!(cluster.faults().struck(fault), u64::from(strikes), "{name} of {kind}");
        }
    }
}

#[test]
fn compressed_requests_are_looked_into() {
    let (mut cluster, conn) = server(r#"{"edition": "enterprise"}"#);
    let fault = add(&mut cluster, r#"{"when": {"command": ["put"], "key": {"integer": "1"}}, "then": {"code": 8}}"#);
    let mut asked = request(WRITE, b"set", 1, &[(op::WRITE, b"b", &[7; 1000])]);
    assert!(Compressor::default().shrink(&mut asked, 0, 128));
    assert_eq!(codes(&ask(&mut cluster, conn, &asked, NOW).0), [8]);
    assert_eq!(cluster.faults().struck(fault), 1);
}

#[test]
fn what_is_struck_keeps_its_fate_when_the_fault_is_gone() {
    let (mut cluster, fault, conn) = faulty(r#"{"then": {"delay": 100, "code": 5}}"#);
    ask(&mut cluster, conn, &get(1), NOW);
    cluster.faults().remove(fault);
    assert_eq!(ask(&mut cluster, conn, &[], NOW + 50).0, []);
    assert_eq!(codes(&ask(&mut cluster, conn, &[], NOW + 100).0), [5]);
    assert_eq!(codes(&ask(&mut cluster, conn, &get(1), NOW + 100).0), [NOT_FOUND]);
}

#[test]
fn requests_may_arrive_in_pieces_and_are_struck_once() {
    let stream = [put(1), get(1), batch(&[1, 2]), get(2)].concat();
    for size in 1..60 {
        let (mut cluster, fault, conn) = faulty(r#"{"when": {"command": ["get"]}, "then": {"code": 3}}"#);
        let answer: Vec<u8> = stream.chunks(size).flat_map(|part| ask(&mut cluster, conn, part, NOW).0).collect();
        assert_eq!((answer[13], answer[43], *answer.last_chunk::<17>().unwrap().first().unwrap()), (OK, 3, 3));
        assert_eq!(cluster.faults().struck(fault), 2, "in pieces of {size}");
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (text, said) in [
        (r#"{"whem": {}}"#, "whem"),
        (r#"{"when": {"command": ["fetch"]}}"#, "when.command"),
        (r#"{"when": {"key": {"digest": "00"}}}"#, "when.key"),
        (r#"{"when": {"key": {"bytes": "0é"}}}"#, "when.key"),
        (r#"{"then": {"code": 256}}"#, "then.code"),
        (r#"{"then": {"explode": true}}"#, "then.explode"),
        ("[]", "no object"),
    ] {
        assert_eq!(Fault::parse(text).unwrap_err(), said);
    }
}
