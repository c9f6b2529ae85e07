//! What queries are under way or done: `query-show`, `query-abort`, `query-abort-all`.

use super::{Answer, Call, Failure};
use crate::node::Job;
use aerospike_sansio::proto::code;

/// Longest number, as decimal, hexadecimal or octal.
const ID: usize = 25;

pub fn show(call: &mut Call) -> Answer {
    let text = match id(call)? {
        Some(id) => {
            let found = call.node().jobs.iter().find(|job| job.id == id);
            line(call, found.ok_or(Failure(code::RECORD_NOT_FOUND, "job not found"))?)
        }
        // The latest first.
        None => call.node().jobs.iter().rev().map(|job| line(call, job)).collect::<Vec<_>>().join(";"),
    };
    call.text(text)
}

pub fn abort(call: &mut Call) -> Answer {
    let id = id(call)?.ok_or(Failure(code::PARAMETER, "missing 'id'"))?;
    let node = &mut call.cluster.nodes[call.node];
    match node.job(id).filter(|job| job.done_ms == 0) {
        Some(job) => {
            job.aborted = true;
            call.text("ok")
        }
        None => Err(Failure(code::RECORD_NOT_FOUND, "id not active")),
    }
}

pub fn abort_all(call: &mut Call) -> Answer {
    let mut killed = 0;
    for job in call.cluster.nodes[call.node].jobs.iter_mut().filter(|job| job.done_ms == 0) {
        job.aborted = true;
        killed += 1;
    }
    call.text(format!("number-of-queries-killed:{killed}"))
}

fn id(call: &Call) -> Result<Option<u64>, Failure> {
    let text = match call.params.optional("id", ID)? {
        None => call.params.optional("trid", ID)?,
        found => found,
    };
    let Some(text) = text else { return Ok(None) };
    match super::number(text) {
        0 => Err(Failure(code::PARAMETER, "bad id")),
        id => Ok(Some(id)),
    }
}

fn line(call: &Call, job: &Job) -> String {
    let namespace = &call.cluster.namespaces[job.namespace].config.name;
    let mut text = format!("trid={}:ns={namespace}", job.id);
    let mut add = |name: &str, value: &[u8]| {
        if !value.is_empty() {
            text.push_str(&format!(":{name}={}", String::from_utf8_lossy(value)));
        }
    };
    add("set", &job.set);
    add("sindex-name", &job.index_name);
    if job.partitions > 0 {
        add("n-pids-requested", job.partitions.to_string().as_bytes());
        add("n-keyds-requested", job.resumed.to_string().as_bytes());
    }
    let is_done = job.done_ms != 0;
    let until_ms = if is_done { job.done_ms } else { call.now_ms };
    let status = match (is_done, job.aborted) {
        (true, true) => "done(user-aborted)",
        (true, false) => "done(ok)",
        (false, _) => "active(ok)",
    };
    let progress = if is_done { 100.0 } else { job.progress_pct };
    let throttled = if job.records_per_second == 0 { 0 } else { job.found };
    let network = match job.partitions {
        0 => format!("net-io-bytes={}:socket-timeout={}:ops-active=0", job.bytes, job.socket_timeout_ms),
        _ => format!("net-io-bytes={}:net-io-time=0:socket-timeout={}", job.bytes, job.socket_timeout_ms),
    };
    text.push_str(&format!(
        ":rps={}:active-threads={}:status={status}:job-progress={progress:.2}:run-time={}:time-since-done={}:\
         recs-throttled={throttled}:recs-filtered-meta=0:recs-filtered-bins={}:recs-succeeded={}:recs-failed={}:\
         job-type={}:{network}",
        job.records_per_second,
        u8::from(!is_done),
        until_ms.saturating_sub(job.started_ms),
        call.now_ms.saturating_sub(until_ms),
        job.filtered_out,
        job.found,
        job.failed,
        job.kind,
    ));
    if let Some(names) = &job.udf {
        let [module, function] = names.each_ref().map(|name| String::from_utf8_lossy(name));
        text.push_str(&format!(":udf-filename={module}:udf-function={function}:udf-active=0"));
    }
    text
}
