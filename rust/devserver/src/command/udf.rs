//! UDFs on one record: what the host of UDFs is told of it, and what becomes of what it answers.

use super::transaction::Seen;
use super::{Command, Outcome};
use crate::reply::{self, Message, Meta};
use crate::request::Request;
use crate::store::record::{Bin, Bins};
use crate::store::{expiry, BinName, Namespace, Particle, Record};
use crate::udf_host::{name, text, Answer, Call, Function, Ran, Reader, Udfs, Value, Written};
use crate::Code;
use aerospike_sansio::proto::{code, field, info2, info3, op, particle, EPOCH_SECONDS};
use aerospike_sansio::value::{msgpack, order, MapOrder, Value as Item};

/// Longest name of a module or a function, and a byte.
const NAME: usize = 128;
/// The server's transaction-max-ms.
const LIMIT_MS: u32 = 1000;
/// What the server says of a module that is not there or does not load.
pub const NO_MODULE: &[u8] = b"UDF: Execution Error 1";

/// What a request wants to be run. Arguments that are no list are none.
pub fn function<'a>(request: &Request<'a>) -> Result<Function<'a>, Code> {
    let required = |id| request.field(id).ok_or(code::PARAMETER);
    let (module, name) = (required(field::UDF_MODULE)?, required(field::UDF_FUNCTION)?);
    let arguments = required(field::UDF_ARGUMENTS)?;
    if module.len() >= NAME || name.len() >= NAME {
        return Err(code::PARAMETER);
    }
    let limit_ms = if request.header.timeout == 0 { LIMIT_MS } else { request.header.timeout };
    Ok(Function { module, name, arguments, limit_ms })
}

/// What goes into the answer beside the code.
enum Said {
    Nothing,
    /// A failure, in words.
    Failure(Vec<u8>),
    Value(Vec<u8>, u8),
}

impl Command<'_> {
    /// `in_job`: for a record that a query has found, which must be there; nobody hears what the function gives.
    pub(super) fn udf(mut self, udfs: &mut Udfs, function: Function, in_job: bool, out: &mut Vec<u8>) -> Outcome {
        let mut meta = Meta::default();
        let result = self.udf_into(udfs, function, in_job, &mut meta);
        let (outcome, said) = match result {
            Ok((deletes, value)) => (Outcome { code: code::OK, deleted_last_bin: deletes }, value),
            Err((code, said)) => (code.into(), said),
        };
        if !in_job {
            answer(outcome.code, said, meta, out);
        }
        outcome
    }

    /// The checks are in the server's order. Gives whether the record is gone, and what the function gave.
    fn udf_into(
        &mut self,
        udfs: &mut Udfs,
        function: Function,
        in_job: bool,
        meta: &mut Meta,
    ) -> Result<(bool, Said), (Code, Said)> {
        let plain = |code| (code, Said::Nothing);
        self.check_no_policy().map_err(plain)?;
        let seen = self.see(false).map_err(plain)?;
        *meta = Meta { version: seen.version, ..seen.record.map(Record::meta).unwrap_or_default() };
        let old = self.live(&seen);
        if in_job && old.is_none() {
            return Err(plain(code::RECORD_NOT_FOUND));
        }
        if let Some(old) = old {
            if !in_job {
                self.check_set_on_update(old).map_err(plain)?;
            }
            self.check_filter(old).map_err(plain)?;
            self.check_key(old).map_err(plain)?;
        }
        let has_key = old.is_some_and(|old| old.key.is_some());
        let new_key = if has_key { None } else { self.new_key().map_err(plain)? };
        let key = old.and_then(|old| old.key.as_ref()).or(new_key.as_ref());
        let call = Call::record(function, |out| {
            let set = self.request.field(field::SET).unwrap_or_default();
            let blank = New { set, key: new_key.as_deref().unwrap_or_default() };
            pack(self.namespace, &self.digest, old, key.map(|key| &**key), blank, self.now_ms, out);
        });
        let done = match udfs.call(call) {
            Answer::Done(done) => done,
            Answer::Failed(failed) => {
                let reason = Reader(&failed).text().unwrap_or_default().to_vec();
                return Err((code::UDF, Said::Failure(reason)));
            }
            Answer::Unavailable(reason) => return Err((code::UDF, Said::Failure(reason))),
            Answer::NoModule => return Err((code::UDF, Said::Failure(NO_MODULE.to_vec()))),
        };
        let ran = Ran::read(&done).map_err(|_| plain(code::SERVER_ERROR))?;
        if ran.code != code::OK {
            return Err(plain(ran.code));
        }
        let deletes = match ran.written {
            Some(written) => self.store_written(written, ran.ttl, new_key, meta).map_err(plain)?,
            None => false,
        };
        let (bytes, particle_type) = as_sent(ran.value);
        Ok((deletes, Said::Value(bytes, particle_type)))
    }

    /// What other writes are told by flags, a function is to decide itself.
    fn check_no_policy(&self) -> Result<(), Code> {
        let header = &self.request.header;
        let generation = info2::GENERATION | info2::GENERATION_GT | info2::CREATE_ONLY;
        let existence = info3::UPDATE_ONLY | info3::CREATE_OR_REPLACE | info3::REPLACE_ONLY;
        if header.info2 & generation != 0 || header.info3 & existence != 0 {
            Err(code::PARAMETER)
        } else {
            Ok(())
        }
    }

    /// The record, unless it has been deleted, has expired or was truncated.
    fn live<'a>(&self, seen: &Seen<'a>) -> Option<&'a Record> {
        let doomed = |record: &Record| !seen.provisional && self.namespace.is_doomed(record, self.now_ms);
        seen.record.filter(|record| !record.tombstone && !doomed(record))
    }

    /// Stores the record as the function has left it. Gives whether it is gone.
    fn store_written(
        &mut self,
        written: Written,
        ttl: Option<u32>,
        new_key: Option<Box<[u8]>>,
        meta: &mut Meta,
    ) -> Result<bool, Code> {
        // What a function may read in a transaction it need not be allowed to write.
        let seen = self.see(true)?;
        self.check_deadline()?;
        let is_live = self.live(&seen).is_some();
        let mut record = match seen.record {
            Some(old) if is_live || old.tombstone => old.clone(),
            _ => self.new_record()?,
        };
        record.tombstone = false;
        let had_bins = !record.bins.is_empty();
        let ttl = ttl.unwrap_or(self.request.header.ttl);
        let ttl = if ttl == expiry::DONT_UPDATE && !had_bins { expiry::USE_DEFAULT } else { ttl };
        self.check_ttl(ttl)?;
        record.bins = bins(&record.bins, &written)?;
        record.key = if written.drops_key { None } else { record.key.or(new_key) };
        record.void_time = expiry::void_time(ttl, record.void_time, self.now_ms, &self.namespace.config);
        record.last_update_ms = record.last_update_ms.max(self.now_ms);
        record.generation = self.namespace.next_generation(record.generation);
        let deletes = record.bins.is_empty();
        if deletes {
            self.check_deletion(had_bins)?;
        } else {
            self.check_size(&record)?;
        }
        *meta = record.meta();
        if deletes {
            self.delete_written(record);
        } else {
            self.store(record);
        }
        Ok(deletes)
    }
}

fn answer(code: Code, said: Said, meta: Meta, out: &mut Vec<u8>) {
    let (name, particle_type, bytes): (&[u8], _, _) = match said {
        Said::Nothing => return reply::status(out, code, meta),
        Said::Failure(reason) => (b"FAILURE", particle::STRING, reason),
        Said::Value(bytes, particle_type) => (b"SUCCESS", particle_type, bytes),
    };
    let mut message = Message::begin(out);
    message.version(out, meta);
    message.op(out, op::READ, name, |out| {
        out.extend_from_slice(&bytes);
        particle_type
    });
    message.end_with(out, code, meta);
}

/// The bins that a function has left, in its order.
fn bins(old: &[Bin], written: &Written) -> Result<Bins, Code> {
    let mut bins = Bins::new();
    for (name, value) in &written.bins {
        let name = BinName::new(name).ok_or(code::BIN_NAME)?;
        let particle = match value {
            Some(value) => particle(value)?,
            None => old.iter().find(|bin| bin.name == name).ok_or(code::SERVER_ERROR)?.particle.clone(),
        };
        bins.push(Bin { name, particle });
    }
    Ok(bins)
}

/// A value as it is stored. Lists that are to be ordered need not be so yet, and a HyperLogLog is not looked into.
fn particle(value: &Value) -> Result<Particle, Code> {
    match value.particle_type {
        particle::LIST | particle::MAP => {
            let (mut item, _) = msgpack::read(value.bytes).map_err(|_| code::SERVER_ERROR)?;
            bring_into_order(&mut item);
            let mut bytes = Vec::new();
            msgpack::write(&item, &mut bytes);
            Particle::from_wire(value.particle_type, &bytes)
        }
        particle::HLL => Ok(Particle::Bytes(value.particle_type, value.bytes.into())),
        _ => Particle::from_wire(value.particle_type, value.bytes),
    }
}

fn bring_into_order(item: &mut Item) {
    match item {
        Item::List { items, ordered } => {
            items.iter_mut().for_each(bring_into_order);
            if *ordered {
                items.sort_by(order::compare);
            }
        }
        Item::Map { pairs, .. } => pairs.iter_mut().for_each(|(_, value)| bring_into_order(value)),
        _ => {}
    }
}

/// A value as a client gets it: compact, lists without what is told of their order.
pub fn as_sent(value: Value) -> (Vec<u8>, u8) {
    match (value.particle_type, msgpack::read(value.bytes)) {
        (particle::LIST | particle::MAP, Ok((mut item, _))) => {
            forget_order(&mut item);
            let mut bytes = Vec::new();
            msgpack::write(&item, &mut bytes);
            (bytes, value.particle_type)
        }
        (particle::NULL, _) => (Vec::new(), particle::NULL),
        _ => (value.bytes.to_vec(), value.particle_type),
    }
}

fn forget_order(item: &mut Item) {
    match item {
        Item::List { items, ordered } => {
            *ordered = false;
            items.iter_mut().for_each(forget_order);
        }
        Item::Map { pairs, order } => {
            if *order == MapOrder::Kept {
                *order = MapOrder::Unordered;
            }
            pairs.iter_mut().for_each(|(_, value)| forget_order(value));
        }
        _ => {}
    }
}

/// What a record has that is yet to be made.
#[derive(Clone, Copy, Default)]
pub struct New<'a> {
    pub set: &'a [u8],
    pub key: &'a [u8],
}

/// Appends a record as the host is told of it (see `udf_host`).
pub fn pack(
    namespace: &Namespace,
    digest: &[u8],
    record: Option<&Record>,
    key: Option<&[u8]>,
    new: New,
    now_ms: u64,
    out: &mut Vec<u8>,
) {
    out.push(u8::from(record.is_some()) | u8::from(namespace.stop_writes()) << 1);
    name(digest, out);
    name(record.map_or(new.set, |record| namespace.sets.name(record.set)), out);
    text(new.key, out);
    let Some(record) = record else { return };
    out.extend_from_slice(&record.generation.to_be_bytes());
    let ttl = record.void_time.saturating_sub(expiry::seconds(now_ms));
    out.extend_from_slice(&ttl.to_be_bytes());
    out.extend_from_slice(&record.last_update_ms.saturating_sub(EPOCH_SECONDS * 1000).to_be_bytes());
    out.extend_from_slice(&(namespace.stored_size(record) as u32).to_be_bytes());
    // Every namespace is in memory.
    out.push(1);
    text(key.unwrap_or_default(), out);
    out.extend_from_slice(&(record.bins.len() as u16).to_be_bytes());
    for bin in &record.bins {
        name(bin.name.as_bytes(), out);
        let start = out.len();
        out.extend_from_slice(&[0; 5]);
        out[start] = bin.particle.write(out);
        let length = (out.len() - start - 5) as u32;
        out[start + 1..start + 5].copy_from_slice(&length.to_be_bytes());
    }
}
