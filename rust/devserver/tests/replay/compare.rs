//! Whether an answer is the recorded one. DATA and security messages must be equal byte by byte; of info messages the
//! values that describe this run or this machine are only looked at for their form.

use crate::recorded::Exchange;
use crate::server::{messages, Answer};
use aerospike_devserver::frame::{self, Frame};
use aerospike_devserver::request::Request;
use aerospike_sansio::proto::{message_type, particle, PROTO_HEADER};

/// Names of info commands whose values differ from run to run or say what the server is.
const VARIES: &[&str] = &[
    "best-practices",
    "build_arch",
    "build_os",
    "build_sha",
    "build_time",
    "cluster-stable",
    "get-config",
    "get-stats",
    "latencies",
    "logs",
    "namespace",
    "partition-generation",
    "query-show",
    "release",
    "sets",
    "statistics",
    "user-agents",
    // One name in another cluster's recordings, none here.
    "service-clear-alt",
    "services-alternate",
    "peers-clear-alt",
    "alumni-clear-alt",
];

/// What is wrong with an answer, if anything is.
pub fn difference(exchange: &Exchange, answer: &Answer) -> Option<String> {
    if answer.closed != exchange.reset {
        return Some(format!("reset: recorded {}, here {}", exchange.reset, answer.closed));
    }
    let here = split(&answer.bytes);
    let there: Vec<&[u8]> = exchange.responses.iter().map(Vec::as_slice).collect();
    if exchange.has_many_messages() {
        return many_difference(&here, &there);
    }
    if exchange.has_queries() {
        return pipeline_difference(&here, &there);
    }
    if here.len() != there.len() {
        return Some(format!("{} frames recorded, {} here", there.len(), here.len()));
    }
    here.iter().zip(&there).find_map(|(here, there)| match here.get(1) {
        Some(&message_type::INFO) => info_difference(exchange, here, there),
        _ => (normal(here) != normal(there))
            .then(|| format!("\n    recorded {}\n    here     {}", hex(there), hex(here))),
    })
}

/// Answers of many messages: which frames they are in says nothing, nor does their order; but the last stands alone.
fn many_difference(here: &[&[u8]], there: &[&[u8]]) -> Option<String> {
    let (mut ours, mut theirs): (Vec<_>, Vec<_>) =
        (here.iter().flat_map(|frame| normal(frame)).collect(), there.iter().flat_map(|frame| normal(frame)).collect());
    ours.sort();
    theirs.sort();
    if here.last() == there.last() && ours == theirs {
        return None;
    }
    let only = |all: &[String], others: &[String]| -> Vec<String> {
        all.iter().filter(|message| !others.contains(message)).cloned().collect()
    };
    Some(format!("\n    recorded {:?}\n    here     {:?}", only(&theirs, &ours), only(&ours, &theirs)))
}

/// Answers of several requests of which some are queries: the same, but what is between two other messages is one answer.
fn pipeline_difference(here: &[&[u8]], there: &[&[u8]]) -> Option<String> {
    let sorted = |frames: &[&[u8]]| {
        let mut messages: Vec<String> = frames.iter().flat_map(|frame| normal(frame)).collect();
        let is_found = |message: &String| message.contains(" field ");
        for run in messages.chunk_by_mut(|one, other| is_found(one) && is_found(other)) {
            run.sort();
        }
        messages
    };
    let (here, there) = (sorted(here), sorted(there));
    (here != there).then(|| format!("\n    recorded {there:?}\n    here     {here:?}"))
}

fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while let Frame::Message { body, .. } = frame::next(bytes) {
        let (frame, rest) = bytes.split_at(PROTO_HEADER + body.len());
        frames.push(frame);
        bytes = rest;
    }
    assert!(bytes.is_empty(), "half an answer");
    frames
}

/// Each message of a frame as text, without the cells that cover a region; of what is no DATA, its bytes.
fn normal(frame: &[u8]) -> Vec<String> {
    if frame[1] != message_type::DATA {
        return vec![hex(frame)];
    }
    messages(frame).iter().map(normal_message).collect()
}

fn normal_message(message: &Request) -> String {
    let mut text = format!("{:?}", message.header);
    for (id, data) in message.fields() {
        text.push_str(&format!(" field {id} {}", hex(data)));
    }
    for op in message.ops() {
        let is_region = op.particle_type == particle::GEOJSON && op.value.first() == Some(&1);
        let value = if is_region { aerospike_devserver::geo::text(op.value).unwrap() } else { op.value };
        let name = String::from_utf8_lossy(op.name);
        text.push_str(&format!(" op {} {name:?} type {} {}", op.code, op.particle_type, hex(value)));
    }
    text
}

fn info_difference(exchange: &Exchange, here: &[u8], there: &[u8]) -> Option<String> {
    if exchange.elided_response {
        return (here.len() != there.len()).then(|| format!("{} bytes recorded, {} here", there.len(), here.len()));
    }
    let (here, there) = (text(here), text(there));
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (here.lines().collect(), there.lines().collect());
    if ours.len() != theirs.len() {
        return Some(format!("{} lines recorded, {} here", theirs.len(), ours.len()));
    }
    ours.iter().zip(theirs).find_map(|(ours, theirs)| line_difference(ours, theirs))
}

fn line_difference(ours: &str, theirs: &str) -> Option<String> {
    let (own_name, own_value) = ours.split_once('\t').unwrap_or((ours, ""));
    let (name, value) = theirs.split_once('\t').unwrap_or((theirs, ""));
    let plain = name.split(['/', ':', ';']).next().unwrap_or_default();
    let may_vary = VARIES.contains(&plain) && own_value.starts_with("ERROR") == value.starts_with("ERROR");
    let same = own_name == name && (own_value == value || (may_vary && !value.starts_with("ERROR")));
    (!same).then(|| format!("\n    recorded {theirs:.300}\n    here     {ours:.300}"))
}

fn text(frame: &[u8]) -> String {
    String::from_utf8_lossy(&frame[PROTO_HEADER..]).into_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
