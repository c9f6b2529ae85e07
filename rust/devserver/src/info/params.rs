//! What follows the name of an info command.

use super::Failure;
use aerospike_sansio::limits::limit;
use aerospike_sansio::proto::code;

#[derive(Clone, Copy)]
pub struct Params<'a>(pub &'a [u8]);

impl<'a> Params<'a> {
    /// The value of `key=value`; the first counts. Longer than `max` bytes, or empty, is a failure.
    pub fn optional(&self, key: &'static str, max: usize) -> Result<Option<&'a [u8]>, Failure> {
        let found = self.raw(key);
        match found {
            Some([]) => Err(missing(key, true)),
            Some(value) if value.len() > max => Err(too_long(key)),
            found => Ok(found),
        }
    }

    /// The value of `key=value` as it is; the first counts.
    pub fn raw(&self, key: &str) -> Option<&'a [u8]> {
        self.0.split(|&byte| byte == b';').find_map(|pair| {
            let (name, value) = pair.split_at(pair.iter().position(|&byte| byte == b'=')?);
            (name == key.as_bytes()).then_some(&value[1..])
        })
    }

    /// The namespace, which old clients call `ns`.
    pub fn namespace(&self) -> Result<Option<&'a [u8]>, Failure> {
        match self.optional("namespace", limit::NAMESPACE)? {
            None => self.optional("ns", limit::NAMESPACE),
            found => Ok(found),
        }
    }

    pub fn required(&self, key: &'static str, max: usize) -> Result<&'a [u8], Failure> {
        self.optional(key, max)?.ok_or_else(|| missing(key, false))
    }
}

/// A missing namespace has a code of its own.
fn failure_code(key: &str) -> i32 {
    if key == "namespace" {
        code::NAMESPACE
    } else {
        code::PARAMETER
    }
}

fn missing(key: &'static str, value_only: bool) -> Failure {
    let text = match (key, value_only) {
        ("namespace", false) => "missing 'namespace'",
        ("namespace", true) => "missing 'namespace' value",
        ("set", false) => "missing 'set'",
        ("set", true) => "missing 'set' value",
        ("value", false) => "missing 'value'",
        ("value", true) => "missing 'value' value",
        ("context", false) => "missing 'context'",
        ("indexname", false) => "missing 'indexname'",
        ("indexname", true) => "missing 'indexname' value",
        (_, false) => "missing parameter",
        (_, true) => "missing parameter value",
    };
    Failure(failure_code(key), text)
}

fn too_long(key: &'static str) -> Failure {
    let text = match key {
        "namespace" => "'namespace' value too long",
        "set" => "'set' value too long",
        "value" => "'value' value too long",
        "indexname" => "'indexname' value too long",
        "bin" => "'bin' value too long",
        _ => "parameter value too long",
    };
    Failure(failure_code(key), text)
}
