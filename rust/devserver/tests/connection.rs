//! What a connection goes through: requests in pieces and in bulk, answers too large to give at once, and bytes that
//! are nobody's protocol.

#[path = "replay/recorded.rs"]
#[allow(dead_code)]
mod recorded;

use aerospike_devserver::partition_map::{Member, PartitionMap};
use aerospike_devserver::{Action, Cluster, Config, ConnId};
use aerospike_sansio::key::{self, digest, UserKey};
use aerospike_sansio::proto::{field, info1, info2, op, particle, security_command, security_field};
use aerospike_sansio::wire::{self, message, Header};

const NOW: u64 = 1_795_000_000_000;
const NOBODY: [ConnId; 0] = [];

fn cluster() -> (Cluster, ConnId) {
    let mut cluster = Cluster::new(Config::default(), 3);
    let conn = cluster.connect(0).unwrap();
    (cluster, conn)
}

fn request(header: Header, key: i64, ops: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    let start = message::begin_message(&mut out);
    message::field(&mut out, field::NAMESPACE, b"test");
    message::field(&mut out, field::SET, b"set");
    message::field(&mut out, field::DIGEST, &digest(b"set", &UserKey::Int(key)));
    ops(&mut out);
    message::end_message(&mut out, start, &Header { fields: 3, ..header });
    out
}

fn put(key: i64, value: &[u8]) -> Vec<u8> {
    request(Header { info2: info2::WRITE, ops: 1, ..Header::default() }, key, |out| {
        message::op::<()>(out, op::WRITE, b"b", |out| {
            out.extend_from_slice(value);
            Ok(particle::BLOB)
        })
        .unwrap();
    })
}

fn get(key: i64) -> Vec<u8> {
    request(Header { info1: info1::READ | info1::GET_ALL, ..Header::default() }, key, |_| {})
}

#[test]
fn requests_may_be_split_anywhere() {
    let stream = [put(1, b"one"), get(1), put(2, b"two"), get(2), get(3)].concat();
    let (mut whole, conn) = cluster();
    let mut expected = Vec::new();
    assert_eq!(whole.received(conn, &stream, NOW, &mut expected), Action::Keep);
    for size in 1..80 {
        let (mut cluster, conn) = cluster();
        let mut answers = Vec::new();
        for piece in stream.chunks(size) {
            assert_eq!(cluster.received(conn, piece, NOW, &mut answers), Action::Keep);
        }
        assert_eq!(answers, expected, "in pieces of {size}");
    }
}

#[test]
fn connections_that_nobody_uses_are_closed_after_proto_fd_idle_ms_and_others_are_not() {
    let (mut cluster, quiet) = (Cluster::new(Config::parse(r#"{"protoFdIdleMs": 3000}"#).unwrap(), 3), 0);
    assert_eq!(cluster.connect(0), Some(quiet));
    let used = cluster.connect(0).unwrap();
    let slow = cluster.connect(0).unwrap();
    // Nobody was told when the first one was opened: its time begins now.
    assert_eq!(cluster.idle(NOW), NOBODY);
    let mut answers = vec![];
    cluster.received(used, &get(1), NOW + 2000, &mut answers);
    // A request that comes in pieces is as old as its first.
    let request = get(1);
    cluster.received(slow, &request[..10], NOW + 500, &mut answers);
    cluster.received(slow, &request[10..20], NOW + 3000, &mut answers);
    assert_eq!(cluster.idle(NOW + 3000), NOBODY);
    assert_eq!(cluster.idle(NOW + 3001), [quiet]);
    cluster.disconnected(quiet);
    assert_eq!(cluster.idle(NOW + 3501), [slow]);
    cluster.disconnected(slow);
    assert_eq!(cluster.idle(NOW + 5000), NOBODY);
    assert_eq!(cluster.idle(NOW + 5001), [used]);
    assert_eq!(info(&mut cluster, used, "get-config:context=service").split(';').nth(3), Some("proto-fd-idle-ms=3000"));
    assert!(info(&mut cluster, used, "statistics").contains(";reaped_fds=3;"));

    let (mut never, conn) = self::cluster();
    never.received(conn, &get(1), NOW, &mut answers);
    assert_eq!(never.idle(NOW + 1_000_000_000), NOBODY);
    assert_eq!(info(&mut never, conn, "get-config:").split(';').nth(3), Some("proto-fd-idle-ms=0"));
}

#[test]
fn a_connection_whose_request_is_under_way_is_not_idle() {
    let mut cluster = Cluster::new(Config::parse(r#"{"protoFdIdleMs": 1, "nodes": 2}"#).unwrap(), 3);
    let conn = cluster.connect(0).unwrap();
    cluster.lose(1);
    let mut answers = vec![];
    // Some of these need the node of which nobody knows yet that it is gone.
    for key in 0..20 {
        assert_eq!(cluster.received(conn, &put(key, b"x"), NOW, &mut answers), Action::Keep);
    }
    assert!(cluster.pending(conn));
    assert_eq!(cluster.idle(NOW + 100), NOBODY);
    cluster.kill(1);
    cluster.received(conn, &[], NOW + 200, &mut answers);
    assert!(!cluster.pending(conn));
    assert_eq!(cluster.idle(NOW + 300), [conn]);
}

fn info(cluster: &mut Cluster, conn: ConnId, name: &str) -> String {
    let mut request = Vec::new();
    aerospike_sansio::command::info(format!("{name}\n").as_bytes(), &mut request).unwrap();
    let mut answer = vec![];
    assert_eq!(cluster.received(conn, &request, NOW, &mut answer), Action::Keep);
    String::from_utf8(answer.split_off(8 + name.len() + 1)).unwrap()
}

fn enterprise() -> (Cluster, ConnId) {
    let mut cluster = Cluster::new(Config::parse(r#"{"edition": "enterprise"}"#).unwrap(), 3);
    let conn = cluster.connect(0).unwrap();
    (cluster, conn)
}

fn shrunk(mut message: Vec<u8>) -> Vec<u8> {
    assert!(wire::Compressor::default().shrink(&mut message, 0, 128));
    message
}

/// A request that asks for a compressed answer.
fn asking(mut request: Vec<u8>) -> Vec<u8> {
    request[9] |= info1::COMPRESS_RESPONSE;
    request
}

#[test]
fn enterprise_takes_compressed_requests_and_compresses_what_it_is_asked_to() {
    let (mut cluster, conn) = enterprise();
    let mut answers = Vec::new();
    cluster.received(conn, &shrunk(put(1, &[7; 1000])), NOW, &mut answers);
    assert_eq!((answers.len(), answers[13]), (30, 0));
    answers.clear();
    cluster.received(conn, &get(1), NOW, &mut answers);
    let plain = std::mem::take(&mut answers);
    assert!(plain.len() > 1000 && !wire::is_compressed(&plain));
    cluster.received(conn, &asking(get(1)), NOW, &mut answers);
    assert!(answers.len() < 100 && wire::is_compressed(&answers));
    assert_eq!(wire::inflate(&answers[8..]).unwrap(), plain);
    answers.clear();
    cluster.received(conn, &asking(get(2)), NOW, &mut answers);
    assert_eq!((answers[1], answers[13]), (3, 2), "an answer of 30 bytes stays as it is");
}

#[test]
fn compressed_requests_may_be_split_anywhere_and_be_damaged() {
    let request = shrunk(put(1, &[7; 1000]));
    for size in 1..request.len() {
        let (mut cluster, conn) = enterprise();
        let mut answers = Vec::new();
        for piece in request.chunks(size) {
            cluster.received(conn, piece, NOW, &mut answers);
        }
        assert_eq!((answers.len(), answers[13]), (30, 0), "in pieces of {size}");
    }
    let (mut cluster, conn) = enterprise();
    let mut answers = Vec::new();
    let mut damaged = request.clone();
    *damaged.last_mut().unwrap() ^= 1;
    cluster.received(conn, &[damaged, get(1)].concat(), NOW, &mut answers);
    assert_eq!((answers.len(), answers[13], answers[43]), (60, 4, 2), "it goes on behind it, and nothing was written");
}

#[test]
fn community_does_not_look_into_compressed_requests() {
    let (mut cluster, conn) = cluster();
    let mut answers = Vec::new();
    cluster.received(conn, &[shrunk(put(1, &[7; 1000])), asking(get(1))].concat(), NOW, &mut answers);
    assert_eq!((answers.len(), answers[13], answers[43]), (60, 25, 2));
}

#[test]
fn answers_that_grow_large_wait_for_the_host() {
    let (mut cluster, conn) = cluster();
    let mut answers = Vec::new();
    cluster.received(conn, &put(1, &[7; 600_000]), NOW, &mut answers);
    answers.clear();
    cluster.received(conn, &get(1).repeat(10), NOW, &mut answers);
    let mut rounds = 0;
    while cluster.pending(conn) {
        assert!(answers.len() < 2_000_000);
        answers.clear();
        cluster.received(conn, &[], NOW, &mut answers);
        rounds += 1;
    }
    assert_eq!(rounds, 5, "two of them at a time, and one call that finds nothing left");
}

#[test]
fn one_answer_cannot_grow_without_bound() {
    let (mut cluster, conn) = cluster();
    let mut answers = Vec::new();
    cluster.received(conn, &put(1, &[7; 1_000_000]), NOW, &mut answers);
    answers.clear();
    let header = Header { info1: info1::READ, ops: 30_000, ..Header::default() };
    let reads = request(header, 1, |out| (0..30_000).for_each(|_| message::bare_op(out, op::READ, b"b")));
    cluster.received(conn, &reads, NOW, &mut answers);
    assert_eq!(answers.len(), 30);
    assert_eq!(answers[13], 1, "it fails");
}

#[test]
fn a_message_between_clusters_hangs_the_connection() {
    let (mut cluster, conn) = cluster();
    let mut answers = Vec::new();
    let frame = [2, 5, 0, 0, 0, 0, 0, 1, 9];
    assert_eq!(cluster.received(conn, &[&frame[..], &get(1)].concat(), NOW, &mut answers), Action::Keep);
    assert_eq!(cluster.received(conn, &get(1), NOW, &mut answers), Action::Keep);
    assert!(answers.is_empty());
}

#[test]
fn a_killed_node_answers_no_more_even_when_it_is_back() {
    let mut cluster = Cluster::new(Config::parse(r#"{"nodes": 2}"#).unwrap(), 3);
    let (doomed, kept) = (cluster.connect(0).unwrap(), cluster.connect(1).unwrap());
    let mut answers = Vec::new();
    cluster.received(doomed, &put(1, b"x"), NOW, &mut answers);
    cluster.kill(0);
    assert_eq!(cluster.received(doomed, &get(1), NOW, &mut answers), Action::Close);
    answers.clear();
    cluster.received(kept, &get(1), NOW, &mut answers);
    assert_eq!(answers[13], 0, "the other node has the record");
    assert!(cluster.connect(0).is_none());
    cluster.restart(0);
    assert_eq!(cluster.received(doomed, &get(1), NOW, &mut answers), Action::Close);
    let back = cluster.connect(0).unwrap();
    cluster.disconnected(doomed);
    answers.clear();
    assert_eq!(cluster.received(back, &get(1), NOW, &mut answers), Action::Keep);
    assert_eq!(answers[13], 0);
    assert_eq!(cluster.nodes()[0].connections, 1);
}

#[test]
fn an_expired_record_is_gone_at_once_and_removed_in_time() {
    let (mut cluster, conn) = cluster();
    let mut answers = Vec::new();
    let mut write = put(1, b"x");
    write[18..22].copy_from_slice(&100u32.to_be_bytes());
    cluster.received(conn, &write, NOW, &mut answers);
    answers.clear();
    cluster.expire(NOW);
    cluster.received(conn, &get(1), NOW + 102_000, &mut answers);
    assert_eq!(answers[13], 2, "not found");
    assert_eq!(cluster.namespaces()[0].objects(), 1);
    cluster.expire(NOW + 300_000);
    assert_eq!(cluster.namespaces()[0].objects(), 0);
}

/// Every recorded request with a few bytes of its body changed. Nothing may panic or hang.
#[test]
fn survives_what_is_almost_a_request() {
    let mut random = 0x2545_F491_4F6C_DD1Du64;
    let mut draw = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let (mut cluster, mut conn) = cluster();
    let mut answers = Vec::new();
    let requests = recorded::families().into_iter().flat_map(|(_, exchanges)| exchanges).flat_map(|e| e.requests);
    for request in requests.filter(|request| (9..4096).contains(&request.len())) {
        for round in 0..3 {
            let mut bytes = request.clone();
            for _ in 0..=round {
                let at = 8 + draw(bytes.len() - 8);
                bytes[at] = draw(256) as u8;
            }
            answers.clear();
            if cluster.received(conn, &bytes, NOW, &mut answers) == Action::Close {
                cluster.disconnected(conn);
                conn = cluster.connect(0).unwrap();
            }
        }
    }
}

/// Three nodes of which the first is lost, a connection to the second, and keys by who has a copy: master, replica.
fn after_a_loss() -> (Cluster, ConnId, impl Fn(&[usize]) -> i64) {
    let mut cluster = Cluster::new(Config::parse(r#"{"nodes": 3}"#).unwrap(), 3);
    let conn = cluster.connect(1).unwrap();
    cluster.lose(0);
    let ids: Vec<Member> =
        (0..3).map(|index| Member { index, id: 0xA1 + index as u64, rack: 0, leaves: false }).collect();
    let map = PartitionMap::new(&ids);
    let key_of = move |owners: &[usize]| {
        let partition = |key| usize::from(key::partition(&digest(b"set", &UserKey::Int(key))));
        let is = |key: &i64| map.owners(partition(*key), 2).iter().map(|&owner| usize::from(owner)).eq(owners.to_vec());
        (0..10_000).find(is).unwrap()
    };
    (cluster, conn, key_of)
}

fn ask(cluster: &mut Cluster, conn: ConnId, request: &[u8], now_ms: u64) -> Vec<u8> {
    let mut out = Vec::new();
    assert_eq!(cluster.received(conn, request, now_ms, &mut out), Action::Keep);
    out
}

#[test]
fn what_belongs_to_a_lost_node_waits_until_the_others_agree() {
    let (mut cluster, conn, key_of) = after_a_loss();
    let (by_replica, apart) = (key_of(&[0, 1]), key_of(&[0, 2]));
    assert_eq!(ask(&mut cluster, conn, &get(by_replica), NOW)[13], 2, "a replica reads on its own");
    assert_eq!(ask(&mut cluster, conn, &put(by_replica, b"one"), NOW), b"");
    assert!(cluster.pending(conn) && cluster.wait_ms(conn, NOW) > 0);
    assert_eq!(ask(&mut cluster, conn, &get(apart), NOW + 100), b"", "nothing overtakes it");
    cluster.kill(0);
    let answers = ask(&mut cluster, conn, &[], NOW + 200);
    assert_eq!((answers[13], answers[30 + 13]), (0, 2), "the write, then the read that was passed on");
    assert!(!cluster.pending(conn));
}

/// What has been done must not be refused: the client would do it again.
#[test]
fn a_write_that_waits_to_be_told_is_told_although_its_user_was_logged_out_meanwhile() {
    let users = r#"{"users": [{"name": "w", "password": "p", "roles": ["read-write"]}]}"#;
    let options = format!(r#"{{"nodes": 3, "edition": "enterprise", "security": {users}}}"#);
    let (_, _, key_of) = after_a_loss();
    let mut cluster = Cluster::new(Config::parse(&options).unwrap(), 3);
    let conn = cluster.connect(1).unwrap();
    let mut login = Vec::new();
    let hash = aerospike_sansio::password::hash("p");
    let fields = [(security_field::USER, &b"w"[..]), (security_field::CREDENTIAL, hash.as_bytes())];
    wire::security::request(security_command::LOGIN, &fields, &mut login);
    assert_eq!(ask(&mut cluster, conn, &login, NOW)[9], 0);
    cluster.lose(0);
    assert_eq!(ask(&mut cluster, conn, &put(key_of(&[1, 0]), b"one"), NOW), b"");
    cluster.log_out(1, true);
    cluster.kill(0);
    assert_eq!(ask(&mut cluster, conn, &[], NOW + 200)[13], 0);
    assert_eq!(ask(&mut cluster, conn, &put(1, b"two"), NOW + 300)[13], 80, "nothing more of it is taken");
}

#[test]
fn a_write_that_a_lost_node_has_a_copy_of_is_done_and_told_later() {
    let (mut cluster, conn, key_of) = after_a_loss();
    let key = key_of(&[1, 0]);
    assert_eq!(ask(&mut cluster, conn, &put(key, b"one"), NOW), b"");
    let other = cluster.connect(1).unwrap();
    assert_eq!(ask(&mut cluster, other, &get(key), NOW)[13], 0, "it is there");
    assert_eq!(ask(&mut cluster, conn, &[], NOW + 50), b"");
    cluster.kill(0);
    assert_eq!(ask(&mut cluster, conn, &[], NOW + 100)[13], 0);
    let whole = key_of(&[1, 2]);
    assert_eq!(ask(&mut cluster, conn, &put(whole, b"two"), NOW + 100)[13], 0);
}

#[test]
fn what_waits_for_a_lost_node_times_out() {
    let (mut cluster, conn, key_of) = after_a_loss();
    let limited = |key, timeout| {
        let mut request = put(key, b"one");
        request[8 + 14..8 + 18].copy_from_slice(&u32::to_be_bytes(timeout));
        request
    };
    for (owners, applied) in [([0, 1], 2), ([1, 0], 0)] {
        let key = key_of(&owners);
        assert_eq!(ask(&mut cluster, conn, &limited(key, 300), NOW), b"");
        assert_eq!(ask(&mut cluster, conn, &[], NOW + 299), b"");
        assert_eq!(ask(&mut cluster, conn, &[], NOW + 300)[13], 9);
        assert_eq!(ask(&mut cluster, conn, &get(key), NOW + 300)[13], applied);
        assert_eq!(ask(&mut cluster, conn, &put(key, b"two"), NOW), b"");
        assert_eq!(ask(&mut cluster, conn, &[], NOW + 999), b"", "without a limit of its own it has a second");
        assert_eq!(ask(&mut cluster, conn, &[], NOW + 1000)[13], 9);
    }
}

#[test]
fn a_lost_node_answers_nothing_and_is_new_when_it_returns_before_it_is_missed() {
    let (mut cluster, conn, key_of) = after_a_loss();
    assert_eq!(cluster.connect(0), None);
    let key = key_of(&[0, 1]);
    assert_eq!(ask(&mut cluster, conn, &put(key, b"one"), NOW), b"");
    cluster.restart(0);
    assert_eq!(ask(&mut cluster, conn, &[], NOW)[13], 0);
    assert!(cluster.connect(0).is_some());
}
