//! What fuzzing begins with: the exchanges recorded with a real server, in `tests/vectors`, cut to fit each target.

use crate::engine;
use aerospike_sansio::proto::{message_type, DATA_HEADER, PROTO_HEADER};
use aerospike_sansio::wire;
use std::collections::BTreeSet;
use std::path::Path;

/// Longer ones make every step of the fuzzer slower.
const LONGEST: usize = 1024;
const MOST: usize = 400;

pub fn of(target: &str) -> Vec<Vec<u8>> {
    let frames = recorded();
    let of_kind = |kind: u8| frames.iter().filter(move |frame| frame[1] == kind).map(|frame| &frame[PROTO_HEADER..]);
    let seeds: BTreeSet<Vec<u8>> = match target {
        "frames" => frames.iter().map(|frame| [&[200], &frame[..]].concat()).collect(),
        "reply" => of_kind(message_type::DATA).map(|body| [&[0], body].concat()).collect(),
        "values" => of_kind(message_type::DATA).flat_map(particles).collect(),
        "login" => of_kind(message_type::SECURITY).map(<[u8]>::to_vec).collect(),
        "info" => of_kind(message_type::INFO).flat_map(infos).collect(),
        "engine" => engine::seeds(),
        _ => BTreeSet::new(),
    };
    let short: Vec<Vec<u8>> = seeds.into_iter().filter(|seed| seed.len() <= LONGEST).collect();
    // Some of all kinds rather than all of the first.
    let step = short.len().div_ceil(MOST).max(1);
    short.into_iter().step_by(step).collect()
}

/// All frames: they stand in hexadecimal between quotes.
fn recorded() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/data");
    let files = std::fs::read_dir(folder).expect("the recorded exchanges").flatten();
    let texts = files.map(|file| std::fs::read_to_string(file.path()).expect("text"));
    let of_text = |text: String| text.split('"').filter_map(frame).collect::<Vec<_>>();
    let frames: BTreeSet<Vec<u8>> = texts.flat_map(of_text).collect();
    frames.into_iter().collect()
}

fn frame(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() > 2 * LONGEST || !digits.len().is_multiple_of(2) || !text.starts_with("020") {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16);
    let bytes: Option<Vec<u8>> =
        digits.chunks(2).map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)).collect();
    bytes.filter(|bytes| matches!(wire::complete(bytes), Ok(Some((_, total))) if total == bytes.len()))
}

/// The values of a message, their types before them.
fn particles(body: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    if body.len() >= DATA_HEADER {
        if let Ok(message) = wire::Message::open(body, |_, _| Ok(())) {
            let _ = message.values(|_, particle_type, bytes| {
                found.push([&[particle_type], bytes].concat());
                Ok(())
            });
        }
    }
    found
}

/// The whole answer, and its values as what they may be.
fn infos(answer: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![[&[0], answer].concat()];
    for line in answer.split(|&byte| byte == b'\n') {
        let Some(tab) = line.iter().position(|&byte| byte == b'\t') else { continue };
        let (name, value) = (&line[..tab], &line[tab + 1..]);
        for (start, kind) in [(&b"peers"[..], 1), (b"service", 2), (b"replicas", 3), (b"rack", 4)] {
            if name.starts_with(start) {
                found.push([&[kind], value].concat());
            }
        }
    }
    found
}
