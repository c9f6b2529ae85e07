//! The dev server under replay: who is asked, on which connection, at what time, and what cannot be told any more.

use crate::recorded::Exchange;
use aerospike_devserver::partition_map::{Member, PartitionMap};
use aerospike_devserver::request::Request;
use aerospike_devserver::rows::Rows;
use aerospike_devserver::store::Digest;
use aerospike_devserver::{support, Action, Cluster, Config, ConnId};
use aerospike_sansio::key;
use aerospike_sansio::proto::{field, info1, info2, message_type, op, DATA_HEADER, EPOCH_SECONDS, PROTO_HEADER};
use aerospike_sansio::value::{particle, Value};
use aerospike_sansio::wire::{message, Header};
use std::collections::{HashMap, HashSet};

pub struct Server {
    pub cluster: Cluster,
    is_cluster: bool,
    now_ms: u64,
    connections: HashMap<(String, u64), ConnId>,
    /// Records written by requests that are not supported yet.
    unknown: HashSet<Digest>,
    /// Sets over which a write without a digest went.
    unknown_sets: HashSet<Vec<u8>>,
}

pub struct Answer {
    pub bytes: Vec<u8>,
    pub closed: bool,
}

/// When the recordings were made.
const START_MS: u64 = (532_926_000 + EPOCH_SECONDS) * 1000;

impl Server {
    /// The single node that was recorded, or the cluster of three.
    pub fn new(is_cluster: bool) -> Server {
        let options = if is_cluster {
            r#"{"nodeIds": ["C1", "C2", "C3"], "clusterName": "lab3", "namespaces":
                {"test": {}, "bar": {"nsupPeriod": 0, "replicationFactor": 1}}}"#
        } else {
            r#"{"nodeIds": ["A1"], "clusterName": "lab", "namespaces":
                {"test": {}, "bar": {"nsupPeriod": 0}}}"#
        };
        let mut cluster = Cluster::new(Config::parse(options).unwrap(), 1);
        for node in 0..cluster.nodes().len() {
            cluster.set_address(node, &["127.0.0.1"], if is_cluster { 3510 + 10 * node as u16 } else { 3500 });
        }
        Server {
            cluster,
            is_cluster,
            now_ms: START_MS,
            connections: HashMap::new(),
            unknown: HashSet::new(),
            unknown_sets: HashSet::new(),
        }
    }

    /// Brings the server to where the recorded one was. The hand-made exchanges had run before: a record whose first
    /// write was answered with generation n had been written n - 1 times. And the records of `batch/big` were not recorded:
    /// 200 with i = 0, 1, 2, …
    pub fn restore(&mut self, exchanges: &[&Exchange]) {
        let mut seen = HashSet::new();
        for exchange in exchanges.iter().filter(|exchange| exchange.scenario.starts_with("raw/")) {
            for (request, response) in exchange.requests.iter().zip(&exchange.responses) {
                let Some(&(Some(digest), message)) = requests(request).first() else { continue };
                let writes = message.header.info2 == info2::WRITE && response.get(13) == Some(&0);
                if writes && message.field(field::UDF_MODULE).is_none() && seen.insert(digest) {
                    for _ in 1..u32::from_be_bytes(response[14..18].try_into().unwrap()) {
                        self.send(0, std::slice::from_ref(request));
                    }
                }
            }
        }
        for exchange in exchanges.iter().filter(|exchange| exchange.scenario == "batch/big") {
            for (n, (digest, row)) in requests(&exchange.requests[0]).iter().take(200).enumerate() {
                self.put(digest.unwrap(), &set(row), b"i", n as i64);
            }
        }
    }

    /// Writes a record of one bin.
    fn put(&mut self, digest: Digest, set: &[u8], bin: &[u8], value: i64) {
        let mut frame = Vec::new();
        let start = message::begin_message(&mut frame);
        message::field(&mut frame, field::NAMESPACE, b"test");
        message::field(&mut frame, field::SET, set);
        message::field(&mut frame, field::DIGEST, &digest);
        let int = |out: &mut Vec<u8>| Ok::<_, ()>(particle::write(&Value::Int(value), out));
        message::op(&mut frame, op::WRITE, bin, int).unwrap();
        let header = Header { info2: info2::WRITE, fields: 3, ops: 1, ..Header::default() };
        message::end_message(&mut frame, start, &header);
        self.send(0, &[frame]);
    }

    /// Why an answer cannot be compared: the request, or one before it, asks for what is not there yet.
    pub fn cannot_tell(&mut self, exchange: &Exchange) -> Option<&'static str> {
        let mut reason = None;
        for frame in &exchange.requests {
            let missing = support::missing_in(frame, false);
            let refused = matches!(&exchange.responses[..], [refusal] if refusal.get(13) != Some(&0));
            let requests = requests(frame);
            if missing.is_some() && !refused {
                requests.iter().for_each(|(digest, request)| self.forget_what_is_written(*digest, request));
            }
            let unknown = requests.iter().any(|(digest, request)| {
                digest.is_some_and(|digest| self.unknown.contains(&digest)) || self.unknown_sets.contains(&set(request))
            });
            reason = reason.or(missing).or(unknown.then_some("what they wrote"));
        }
        reason
    }

    /// What a request that is not supported yet may change. The recorded UDF `ret` gives back its argument, and those of
    /// background jobs do not exist.
    fn forget_what_is_written(&mut self, digest: Option<Digest>, request: &Request) {
        if request.header.info2 & info2::WRITE == 0
            || request.field(field::UDF_FUNCTION) == Some(b"ret")
            || request.field(field::UDF_OP) == Some(&[2])
        {
            return;
        }
        match digest {
            Some(digest) => drop(self.unknown.insert(digest)),
            None => drop(self.unknown_sets.insert(set(request))),
        }
    }

    pub fn ask(&mut self, exchange: &Exchange) -> Answer {
        self.set_clock(exchange);
        let node = self.node(exchange);
        let Some(number) = exchange.connection else { return self.send(node, &exchange.requests) };
        let id = (exchange.scenario.clone(), number);
        let conn = match self.connections.get(&id) {
            Some(&conn) => conn,
            None => {
                let conn = self.cluster.connect(node).unwrap();
                self.connections.insert(id, conn);
                conn
            }
        };
        self.send_on(conn, &exchange.requests)
    }

    fn send(&mut self, node: usize, requests: &[Vec<u8>]) -> Answer {
        let conn = self.cluster.connect(node).unwrap();
        // The recording client had introduced itself on every connection.
        let introduction = b"user-agent-set:value=MSxnby12OC41LjAsbm90LXNldA==\n";
        let frame = [&[2, 1, 0, 0, 0, 0, 0, introduction.len() as u8], &introduction[..]].concat();
        self.cluster.received(conn, &frame, self.now_ms, &mut Vec::new());
        let answer = self.send_on(conn, requests);
        self.cluster.disconnected(conn);
        answer
    }

    /// Each request as a segment of its own.
    fn send_on(&mut self, conn: ConnId, requests: &[Vec<u8>]) -> Answer {
        let mut answer = Answer { bytes: Vec::new(), closed: false };
        for request in requests {
            let action = self.cluster.received(conn, request, self.now_ms, &mut answer.bytes);
            while self.cluster.pending(conn) {
                self.now_ms += self.cluster.wait_ms(conn, self.now_ms);
                self.cluster.received(conn, &[], self.now_ms, &mut answer.bytes);
            }
            answer.closed |= action == Action::Close;
            // The recorded clients waited for the jobs that they had started.
            while self.cluster.nodes().iter().any(|node| node.jobs.iter().any(|job| job.done_ms == 0)) {
                self.now_ms += 10;
                self.cluster.expire(self.now_ms);
            }
        }
        answer
    }

    /// Which node was asked: by its name, by whom the answer says it is, or by its role for the record.
    fn node(&self, exchange: &Exchange) -> usize {
        if !self.is_cluster {
            return 0;
        }
        if let Some(number) = exchange.node.strip_prefix('C') {
            return number.parse::<usize>().unwrap() - 1;
        }
        if exchange.scenario == "raw/wrong_node" {
            let partition = match requests(&exchange.requests[0])[0] {
                (Some(digest), _) => usize::from(key::partition(&digest)),
                (None, query) => {
                    let ids = query.field(field::PARTITIONS).unwrap();
                    usize::from(u16::from_le_bytes([ids[0], ids[1]]))
                }
            };
            let words = &exchange.words[0];
            let role = if words.ends_with("master") { Some(0) } else { words.ends_with("prole").then_some(1) };
            return (0..3).find(|&node| self.role(partition, node) == role).unwrap();
        }
        // Connections of the recorded client: 1 and 2 to C1, 3 and 5 to C2, 4 and 6 to C3.
        match exchange.connection {
            Some(3 | 5) => 1,
            Some(4 | 6) => 2,
            _ => 0,
        }
    }

    fn role(&self, partition: usize, node: usize) -> Option<usize> {
        let nodes = self.cluster.nodes().iter().enumerate();
        let members: Vec<Member> =
            nodes.map(|(index, node)| Member { index, id: node.id, rack: 0, leaves: false }).collect();
        PartitionMap::new(&members).role(partition, node, 2)
    }

    /// The time of the recording, as far as it shows: a time to live that was asked for, and the void time that came
    /// of it. Two seconds passed within one scenario, as its note says.
    fn set_clock(&mut self, exchange: &Exchange) {
        if exchange.scenario == "kv/ttl/expires" && exchange.step == 3 {
            self.now_ms += 2200;
        }
        let (Some(request), Some(response)) = (exchange.requests.first(), exchange.responses.first()) else { return };
        for ((_, asked), answered) in requests(request).iter().zip(messages(response)) {
            let (ttl, void_time) = (asked.header.ttl, answered.header.ttl);
            if asked.header.info2 & info2::WRITE != 0 && (1..=315_360_000).contains(&ttl) && void_time > ttl {
                let then_ms = (u64::from(void_time - ttl) + EPOCH_SECONDS) * 1000;
                self.now_ms = self.now_ms.max(then_ms);
            }
        }
    }
}

fn set(message: &Request) -> Vec<u8> {
    message.field(field::SET).unwrap_or_default().to_vec()
}

/// The requests of a frame, each with its digest: the rows of a batch, or the one message. None if it is malformed.
fn requests(frame: &[u8]) -> Vec<(Option<Digest>, Request<'_>)> {
    let Some(body) = frame.get(PROTO_HEADER..).filter(|_| frame[1] == message_type::DATA) else { return Vec::new() };
    if body.get(1).is_some_and(|bits| bits & info1::BATCH != 0) {
        let Ok(rows) = Request::parse_batch(body).and_then(|request| Rows::of(&request)) else { return Vec::new() };
        return rows.flatten().map(|row| (Some(row.digest), row.request)).collect();
    }
    let digest = |request: &Request| request.field(field::DIGEST).and_then(|digest| digest.try_into().ok());
    Request::parse(body).iter().map(|request| (digest(request), *request)).collect()
}

/// The messages of a frame of an answer, one behind the other.
pub fn messages(frame: &[u8]) -> Vec<Request<'_>> {
    let mut messages = Vec::new();
    let mut rest = if frame.get(1) == Some(&message_type::DATA) { &frame[PROTO_HEADER..] } else { &[] };
    while let Ok((header, _)) = Header::read(rest) {
        let (message, length) = Request::after(header, &rest[DATA_HEADER..]).unwrap();
        messages.push(message);
        rest = &rest[DATA_HEADER + length..];
    }
    messages
}
