//! UDFs with a host that plays Lua: what it is told, what becomes of its answers, and that no answer of it does harm.

use aerospike_devserver::{Cluster, Config, UdfHost};
use aerospike_sansio::proto::{code, field, info1, info2, op, particle};
use aerospike_sansio::wire::{message, Header};
use std::cell::RefCell;
use std::rc::Rc;

const NOW: u64 = 1_795_000_000_000;

/// What it was asked, and what it answers.
#[derive(Clone, Default)]
struct Played(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    ready: bool,
    calls: Vec<Vec<u8>>,
    answer: Vec<u8>,
}

impl UdfHost for Played {
    fn ready(&mut self) -> bool {
        self.0.borrow().ready
    }

    fn answer(&mut self, call: &[u8]) -> Vec<u8> {
        let mut state = self.0.borrow_mut();
        state.calls.push(call.to_vec());
        state.answer.clone()
    }
}

struct Server {
    cluster: Cluster,
    host: Played,
}

impl Server {
    fn new() -> Server {
        let mut cluster = Cluster::new(Config::parse("{}").unwrap(), 1);
        let host = Played::default();
        host.0.borrow_mut().ready = true;
        cluster.set_udf_host(Box::new(host.clone()));
        Server { cluster, host }
    }

    fn ask(&mut self, frame: &[u8]) -> Vec<u8> {
        let conn = self.cluster.connect(0).unwrap();
        let mut out = Vec::new();
        self.cluster.received(conn, frame, NOW, &mut out);
        self.cluster.disconnected(conn);
        out
    }

    /// To a call on record 0, when the host answers so.
    fn call(&mut self, answer: &[u8]) -> Vec<u8> {
        self.host.0.borrow_mut().answer = answer.to_vec();
        self.ask(&call(&[(field::DIGEST, vec![0; 20])]))
    }

    fn calls(&self) -> Vec<Vec<u8>> {
        self.host.0.borrow().calls.clone()
    }
}

fn request(header: Header, fields: &[(u8, Vec<u8>)], ops: &[(u8, i64)]) -> Vec<u8> {
    let mut out = Vec::new();
    let start = message::begin_message(&mut out);
    message::field(&mut out, field::NAMESPACE, b"test");
    message::field(&mut out, field::SET, b"set");
    fields.iter().for_each(|(id, data)| message::field(&mut out, *id, data));
    for (code, value) in ops {
        let value = |out: &mut Vec<u8>| {
            out.extend_from_slice(&value.to_be_bytes());
            Ok::<_, ()>(particle::INTEGER)
        };
        message::op(&mut out, *code, b"a", value).unwrap();
    }
    let header = Header { fields: fields.len() as u16 + 2, ops: ops.len() as u16, ..header };
    message::end_message(&mut out, start, &header);
    out
}

fn call(fields: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let udf =
        [(field::UDF_MODULE, b"m".to_vec()), (field::UDF_FUNCTION, b"f".to_vec()), (field::UDF_ARGUMENTS, vec![0x90])];
    request(Header { info2: info2::WRITE, ..Header::default() }, &[&udf, fields].concat(), &[])
}

fn query(operation: u8) -> Vec<u8> {
    let udf = [
        (field::UDF_MODULE, b"m".to_vec()),
        (field::UDF_FUNCTION, b"f".to_vec()),
        (field::UDF_ARGUMENTS, vec![0x90]),
        (field::UDF_OP, vec![operation]),
    ];
    request(Header { info1: info1::READ, ..Header::default() }, &udf, &[])
}

fn put(n: u8) -> Vec<u8> {
    let mut digest = vec![0; 20];
    digest[0] = n;
    request(Header { info2: info2::WRITE, ..Header::default() }, &[(field::DIGEST, digest)], &[(op::WRITE, n.into())])
}

fn info(line: &str) -> Vec<u8> {
    let mut frame = vec![2, 1, 0, 0, 0, 0, 0, line.len() as u8];
    frame.extend_from_slice(line.as_bytes());
    frame
}

/// That a function gave 7 and left bin a as it was, and b with 1.
const WRITTEN: &[u8] = &[
    0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7, 0, 1, 0, 0, 0, 0, 0, 0, 2, 1, b'a', 255, 1, b'b', 1, 0, 0, 0, 8, 0, 0, 0,
    0, 0, 0, 0, 1,
];

#[test]
fn what_a_function_has_written_is_stored_and_what_it_gave_is_told() {
    let mut server = Server::new();
    server.ask(&put(0));
    let answer = server.call(WRITTEN);
    assert_eq!((answer[13], answer[17]), (0, 2), "code and generation");
    assert!(answer.ends_with(b"SUCCESS\0\0\0\0\0\0\0\x07"));
    let stored = server.cluster.namespaces()[0].get(&[0; 20]).unwrap();
    assert_eq!(stored.bins.iter().map(|bin| bin.name.as_bytes()).collect::<Vec<_>>(), [b"a", b"b"]);
    let told = server.calls().pop().unwrap();
    assert_eq!(told[..11], [3, 0, 0, 0, 1, b'm', 0, 0, 0, 1, b'f']);
}

#[test]
fn a_bin_that_was_not_there_cannot_be_as_it_was() {
    assert_eq!(Server::new().call(WRITTEN)[13], code::SERVER_ERROR as u8);
}

#[test]
fn no_answer_of_the_host_does_harm() {
    let mut server = Server::new();
    server.ask(&put(0));
    for cut in 0..WRITTEN.len() {
        let answer = server.call(&WRITTEN[..cut]);
        assert_ne!(answer[13], 0, "at {cut}");
    }
    for status in 0..=255 {
        for rest in [&[][..], &[0xFF; 40], &[0; 40]] {
            server.call(&[&[status][..], rest].concat());
            for operation in [1, 2] {
                assert!(!server.ask(&query(operation)).is_empty());
            }
            server.ask(&info("udf-put:filename=m.lua;content=YQ==;content-len=4;\n"));
        }
    }
    // A bin of no name that a record could have, and a list that is none.
    for bin in [&[16, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 255][..], &[1, b'c', 20, 0, 0, 0, 1, 0xC1]] {
        let answer = [&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1][..], bin].concat();
        assert_ne!(server.call(&answer)[13], 0);
    }
}

#[test]
fn a_module_that_is_put_waits_for_the_host() {
    let mut server = Server::new();
    server.host.0.borrow_mut().ready = false;
    server.host.0.borrow_mut().answer = vec![0];
    let conn = server.cluster.connect(0).unwrap();
    let mut out = Vec::new();
    let frames =
        [info("build\n"), info("udf-put:filename=m.lua;content=YQ==;content-len=4;\n"), info("node\n")].concat();
    server.cluster.received(conn, &frames, NOW, &mut out);
    assert!(String::from_utf8_lossy(&out).contains("build\t") && !String::from_utf8_lossy(&out).contains("udf-put"));
    assert!(server.cluster.waits_for_udfs(conn) && server.calls().is_empty());
    out.clear();
    server.host.0.borrow_mut().ready = true;
    server.cluster.received(conn, &[], NOW, &mut out);
    let told = String::from_utf8_lossy(&out);
    assert!(told.contains("\tok") && told.contains("node\t"), "{told}");
    assert!(!server.cluster.waits_for_udfs(conn));
    assert_eq!(server.calls(), [[&[1, 0, 0, 0, 5][..], b"m.lua", &[0, 0, 0, 1, b'a']].concat()]);
}

#[test]
fn what_the_host_finds_wrong_with_a_module_is_told_and_the_module_is_not_kept() {
    let mut server = Server::new();
    server.host.0.borrow_mut().answer = [&[1, 0, 0, 0, 3, 0, 0, 0, 5][..], b"m.lua", &[0, 0, 0, 3], b"bad"].concat();
    let answer = server.ask(&info("udf-put:filename=m.lua;content=YQ==;content-len=4;\n"));
    assert!(String::from_utf8_lossy(&answer).ends_with("error=compile_error;file=m.lua;line=3;message=YmFk\n"));
    assert!(!String::from_utf8_lossy(&server.ask(&info("udf-list\n"))).contains("m.lua"));
}

#[test]
fn a_stream_has_the_records_of_one_partition_at_a_time_and_ends_with_the_first_failure() {
    let mut server = Server::new();
    (1..=3).for_each(|n| drop(server.ask(&put(n))));
    server.host.0.borrow_mut().answer = vec![0, 3, 0, 0, 0, 1, b'x'];
    let answer = server.ask(&query(1));
    assert_eq!(answer.windows(8).filter(|found| found == b"SUCCESSx").count(), 3);
    assert_eq!(server.calls().len(), 3);
    server.host.0.borrow_mut().answer = [&[1, 0, 0, 0, 3][..], b"bad", &[3, 0, 0, 0, 1, b'x']].concat();
    let answer = server.ask(&query(1));
    assert_eq!(answer.windows(8).filter(|found| found == b"SUCCESSx").count(), 1, "what came before the failure");
    assert!(String::from_utf8_lossy(&answer).contains("FAILUREUDF: Execution Error 2 : bad"));
    assert_eq!(answer[answer.len() - 17], code::SERVER_ERROR as u8);
    assert_eq!(server.calls().len(), 4);
}

#[test]
fn a_job_runs_on_every_record_and_tells_how_many() {
    let mut server = Server::new();
    (0..3).for_each(|n| drop(server.ask(&put(n))));
    server.host.0.borrow_mut().answer = WRITTEN.to_vec();
    assert_eq!(server.ask(&query(2))[13], 0);
    let shown = String::from_utf8_lossy(&server.ask(&info("query-show\n"))).into_owned();
    assert!(shown.contains(":recs-succeeded=3:recs-failed=0:job-type=background-udf:"), "{shown}");
    assert!(shown.contains(":udf-filename=m:udf-function=f:udf-active=0"), "{shown}");
    server.host.0.borrow_mut().answer = vec![1, 0, 0, 0, 0];
    server.ask(&query(2));
    let shown = String::from_utf8_lossy(&server.ask(&info("query-show\n"))).into_owned();
    assert!(shown.contains(":recs-succeeded=0:recs-failed=3:"), "{shown}");
}

#[test]
fn a_query_must_say_what_is_to_be_done_with_a_function() {
    let mut server = Server::new();
    server.ask(&put(0));
    for operation in [0, 3, 255] {
        assert_eq!(server.ask(&query(operation))[13], code::PARAMETER as u8);
    }
}
