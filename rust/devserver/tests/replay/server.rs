//! The dev server under replay: who is asked, on which connection, at what time, and what cannot be told any more.

use crate::recorded::Exchange;
use aerospike_devserver::request::Request;
use aerospike_devserver::{support, Action, Cluster, Config, ConnId};
use aerospike_sansio::key;
use aerospike_sansio::proto::{field, info1, info2, message_type, EPOCH_SECONDS, PROTO_HEADER};
use std::collections::{HashMap, HashSet};

pub struct Server {
    pub cluster: Cluster,
    is_cluster: bool,
    now_ms: u64,
    connections: HashMap<(String, u64), ConnId>,
    /// Records written by requests that are not supported yet.
    unknown: HashSet<Vec<u8>>,
    /// The scenario in which a batch may have written anything.
    unknown_scenario: String,
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
            unknown_scenario: String::new(),
            unknown_sets: HashSet::new(),
        }
    }

    /// Brings the server to where the recorded one was. The hand-made exchanges had run before: a record whose first
    /// write was answered with generation n had been written n - 1 times.
    pub fn restore(&mut self, exchanges: &[&Exchange]) {
        let mut seen = HashSet::new();
        for exchange in exchanges.iter().filter(|exchange| exchange.scenario.starts_with("raw/")) {
            for (request, response) in exchange.requests.iter().zip(&exchange.responses) {
                let Some(message) = data(request) else { continue };
                let writes = message.header.info2 == info2::WRITE && response.get(13) == Some(&0);
                let Some(digest) = message.field(field::DIGEST).filter(|_| writes) else { continue };
                if message.field(field::UDF_MODULE).is_none() && seen.insert(digest.to_vec()) {
                    for _ in 1..u32::from_be_bytes(response[14..18].try_into().unwrap()) {
                        self.send(0, std::slice::from_ref(request));
                    }
                }
            }
        }
    }

    /// Why an answer cannot be compared: the request, or one before it, asks for what is not there yet.
    pub fn cannot_tell(&mut self, exchange: &Exchange) -> Option<&'static str> {
        let mut reason = None;
        for request in &exchange.requests {
            let missing = support::missing_in(request);
            let message = data(request);
            if let (Some(message), Some(_)) = (message, missing) {
                self.forget_what_is_written(exchange, &message);
            }
            let unknown = message.is_some_and(|message| self.is_unknown(&message));
            reason = reason.or(missing).or(unknown.then_some("what they wrote"));
        }
        reason.or((self.unknown_scenario == exchange.scenario).then_some("what they wrote"))
    }

    /// What a request that is not supported yet may change: nothing, if the recorded server refused it. The recorded UDF
    /// `ret` gives back its argument.
    fn forget_what_is_written(&mut self, exchange: &Exchange, message: &Request) {
        if matches!(&exchange.responses[..], [refusal] if refusal.get(13) != Some(&0)) {
            return;
        }
        let is_batch = message.header.info1 & info1::BATCH != 0;
        let writes = message.header.info2 & info2::WRITE != 0 && message.field(field::UDF_FUNCTION) != Some(b"ret");
        match message.field(field::DIGEST) {
            _ if is_batch && exchange.scenario.starts_with("raw/") => {} // these only read
            _ if is_batch => self.unknown_scenario.clone_from(&exchange.scenario),
            Some(digest) if writes => drop(self.unknown.insert(digest.to_vec())),
            None if writes => drop(self.unknown_sets.insert(set(message))),
            _ => {}
        }
    }

    fn is_unknown(&self, message: &Request) -> bool {
        let digest = message.field(field::DIGEST).unwrap_or_default();
        self.unknown.contains(digest) || self.unknown_sets.contains(&set(message))
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
                self.cluster.received(conn, &[], self.now_ms, &mut answer.bytes);
            }
            answer.closed |= action == Action::Close;
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
            let digest = data(&exchange.requests[0]).and_then(|message| message.field(field::DIGEST)).unwrap();
            let partition = usize::from(key::partition(digest.try_into().unwrap()));
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
        let ids: Vec<(usize, u64)> = self.cluster.nodes().iter().map(|node| node.id).enumerate().collect();
        aerospike_devserver::partition_map::PartitionMap::new(&ids).role(partition, node, 2)
    }

    /// The time of the recording, as far as it shows: a time to live that was asked for, and the void time that came
    /// of it. Two seconds passed within one scenario, as its note says.
    fn set_clock(&mut self, exchange: &Exchange) {
        if exchange.scenario == "kv/ttl/expires" && exchange.step == 3 {
            self.now_ms += 2200;
        }
        let (Some(request), Some(response)) = (exchange.requests.first(), exchange.responses.first()) else { return };
        let (Some(asked), Some(answered)) = (data(request), data(response)) else { return };
        let (ttl, void_time) = (asked.header.ttl, answered.header.ttl);
        if asked.header.info2 & info2::WRITE != 0 && (1..=315_360_000).contains(&ttl) && void_time > ttl {
            let then_ms = (u64::from(void_time - ttl) + EPOCH_SECONDS) * 1000;
            self.now_ms = self.now_ms.max(then_ms);
        }
    }
}

fn set(message: &Request) -> Vec<u8> {
    message.field(field::SET).unwrap_or_default().to_vec()
}

/// The message of a frame, if it is a well-formed DATA message.
fn data(frame: &[u8]) -> Option<Request<'_>> {
    let body = frame.get(PROTO_HEADER..).filter(|_| frame[1] == message_type::DATA)?;
    let batch = body.get(1).is_some_and(|bits| bits & info1::BATCH != 0);
    if batch {
        Request::parse_batch(body).ok()
    } else {
        Request::parse(body).ok()
    }
}
