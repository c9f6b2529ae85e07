//! `truncate` and its relatives: everything in a set or a namespace that was last written before a time is gone.

use super::{Answer, Call, Failure};
use aerospike_sansio::limits::limit;
use aerospike_sansio::proto::{code, EPOCH_SECONDS};

/// Longest time, as decimal, hexadecimal or octal nanoseconds.
const LUT: usize = 23;

pub fn set(call: &mut Call) -> Answer {
    let (namespace, set) = target(call)?;
    let before_ms = time(call)?;
    apply(call, &namespace, Some(&set), before_ms)
}

pub fn namespace(call: &mut Call) -> Answer {
    let namespace = namespace_only(call)?;
    let before_ms = time(call)?;
    apply(call, &namespace, None, before_ms)
}

pub fn undo_set(call: &mut Call) -> Answer {
    let (namespace, set) = target(call)?;
    apply(call, &namespace, Some(&set), 0)
}

pub fn undo_namespace(call: &mut Call) -> Answer {
    let namespace = namespace_only(call)?;
    apply(call, &namespace, None, 0)
}

fn target(call: &Call) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let namespace = call.params.required("namespace", limit::NAMESPACE)?;
    Ok((namespace.to_vec(), call.params.required("set", limit::SET)?.to_vec()))
}

fn namespace_only(call: &Call) -> Result<Vec<u8>, Failure> {
    let namespace = call.params.required("namespace", limit::NAMESPACE)?;
    if !matches!(call.params.optional("set", limit::SET), Ok(None)) {
        return Err(Failure(code::PARAMETER, "unexpected set name"));
    }
    Ok(namespace.to_vec())
}

/// The time of the command, or now, in Unix milliseconds. What is not a number is zero.
fn time(call: &Call) -> Result<u64, Failure> {
    let Some(text) = call.params.optional("lut", LUT)? else { return Ok(call.now_ms) };
    let before_ms = super::number(text) / 1_000_000;
    if before_ms <= EPOCH_SECONDS * 1000 {
        return Err(Failure(code::PARAMETER, "would truncate to 0"));
    }
    if before_ms > call.now_ms {
        return Err(Failure(code::PARAMETER, "would truncate in the future"));
    }
    Ok(before_ms)
}

/// An unknown namespace is fine, and so is a set that does not exist yet (vectors `info/truncate*`).
fn apply(call: &mut Call, namespace: &[u8], set: Option<&[u8]>, before_ms: u64) -> Answer {
    let now_ms = call.now_ms;
    let found = call.cluster.namespaces.iter_mut().find(|own| own.config.name.as_bytes() == namespace);
    if let Some(namespace) = found {
        match set {
            None => namespace.truncated_ms = before_ms,
            Some(name) => {
                let id = namespace.sets.find_or_create(name);
                if let Some(set) = id.and_then(|id| namespace.sets.get_mut(id)) {
                    set.truncated_ms = before_ms;
                }
            }
        }
        namespace.sweep_all(now_ms);
    }
    call.text("ok")
}
