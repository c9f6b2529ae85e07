//! A fault as JSON, as the host writes it that has checked what it was given: names are those of its users, and what is
//! not there is left out.
//!
//! ```json
//! {"when": {"node": [0], "command": ["get"], "namespace": "test", "set": "users", "key": {"string": "alice"},
//!           "nth": 1, "times": 1, "probability": 0.5},
//!  "then": {"delay": 50, "applied": true, "drop": true}, "seed": 7}
//! ```
//!
//! A key is `{"string": …}`, `{"integer": "-1"}`, `{"bytes": "0aff"}` or `{"digest": …}`. Of `drop`, `close`, `truncate`,
//! `corrupt`, `code` there is one, or none.

use super::{Effect, Fault, Kind, Record, Then, When};
use crate::json::{self, Json};

impl Fault {
    /// Says what it does not understand.
    pub fn parse(text: &str) -> Result<Fault, String> {
        let Some(Json::Object(members)) = json::parse(text.as_bytes()) else { return Err("no object".into()) };
        let mut fault = Fault::default();
        for (name, value) in &members {
            let read = match (name.as_str(), value) {
                ("when", Json::Object(members)) => when(members).map(|when| fault.when = when),
                ("then", Json::Object(members)) => then(members).map(|then| fault.then = then),
                ("seed", Json::Int(seed)) => {
                    fault.seed = *seed as u64;
                    Ok(())
                }
                _ => Err(String::new()),
            };
            read.map_err(|inner| match inner.as_str() {
                "" => name.clone(),
                inner => format!("{name}.{inner}"),
            })?;
        }
        Ok(fault)
    }
}

fn when(members: &[(String, Json)]) -> Result<When, String> {
    let mut when = When::default();
    for (name, value) in members {
        let read = match name.as_str() {
            "node" => all(value, natural).map(|nodes| when.nodes = nodes.iter().map(|&node| node as usize).collect()),
            "command" => all(value, kind).map(|kinds| when.kinds = kinds),
            "namespace" => value.as_str().map(|text| when.namespace = Some(text.into())),
            "set" => value.as_str().map(|text| when.set = Some(text.into())),
            "key" => record(value).map(|record| when.record = Some(record)),
            "nth" => natural(value).map(|nth| when.nth = nth),
            "times" => natural(value).map(|times| when.times = times),
            "probability" => value.as_number().map(|probability| when.probability = Some(probability)),
            _ => None,
        };
        read.ok_or_else(|| name.clone())?;
    }
    Ok(when)
}

fn then(members: &[(String, Json)]) -> Result<Then, String> {
    let mut then = Then::default();
    for (name, value) in members {
        let read = match (name.as_str(), value) {
            ("delay", value) => natural(value).map(|delay_ms| then.delay_ms = delay_ms),
            ("applied", &Json::Bool(applied)) => {
                then.applied = applied;
                Some(())
            }
            (name, value) => effect(name, value).map(|effect| then.effect = effect),
        };
        read.ok_or_else(|| name.clone())?;
    }
    Ok(then)
}

fn effect(name: &str, value: &Json) -> Option<Effect> {
    Some(match (name, value) {
        ("drop", Json::Bool(true)) => Effect::Drop,
        ("close", Json::Bool(true)) => Effect::Close,
        ("truncate", value) => Effect::Truncate(natural(value)? as usize),
        ("corrupt", Json::Array(_)) => {
            Effect::CorruptAt(all(value, natural)?.into_iter().map(|at| at as usize).collect())
        }
        ("corrupt", value) => Effect::Corrupt(natural(value)? as usize),
        ("code", value) => Effect::Code(natural(value)?.try_into().ok()?),
        _ => return None,
    })
}

fn all<T>(value: &Json, read: impl Fn(&Json) -> Option<T>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(read).collect()
}

fn natural(value: &Json) -> Option<u64> {
    match *value {
        Json::Int(int) => u64::try_from(int).ok(),
        _ => None,
    }
}

fn kind(value: &Json) -> Option<Kind> {
    Kind::ALL.iter().find(|(name, _)| Some(*name) == value.as_str()).map(|&(_, kind)| kind)
}

fn record(value: &Json) -> Option<Record> {
    let Json::Object(members) = value else { return None };
    let [(kind, value)] = &members[..] else { return None };
    let text = value.as_str()?;
    Some(match kind.as_str() {
        "string" => Record::String(text.into()),
        "integer" => Record::Int(text.parse().ok()?),
        "bytes" => Record::Blob(bytes(text)?),
        "digest" => Record::Digest(bytes(text)?.try_into().ok()?),
        _ => return None,
    })
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    let pairs = hexadecimal.as_bytes().chunks(2);
    pairs.map(|pair| Some((digit(pair[0])? << 4 | digit(*pair.get(1)?)?) as u8)).collect()
}
