//! The recorded exchanges as they stand in `tests/vectors/data`.

use aerospike_devserver::request::Request;
use aerospike_sansio::proto::field;
use serde_json::Value;
use std::fs;
use std::path::Path;

pub struct Exchange {
    pub scenario: String,
    pub step: u64,
    /// What was asked, in words: the requests of hand-made exchanges.
    pub words: Vec<String>,
    /// The node that was asked, where that is recorded.
    pub node: String,
    /// Number of the client's connection, where that is recorded.
    pub connection: Option<u64>,
    pub requests: Vec<Vec<u8>>,
    pub responses: Vec<Vec<u8>>,
    /// The whole answer is not in the file, only how long it was.
    pub elided_response: bool,
    /// The server reset the connection.
    pub reset: bool,
}

impl Exchange {
    /// The text of a request that is an info message.
    pub fn info_text(&self) -> String {
        self.requests.first().map(|frame| String::from_utf8_lossy(&frame[8..]).into_owned()).unwrap_or_default()
    }

    /// One request that is a batch or a query: its answer has a message for each row or record.
    pub fn has_many_messages(&self) -> bool {
        let [frame] = &self.requests[..] else { return false };
        is_query(frame) || (frame[1] == 3 && frame.get(9).is_some_and(|bits| bits & 8 != 0))
    }

    /// Several requests, of which some are queries.
    pub fn has_queries(&self) -> bool {
        self.requests.len() > 1 && self.requests.iter().any(|frame| is_query(frame))
    }
}

/// A message without a digest.
fn is_query(frame: &[u8]) -> bool {
    let query = |body| Request::parse(body).is_ok_and(|request| request.field(field::DIGEST).is_none());
    frame[1] == 3 && frame.get(9).is_some_and(|bits| bits & 8 == 0) && frame.get(8..).is_some_and(query)
}

/// Families in the order of their names, each with its exchanges in order.
pub fn families() -> Vec<(String, Vec<Exchange>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/data");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut families = Vec::new();
    for path in paths {
        let family = path.file_stem().unwrap().to_str().unwrap().to_string();
        // Argument names, and requests that a stub answered.
        if family == "signatures" || family == "admin_stub" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        families.push((family, text.lines().map(|line| exchange(&serde_json::from_str(line).unwrap())).collect()));
    }
    families
}

fn exchange(line: &Value) -> Exchange {
    let what = &line["what"];
    let words = what["requests"].as_array().map_or(&[][..], Vec::as_slice);
    Exchange {
        scenario: line["scenario"].as_str().unwrap().into(),
        step: line["step"].as_u64().unwrap(),
        words: words.iter().filter_map(|word| word.as_str().map(Into::into)).collect(),
        node: what["node"].as_str().unwrap_or_default().into(),
        connection: what["connection"].as_u64(),
        requests: frames(&line["request"]),
        responses: frames(&line["response"]),
        elided_response: line["response"]["elided"] == true,
        reset: line["result"]["connection_closed"] == "reset",
    }
}

fn frames(value: &Value) -> Vec<Vec<u8>> {
    match value {
        Value::Array(items) => items.iter().flat_map(frames).collect(),
        Value::String(hex) => vec![bytes(hex)],
        Value::Object(_) => vec![elided(value)],
        _ => Vec::new(),
    }
}

/// A frame of which only the beginning is in the file. In those requests what follows repeats: the text of a value with
/// a period of 16, or one letter up to the newline of an info name.
fn elided(value: &Value) -> Vec<u8> {
    let mut frame = bytes(value["head"].as_str().unwrap());
    let length = value["bytes"].as_u64().unwrap() as usize;
    while frame.len() < length {
        frame.push(frame[frame.len() - 16]);
    }
    if frame[1] == 1 {
        frame[length - 1] = b'\n';
    }
    frame
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
