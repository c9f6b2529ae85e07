//! Info commands: text in, text out. A message holds any number of names, each ended by a newline; the answer repeats
//! each as it came, a tab, and what there is to say.
//!
//! `name/argument`, `name:key=value;key=value` and `name;` are all forms of a name (vectors `info`, `raw/malformed`).

mod build;
mod indexes;
mod ownership;
mod params;
mod queries;
mod racks;
mod records;
mod statistics;
mod table;
mod truncate;
mod udf;

use crate::cluster::{Action, Cluster};
use crate::connections::ConnId;
use crate::limits::limit;
use crate::node::Node;
use crate::security::Permission;
use crate::Code;
use aerospike_sansio::proto::{code, message_type};
use aerospike_sansio::wire::frame;
use params::Params;
use table::{Spec, Task};

/// One command on its way.
pub struct Call<'a> {
    cluster: &'a mut Cluster,
    /// The node that was asked, and on which connection.
    node: usize,
    conn: ConnId,
    now_ms: u64,
    params: Params<'a>,
    out: &'a mut Vec<u8>,
}

/// What goes behind `ERROR:`.
pub struct Failure(i32, &'static str);

type Answer = Result<(), Failure>;

/// Answers one INFO message at the end of `out`.
pub fn answer(cluster: &mut Cluster, conn: ConnId, body: &[u8], now_ms: u64, out: &mut Vec<u8>) -> Action {
    let Some(node) = cluster.connections.get(conn).map(|connection| connection.node) else { return Action::Close };
    let start = frame::begin(out, message_type::INFO);
    if cluster.security.as_ref().is_some_and(|security| !security.is_somebody()) {
        // In place of all answers (`authenticate` in `thr_info.c`).
        out.extend_from_slice(b"ERROR:80:not authenticated\n");
        frame::end(out, start);
        return Action::Keep;
    }
    if body.is_empty() {
        for spec in table::summary() {
            run(cluster, node, conn, now_ms, spec.name.as_bytes(), out);
        }
    }
    for line in lines(body) {
        run(cluster, node, conn, now_ms, line, out);
        if out.len() - start > limit::INFO_ANSWER {
            out.truncate(start);
            return Action::Close;
        }
    }
    frame::end(out, start);
    cluster.nodes[node].counters.info_complete += 1;
    Action::Keep
}

/// Answers each command of a message with a code.
pub fn refuse(body: &[u8], code: Code, out: &mut Vec<u8>) {
    let start = frame::begin(out, message_type::INFO);
    for line in lines(body) {
        out.extend_from_slice(until_zero(line));
        out.extend_from_slice(format!("\tERROR:{code}:refused on purpose\n").as_bytes());
    }
    frame::end(out, start);
}

/// What a whole message asks for that is not there yet.
pub fn missing(body: &[u8]) -> Option<&'static str> {
    let later = |line: &[u8]| match table::find(name(until_zero(line))) {
        Some(Spec { name, task: Task::NotYet }) => Some(*name),
        _ => None,
    };
    lines(body).find_map(later)
}

/// Whether a message puts a UDF module, which takes something that runs Lua.
pub fn puts_a_module(body: &[u8]) -> bool {
    lines(body).any(|line| line.starts_with(b"udf-put"))
}

/// The names of a message. What follows the last newline is not one.
fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split_inclusive(|&byte| byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"))
}

/// Appends one line of the answer.
fn run(cluster: &mut Cluster, node: usize, conn: ConnId, now_ms: u64, line: &[u8], out: &mut Vec<u8>) {
    let line = until_zero(line);
    out.extend_from_slice(line);
    out.push(b'\t');
    let start = out.len();
    let name = name(line);
    let params = Params(line.get(name.len() + 1..).unwrap_or_default());
    let task = table::find(name).map_or(Task::Unknown, |spec| spec.task_of(cluster.edition));
    let forbidden = refusal(cluster, name, &params, now_ms);
    let mut call = Call { cluster, node, conn, now_ms, params, out };
    let failure = match task {
        Task::Run(_) if forbidden.is_some() => forbidden,
        Task::Run(run) => run(&mut call).err(),
        Task::Enterprise(_) => Some(Failure(code::ENTERPRISE_ONLY, "enterprise only")),
        Task::Unknown => Some(Failure(code::PARAMETER, "unrecognized command")),
        Task::NotYet => {
            call.cluster.nodes[node].counters.unsupported_requests += 1;
            Some(Failure(code::UNSUPPORTED_FEATURE, "not supported by this dev server yet"))
        }
    };
    if let Some(Failure(code, text)) = failure {
        out.truncate(start);
        out.extend_from_slice(format!("ERROR:{code}:{text}").as_bytes());
    }
    out.push(b'\n');
}

/// Why who asks may not have a command.
fn refusal(cluster: &mut Cluster, name: &[u8], params: &Params, now_ms: u64) -> Option<Failure> {
    let needed = Permission::of_info(name)?;
    let namespace = params.raw("namespace").or_else(|| params.raw("ns")).unwrap_or_default();
    let set = params.raw("set").unwrap_or_default();
    let code = cluster.security.as_mut()?.check(needed, namespace, set, now_ms).err()?;
    Some(Failure(code, needed.violation()))
}

/// The server keeps its texts in C strings.
fn until_zero(line: &[u8]) -> &[u8] {
    line.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// A decimal, hexadecimal or octal number. What is none is zero.
fn number(text: &[u8]) -> u64 {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let number = match (text.strip_prefix("0x"), text.strip_prefix('0')) {
        (Some(digits), _) => u64::from_str_radix(digits, 16),
        (None, Some(digits)) if !digits.is_empty() => u64::from_str_radix(digits, 8),
        _ => text.parse(),
    };
    number.unwrap_or(0)
}

fn name(line: &[u8]) -> &[u8] {
    line.split(|byte| b"/:;".contains(byte)).next().unwrap_or_default()
}

impl Call<'_> {
    fn text(&mut self, text: impl AsRef<[u8]>) -> Answer {
        self.out.extend_from_slice(text.as_ref());
        Ok(())
    }

    fn number(&mut self, number: u64) -> Answer {
        self.text(number.to_string())
    }

    /// Items with a separator between them.
    fn joined<T: AsRef<[u8]>>(&mut self, items: impl IntoIterator<Item = T>, separator: u8) -> Answer {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push(separator);
            }
            self.out.extend_from_slice(item.as_ref());
        }
        Ok(())
    }

    /// `name=value;name=value`
    fn pairs(&mut self, pairs: &[(&str, String)]) -> Answer {
        self.joined(pairs.iter().map(|(name, value)| format!("{name}={value}")), b';')
    }

    fn node(&self) -> &Node {
        &self.cluster.nodes[self.node]
    }

    /// The other nodes that are up.
    fn peers(&self) -> impl Iterator<Item = &Node> {
        let own = self.node;
        let nodes = self.cluster.nodes.iter().enumerate();
        nodes.filter(move |&(index, node)| index != own && node.alive).map(|(_, node)| node)
    }
}

#[cfg(test)]
mod tests;
