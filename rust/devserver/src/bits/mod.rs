//! Operations on the bits of a blob (BITS_READ, BITS_MODIFY). Bits count from the first of the first byte; offsets below
//! zero count from the end.

mod field;
#[cfg(test)]
mod tests;

use crate::cdt::args::{self, Args};
use crate::limits::limit;
use crate::store::Particle;
use crate::Code;
use aerospike_sansio::limits;
use aerospike_sansio::proto::{bit_op, bit_overflow_flag, bit_resize_flag, bit_write_flag, code, particle};
use aerospike_sansio::value::Value;
use field::Span;

/// A BITS_READ op on a bin.
pub fn read(bin: &Particle, packed: &[u8]) -> Result<Value, Code> {
    let (op, mut args) = args::open(packed)?;
    let op = u8::try_from(op).map_err(|_| code::PARAMETER)?;
    let (fewest, most) = match op {
        bit_op::GET | bit_op::COUNT => (2, 2),
        bit_op::LSCAN | bit_op::RSCAN => (3, 3),
        bit_op::GET_INT => (2, 3),
        _ => return Err(code::PARAMETER),
    };
    args.count_between(fewest, most)?;
    let offset = bit_offset(&mut args)?;
    let size = if op == bit_op::GET_INT { int_size(&mut args)? } else { bit_size(&mut args)? };
    let value = matches!(op, bit_op::LSCAN | bit_op::RSCAN) && args.bool()?;
    let signed = known_flags(args.flags_or(0)?, bit_overflow_flag::SIGNED)? != 0;
    let blob = blob(bin)?;
    let start = from_start(offset, blob.len())?;
    if start + size > blob.len() * 8 {
        return Err(code::OP_NOT_APPLICABLE);
    }
    let bits = field::take(blob, Span { offset: start, size });
    Ok(match op {
        bit_op::GET => Value::Blob(bits),
        bit_op::COUNT => Value::Int(bits.iter().map(|byte| i64::from(byte.count_ones())).sum()),
        bit_op::LSCAN => Value::Int(field::find(&bits, size, value, false).map_or(-1, |at| at as i64)),
        bit_op::RSCAN => Value::Int(last(blob, start, &bits, size, value)),
        _ => Value::Int(extended(field::to_int(&bits, size), size, signed)),
    })
}

/// The last bit of this value. Where there is none, the server goes on before the span to the beginning of its first
/// byte, and tells what it finds there as an index below zero.
fn last(blob: &[u8], start: usize, bits: &[u8], size: usize, value: bool) -> i64 {
    if let Some(at) = field::find(bits, size, value, true) {
        return at as i64;
    }
    let before = Span { offset: start - start % 8, size: start % 8 };
    let found = field::find(&field::take(blob, before), before.size, value, true);
    found.map_or(-1, |at| at as i64 - before.size as i64)
}

/// A BITS_MODIFY op on a bin, or on none. Gives the new value if there is one.
pub fn modify(bin: Option<&Particle>, packed: &[u8]) -> Result<Option<Particle>, Code> {
    let change = Change::parse(packed)?;
    let blob = match bin {
        Some(_) if change.has(bit_write_flag::CREATE_ONLY) => return change.refuse(code::BIN_EXISTS),
        Some(bin) => blob(bin)?,
        None if !change.creates() || change.has(bit_write_flag::UPDATE_ONLY) => {
            return change.refuse(code::BIN_NOT_FOUND)
        }
        None if change.offset < 0 => return Err(code::PARAMETER),
        None => &[],
    };
    match change.apply(blob)? {
        Some(new) if new.len() > limit::RECORD => Err(code::RECORD_TOO_BIG),
        new => Ok(new.map(|new| Particle::Bytes(particle::BLOB, new.into()))),
    }
}

/// A parsed modification. What an operation does not have is zero or empty.
struct Change<'a> {
    op: u8,
    /// Bits, below zero from the end.
    offset: i64,
    /// Bits.
    size: usize,
    bytes: &'a [u8],
    /// Places of a shift, or the operand of arithmetic.
    operand: u64,
    flags: u64,
    /// Of a resize, or of an overflow.
    sub_flags: u64,
}

impl<'a> Change<'a> {
    fn parse(packed: &'a [u8]) -> Result<Change<'a>, Code> {
        let (op, mut args) = args::open(packed)?;
        let op = u8::try_from(op).map_err(|_| code::PARAMETER)?;
        let (fewest, most) = match op {
            bit_op::RESIZE => (1, 3),
            bit_op::INSERT | bit_op::REMOVE | bit_op::NOT => (2, 3),
            bit_op::SET..=bit_op::AND | bit_op::LSHIFT | bit_op::RSHIFT | bit_op::SET_INT => (3, 4),
            bit_op::ADD | bit_op::SUBTRACT => (3, 5),
            _ => return Err(code::PARAMETER),
        };
        args.count_between(fewest, most)?;
        let mut change = Change { op, offset: 0, size: 0, bytes: &[], operand: 0, flags: 0, sub_flags: 0 };
        match op {
            bit_op::RESIZE => change.size = byte_count(&mut args)? * 8,
            bit_op::INSERT => change.offset = byte_offset(&mut args)?,
            bit_op::REMOVE => {
                change.offset = byte_offset(&mut args)?;
                change.size = not_zero(byte_count(&mut args)? * 8)?;
            }
            _ => {
                change.offset = bit_offset(&mut args)?;
                let is_int = matches!(op, bit_op::ADD..=bit_op::SET_INT);
                change.size = if is_int { int_size(&mut args)? } else { bit_size(&mut args)? };
            }
        }
        if matches!(op, bit_op::INSERT | bit_op::SET..=bit_op::AND) {
            change.bytes = args.bytes()?;
            let bits = not_zero(change.bytes.len() * 8)?;
            match change.size {
                0 => change.size = bits,
                size if size > bits => return Err(code::PARAMETER),
                _ => {}
            }
        } else if op >= bit_op::LSHIFT {
            change.operand = args.flags()?;
            if op <= bit_op::RSHIFT && change.operand > BITS_MAX {
                return Err(code::PARAMETER);
            }
        }
        change.flags = args.flags_or(0)?;
        change.sub_flags = args.flags_or(0)?;
        change.check_flags()?;
        Ok(change)
    }

    fn check_flags(&self) -> Result<(), Code> {
        use bit_write_flag::{CREATE_ONLY, NO_FAIL, PARTIAL, UPDATE_ONLY};
        let known = match self.op {
            bit_op::RESIZE | bit_op::INSERT => CREATE_ONLY | UPDATE_ONLY | NO_FAIL,
            bit_op::ADD..=bit_op::SET_INT => UPDATE_ONLY | NO_FAIL,
            _ => UPDATE_ONLY | NO_FAIL | PARTIAL,
        };
        known_flags(self.flags, known)?;
        exclusive(self.flags, CREATE_ONLY, UPDATE_ONLY)?;
        if self.op == bit_op::RESIZE {
            let (grow, shrink) = (bit_resize_flag::GROW_ONLY, bit_resize_flag::SHRINK_ONLY);
            known_flags(self.sub_flags, bit_resize_flag::FROM_FRONT | grow | shrink)?;
            exclusive(self.sub_flags, grow, shrink)
        } else {
            let (saturate, wrap) = (bit_overflow_flag::SATURATE, bit_overflow_flag::WRAP);
            known_flags(self.sub_flags, bit_overflow_flag::SIGNED | saturate | wrap)?;
            exclusive(self.sub_flags, saturate, wrap)
        }
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & u64::from(flag) != 0
    }

    fn has_sub(&self, flag: u8) -> bool {
        self.sub_flags & u64::from(flag) != 0
    }

    fn creates(&self) -> bool {
        matches!(self.op, bit_op::RESIZE | bit_op::INSERT)
    }

    /// Fails, or changes nothing.
    fn refuse<T>(&self, code: Code) -> Result<Option<T>, Code> {
        if self.has(bit_write_flag::NO_FAIL) {
            Ok(None)
        } else {
            Err(code)
        }
    }

    /// The changed blob; none if nothing is to change.
    fn apply(&self, blob: &[u8]) -> Result<Option<Vec<u8>>, Code> {
        let offset = from_start(self.offset, blob.len())?;
        match self.op {
            bit_op::RESIZE => self.resize(blob),
            bit_op::INSERT => self.insert(blob, offset / 8),
            bit_op::REMOVE => self.remove(blob, offset / 8),
            _ => self.change(blob, offset),
        }
    }

    fn resize(&self, blob: &[u8]) -> Result<Option<Vec<u8>>, Code> {
        let (old, new) = (blob.len(), self.size / 8);
        let from_front = self.has_sub(bit_resize_flag::FROM_FRONT);
        if new < old && self.has_sub(bit_resize_flag::GROW_ONLY)
            || new > old && self.has_sub(bit_resize_flag::SHRINK_ONLY)
        {
            return self.refuse(code::PARAMETER);
        }
        if new > limit::RECORD {
            return Err(if new >= limits::limit::MESSAGE { code::PARAMETER } else { code::RECORD_TOO_BIG });
        }
        Ok(match new.cmp(&old) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Less if from_front => Some(blob[old - new..].to_vec()),
            std::cmp::Ordering::Less => Some(blob[..new].to_vec()),
            std::cmp::Ordering::Greater => {
                let zeros = vec![0; new - old];
                Some(if from_front { [&zeros, blob].concat() } else { [blob, &zeros].concat() })
            }
        })
    }

    /// Past the end, zeros fill the gap.
    fn insert(&self, blob: &[u8], at: usize) -> Result<Option<Vec<u8>>, Code> {
        if at > limit::RECORD {
            let too_big = at + self.bytes.len() >= limits::limit::MESSAGE;
            return Err(if too_big { code::PARAMETER } else { code::RECORD_TOO_BIG });
        }
        let (head, tail) = blob.split_at(at.min(blob.len()));
        let gap = vec![0; at - head.len()];
        Ok(Some([head, &gap, self.bytes, tail].concat()))
    }

    fn remove(&self, blob: &[u8], at: usize) -> Result<Option<Vec<u8>>, Code> {
        let end = at + self.size / 8;
        if at >= blob.len() || (end > blob.len() && !self.has(bit_write_flag::PARTIAL)) {
            return self.refuse(code::PARAMETER);
        }
        Ok(Some([&blob[..at], &blob[end.min(blob.len())..]].concat()))
    }

    /// Changes bits in their place.
    fn change(&self, blob: &[u8], offset: usize) -> Result<Option<Vec<u8>>, Code> {
        let bits = blob.len() * 8;
        if offset >= bits || (offset + self.size > bits && !self.has(bit_write_flag::PARTIAL)) {
            return self.refuse(code::OP_NOT_APPLICABLE);
        }
        let span = Span { offset, size: self.size.min(bits - offset) };
        let old = field::take(blob, span);
        let with =
            |combine: fn(u8, u8) -> u8| old.iter().zip(self.bytes).map(|(old, new)| combine(*old, *new)).collect();
        let places = self.operand as usize;
        let new: Vec<u8> = match self.op {
            bit_op::SET => with(|_, new| new),
            bit_op::OR => with(|old, new| old | new),
            bit_op::XOR => with(|old, new| old ^ new),
            bit_op::AND => with(|old, new| old & new),
            bit_op::NOT => old.iter().map(|byte| !byte).collect(),
            bit_op::LSHIFT => field::shift_left(&old, span.size, places),
            bit_op::RSHIFT => field::shift_right(&old, span.size, places),
            bit_op::SET_INT => field::from_int(self.operand, span.size),
            _ => match self.arithmetic(field::to_int(&old, span.size)) {
                Some(int) => field::from_int(int, span.size),
                None => return self.refuse(code::OP_NOT_APPLICABLE),
            },
        };
        let mut changed = blob.to_vec();
        field::put(&mut changed, span, &new);
        Ok(Some(changed))
    }

    /// The sum or difference; none if it overflows and must not.
    fn arithmetic(&self, old: u64) -> Option<u64> {
        let mask = u64::MAX >> (64 - self.size);
        let value = self.operand & mask;
        let is_add = self.op == bit_op::ADD;
        let sum = if is_add { old.wrapping_add(value) } else { old.wrapping_sub(value) } & mask;
        let saturate = self.has_sub(bit_overflow_flag::SATURATE);
        if self.has_sub(bit_overflow_flag::WRAP) {
            return Some(sum);
        }
        if !self.has_sub(bit_overflow_flag::SIGNED) {
            let (overflows, end) = if is_add { (sum < old, mask) } else { (sum > old, 0) };
            return if overflows { saturate.then_some(end) } else { Some(sum) };
        }
        let signed = |int: u64| extended(int, self.size, true);
        let added = signed(if is_add { value } else { value.wrapping_neg() });
        let (lowest, highest) = (1 << (self.size - 1), mask >> 1);
        // Two of the lowest value add up to zero, in which the server sees no overflow.
        match (signed(old), added, signed(sum)) {
            (..=-1, ..=-1, 1..) => saturate.then_some(lowest),
            (1.., 1.., ..=-1) => saturate.then_some(highest),
            _ => Some(sum),
        }
    }
}

/// The largest message, in bits.
const BITS_MAX: u64 = limits::limit::MESSAGE as u64 * 8;

fn blob(bin: &Particle) -> Result<&[u8], Code> {
    match bin {
        Particle::Bytes(particle::BLOB, bytes) => Ok(bytes),
        _ => Err(code::BIN_TYPE),
    }
}

fn bit_offset(args: &mut Args) -> Result<i64, Code> {
    let offset = args.int()?;
    if offset.unsigned_abs() > BITS_MAX {
        Err(code::PARAMETER)
    } else {
        Ok(offset)
    }
}

/// In bits.
fn byte_offset(args: &mut Args) -> Result<i64, Code> {
    let offset = args.int()?;
    if offset.unsigned_abs() > limits::limit::MESSAGE as u64 {
        Err(code::PARAMETER)
    } else {
        Ok(offset * 8)
    }
}

fn byte_count(args: &mut Args) -> Result<usize, Code> {
    at_most(args.flags()?, limits::limit::MESSAGE as u64)
}

fn bit_size(args: &mut Args) -> Result<usize, Code> {
    at_most(args.flags()?, BITS_MAX).and_then(not_zero)
}

fn int_size(args: &mut Args) -> Result<usize, Code> {
    at_most(args.flags()?, 64).and_then(not_zero)
}

fn at_most(size: u64, most: u64) -> Result<usize, Code> {
    if size > most {
        Err(code::PARAMETER)
    } else {
        Ok(size as usize)
    }
}

fn not_zero(size: usize) -> Result<usize, Code> {
    if size == 0 {
        Err(code::PARAMETER)
    } else {
        Ok(size)
    }
}

fn known_flags(flags: u64, known: u8) -> Result<u64, Code> {
    if flags & !u64::from(known) != 0 {
        Err(code::PARAMETER)
    } else {
        Ok(flags)
    }
}

fn exclusive(flags: u64, a: u8, b: u8) -> Result<(), Code> {
    let both = u64::from(a | b);
    if flags & both == both {
        Err(code::PARAMETER)
    } else {
        Ok(())
    }
}

/// Bits from the start; before the start is code 4.
fn from_start(offset: i64, length: usize) -> Result<usize, Code> {
    let from_start = if offset < 0 { offset + length as i64 * 8 } else { offset };
    usize::try_from(from_start).map_err(|_| code::PARAMETER)
}

/// An integer of so many bits, with its sign if it has one.
fn extended(int: u64, size: usize, signed: bool) -> i64 {
    if signed {
        (int as i64) << (64 - size) >> (64 - size)
    } else {
        int as i64
    }
}
