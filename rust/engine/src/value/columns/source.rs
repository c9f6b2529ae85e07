//! Columns that are written: copied once from the caller's data, checked, then each row's values as particles.

use super::{refused, Field, Kind};
use crate::abi::tag;
use crate::names::Names;
use crate::proto::{op, particle};
use crate::value::tape::{self, Slot};
use crate::Refused;

#[derive(Debug)]
struct Column {
    field: Field,
    /// A byte a row, or nothing: all rows have a value.
    valid: Vec<u8>,
    /// Of texts: their offsets.
    values: Vec<u8>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
pub struct Source {
    columns: Vec<Column>,
}

/// A COLUMN slot and three BLOBs.
const SLOTS: usize = 4;

impl Source {
    pub fn read(slots: &[Slot], rows: usize, data: &[u8], names: &Names) -> Result<Source, Refused> {
        if slots.is_empty() || !slots.len().is_multiple_of(SLOTS) {
            return Err(refused("columns to be written are at least one, of four slots each"));
        }
        let heads: Vec<Slot> = slots.chunks(SLOTS).map(|four| four[0]).collect();
        let fields = super::fields(&heads, names)?;
        let column = |(at, field): (usize, Field)| {
            let column = read_column(&slots[at * SLOTS..(at + 1) * SLOTS], field, data);
            column.and_then(|column| column.check(rows)).map_err(|refused| refused.behind(at * SLOTS))
        };
        Ok(Source { columns: fields.into_iter().enumerate().map(column).collect::<Result<_, _>>()? })
    }

    /// Bytes of all columns.
    pub fn size(&self) -> usize {
        self.columns.iter().map(|column| column.valid.len() + column.values.len() + column.bytes.len()).sum()
    }

    /// How many values a row has.
    pub fn values_of(&self, row: usize) -> u16 {
        self.columns.iter().filter(|column| column.has(row)).count() as u16
    }

    /// How many bytes the ops of so many rows may have at most.
    pub fn size_max(&self, rows: usize) -> usize {
        let of_column = |column: &Column| rows * column.op_size(column.field.kind.width().max(8)) + column.bytes.len();
        self.columns.iter().map(of_column).sum()
    }

    /// How many bytes the ops of a row have.
    pub fn size_of(&self, row: usize) -> usize {
        let of_column = |column: &Column| {
            let (_, word, bytes) = column.value(row);
            column.op_size(word.map_or(bytes.len(), |word| word.len()))
        };
        self.columns.iter().filter(|column| column.has(row)).map(of_column).sum()
    }

    /// Appends a write op for each value of a row.
    pub fn write(&self, row: usize, out: &mut Vec<u8>) {
        for column in self.columns.iter().filter(|column| column.has(row)) {
            let (particle_type, word, bytes) = column.value(row);
            let size = column.op_size(word.map_or(bytes.len(), |word| word.len())) - 4;
            out.extend_from_slice(&(size as u32).to_be_bytes());
            out.extend_from_slice(&[op::WRITE, particle_type, 0, column.field.name.len() as u8]);
            out.extend_from_slice(&column.field.name);
            out.extend_from_slice(word.as_ref().map_or(bytes, |word| word.as_slice()));
        }
    }
}

fn read_column(slots: &[Slot], field: Field, data: &[u8]) -> Result<Column, Refused> {
    let region = |at: usize| {
        let slot = &slots[at];
        if slot.kind() != tag::BLOB {
            return Err(blamed("the values of a column are none"));
        }
        let bytes = tape::slice(data, slot.a, slot.b).ok_or(blamed("a column lies outside of the data region"))?;
        Ok(bytes.to_vec())
    };
    Ok(Column { field, valid: region(1)?, values: region(2)?, bytes: region(3)? })
}

fn blamed(reason: &'static str) -> Refused {
    Refused { slot: Some(0), ..refused(reason) }
}

impl Column {
    /// Bytes of the op that writes a value of so many.
    #[inline]
    fn op_size(&self, value: usize) -> usize {
        4 + 4 + self.field.name.len() + value
    }

    #[inline]
    fn has(&self, row: usize) -> bool {
        self.valid.is_empty() || self.valid[row] != 0
    }

    /// Whether it has that many rows, each of them a value of its type.
    fn check(self, rows: usize) -> Result<Column, Refused> {
        if !self.valid.is_empty() && self.valid.len() != rows {
            return Err(blamed("a column says of more or fewer rows than there are whether they have a value"));
        }
        match self.field.kind {
            Kind::Text => self.check_offsets(rows)?,
            kind if rows.checked_mul(kind.width()) != Some(self.values.len()) => {
                return Err(blamed("a column has more or fewer rows than there are keys"));
            }
            // A bin holds no integer from 2^63 on.
            Kind::Unsigned(8) if (0..rows).any(|row| self.has(row) && self.word(row) >> 63 == 1) => {
                return Err(blamed("an integer above 2^63 - 1, which no bin can hold"));
            }
            Kind::Bool if (0..rows).any(|row| self.has(row) && self.values[row] > 1) => {
                return Err(blamed("a boolean that is neither 0 nor 1"));
            }
            _ => {}
        }
        Ok(self)
    }

    fn check_offsets(&self, rows: usize) -> Result<(), Refused> {
        if rows.checked_add(1).and_then(|ends| ends.checked_mul(4)) != Some(self.values.len()) {
            return Err(blamed("a column has more or fewer rows than there are keys"));
        }
        let mut end = 0;
        for row in 0..=rows {
            let next = self.offset(row);
            if next < end || next > self.bytes.len() {
                return Err(blamed("texts of a column do not lie one behind the other"));
            }
            end = next;
        }
        Ok(())
    }

    fn offset(&self, at: usize) -> usize {
        let Some(four) = self.values.get(at * 4..).and_then(|rest| rest.first_chunk::<4>()) else { return 0 };
        u32::from_le_bytes(*four) as usize
    }

    /// The value of a row, of whatever width.
    #[inline]
    fn word(&self, row: usize) -> u64 {
        let width = self.field.kind.width();
        let mut word = [0; 8];
        word[..width].copy_from_slice(&self.values[row * width..(row + 1) * width]);
        u64::from_le_bytes(word)
    }

    /// The particle type, and the value as a word or as bytes.
    #[inline]
    fn value(&self, row: usize) -> (u8, Option<[u8; 8]>, &[u8]) {
        let number = |particle_type: u8, word: u64| (particle_type, Some(word.to_be_bytes()), &[][..]);
        match self.field.kind {
            Kind::Signed(width) => {
                let spare = 64 - 8 * width as u32;
                number(particle::INTEGER, ((self.word(row) << spare) as i64 >> spare) as u64)
            }
            Kind::Unsigned(_) => number(particle::INTEGER, self.word(row)),
            Kind::F32 => number(particle::FLOAT, f64::from(f32::from_bits(self.word(row) as u32)).to_bits()),
            Kind::F64 => number(particle::FLOAT, self.word(row)),
            Kind::Bool => (particle::BOOL, None, &self.values[row..row + 1]),
            Kind::Bytes(width) => (particle::BLOB, None, &self.values[row * width..(row + 1) * width]),
            Kind::Text => (particle::STRING, None, &self.bytes[self.offset(row)..self.offset(row + 1)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{column_type, NONE};
    use crate::names::NameKind;
    use crate::value::{particle as form, Value};

    struct Regions {
        slots: Vec<Slot>,
        data: Vec<u8>,
        names: Names,
    }

    impl Regions {
        fn new() -> Regions {
            Regions { slots: vec![], data: vec![], names: Names::new(1) }
        }

        fn column(mut self, bin: &str, kind: u32, width: u32, valid: &[u8], values: &[u8], bytes: &[u8]) -> Regions {
            let bin = self.names.intern(NameKind::Bin, bin.as_bytes()).unwrap();
            self.slots.push(Slot::new(tag::COLUMN | kind << 8, bin, width, 0));
            for region in [valid, values, bytes] {
                self.slots.push(Slot::new(tag::BLOB, NONE, self.data.len() as u32, region.len() as u32));
                self.data.extend_from_slice(region);
            }
            self
        }

        fn read(&self, rows: usize) -> Result<Source, Refused> {
            Source::read(&self.slots, rows, &self.data, &self.names)
        }
    }

    /// The values of a row, read back from its ops.
    fn row(source: &Source, row: usize) -> Vec<(String, Value)> {
        let (mut out, mut at, mut values) = (vec![], 0, vec![]);
        source.write(row, &mut out);
        while at < out.len() {
            let size = u32::from_be_bytes(out[at..at + 4].try_into().unwrap()) as usize;
            let op = &out[at + 4..at + 4 + size];
            assert_eq!((op[0], op[2]), (op::WRITE, 0));
            let name = String::from_utf8(op[4..4 + op[3] as usize].to_vec()).unwrap();
            values.push((name, form::read(op[1], &op[4 + op[3] as usize..]).unwrap()));
            at += 4 + size;
        }
        assert_eq!(values.len(), usize::from(source.values_of(row)));
        assert_eq!(out.len(), source.size_of(row));
        values
    }

    #[test]
    fn each_type_becomes_the_particle_that_a_bin_has_of_it() {
        let float = [1.5f32.to_le_bytes(), (-0.1f32).to_le_bytes()].concat();
        let double = [0.1f64.to_le_bytes(), f64::NEG_INFINITY.to_le_bytes()].concat();
        let regions = Regions::new()
            .column("i8", column_type::I8, 0, &[], &[0xFF, 5], &[])
            .column("u16", column_type::U16, 0, &[], &[0xFF, 0xFF, 1, 0], &[])
            .column("i64", column_type::I64, 0, &[], &[i64::MIN.to_le_bytes(), 7i64.to_le_bytes()].concat(), &[])
            .column("f32", column_type::F32, 0, &[], &float, &[])
            .column("f64", column_type::F64, 0, &[], &double, &[])
            .column("bool", column_type::BOOL, 0, &[], &[1, 0], &[])
            .column("text", column_type::TEXT, 0, &[], &[0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0], b"hi")
            .column("blob", column_type::BYTES, 2, &[], &[1, 2, 3, 4], &[]);
        let source = regions.read(2).unwrap();
        let values = |at: usize| row(&source, at).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        assert_eq!(
            values(0),
            [
                Value::Int(-1),
                Value::Int(65535),
                Value::Int(i64::MIN),
                Value::Float(1.5),
                Value::Float(0.1),
                Value::Bool(true),
                Value::String(b"hi".to_vec()),
                Value::Blob(vec![1, 2]),
            ]
        );
        assert!(source.size_max(2) >= source.size_of(0) + source.size_of(1));
        assert_eq!(values(1)[3], Value::Float(f64::from(-0.1f32)));
        assert_eq!(values(1)[5..], [Value::Bool(false), Value::String(vec![]), Value::Blob(vec![3, 4])]);
    }

    #[test]
    fn a_row_has_only_the_values_that_are_there() {
        let regions = Regions::new().column("a", column_type::I8, 0, &[1, 0, 0], &[1, 2, 3], &[]).column(
            "b",
            column_type::U8,
            0,
            &[0, 0, 7],
            &[1, 2, 3],
            &[],
        );
        let source = regions.read(3).unwrap();
        assert_eq!(row(&source, 0), [("a".into(), Value::Int(1))]);
        assert_eq!(row(&source, 1), []);
        assert_eq!(row(&source, 2), [("b".into(), Value::Int(3))]);
    }

    #[test]
    fn columns_that_are_not_what_they_say_are_refused() {
        let one = |kind, width, valid: &[u8], values: &[u8], bytes: &[u8]| {
            Regions::new().column("a", kind, width, valid, values, bytes).read(2).map(|_| ())
        };
        assert!(one(column_type::I16, 0, &[], &[0; 4], &[]).is_ok());
        for (kind, width, valid, values, bytes) in [
            (column_type::I16, 0, &[][..], &[0; 3][..], &[][..]),
            (column_type::I16, 0, &[], &[0; 6], &[]),
            (column_type::I16, 0, &[1], &[0; 4], &[]),
            (column_type::I16, 0, &[1; 3], &[0; 4], &[]),
            (column_type::BOOL, 0, &[], &[0, 2], &[]),
            (column_type::U64, 0, &[], &[0x80; 16], &[]),
            (column_type::BYTES, 0, &[], &[], &[]),
            (column_type::BYTES, 3, &[], &[0; 5], &[]),
            (column_type::TEXT, 0, &[], &[0; 8], &[]),
            (column_type::TEXT, 0, &[], &[0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0], b"ab"),
            (column_type::TEXT, 0, &[], &[0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], b"ab"),
            (0, 0, &[], &[0; 2], &[]),
            (99, 0, &[], &[0; 2], &[]),
        ] {
            assert!(one(kind, width, valid, values, bytes).is_err(), "{kind} {values:?}");
        }
        // What has no value may hold anything.
        assert!(one(column_type::BOOL, 0, &[1, 0], &[0, 2], &[]).is_ok());
        assert!(one(column_type::U64, 0, &[0, 0], &[0x80; 16], &[]).is_ok());
    }

    #[test]
    fn slots_that_are_no_columns_are_refused_and_blamed() {
        let regions = Regions::new().column("a", column_type::I8, 0, &[], &[0], &[]);
        let regions = regions.column("b", column_type::I8, 0, &[], &[0, 0], &[]);
        assert_eq!(regions.read(1).unwrap_err().slot, Some(4));
        let twice = Regions::new().column("a", column_type::I8, 0, &[], &[0], &[]);
        assert!(twice.column("a", column_type::I8, 0, &[], &[0], &[]).read(1).is_err());
        assert!(Regions::new().read(1).is_err());
        let mut short = Regions::new().column("a", column_type::I8, 0, &[], &[0], &[]);
        short.slots.pop();
        assert!(short.read(1).is_err());
        let mut outside = Regions::new().column("a", column_type::I8, 0, &[], &[0], &[]);
        outside.slots[2].a = 9;
        assert!(outside.read(1).is_err());
    }
}
