//! Single-record commands where the recorded exchanges do not reach: what the server's rules say beside them.

use aerospike_devserver::{Cluster, Config, ConnId};
use aerospike_sansio::key::{digest, UserKey};
use aerospike_sansio::proto::{code, field, info1, info2, info3, op, particle};
use aerospike_sansio::wire::{message, Header};

const NOW: u64 = 1_795_000_000_000;
const READ_ALL: u8 = info1::READ | info1::GET_ALL;

struct Server {
    cluster: Cluster,
    conn: ConnId,
    now_ms: u64,
}

struct Request {
    header: Header,
    set: &'static [u8],
    key: Option<&'static [u8]>,
    filter: Option<&'static [u8]>,
    ops: Vec<(u8, &'static [u8], u8, Vec<u8>)>,
}

fn request(info1: u8, info2: u8) -> Request {
    Request {
        header: Header { info1, info2, ..Header::default() },
        set: b"set",
        key: None,
        filter: None,
        ops: Vec::new(),
    }
}

fn put(value: i64) -> Request {
    request(0, info2::WRITE).int(op::WRITE, value)
}

impl Request {
    fn op(mut self, code: u8, name: &'static [u8], particle_type: u8, value: &[u8]) -> Request {
        self.ops.push((code, name, particle_type, value.to_vec()));
        self
    }

    fn int(self, code: u8, value: i64) -> Request {
        self.op(code, b"a", particle::INTEGER, &value.to_be_bytes())
    }

    fn key(self, key: &'static [u8]) -> Request {
        Request { key: Some(key), ..self }
    }

    fn ttl(mut self, ttl: u32) -> Request {
        self.header.ttl = ttl;
        self
    }

    fn frame(&self, with_digest: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let start = message::begin_message(&mut out);
        let mut fields = 2;
        message::field(&mut out, field::NAMESPACE, b"test");
        message::field(&mut out, field::SET, self.set);
        if with_digest {
            message::field(&mut out, field::DIGEST, &digest(b"set", &UserKey::Int(1)));
            fields += 1;
        }
        if let Some(key) = self.key {
            message::field(&mut out, field::KEY, key);
            fields += 1;
        }
        if let Some(filter) = self.filter {
            message::field(&mut out, field::FILTER, filter);
            fields += 1;
        }
        for (code, name, particle_type, value) in &self.ops {
            message::op::<()>(&mut out, *code, name, |out| {
                out.extend_from_slice(value);
                Ok(*particle_type)
            })
            .unwrap();
        }
        message::end_message(&mut out, start, &Header { fields, ops: self.ops.len() as u16, ..self.header });
        out
    }
}

impl Server {
    fn new() -> Server {
        Server::with("{}")
    }

    fn with(options: &str) -> Server {
        let mut cluster = Cluster::new(Config::parse(options).unwrap(), 1);
        let conn = cluster.connect(0).unwrap();
        Server { cluster, conn, now_ms: NOW }
    }

    fn send(&mut self, frame: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        self.cluster.received(self.conn, frame, self.now_ms, &mut out);
        out
    }

    fn code(&mut self, request: Request) -> i32 {
        self.send(&request.frame(true))[13].into()
    }

    fn generation(&mut self) -> u32 {
        let answer = self.send(&request(info1::READ | info1::GET_NO_BINS, 0).frame(true));
        u32::from_be_bytes(answer[14..18].try_into().unwrap())
    }
}

#[test]
fn a_stored_key_must_be_the_one_that_is_sent() {
    let mut server = Server::new();
    assert_eq!(server.code(put(1).key(b"\x03one")), code::OK);
    assert_eq!(server.code(put(2).key(b"\x03two")), code::KEY_MISMATCH);
    assert_eq!(server.code(request(READ_ALL, 0).key(b"\x03two")), code::KEY_MISMATCH);
    assert_eq!(server.code(request(0, info2::WRITE | info2::DELETE).key(b"\x03two")), code::KEY_MISMATCH);
    assert_eq!(server.code(put(2)), code::OK, "not sending it is fine");
    assert_eq!(server.code(put(3).key(b"\x03one")), code::OK);
    assert_eq!(server.generation(), 3);
}

#[test]
fn a_record_is_in_one_set() {
    let mut server = Server::new();
    server.code(put(1));
    let elsewhere = |request: Request| Request { set: b"other", ..request };
    assert_eq!(server.code(elsewhere(put(2))), code::PARAMETER);
    assert_eq!(server.code(elsewhere(request(READ_ALL, 0))), code::PARAMETER);
    let nowhere = |request: Request| Request { set: b"", ..request };
    assert_eq!(server.code(nowhere(request(READ_ALL, 0))), code::OK, "a read need not say");
    assert_eq!(server.code(nowhere(put(2))), code::PARAMETER, "a write must");
}

#[test]
fn ops_that_do_not_go_together_are_refused() {
    let mut server = Server::new();
    server.code(put(1));
    let all = |request: Request| request.op(op::READ, b"", 0, b"");
    let one = |request: Request| request.op(op::READ, b"a", 0, b"");
    let write = |info1, info2| request(info1, info2::WRITE | info2).int(op::WRITE, 2);
    assert_eq!(server.code(all(write(READ_ALL, 0))), code::OK);
    assert_eq!(server.code(one(all(write(READ_ALL, 0)))), code::PARAMETER);
    assert_eq!(server.code(all(all(write(READ_ALL, 0)))), code::PARAMETER);
    assert_eq!(server.code(all(write(READ_ALL, info2::RESPOND_ALL_OPS))), code::PARAMETER);
    assert_eq!(server.code(write(READ_ALL, 0)), code::PARAMETER, "all bins asked for, by no op");
    assert_eq!(server.code(one(write(0, 0))), code::PARAMETER, "a read op without the bit");
    assert_eq!(server.generation(), 2);
}

#[test]
fn replacing_takes_only_plain_writes() {
    let mut server = Server::new();
    server.code(put(1));
    let replace = |mut request: Request| {
        request.header.info3 = info3::CREATE_OR_REPLACE;
        request
    };
    for (op_code, particle_type) in [(op::INCR, particle::INTEGER), (op::TOUCH, 0), (op::DELETE_ALL, 0), (op::WRITE, 0)]
    {
        let refused = replace(request(0, info2::WRITE).op(op_code, b"a", particle_type, b""));
        assert_eq!(server.code(refused), code::PARAMETER, "op {op_code}");
    }
    assert_eq!(server.code(replace(put(2))), code::OK);
}

#[test]
fn a_write_without_a_digest_is_done_to_the_whole_set() {
    let mut server = Server::new();
    server.code(put(1));
    let answer = server.send(&put(2).key(b"\x03one").frame(false));
    assert_eq!((answer[11], answer[13]), (info3::LAST, 0));
    assert_eq!(server.generation(), 2);
}

#[test]
fn an_expired_record_counts_as_absent_and_its_generation_starts_again() {
    let mut server = Server::new();
    server.code(put(1).ttl(10));
    server.code(put(2).ttl(10));
    server.now_ms += 20_000;
    assert_eq!(server.code(request(READ_ALL, 0)), code::RECORD_NOT_FOUND);
    let mut update = put(3);
    update.header.info3 = info3::UPDATE_ONLY;
    assert_eq!(server.code(update), code::RECORD_NOT_FOUND);
    assert_eq!(server.code(request(0, info2::WRITE | info2::CREATE_ONLY).int(op::WRITE, 4)), code::OK);
    assert_eq!(server.generation(), 1);
}

#[test]
fn a_read_renews_a_record_that_is_about_to_expire() {
    let mut server = Server::with(r#"{"namespaces": {"test": {"defaultReadTouchTtlPct": 80}}}"#);
    server.code(put(1).ttl(100));
    server.now_ms += 90_000;
    assert_eq!(server.code(request(READ_ALL, 0)), code::OK);
    server.now_ms += 90_000;
    assert_eq!(server.code(request(READ_ALL, 0)), code::OK);
    assert_eq!(server.generation(), 1, "which is no write");
    server.now_ms += 110_000;
    assert_eq!(server.code(request(READ_ALL, 0)), code::RECORD_NOT_FOUND);
}

#[test]
fn a_read_that_filters_the_record_out_renews_it_too() {
    let mut server = Server::new();
    server.code(put(1).ttl(100));
    server.now_ms += 90_000;
    let filtered = Request { filter: Some(b"\xc2"), ..request(READ_ALL, 0).ttl(50) };
    assert_eq!(server.code(filtered), code::FILTERED_OUT);
    server.now_ms += 90_000;
    assert_eq!(server.code(request(READ_ALL, 0)), code::OK);
}

#[test]
fn writes_stop_when_memory_is_used_up_and_go_on_when_it_is_not() {
    let mut server = Server::with(r#"{"namespaces": {"test": {"dataSize": 100}}}"#);
    assert_eq!(server.code(put(1)), code::OK);
    assert_eq!(server.code(put(2)), code::OUT_OF_SPACE);
    assert_eq!(server.code(request(0, info2::WRITE | info2::DELETE)), code::OK);
    assert_eq!(server.code(put(3)), code::OK);
}

#[test]
fn a_record_may_be_just_as_large_as_the_namespace_allows() {
    let mut server = Server::with(r#"{"namespaces": {"test": {"maxRecordSize": 1000}}}"#);
    let blob = |length: usize| request(0, info2::WRITE).op(op::WRITE, b"a", particle::BLOB, &vec![7; length]);
    // Header 35, set 4, count of bins 1, bin 2 + 5, and the mark at the end 4.
    assert_eq!(server.code(blob(1000 - 51)), code::OK);
    assert_eq!(server.code(blob(1000 - 50)), code::RECORD_TOO_BIG);
    let append = request(0, info2::WRITE).op(op::APPEND, b"a", particle::BLOB, b"x");
    assert_eq!(server.code(append), code::RECORD_TOO_BIG);
    assert_eq!(server.generation(), 1);
}

#[test]
fn truncation_removes_what_was_written_before_it() {
    let mut server = Server::new();
    server.code(put(1));
    server.now_ms += 10;
    let text = b"truncate:namespace=test;set=set\n";
    let frame = [&[2, 1, 0, 0, 0, 0, 0, text.len() as u8], &text[..]].concat();
    assert!(server.send(&frame).ends_with(b"\tok\n"));
    assert_eq!(server.code(request(READ_ALL, 0)), code::RECORD_NOT_FOUND);
    assert_eq!(server.cluster.namespaces()[0].objects(), 0);
    assert_eq!(server.code(put(2)), code::OK);
    assert_eq!(server.code(request(READ_ALL, 0)), code::OK);
}
