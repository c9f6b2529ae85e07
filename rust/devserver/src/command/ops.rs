//! Ops, one after the other, on a copy of the bins: the record sees either all of them or none.

use crate::bits;
use crate::cdt::{self, Modified};
use crate::hll;
use crate::limits::limit;
use crate::reply::Message;
use crate::request::Op;
use crate::store::record::{self, Bin, Bins};
use crate::store::{BinName, Particle};
use crate::Code;
use aerospike_sansio::proto::{code, info1, op, particle};
use aerospike_sansio::value::Value;

/// Which ops have an entry in the answer: those that give something, or all.
#[derive(Clone, Copy)]
pub struct Answer {
    pub all: bool,
    /// Every entry says that a READ gave it, whatever did: in a row of a batch that only reads.
    pub all_as_read: bool,
}

impl Answer {
    /// The value of a bin; nothing for a bin that is not there, or an empty entry if all ops are to answer.
    #[inline]
    pub fn bin(self, op: &Op, bins: &[Bin], message: &mut Message, out: &mut Vec<u8>) -> Result<(), Code> {
        match record::find(bins, op.name) {
            Some(bin) => message.op(out, self.code(op), op.name, |out| bin.particle.write(out)),
            None => self.nothing(op, message, out),
        }
        bounded(message, out)
    }

    /// An op that reads something from a bin. In a write, it has an entry even if that is nothing.
    pub fn read(
        self,
        op: &Op,
        bins: &[Bin],
        in_write: bool,
        message: &mut Message,
        out: &mut Vec<u8>,
    ) -> Result<(), Code> {
        let Some(bin) = record::find(bins, op.name) else {
            self.nothing(op, message, out);
            return Ok(());
        };
        let value = match op.code {
            op::CDT_READ => cdt::read(&bin.particle, op.value)?,
            op::BITS_READ => bits::read(&bin.particle, op.value)?,
            op::HLL_READ => hll::read(&bin.particle, op.value)?,
            _ => return Err(code::PARAMETER),
        };
        Answer { all: self.all || in_write, ..self }.value(op, &value, message, out)
    }

    /// What an op gives back of a bin that is there: in a write always, in a read unless it is nothing.
    pub fn value(self, op: &Op, value: &Value, message: &mut Message, out: &mut Vec<u8>) -> Result<(), Code> {
        self.particle(op, Particle::from_value(value)?.as_ref(), message, out)
    }

    /// The same of a value as bins keep it.
    pub fn particle(
        self,
        op: &Op,
        particle: Option<&Particle>,
        message: &mut Message,
        out: &mut Vec<u8>,
    ) -> Result<(), Code> {
        match particle {
            Some(particle) => message.op(out, self.code(op), op.name, |out| particle.write(out)),
            None => self.nothing(op, message, out),
        }
        bounded(message, out)
    }

    fn code(self, op: &Op) -> u8 {
        if self.all_as_read {
            op::READ
        } else {
            op.code
        }
    }

    pub fn nothing(self, op: &Op, message: &mut Message, out: &mut Vec<u8>) {
        if self.all {
            message.op(out, self.code(op), op.name, |_| particle::NULL);
        }
    }
}

/// A request can read one large bin thousands of times.
fn bounded(message: &Message, out: &[u8]) -> Result<(), Code> {
    if message.len(out) > limit::ANSWER {
        Err(code::SERVER_ERROR)
    } else {
        Ok(())
    }
}

/// Appends every bin.
#[inline]
pub fn all_bins(bins: &[Bin], message: &mut Message, out: &mut Vec<u8>) {
    for bin in bins {
        message.op(out, op::READ, bin.name.as_bytes(), |out| bin.particle.write(out));
    }
}

/// A READ without a name in a request that reads all bins.
pub fn reads_all(op: &Op, header_info1: u8) -> bool {
    op.code == op::READ && op.name.is_empty() && header_info1 & info1::GET_ALL != 0
}

/// An op that changes a bin relative to what it holds.
pub fn modifies(op_code: u8) -> bool {
    matches!(op_code, op::INCR | op::APPEND | op::PREPEND | op::CDT_MODIFY | op::BITS_MODIFY | op::HLL_MODIFY)
}

/// An op that reads from a bin.
pub fn reads(op_code: u8) -> bool {
    matches!(op_code, op::READ | op::EXP_READ | op::CDT_READ | op::BITS_READ | op::HLL_READ)
}

/// An op whose value cannot stand beside all bins.
pub fn answers(op_code: u8) -> bool {
    reads(op_code) || matches!(op_code, op::CDT_MODIFY | op::HLL_MODIFY)
}

/// Applies one op of a write to the bins.
pub fn apply(
    op: &Op,
    header_info1: u8,
    answer: Answer,
    bins: &mut Bins,
    message: &mut Message,
    out: &mut Vec<u8>,
) -> Result<(), Code> {
    match op.code {
        // Gives no entry even when all ops are to answer.
        op::TOUCH => return Ok(()),
        op::WRITE if op.particle_type == particle::NULL => record::remove(bins, op.name),
        op::WRITE => record::set(bins, name(op)?, Particle::from_wire(op.particle_type, op.value)?),
        op::INCR | op::APPEND | op::PREPEND => modify(op, bins)?,
        op::CDT_MODIFY | op::HLL_MODIFY => return modify_and_tell(op, answer, bins, message, out),
        op::BITS_MODIFY => {
            if let Some(particle) = bits::modify(record::find(bins, op.name).map(|bin| &bin.particle), op.value)? {
                record::set(bins, name(op)?, particle);
            }
        }
        op::DELETE_ALL => bins.clear(),
        op::READ if reads_all(op, header_info1) => {
            all_bins(bins, message, out);
            return Ok(());
        }
        op::READ => return answer.bin(op, bins, message, out),
        code if reads(code) => return answer.read(op, bins, true, message, out),
        _ => return Err(code::PARAMETER),
    }
    answer.nothing(op, message, out);
    Ok(())
}

/// On a bin that is not there yet, each of them is a plain write, whatever the value's type.
fn modify(op: &Op, bins: &mut Bins) -> Result<(), Code> {
    let Some(bin) = bins.iter_mut().find(|bin| bin.name.as_bytes() == op.name) else {
        record::set(bins, name(op)?, Particle::from_wire(op.particle_type, op.value)?);
        return Ok(());
    };
    // The value's type must be one that exists, even where it cannot fit.
    if !matches!(op.particle_type, particle::INTEGER..=particle::BLOB | particle::JAVA_BLOB..=particle::ERLANG_BLOB
        | particle::VECTOR..=particle::LIST | particle::GEOJSON)
    {
        return Err(code::PARAMETER);
    }
    match op.code {
        op::INCR => bin.particle.increment(op.particle_type, op.value),
        op::APPEND => bin.particle.concatenate(op.particle_type, op.value, true),
        _ => bin.particle.concatenate(op.particle_type, op.value, false),
    }
}

/// Those that give back something beside changing the bin.
fn modify_and_tell(
    op: &Op,
    answer: Answer,
    bins: &mut Bins,
    message: &mut Message,
    out: &mut Vec<u8>,
) -> Result<(), Code> {
    let bin = record::find(bins, op.name).map(|bin| &bin.particle);
    let Modified { particle, result } = match op.code {
        op::CDT_MODIFY => cdt::modify(bin, op.value)?,
        _ => hll::modify(bin, op.value)?,
    };
    if let Some(particle) = particle {
        record::set(bins, name(op)?, particle);
    }
    answer.value(op, &result, message, out)
}

fn name(op: &Op) -> Result<BinName, Code> {
    BinName::new(op.name).ok_or(code::BIN_NAME)
}
