//! Who the server says it is. Clients decide by `build` what they can ask; `release` tells a person the truth.

use super::{table, Answer, Call, Failure};
use crate::config::Edition;
use aerospike_sansio::proto::code;
use std::collections::BTreeMap;

pub const VERSION: &str = "8.1.2.0";
pub const OS: &str = "in-memory-dev-server";
pub const ARCH: &str = "wasm32";
pub const SHA: &str = "0";
pub const TIME: &str = "Thu Jan  1 00:00:00 UTC 1970";

const FEATURES: &str = "batch-any;batch-index;blob-bits;cdt-index;cdt-list;cdt-map;cluster-stable;float;geo;\
    sindex-exists;peers;pipelining;pquery;pscans;query-show;relaxed-sc;replicas;replicas-all;replicas-master;\
    replicas-max;truncate-namespace;udf";

/// Bytes of a user agent in base64: 64 before it is encoded.
const USER_AGENT: usize = 88;

pub fn edition(call: &mut Call) -> Answer {
    let name = edition_name(call);
    call.text(name)
}

fn edition_name(call: &Call) -> &'static str {
    match call.cluster.edition {
        Edition::Community => "Aerospike Community Edition",
        Edition::Enterprise => "Aerospike Enterprise Edition",
    }
}

pub fn version(call: &mut Call) -> Answer {
    let edition = edition_name(call);
    call.text(format!("{edition} build {VERSION}"))
}

pub fn features(call: &mut Call) -> Answer {
    call.text(FEATURES)
}

pub fn node(call: &mut Call) -> Answer {
    let name = call.node().name.clone();
    call.text(name)
}

pub fn release(call: &mut Call) -> Answer {
    let edition = edition_name(call);
    call.text(format!("edition={edition};version={VERSION};os={OS};arch={ARCH};sha={SHA}"))
}

pub fn help(call: &mut Call) -> Answer {
    call.joined(table::names(), b';')
}

pub fn user_agent_set(call: &mut Call) -> Answer {
    let value = call.params.optional("value", USER_AGENT);
    let Some(connection) = call.cluster.connections.get_mut(call.conn) else { return Ok(()) };
    if !connection.user_agent.is_empty() {
        return Err(Failure(code::PARAMETER, "already set"));
    }
    let value = value?.ok_or(Failure(code::PARAMETER, "missing 'value'"))?;
    if !is_base64(value) {
        return Err(Failure(code::PARAMETER, "'value' invalid base64"));
    }
    connection.user_agent = value.to_vec();
    call.text("ok")
}

pub fn user_agents(call: &mut Call) -> Answer {
    let mut counts = BTreeMap::new();
    let own = call.node;
    for connection in call.cluster.connections.iter().filter(|c| c.node == own && !c.user_agent.is_empty()) {
        *counts.entry(connection.user_agent.clone()).or_insert(0u64) += 1;
    }
    for (agent, count) in counts {
        call.text(b"user-agent=")?;
        call.text(agent)?;
        call.text(format!(":count={count};"))?;
    }
    Ok(())
}

fn is_base64(text: &[u8]) -> bool {
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    text.len().is_multiple_of(4) && body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte))
}
