//! The ops of OPERATE: each item of the command is an OP slot, then its context, then its arguments.

use super::ops::{self, scalar_op_kind, Form, Op};
use super::single::{bin_name, check_length};
use super::{refused, Block};
use crate::abi::{policy_flag as flag, tag, NONE};
use crate::limits::limit;
use crate::names::Names;
use crate::proto::{cdt_op, info1, info2};
use crate::value::pack;
use crate::value::tape::{self, Slot};
use crate::wire;
use crate::Refused;

/// No id of a step has more bits (`proto::context`).
const CONTEXT_ID_MAX: f64 = 0x3FF as f64;

/// What the header has to say of the ops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ops {
    pub count: u16,
    pub info1: u8,
    pub info2: u8,
}

/// Writes the ops and says what the header needs.
pub fn write(block: &Block, slots: &[Slot], data: &[u8], names: &Names, out: &mut Vec<u8>) -> Result<Ops, Refused> {
    let start = out.len();
    let mut reader = Reader { slots, data, names, at: 0 };
    let mut seen = Seen::default();
    for _ in 0..block.items {
        seen.note(reader.op(out)?);
        check_length(out.len() - start)?;
    }
    if reader.at != slots.len() {
        return Err(Refused {
            slot: Some(reader.at),
            ..refused("slots are left over: more than the ops of the command")
        });
    }
    Ok(Ops { count: block.items as u16, info1: seen.info1(), info2: seen.info2(block) })
}

/// Which kinds of op there are.
#[derive(Default)]
struct Seen {
    write: bool,
    read: bool,
    read_all: bool,
    read_header: bool,
    /// Some op answers with a value of its own.
    value: bool,
    makes_all_respond: bool,
}

impl Seen {
    fn note(&mut self, row: &Op) {
        self.write |= row.is_write();
        self.read |= !row.is_write();
        self.read_all |= row.kind == scalar_op_kind::READ_ALL;
        self.read_header |= row.kind == scalar_op_kind::READ_HEADER;
        self.value |= !matches!(row.kind, scalar_op_kind::READ_HEADER)
            && (!row.is_write() || matches!(row.form, Form::Packed | Form::Bare | Form::Path));
        self.makes_all_respond |= row.makes_all_respond();
    }

    /// GET_NO_BINS would take the values of other ops away.
    fn info1(&self) -> u8 {
        let bit = |on, bit| if on { bit } else { 0 };
        bit(self.read, info1::READ)
            | bit(self.read_all, info1::GET_ALL)
            | bit(self.read_header && !self.value, info1::GET_NO_BINS)
    }

    /// The server refuses RESPOND_ALL_OPS together with GET_ALL.
    fn info2(&self, block: &Block) -> u8 {
        let unasked = self.makes_all_respond && !block.has(flag::RESPOND_VALUES_ONLY);
        let respond = !self.read_all && (unasked || block.has(flag::RESPOND_ALL_OPS));
        (if self.write { info2::WRITE } else { 0 }) | (if respond { info2::RESPOND_ALL_OPS } else { 0 })
    }
}

/// Takes the slots of one op after the other.
struct Reader<'a> {
    slots: &'a [Slot],
    data: &'a [u8],
    names: &'a Names,
    /// Index of the next slot.
    at: usize,
}

impl Reader<'_> {
    /// Writes the op that begins here, and gives its row.
    fn op(&mut self, out: &mut Vec<u8>) -> Result<&'static Op, Refused> {
        let begin = self.at;
        let blame = |reason| Refused { slot: Some(begin), ..refused(reason) };
        let slot = *self.slots.get(begin).ok_or(refused("slots are missing: fewer ops than the command says"))?;
        if slot.kind() != tag::OP {
            return Err(blame("an item of operate is no op"));
        }
        let row = ops::find(slot.tag >> 8).ok_or(blame("an unknown op"))?;
        let (arguments, steps) = (slot.a, slot.b);
        if !(row.arguments.0..=row.arguments.1).contains(&arguments) {
            return Err(blame("the op takes another number of arguments"));
        }
        if steps > 0 && !matches!(row.form, Form::Packed | Form::Path) {
            return Err(blame("the op takes no context"));
        }
        if steps as usize > limit::CONTEXT_DEPTH {
            return Err(blame("a context has more than 256 steps"));
        }
        self.at += 1;
        if row.form == Form::Record {
            if slot.bin != NONE {
                return Err(blame("the op concerns the record and takes no bin"));
            }
            wire::bare_op(out, row.wire, &[]);
            return Ok(row);
        }
        let bin = bin_name(self.names, slot.bin).map_err(|refused| Refused { slot: Some(begin), ..refused })?;
        match row.form {
            Form::Record | Form::Bin => wire::bare_op(out, row.wire, bin),
            Form::Any | Form::Number | Form::Text => wire::op(out, row.wire, bin, |out| self.particle(row.form, out))?,
            Form::Packed | Form::Bare | Form::Path => wire::op(out, row.wire, bin, |out| {
                self.packed(row, arguments, steps, out)?;
                Ok::<_, Refused>(row.particle_type())
            })?,
        }
        Ok(row)
    }

    /// One argument as the particle of a bin.
    fn particle(&mut self, form: Form, out: &mut Vec<u8>) -> Result<u8, Refused> {
        let kind = self.slots.get(self.at).map(Slot::kind);
        let reason = match (form, kind) {
            (Form::Number, Some(tag::INT | tag::INT64 | tag::DOUBLE)) => "",
            (Form::Number, _) => "only a number can be added",
            (Form::Text, Some(tag::STRING | tag::BLOB)) => "",
            (Form::Text, _) => "only a string or a blob can be appended or prepended",
            _ => "",
        };
        if !reason.is_empty() {
            return Err(Refused { slot: Some(self.at), ..refused(reason) });
        }
        let (particle_type, next) = tape::to_particle(self.slots, self.at, self.data, out)?;
        self.at = next;
        Ok(particle_type)
    }

    fn packed(&mut self, row: &Op, arguments: u32, steps: u32, out: &mut Vec<u8>) -> Result<(), Refused> {
        match row.form {
            Form::Path => {
                pack::list_header(arguments as usize + 2, 0, out);
                pack::int(i64::from(cdt_op::SELECT), out);
                self.context(steps, out)?;
            }
            Form::Bare => pack::list_header(arguments as usize, 0, out),
            _ => {
                if steps > 0 {
                    pack::list_header(3, 0, out);
                    pack::int(i64::from(cdt_op::CONTEXT), out);
                    self.context(steps, out)?;
                }
                pack::list_header(arguments as usize + 1, 0, out);
                pack::int(i64::from(row.code()), out);
            }
        }
        for _ in 0..arguments {
            self.value(out)?;
        }
        Ok(())
    }

    fn context(&mut self, steps: u32, out: &mut Vec<u8>) -> Result<(), Refused> {
        pack::list_header(steps as usize * 2, 0, out);
        for _ in 0..steps {
            self.step(out)?;
        }
        Ok(())
    }

    /// A step of the context: its id, then its value.
    fn step(&mut self, out: &mut Vec<u8>) -> Result<(), Refused> {
        let id = self.slots.get(self.at).filter(|slot| slot.kind() == tag::INT).map(Slot::f64);
        if !id.is_some_and(|id| (0.0..=CONTEXT_ID_MAX).contains(&id)) {
            return Err(Refused { slot: Some(self.at), ..refused("a step of a context has no id") });
        }
        self.value(out)?;
        self.value(out)
    }

    fn value(&mut self, out: &mut Vec<u8>) -> Result<(), Refused> {
        self.at = tape::to_packed(self.slots, self.at, self.data, out)?;
        Ok(())
    }
}
