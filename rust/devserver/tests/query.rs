//! Queries where the recorded exchanges do not reach: parts of a large answer, going on behind a record, aborts, and
//! hostile input.

use aerospike_devserver::{Action, Cluster, Config, ConnId};
use aerospike_sansio::proto::{code, field, info1, info2, info3, op, particle};
use aerospike_sansio::wire::{message, Header};

const NOW: u64 = 1_795_000_000_000;

struct Server {
    cluster: Cluster,
    conn: ConnId,
}

/// What a message of an answer says.
#[derive(Debug)]
struct Told {
    info3: u8,
    code: u8,
    generation: u32,
    digest: Option<[u8; 20]>,
    bval: Option<u64>,
}

fn digest(n: u32) -> [u8; 20] {
    let mut digest = [0; 20];
    digest[..4].copy_from_slice(&n.to_le_bytes());
    digest
}

fn request(header: Header, fields: &[(u8, Vec<u8>)], ops: &[(u8, u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let start = message::begin_message(&mut out);
    message::field(&mut out, field::NAMESPACE, b"test");
    message::field(&mut out, field::SET, b"set");
    fields.iter().for_each(|(id, data)| message::field(&mut out, *id, data));
    for (code, kind, value) in ops {
        let value = |out: &mut Vec<u8>| {
            out.extend_from_slice(value);
            Ok::<_, ()>(*kind)
        };
        message::op(&mut out, *code, b"a", value).unwrap();
    }
    let header = Header { fields: fields.len() as u16 + 2, ops: ops.len() as u16, ..header };
    message::end_message(&mut out, start, &header);
    out
}

fn put(n: u32, value: &[u8]) -> Vec<u8> {
    let header = Header { info2: info2::WRITE, ..Header::default() };
    request(header, &[(field::DIGEST, digest(n).to_vec())], &[(op::WRITE, particle::BLOB, value.to_vec())])
}

const SCAN: Header = Header {
    info1: info1::READ,
    info2: 0,
    info3: info3::PARTITION_DONE,
    info4: 0,
    code: 0,
    generation: 0,
    ttl: 0,
    timeout: 0,
    fields: 0,
    ops: 0,
};

fn partitions(ids: impl IntoIterator<Item = u16>) -> (u8, Vec<u8>) {
    (field::PARTITIONS, ids.into_iter().flat_map(u16::to_le_bytes).collect())
}

fn range(low: i64, high: i64) -> (u8, Vec<u8>) {
    let eight = 8u32.to_be_bytes();
    let head = [1, 1, b'a', particle::INTEGER];
    (field::INDEX_RANGE, [&head[..], &eight, &low.to_be_bytes(), &eight, &high.to_be_bytes()].concat())
}

impl Server {
    fn new(options: &str) -> Server {
        let mut cluster = Cluster::new(Config::parse(options).unwrap(), 1);
        let conn = cluster.connect(0).unwrap();
        Server { cluster, conn }
    }

    /// One part of the answer.
    fn part(&mut self, frame: &[u8]) -> Vec<u8> {
        self.part_after(0, frame)
    }

    /// The same, some milliseconds later.
    fn part_after(&mut self, ms: u64, frame: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        assert_eq!(self.cluster.received(self.conn, frame, NOW + ms, &mut out), Action::Keep);
        out
    }

    fn ask(&mut self, frame: &[u8]) -> Vec<Told> {
        let mut out = self.part(frame);
        while self.cluster.pending(self.conn) {
            out.extend(self.part(&[]));
        }
        told(&out)
    }

    fn info(&mut self, text: &str) -> String {
        self.info_after(0, text)
    }

    fn info_after(&mut self, ms: u64, text: &str) -> String {
        let frame = [&[2, 1, 0, 0, 0, 0, 0, text.len() as u8], text.as_bytes()].concat();
        let conn = self.cluster.connect(0).unwrap();
        let mut out = Vec::new();
        self.cluster.received(conn, &frame, NOW + ms, &mut out);
        self.cluster.disconnected(conn);
        String::from_utf8(out.split_off(8)).unwrap()
    }
}

fn told(mut frames: &[u8]) -> Vec<Told> {
    let mut all = Vec::new();
    while let Some(length) = frames.get(4..8) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let (frame, rest) = frames.split_at(8 + length);
        let mut body = &frame[8..];
        while !body.is_empty() {
            let (header, _) = Header::read(body).unwrap();
            let (message, length) = aerospike_devserver::request::Request::after(header, &body[22..]).unwrap();
            all.push(Told {
                info3: header.info3,
                code: header.code,
                generation: header.generation,
                digest: message.field(field::DIGEST).map(|digest| digest.try_into().unwrap()),
                bval: message.field(field::BVALS).map(|bval| u64::from_le_bytes(bval.try_into().unwrap())),
            });
            body = &body[22 + length..];
        }
        frames = rest;
    }
    all
}

fn found(told: &[Told]) -> Vec<u32> {
    told.iter().filter_map(|told| told.digest).map(|d| u32::from_le_bytes(d[..4].try_into().unwrap())).collect()
}

#[test]
fn a_large_answer_comes_in_parts_and_an_abort_ends_it() {
    let mut server = Server::new("{}");
    for n in 0..100 {
        server.part(&put(n, &vec![7; 100_000]));
    }
    let id = (field::QUERY_ID, 77u64.to_be_bytes().to_vec());
    let scan = request(SCAN, &[partitions(0..4096), id], &[]);
    let first = server.part(&scan);
    assert!((1 << 20..2 << 20).contains(&first.len()), "{} bytes in the first part", first.len());
    assert!(server.info("query-show:id=77\n").contains("status=active(ok)"));
    let mut rest = Vec::new();
    while server.cluster.pending(server.conn) {
        rest.extend(server.part(&[]));
    }
    let mut all = told(&first);
    all.extend(told(&rest));
    assert_eq!(found(&all), (0..100).collect::<Vec<_>>());
    assert_eq!(all.last().unwrap().info3, info3::LAST);
    assert!(server.info("query-show\n").contains("status=done(ok):job-progress=100.00"));
    assert_eq!(server.ask(&scan)[0].code, code::PARAMETER as u8, "the id is known already");

    let id = (field::QUERY_ID, 78u64.to_be_bytes().to_vec());
    server.part(&request(SCAN, &[partitions(0..4096), id], &[]));
    assert_eq!(server.info("query-abort:id=78\n"), "query-abort:id=78\tok\n");
    let end = server.ask(&[]);
    assert_eq!((end.len(), end[0].info3, end[0].code), (1, info3::LAST, code::QUERY_ABORTED as u8));
    assert!(!server.cluster.pending(server.conn));

    server.part(&request(SCAN, &[partitions(0..4096)], &[]));
    server.cluster.disconnected(server.conn);
    assert_eq!(
        server.info("query-abort-all\n"),
        "query-abort-all\tnumber-of-queries-killed:0\n",
        "nobody waits for it"
    );
}

#[test]
fn requests_behind_a_query_wait_for_all_of_its_answer() {
    let mut server = Server::new("{}");
    for n in 0..30 {
        server.part(&put(n, &vec![7; 100_000]));
    }
    let all = server.ask(&[request(SCAN, &[partitions(0..4096)], &[]), put(5, b"x")].concat());
    assert_eq!(all.len(), 32);
    assert_eq!((all[30].info3, all[31].info3), (info3::LAST, 0), "the scan ends before the write is answered");
}

#[test]
fn a_partition_goes_on_behind_a_digest() {
    let mut server = Server::new("{}");
    // All in partition 1.
    let numbers: Vec<u32> = (0..10).map(|n| 1 | n << 16).collect();
    for &n in &numbers {
        server.part(&put(n, b"x"));
    }
    let behind = (field::DIGESTS, digest(numbers[3]).to_vec());
    let max = (field::MAX_RECORDS, 2u64.to_be_bytes().to_vec());
    assert_eq!(found(&server.ask(&request(SCAN, std::slice::from_ref(&behind), &[]))), numbers[4..]);
    assert_eq!(found(&server.ask(&request(SCAN, &[behind.clone(), max], &[]))), numbers[4..6]);
    let twice = request(SCAN, &[behind, partitions([1])], &[]);
    assert_eq!(server.ask(&twice)[0].code, code::PARAMETER as u8, "a partition is asked for twice");
}

#[test]
fn a_query_by_index_goes_on_behind_a_value() {
    let mut server = Server::new("{}");
    server.info("sindex-create:namespace=test;set=set;indexname=i;bin=a;type=numeric\n");
    for n in 0..10u32 {
        let header = Header { info2: info2::WRITE, ..Header::default() };
        let value = (i64::from(n % 5) - 2).to_be_bytes().to_vec();
        let fields = [(field::DIGEST, digest(1 | n << 16).to_vec())];
        server.part(&request(header, &fields, &[(op::WRITE, particle::INTEGER, value)]));
    }
    let all = server.ask(&request(SCAN, &[range(-1, 2), partitions([1])], &[]));
    let values: Vec<i64> = all.iter().filter_map(|told| told.bval).map(|bval| bval as i64).collect();
    assert_eq!(values, [-1, -1, 0, 0, 1, 1, 2, 2], "in the order of the values");
    for seen in 0..8 {
        let digests = (field::DIGESTS, all[seen].digest.unwrap().to_vec());
        let bvals = (field::BVALS, all[seen].bval.unwrap().to_le_bytes().to_vec());
        let rest = server.ask(&request(SCAN, &[range(-1, 2), digests, bvals], &[]));
        assert_eq!(found(&rest), found(&all[seen + 1..]));
    }
}

#[test]
fn a_partition_of_another_node_is_not_read_here() {
    let mut server = Server::new(r#"{"nodes": 3, "namespaces": {"test": {"replicationFactor": 1}}}"#);
    let all = server.ask(&request(SCAN, &[partitions(0..4096)], &[]));
    let (last, others) = all.split_last().unwrap();
    assert_eq!((last.info3, last.code), (info3::LAST, 0));
    assert!((2000..3500).contains(&others.len()), "about two thirds: {}", others.len());
    let unavailable = |told: &Told| told.info3 == info3::PARTITION_DONE && told.code == code::UNAVAILABLE as u8;
    assert!(others.iter().all(|told| unavailable(told) && told.generation < 4096));
}

/// How many of all partitions a node says are not to be read there.
fn unavailable(server: &mut Server, node: usize) -> usize {
    server.conn = server.cluster.connect(node).unwrap();
    let all = server.ask(&request(SCAN, &[partitions(0..4096)], &[]));
    all.iter().filter(|told| told.info3 == info3::PARTITION_DONE && told.code == code::UNAVAILABLE as u8).count()
}

#[test]
fn while_partitions_move_the_node_that_had_them_is_asked() {
    let mut server = Server::new(r#"{"nodes": 2, "namespaces": {"test": {"replicationFactor": 1}}}"#);
    let of_first = unavailable(&mut server, 0);
    server.cluster.hold_migrations(true);
    server.cluster.kill(1);
    assert_eq!(unavailable(&mut server, 0), 0, "there is no other node to wait for");
    server.cluster.restart(1);
    assert_eq!((unavailable(&mut server, 0), unavailable(&mut server, 1)), (0, 4096));
    assert_eq!(server.info("cluster-stable:\n"), "cluster-stable:\tERROR:7:unstable cluster\n");
    assert!(!server.info("cluster-stable:ignore-migrations=true\n").contains("ERROR"));
    assert!(server.info("statistics\n").contains(&format!("migrate_partitions_remaining={of_first};")));
    let generation = server.info("partition-generation\n");
    assert_eq!(server.cluster.migrate(100), of_first - 100);
    assert_eq!((unavailable(&mut server, 0), unavailable(&mut server, 1)), (100, 3996));
    assert_ne!(server.info("partition-generation\n"), generation, "clients are to look again");
    assert_eq!(server.cluster.migrate(usize::MAX), 0);
    assert_eq!((unavailable(&mut server, 0), unavailable(&mut server, 1)), (of_first, 4096 - of_first));
    assert!(!server.info("cluster-stable:\n").contains("ERROR"));
}

#[test]
fn a_partition_that_moves_while_it_is_read_is_read_to_its_end() {
    let mut server = Server::new(r#"{"nodes": 2, "namespaces": {"test": {"replicationFactor": 1}}}"#);
    let mut numbers: Vec<u32> = (0..30).map(|n| 1 | n << 16).collect();
    for &n in &numbers {
        server.part(&put(n, &vec![7; 100_000]));
    }
    let scan = request(SCAN, &[partitions([1])], &[]);
    let first = (0..2).find(|&node| {
        server.conn = server.cluster.connect(node).unwrap();
        server.ask(&scan).len() > 2
    });
    let mut answer = server.part(&scan);
    server.cluster.quiesce(first.unwrap(), true);
    while server.cluster.pending(server.conn) {
        answer.extend(server.part(&[]));
    }
    numbers.sort_unstable();
    assert_eq!(found(&told(&answer)), numbers);
    assert_eq!(server.ask(&scan)[0].code, code::UNAVAILABLE as u8, "and then it is with the other one");
}

#[test]
fn a_background_job_writes_what_its_filter_lets_through() {
    let mut server = Server::new("{}");
    for n in 0..10 {
        server.part(&put(n, if n % 2 == 0 { b"x" } else { b"yy" }));
    }
    // eq(bin a as blob, "x")
    let filter = (field::FILTER, vec![0x93, 1, 0x93, 81, 6, 0xA1, b'a', 0xA2, 4, b'x']);
    let header = Header { info2: info2::WRITE, ..Header::default() };
    let append = [(op::APPEND, particle::BLOB, b"!".to_vec())];
    let answer = server.ask(&request(header, std::slice::from_ref(&filter), &append));
    assert_eq!((answer.len(), answer[0].info3, answer[0].code), (1, info3::LAST, 0));
    let namespace = &server.cluster.namespaces()[0];
    let generations: Vec<u16> = (0..10).map(|n| namespace.get(&digest(n)).unwrap().generation).collect();
    assert_eq!(generations, [2, 1, 2, 1, 2, 1, 2, 1, 2, 1]);
    assert!(server
        .info("query-show\n")
        .contains(":recs-filtered-bins=5:recs-succeeded=5:recs-failed=0:job-type=background-ops"));
    let read = request(header, &[filter], &[(op::READ, 0, Vec::new())]);
    assert_eq!(server.ask(&read)[0].code, code::PARAMETER as u8);
}

#[test]
fn no_truncation_panics() {
    let mut server = Server::new("{}");
    server.info("sindex-create:namespace=test;set=set;indexname=i;bin=a;type=numeric\n");
    let fields = [range(0, 5), (field::DIGESTS, digest(1).to_vec()), (field::BVALS, vec![0; 8])];
    for (n, (id, data)) in fields.iter().enumerate() {
        for cut in 0..data.len() {
            let mut fields = fields.to_vec();
            fields[n] = (*id, data[..cut].to_vec());
            assert!(!server.ask(&request(SCAN, &fields, &[])).is_empty());
        }
    }
    let whole = request(SCAN, &fields, &[(op::READ, 0, Vec::new())]);
    for cut in 30..whole.len() {
        let mut frame = whole[..cut].to_vec();
        frame[4..8].copy_from_slice(&(cut as u32 - 8).to_be_bytes());
        assert!(!server.ask(&frame).is_empty());
    }
}

/// A query of all partitions with so many records a second.
fn slow(id: u64, per_second: u32) -> Vec<u8> {
    let fields = [
        partitions(0..4096),
        (field::QUERY_ID, id.to_be_bytes().to_vec()),
        (field::RECORDS_PER_SECOND, per_second.to_be_bytes().to_vec()),
    ];
    request(SCAN, &fields, &[])
}

#[test]
fn a_slow_query_is_answered_when_its_time_has_come() {
    let mut server = Server::new("{}");
    (0..100).for_each(|n| drop(server.ask(&put(n, b"x"))));
    assert!(server.part(&slow(7, 200)).is_empty());
    assert!(server.cluster.pending(server.conn));
    assert_eq!(server.cluster.wait_ms(server.conn, NOW), 50, "not all of it at once: it could be aborted");
    assert!(server.info("query-show:id=7\n").contains(":status=active(ok):"));
    assert!(server.part_after(499, &[]).is_empty());
    assert_eq!(server.cluster.wait_ms(server.conn, NOW + 499), 1);
    let told = told(&server.part_after(500, &[]));
    assert_eq!((told.len(), told[100].info3), (101, info3::LAST));
    assert!(!server.cluster.pending(server.conn));
    assert_eq!(server.cluster.wait_ms(server.conn, NOW + 500), 0);
    assert!(server.info_after(500, "query-show:id=7\n").contains(":status=done(ok):"));

    let most = (field::MAX_RECORDS, 1u64.to_be_bytes().to_vec());
    let rate = (field::RECORDS_PER_SECOND, 1u32.to_be_bytes().to_vec());
    let told = server.ask(&request(SCAN, &[partitions(0..4096), most, rate], &[]));
    assert_eq!(told.len(), 2, "nothing is waited for after the last record that is wanted");
}

#[test]
fn a_slow_query_can_be_aborted() {
    let mut server = Server::new("{}");
    (0..100).for_each(|n| drop(server.ask(&put(n, b"x"))));
    assert!(server.part(&slow(7, 1)).is_empty());
    assert!(server.info_after(10, "query-abort:id=7\n").ends_with("\tok\n"));
    let told = told(&server.part_after(50, &[]));
    assert_eq!((told.len(), told[0].code, told[0].info3), (1, code::QUERY_ABORTED as u8, info3::LAST));
}

#[test]
fn a_background_job_with_a_rate_goes_on_by_the_clock() {
    let mut server = Server::new("{}");
    (0..100).for_each(|n| drop(server.ask(&put(n, b"x"))));
    let header = Header { info2: info2::WRITE, ..Header::default() };
    let job = |id: u64| {
        let rate = (field::RECORDS_PER_SECOND, 100u32.to_be_bytes().to_vec());
        let ops = [(op::APPEND, particle::BLOB, b"y".to_vec())];
        request(header, &[(field::QUERY_ID, id.to_be_bytes().to_vec()), rate], &ops)
    };
    assert_eq!(server.ask(&job(7))[0].code, 0);
    let show = |server: &mut Server, ms| server.info_after(ms, "query-show:id=7\n");
    let told = show(&mut server, 495);
    assert!(told.contains(":status=active(ok):") && told.contains(":recs-succeeded=50:"), "{told}");
    let told = show(&mut server, 990);
    assert!(told.contains(":status=done(ok):") && told.contains(":recs-succeeded=100:"), "{told}");

    server.part_after(1000, &job(8));
    server.info_after(1200, "query-abort:id=8\n");
    server.cluster.expire(NOW + 5000);
    let told = server.info_after(5000, "query-show:id=8\n");
    assert!(told.contains(":recs-succeeded=21:") && !told.contains("active("), "{told}");
    server.part_after(6000, &job(9));
    server.cluster.kill(0);
    server.cluster.expire(NOW + 9000);
}
