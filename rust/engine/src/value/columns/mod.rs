//! Values by column: many records' values of a bin side by side, each of a few bytes, instead of a tree a record.
//!
//! `Table` takes the particles of answers, in whatever order rows come; `Source` gives the particles of requests. What
//! a type cannot tell without loss is never stored as something else: it is left out, counted, and the first is named.

mod cell;
mod source;
mod table;
mod text;

pub use source::Source;
pub use table::{Extent, Misfit, Outcome, Parts, Table};

use crate::abi::{column_type, tag};
use crate::limits::limit;
use crate::names::Names;
use crate::proto::code;
use crate::sort::sorted;
use crate::value::tape::Slot;
use crate::Refused;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Integers of so many bytes.
    Signed(usize),
    Unsigned(usize),
    F32,
    F64,
    Bool,
    Text,
    /// Blobs of exactly so many bytes.
    Bytes(usize),
}

impl Kind {
    fn of(slot: &Slot) -> Result<Kind, Refused> {
        Ok(match slot.tag >> 8 & 0xFF {
            column_type::I8 => Kind::Signed(1),
            column_type::I16 => Kind::Signed(2),
            column_type::I32 => Kind::Signed(4),
            column_type::I64 => Kind::Signed(8),
            column_type::U8 => Kind::Unsigned(1),
            column_type::U16 => Kind::Unsigned(2),
            column_type::U32 => Kind::Unsigned(4),
            column_type::U64 => Kind::Unsigned(8),
            column_type::F32 => Kind::F32,
            column_type::F64 => Kind::F64,
            column_type::BOOL => Kind::Bool,
            column_type::TEXT => Kind::Text,
            column_type::BYTES if (1..=limit::COLUMN_BYTES).contains(&(slot.a as usize)) => {
                Kind::Bytes(slot.a as usize)
            }
            column_type::BYTES => return Err(refused("a column of bytes has values of 1 byte to 8 MiB")),
            _ => return Err(refused("an unknown type of column")),
        })
    }

    /// Bytes that a value has in the column; those of texts lie elsewhere.
    pub fn width(self) -> usize {
        match self {
            Kind::Signed(width) | Kind::Unsigned(width) | Kind::Bytes(width) => width,
            Kind::F32 => 4,
            Kind::F64 => 8,
            Kind::Bool => 1,
            Kind::Text => 0,
        }
    }
}

/// A column as a COLUMN slot tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: Vec<u8>,
    pub kind: Kind,
}

impl Field {
    pub fn read(slot: &Slot, names: &Names) -> Result<Field, Refused> {
        if slot.kind() != tag::COLUMN {
            return Err(refused("a slot among the columns is none"));
        }
        let name = names.get(slot.bin);
        if !(1..=limit::BIN).contains(&name.len()) {
            return Err(Refused { code: code::BIN_NAME, ..refused("a bin name has 1 to 15 bytes") });
        }
        Ok(Field { name: name.to_vec(), kind: Kind::of(slot)? })
    }
}

/// The columns of several COLUMN slots, each bin once.
pub fn fields(slots: &[Slot], names: &Names) -> Result<Vec<Field>, Refused> {
    if slots.len() > limit::BINS {
        return Err(refused("a record has at most 32767 bins"));
    }
    let fields: Vec<Field> = slots.iter().map(|slot| Field::read(slot, names)).collect::<Result<_, _>>()?;
    let name = |at: u32| &fields[at as usize].name;
    let order = sorted(fields.len(), &mut |a, b| name(a).cmp(name(b)));
    if order.windows(2).any(|two| name(two[0]) == name(two[1])) {
        return Err(refused("two columns have the same bin"));
    }
    Ok(fields)
}

fn refused(reason: &'static str) -> Refused {
    Refused { code: code::INVALID_ARGUMENT, reason, slot: None }
}
