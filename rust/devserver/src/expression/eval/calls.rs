//! Operations on lists, maps, bits and HyperLogLogs.

use super::{is_of, Scope};
use crate::bits;
use crate::cdt;
use crate::cdt::path::Budget;
use crate::expression::build::calls::{Call, Part, System};
use crate::expression::value;
use crate::hll;
use crate::limits::limit;
use crate::store::Particle;
use crate::Code;
use aerospike_sansio::value::{msgpack, Value};

impl Scope<'_> {
    /// Unknown if an argument is, if the operation fails, or if its result is of another type than the call says.
    pub fn call(&mut self, call: &Call) -> Option<Value> {
        let mut packed = Vec::new();
        for part in &call.parts {
            match part {
                Part::Packed(bytes) => packed.extend_from_slice(bytes),
                Part::Evaluated(node) => msgpack::write(&self.value(node)?, &mut packed),
            }
            if packed.len() > limit::RECORD {
                return None;
            }
        }
        let bin = match self.value(&call.on)? {
            Value::Nil => None,
            on => Some(value::kept(on)?),
        };
        let result = if call.modifies {
            let changed = modify(call.system, bin.as_ref(), &packed, self.budget).ok()?;
            changed.or(bin).map_or(Some(Value::Nil), |particle| value::of(&particle))?
        } else {
            match read(call.system, &bin?, &packed, self.budget).ok()? {
                Value::Uint(uint) => Value::Int(uint as i64),
                result => result,
            }
        };
        is_of(&result, call.kind).then_some(result)
    }
}

fn read(system: System, bin: &Particle, packed: &[u8], budget: &Budget) -> Result<Value, Code> {
    match system {
        System::Cdt => cdt::read_within(bin, packed, budget),
        System::Bits => bits::read(bin, packed),
        System::Hll => hll::read(bin, packed),
    }
}

/// The new value, if there is one.
fn modify(system: System, bin: Option<&Particle>, packed: &[u8], budget: &Budget) -> Result<Option<Particle>, Code> {
    match system {
        System::Cdt => cdt::modify_within(bin, packed, budget).map(|modified| modified.particle),
        System::Bits => bits::modify(bin, packed),
        System::Hll => hll::modify(bin, packed).map(|modified| modified.particle),
    }
}
