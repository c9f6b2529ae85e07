//! What a connection goes through: requests in pieces and in bulk, answers too large to give at once, and bytes that
//! are nobody's protocol.

#[path = "replay/recorded.rs"]
#[allow(dead_code)]
mod recorded;

use aerospike_devserver::{Action, Cluster, Config, ConnId};
use aerospike_sansio::key::{digest, UserKey};
use aerospike_sansio::proto::{field, info1, info2, op, particle};
use aerospike_sansio::wire::{self, message, Header};

const NOW: u64 = 1_795_000_000_000;

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
