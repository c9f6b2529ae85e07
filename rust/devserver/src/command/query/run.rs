//! Going through the partitions.

use super::fields::{Query, Resume};
use super::throttle::Throttle;
use super::Target;
use crate::cluster::Cluster;
use crate::command::expressions;
use crate::command::ops::{self, Answer};
use crate::expression::{Filter, Subject, Truth};
use crate::limits::limit;
use crate::reply::{self, Frames, Message};
use crate::request::Request;
use crate::store::{Digest, Namespace, Record};
use crate::Code;
use aerospike_sansio::proto::{code, field, info1, info2, op};

/// How far a query has come.
#[derive(Clone, Debug)]
pub struct Progress {
    /// 0 if nothing is remembered of it.
    id: u64,
    /// How many of its partitions are done, and the last record of the one after them.
    partitions: usize,
    after: Option<Resume>,
    /// Records that count towards the most that it wants.
    found: u64,
    throttle: Throttle,
    /// A part of the answer whose time has not come, and whether it is the last.
    held: Option<(Vec<u8>, bool)>,
}

impl Progress {
    /// Of its job.
    pub fn id(&self) -> u64 {
        self.id
    }

    pub fn start(id: u64, records_per_second: u32, now_ms: u64) -> Progress {
        let throttle = Throttle::new(records_per_second, now_ms);
        Progress { id, partitions: 0, after: None, found: 0, throttle, held: None }
    }

    /// Milliseconds until there is more to tell.
    pub fn wait_ms(&self, now_ms: u64) -> u64 {
        self.held.as_ref().map_or(0, |_| self.throttle.due_ms().saturating_sub(now_ms))
    }
}

/// Appends what fits into one part of the answer, when its time has come. Gives where to go on, if that is not all.
pub fn run(
    cluster: &mut Cluster,
    target: Target,
    query: &Query,
    mut progress: Progress,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> Option<Progress> {
    let aborted = cluster.nodes[target.node].job(progress.id).is_some_and(|job| job.aborted);
    if !aborted {
        if progress.wait_ms(now_ms) > 0 {
            return Some(progress);
        }
        if let Some((part, is_last)) = progress.held.take() {
            out.extend_from_slice(&part);
            if is_last {
                end(cluster, target, &progress, now_ms);
                return None;
            }
        }
    }
    progress.throttle.catch_up(now_ms);
    let start = out.len();
    let goes_on = run_part(cluster, target, query, &mut progress, aborted, now_ms, out);
    if !aborted && progress.throttle.due_ms() > now_ms {
        progress.held = Some((out.split_off(start), !goes_on));
        return Some(progress);
    }
    if goes_on {
        return Some(progress);
    }
    end(cluster, target, &progress, now_ms);
    None
}

fn end(cluster: &mut Cluster, target: Target, progress: &Progress, now_ms: u64) {
    if let Some(job) = cluster.nodes[target.node].job(progress.id) {
        job.done_ms = now_ms;
    }
}

/// One part of the answer. True if that is not all.
fn run_part(
    cluster: &mut Cluster,
    target: Target,
    query: &Query,
    progress: &mut Progress,
    aborted: bool,
    now_ms: u64,
    out: &mut Vec<u8>,
) -> bool {
    let namespace = &cluster.namespaces[target.namespace];
    let mut frames = Frames::begin(out, limit::QUERY_FRAME);
    let (mut message, mut failed) = (Vec::new(), 0);
    let before = progress.found;
    let mut goes_on = false;
    while let Some(&(partition, resume)) = query.partitions.get(progress.partitions).filter(|_| !aborted && !goes_on) {
        let copies = &cluster.copies[target.namespace];
        // One that was begun is read to its end, even if it moves meanwhile (`query_job.c` reserves its records).
        let is_begun = progress.after.is_some();
        if !is_begun && copies.role(&cluster.map, partition.into(), target.node).is_none() {
            message.clear();
            reply::partition_unavailable(&mut message, partition);
            frames.push(&message);
        } else if !query.is_full(progress) {
            let after = progress.after.or(resume);
            for found in query.found(namespace, partition, after, now_ms) {
                if query.is_full(progress) {
                    break;
                }
                if frames.bytes() >= limit::ANSWERED {
                    goes_on = true;
                    break;
                }
                progress.found += 1;
                progress.after = Some(Resume { number: found.number, digest: *found.digest });
                message.clear();
                match query.tell(namespace, &found, now_ms, &mut message) {
                    Ok(true) => drop(frames.push(&message)),
                    Ok(false) => {}
                    Err(_) => {
                        failed += 1;
                        continue;
                    }
                }
                if !query.is_full(progress) {
                    progress.throttle.after_record();
                }
            }
        }
        if !goes_on {
            progress.after = None;
            progress.partitions += 1;
        }
    }
    let bytes = frames.bytes() as u64;
    match (goes_on, aborted) {
        (true, _) => frames.end_frame(),
        (false, true) => frames.last(code::QUERY_ABORTED),
        (false, false) if query.is_short() => frames.last_within(code::OK),
        (false, false) => frames.last(code::OK),
    }
    if let Some(job) = cluster.nodes[target.node].job(progress.id) {
        job.found += progress.found - before - failed;
        job.failed += failed;
        job.bytes += bytes;
    }
    goes_on
}

/// A record that a query asks for.
pub struct Found<'a> {
    pub digest: &'a Digest,
    pub record: &'a Record,
    /// Under which the index has it.
    pub number: u64,
}

impl Query<'_> {
    fn is_full(&self, progress: &Progress) -> bool {
        self.max_records != 0 && progress.found >= self.max_records
    }

    /// The records of a partition, in the order in which the query goes through them: that of their digests, or that of
    /// the index. `after`: those up to this one have been told.
    pub fn found<'a>(
        &self,
        namespace: &'a Namespace,
        partition: u16,
        after: Option<Resume>,
        now_ms: u64,
    ) -> Vec<Found<'a>> {
        let set = match self.set {
            [] => None,
            // No record is in a set that is unknown.
            name => match namespace.sets.find(name) {
                None => return Vec::new(),
                found => found,
            },
        };
        // A job asks it when a record's turn to be written has come, and counts those that it leaves out.
        let filter = self.filter.as_ref().filter(|_| self.request.header.info2 & info2::WRITE == 0);
        let is_wanted = |digest: &Digest, record: &Record| {
            // The monitors of transactions are told only to who names their set.
            let in_set = match set {
                Some(set) => record.set == set,
                None => Some(record.set) != namespace.transactions.monitor_set,
            };
            let passes = |filter: &Filter| filter.truth(&namespace.subject(digest, record, now_ms)) == Truth::True;
            in_set && !namespace.is_doomed(record, now_ms) && filter.is_none_or(passes)
        };
        let (Some(range), Some(index)) = (&self.range, &self.index) else {
            let records = namespace.records(partition, after.map(|after| after.digest));
            let wanted = records.filter(|(digest, record)| is_wanted(digest, record));
            return wanted.map(|(digest, record)| Found { digest, record, number: 0 }).collect();
        };
        let place = |number: u64, digest: &Digest| (range.place(number), *digest);
        let after = after.map(|after| place(after.number, &after.digest));
        let mut all: Vec<Found> = namespace
            .records(partition, None)
            .filter(|(digest, record)| is_wanted(digest, record))
            .filter_map(|(digest, record)| {
                let number = index.first_in(&namespace.subject(digest, record, now_ms), range)?;
                Some(Found { digest, record, number })
            })
            .filter(|found| after.is_none_or(|after| place(found.number, found.digest) > after))
            .collect();
        all.sort_by_key(|found| place(found.number, found.digest));
        all
    }

    /// Appends the message of a record. False if there is nothing to tell of it.
    fn tell(&self, namespace: &Namespace, found: &Found, now_ms: u64, out: &mut Vec<u8>) -> Result<bool, Code> {
        let mut message = Message::begin(out);
        message.field(out, field::NAMESPACE, namespace.config.name.as_bytes());
        message.field(out, field::DIGEST, found.digest);
        let set_name = namespace.sets.name(found.record.set);
        if !set_name.is_empty() {
            message.field(out, field::SET, set_name);
        }
        if let Some(key) = &found.record.key {
            message.field(out, field::KEY, key);
        }
        if self.index.is_some() {
            message.field(out, field::BVALS, &found.number.to_le_bytes());
        }
        let header = &self.request.header;
        if header.info1 & info1::GET_NO_BINS != 0 {
            message.end_found(out, info1::GET_NO_BINS, found.record.meta());
            return Ok(true);
        }
        if header.ops == 0 {
            ops::all_bins(&found.record.bins, &mut message, out);
        } else {
            let subject = namespace.subject(found.digest, found.record, now_ms);
            read(self.request, &subject, &mut message, out)?;
            if message.ops() == 0 {
                return Ok(false);
            }
        }
        message.end_found(out, 0, found.record.meta());
        Ok(true)
    }
}

/// Does the ops, all of which read.
fn read(request: &Request, subject: &Subject, message: &mut Message, out: &mut Vec<u8>) -> Result<(), Code> {
    let answer = Answer { all: request.header.info2 & info2::RESPOND_ALL_OPS != 0, all_as_read: false };
    for op in request.ops() {
        match op.code {
            op::READ => answer.bin(&op, subject.bins, message, out)?,
            op::EXP_READ => {
                let particle = expressions::read(&op, subject)?;
                answer.particle(&op, particle.as_ref(), message, out)?;
            }
            _ => answer.read(&op, subject.bins, false, message, out)?,
        }
    }
    Ok(())
}
