//! HyperLogLog operations (HLL_READ, HLL_MODIFY): sets whose size is estimated.

mod murmur;
mod sketch;

use crate::cdt::args::{self, Args};
use crate::cdt::Modified;
use crate::store::Particle;
use crate::Code;
use aerospike_sansio::proto::{code, hll_op, hll_write_flag, particle};
use aerospike_sansio::value::{msgpack, Value};
use sketch::Sketch;

const UNCHANGED: Modified = Modified { particle: None, result: Value::Nil };

/// Whether a client may write these bytes.
pub fn is_valid(bytes: &[u8]) -> bool {
    Sketch::parse(bytes).is_some_and(|sketch| sketch::fit_together(sketch.index_bits, sketch.minhash_bits))
}

/// An HLL_READ op on a bin.
pub fn read(bin: &Particle, packed: &[u8]) -> Result<Value, Code> {
    let (op, mut args) = args::open(packed)?;
    let op = u8::try_from(op).map_err(|_| code::PARAMETER)?;
    let count = match op {
        hll_op::COUNT | hll_op::DESCRIBE => 0,
        hll_op::UNION..=hll_op::SIMILARITY | hll_op::MAY_CONTAIN => 1,
        _ => return Err(code::PARAMETER),
    };
    let own = sketch_of(bin)?;
    args.count_between(count, count)?;
    Ok(match op {
        hll_op::COUNT => Value::Int(own.cardinality() as i64),
        hll_op::DESCRIBE => {
            let bits = [own.index_bits, own.minhash_bits].map(|bits| Value::Int(bits.into()));
            Value::List { items: bits.into(), ordered: false }
        }
        hll_op::MAY_CONTAIN => {
            let elements = elements(&mut args)?;
            Value::Int(elements.iter().all(|element| own.may_contain(element)).into())
        }
        _ => {
            let others = sketches(&mut args)?;
            if matches!(op, hll_op::INTERSECT_COUNT | hll_op::SIMILARITY) {
                check_intersection(&own, &others)?;
            }
            let all: Vec<&Sketch> = others.iter().chain([&own]).collect();
            match op {
                hll_op::UNION => Value::Hll(Sketch::union(&all).to_bytes()),
                hll_op::UNION_COUNT => Value::Int(Sketch::union(&all).cardinality() as i64),
                hll_op::INTERSECT_COUNT => Value::Int(Sketch::intersect_count(&all) as i64),
                _ => Value::Float(Sketch::similarity(&all)),
            }
        }
    })
}

/// More than three can only be compared by min-hash bits, of which all must have the same number.
fn check_intersection(own: &Sketch, others: &[Sketch]) -> Result<(), Code> {
    if others.len() <= 2 {
        return Ok(());
    }
    let minhash_bits = others[0].minhash_bits;
    if minhash_bits == 0 || others.iter().any(|other| other.minhash_bits != minhash_bits) {
        Err(code::PARAMETER)
    } else if own.minhash_bits != minhash_bits {
        Err(code::OP_NOT_APPLICABLE)
    } else {
        Ok(())
    }
}

/// An HLL_MODIFY op on a bin, or on none.
pub fn modify(bin: Option<&Particle>, packed: &[u8]) -> Result<Modified, Code> {
    let (op, mut args) = args::open(packed)?;
    let op = u8::try_from(op).map_err(|_| code::PARAMETER)?;
    let (fewest, most) = match op {
        hll_op::INIT => (0, 3),
        hll_op::ADD => (1, 4),
        hll_op::SET_UNION => (1, 2),
        hll_op::REFRESH_COUNT => (0, 0),
        hll_op::FOLD => (1, 1),
        _ => return Err(code::PARAMETER),
    };
    let old = bin.map(sketch_of).transpose()?;
    args.count_between(fewest, most)?;
    match op {
        hll_op::INIT => init(old, &mut args),
        hll_op::ADD => add(old, &mut args),
        hll_op::SET_UNION => set_union(old, &mut args),
        hll_op::REFRESH_COUNT => {
            let mut sketch = old.ok_or(code::BIN_NOT_FOUND)?;
            sketch.count = sketch.cardinality();
            written(&sketch, Value::Int(sketch.count as i64))
        }
        _ => fold(old, &mut args),
    }
}

fn init(old: Option<Sketch>, args: &mut Args) -> Result<Modified, Code> {
    use hll_write_flag::{CREATE_ONLY, NO_FAIL, UPDATE_ONLY};
    let bits = bits(args)?;
    let flags = flags(args, CREATE_ONLY | UPDATE_ONLY | NO_FAIL)?;
    if !flags.allow(old.is_some())? {
        return Ok(UNCHANGED);
    }
    let index_bits = bits.index.or(old.as_ref().map(|old| old.index_bits)).ok_or(code::OP_NOT_APPLICABLE)?;
    let minhash_bits = bits.minhash.or(old.as_ref().map(|old| old.minhash_bits)).unwrap_or(0);
    if !sketch::fit_together(index_bits, minhash_bits) {
        return Err(code::OP_NOT_APPLICABLE);
    }
    written(&Sketch::new(index_bits, minhash_bits), Value::Nil)
}

fn add(old: Option<Sketch>, args: &mut Args) -> Result<Modified, Code> {
    let elements = elements(args)?;
    let bits = bits(args)?;
    let flags = flags(args, hll_write_flag::CREATE_ONLY | hll_write_flag::NO_FAIL)?;
    if !flags.allow(old.is_some())? {
        return Ok(UNCHANGED);
    }
    let mut sketch = match old {
        Some(old) => old,
        None => Sketch::new(bits.index.ok_or(code::OP_NOT_APPLICABLE)?, bits.minhash.unwrap_or(0)),
    };
    let added = elements.iter().filter(|element| sketch.add(element)).count();
    written(&sketch, Value::Int(added as i64))
}

fn set_union(old: Option<Sketch>, args: &mut Args) -> Result<Modified, Code> {
    use hll_write_flag::{ALLOW_FOLD, CREATE_ONLY, NO_FAIL, UPDATE_ONLY};
    let sketches = sketches(args)?;
    let flags = flags(args, CREATE_ONLY | UPDATE_ONLY | ALLOW_FOLD | NO_FAIL)?;
    if !flags.allow(old.is_some())? {
        return Ok(UNCHANGED);
    }
    let all: Vec<&Sketch> = sketches.iter().chain(&old).collect();
    let union = Sketch::union(&all);
    match &old {
        Some(old) if !flags.has(ALLOW_FOLD) => {
            let loses_bits = union.index_bits < old.index_bits || union.minhash_bits != old.minhash_bits;
            if loses_bits {
                return Err(code::OP_NOT_APPLICABLE);
            }
        }
        _ => {}
    }
    written(&union, Value::Nil)
}

fn fold(old: Option<Sketch>, args: &mut Args) -> Result<Modified, Code> {
    let index_bits = index_bits(args)?;
    let old = old.ok_or(code::BIN_NOT_FOUND)?;
    match index_bits {
        Some(index_bits) if old.minhash_bits == 0 && index_bits <= old.index_bits => {
            if index_bits == old.index_bits {
                return Ok(UNCHANGED);
            }
            let mut folded = Sketch::new(index_bits, 0);
            folded.merge(&old);
            written(&folded, Value::Nil)
        }
        _ => Err(code::OP_NOT_APPLICABLE),
    }
}

fn written(sketch: &Sketch, result: Value) -> Result<Modified, Code> {
    let particle = Particle::Bytes(particle::HLL, sketch.to_bytes().into());
    Ok(Modified { particle: Some(particle), result })
}

fn sketch_of(bin: &Particle) -> Result<Sketch, Code> {
    match bin {
        Particle::Bytes(particle::HLL, bytes) => Sketch::parse(bytes).ok_or(code::SERVER_ERROR),
        _ => Err(code::BIN_TYPE),
    }
}

// ── Arguments ───────────────────────────────────────────────────────────────────────────────────────────────────────

struct Bits {
    index: Option<u8>,
    minhash: Option<u8>,
}

fn bits(args: &mut Args) -> Result<Bits, Code> {
    let index = index_bits(args)?;
    let minhash = match args.int_or(-1)? {
        -1 => None,
        bits if sketch::is_minhash_bits(bits) => Some(bits as u8),
        _ => return Err(code::PARAMETER),
    };
    if index.zip(minhash).is_some_and(|(index, minhash)| !sketch::fit_together(index, minhash)) {
        return Err(code::PARAMETER);
    }
    Ok(Bits { index, minhash })
}

fn index_bits(args: &mut Args) -> Result<Option<u8>, Code> {
    match args.int_or(-1)? {
        -1 => Ok(None),
        bits if sketch::is_index_bits(bits) => Ok(Some(bits as u8)),
        _ => Err(code::PARAMETER),
    }
}

#[derive(Clone, Copy)]
struct Flags(u64);

impl Flags {
    fn has(self, flag: u8) -> bool {
        self.0 & u64::from(flag) != 0
    }

    /// Whether the operation may go on, on a bin that is there or is not.
    fn allow(self, exists: bool) -> Result<bool, Code> {
        let code = match exists {
            true if self.has(hll_write_flag::CREATE_ONLY) => code::BIN_EXISTS,
            false if self.has(hll_write_flag::UPDATE_ONLY) => code::BIN_NOT_FOUND,
            _ => return Ok(true),
        };
        if self.has(hll_write_flag::NO_FAIL) {
            Ok(false)
        } else {
            Err(code)
        }
    }
}

fn flags(args: &mut Args, known: u8) -> Result<Flags, Code> {
    let flags = args.flags_or(0)?;
    let both = u64::from(hll_write_flag::CREATE_ONLY | hll_write_flag::UPDATE_ONLY);
    if flags & !u64::from(known) != 0 || flags & both == both {
        Err(code::PARAMETER)
    } else {
        Ok(Flags(flags))
    }
}

/// The packed elements of a list: anything but lists and maps.
fn elements(args: &mut Args) -> Result<Vec<Vec<u8>>, Code> {
    let items = args.items()?;
    if items.is_empty() {
        return Err(code::PARAMETER);
    }
    let pack = |item: &Value| match item {
        Value::List { .. } | Value::Map { .. } => Err(code::PARAMETER),
        item => {
            let mut packed = Vec::new();
            msgpack::write(item, &mut packed);
            Ok(packed)
        }
    };
    items.iter().map(pack).collect()
}

/// A list of HyperLogLogs, or one. Blobs of any type will do.
fn sketches(args: &mut Args) -> Result<Vec<Sketch>, Code> {
    let items = match args.value()? {
        Value::List { items, .. } if items.is_empty() => return Err(code::PARAMETER),
        Value::List { items, .. } => items,
        item => vec![item],
    };
    let sketch = |item: &Value| match item {
        Value::Hll(bytes) | Value::Blob(bytes) | Value::Typed(_, bytes) | Value::String(bytes) | Value::Geo(bytes) => {
            Sketch::parse(bytes).ok_or(code::PARAMETER)
        }
        _ => Err(code::PARAMETER),
    };
    items.iter().map(sketch).collect()
}
