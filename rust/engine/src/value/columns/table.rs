//! Rows that come in, gathered into columns. A batch knows its rows from the start and fills them in any order; a query
//! adds one behind the other. A row that was not answered, or failed, has zeros, and no value in any column.

use super::cell::{cell, Cell};
use super::text::Texts;
use super::{Field, Kind};
use crate::limits::limit;
use crate::proto::{code, particle};
use crate::sort::sorted;
use crate::value::particle as form;
use crate::Malformed;

/// How many rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many, from the start.
    Rows(usize),
    /// As many as come, with digest and user key where they are asked for.
    Growing { digests: bool, user_keys: bool },
}

/// Values that did not fit their columns, and the first of them by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub count: u32,
    pub row: u32,
    pub column: u32,
    pub particle_type: u8,
    /// `abi::misfit`
    pub why: u32,
}

#[derive(Debug)]
struct Column {
    field: Field,
    /// A byte a row: whether there is a value.
    valid: Vec<u8>,
    values: Vec<u8>,
    texts: Texts,
}

#[derive(Debug)]
pub struct Table {
    rows: usize,
    columns: Vec<Column>,
    /// Columns by the names of their bins, sorted.
    by_name: Vec<u16>,
    codes: Vec<u8>,
    any_code: bool,
    generations: Vec<u8>,
    ttls: Vec<u8>,
    in_doubt: Vec<u8>,
    any_in_doubt: bool,
    digests: Option<Vec<u8>>,
    /// Particle types and bytes.
    user_keys: Option<(Vec<u8>, Texts)>,
    misfit: Misfit,
    /// Bytes of a row, texts apart, and of all texts.
    row_bytes: usize,
    text_bytes: usize,
    /// At how many in all it is full.
    pub bytes_max: usize,
}

/// What became of a row beside its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub code: i32,
    pub generation: u32,
    pub ttl: u32,
    pub in_doubt: bool,
}

/// The table taken apart, for handing it over: see `abi::columns_slot`.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    pub misfit: Misfit,
    /// Those before `COLUMNS`, from `CODES` on; then three a column.
    pub regions: Vec<Vec<u8>>,
}

/// Codes, generations, times to live, doubt.
const ROW_OVERHEAD: usize = 4 + 4 + 4 + 1;

impl Table {
    /// None when it would be larger than any result may be.
    pub fn new(fields: Vec<Field>, extent: Extent) -> Option<Table> {
        let (rows, digests, user_keys) = match extent {
            Extent::Rows(rows) => (rows, false, false),
            Extent::Growing { digests, user_keys } => (0, digests, user_keys),
        };
        // A text has two offsets here and one in the end.
        let of_column = |field: &Field| 1 + if field.kind == Kind::Text { 8 } else { field.kind.width() };
        let row_bytes = ROW_OVERHEAD
            + fields.iter().map(of_column).sum::<usize>()
            + if digests { limit::DIGEST } else { 0 }
            + if user_keys { 9 } else { 0 };
        if rows.checked_mul(row_bytes)? > limit::COLUMNS {
            return None;
        }
        let by_name = sorted(fields.len(), &mut |a, b| fields[a as usize].name.cmp(&fields[b as usize].name));
        let by_name = by_name.into_iter().map(|at| at as u16).collect();
        let columns = fields.into_iter().map(|field| Column {
            valid: vec![0; rows],
            values: vec![0; rows * field.kind.width()],
            texts: Texts::with_rows(if field.kind == Kind::Text { rows } else { 0 }),
            field,
        });
        Some(Table {
            rows,
            columns: columns.collect(),
            by_name,
            codes: vec![0; rows * 4],
            any_code: false,
            generations: vec![0; rows * 4],
            ttls: vec![0; rows * 4],
            in_doubt: vec![0; rows],
            any_in_doubt: false,
            digests: digests.then(Vec::new),
            user_keys: user_keys.then(Default::default),
            misfit: Misfit { count: 0, row: u32::MAX, column: 0, particle_type: 0, why: 0 },
            row_bytes,
            text_bytes: 0,
            bytes_max: limit::COLUMNS,
        })
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether it has grown larger than any result may be.
    pub fn is_full(&self) -> bool {
        self.rows * self.row_bytes + self.text_bytes > self.bytes_max
    }

    /// Adds an empty row.
    pub fn grow(&mut self, digest: &[u8; limit::DIGEST], user_key: Option<(u8, &[u8])>) -> Result<usize, Malformed> {
        // Whatever is malformed is found before anything grows.
        let (kind, key) = user_key.unwrap_or((0, &[]));
        let wide = if kind == particle::INTEGER { Some(form::integer(key)?.to_le_bytes()) } else { None };
        if let Some((types, texts)) = self.user_keys.as_mut() {
            let key = wide.as_ref().map_or(key, |wide| wide.as_slice());
            types.push(kind);
            texts.grow();
            texts.put(types.len() - 1, key);
            self.text_bytes += key.len();
        }
        if let Some(digests) = self.digests.as_mut() {
            digests.extend_from_slice(digest);
        }
        for column in &mut self.columns {
            column.valid.push(0);
            let end = column.values.len() + column.field.kind.width();
            column.values.resize(end, 0);
            if column.field.kind == Kind::Text {
                column.texts.grow();
            }
        }
        for region in [&mut self.codes, &mut self.generations, &mut self.ttls] {
            region.extend_from_slice(&[0; 4]);
        }
        self.in_doubt.push(0);
        self.rows += 1;
        Ok(self.rows - 1)
    }

    /// A value of a bin, for its column. `near` is where the last one went: servers answer in the order of the question.
    #[inline]
    pub fn put(
        &mut self,
        row: usize,
        near: &mut usize,
        name: &[u8],
        particle_type: u8,
        bytes: &[u8],
    ) -> Result<(), Malformed> {
        let at = match self.columns.get(*near) {
            Some(column) if column.field.name == name => *near,
            _ => match self.find(name) {
                Some(at) => at,
                // What was not asked for.
                None => return Ok(()),
            },
        };
        *near = at + 1;
        let column = &mut self.columns[at];
        let kind = column.field.kind;
        match cell(kind, particle_type, bytes)? {
            Cell::Word(word) => {
                let width = kind.width();
                column.values[row * width..(row + 1) * width].copy_from_slice(&word[..width]);
                column.valid[row] = 1;
            }
            Cell::Bytes(bytes) if kind == Kind::Text => {
                column.texts.put(row, bytes);
                column.valid[row] = 1;
                self.text_bytes += bytes.len();
            }
            Cell::Bytes(bytes) => {
                column.values[row * bytes.len()..(row + 1) * bytes.len()].copy_from_slice(bytes);
                column.valid[row] = 1;
            }
            Cell::Nothing => {}
            Cell::Misfit(why) => self.note(row as u32, at as u32, particle_type, why),
        }
        Ok(())
    }

    #[cold]
    fn note(&mut self, row: u32, column: u32, particle_type: u8, why: u32) {
        let count = self.misfit.count.saturating_add(1);
        if (row, column) < (self.misfit.row, self.misfit.column) {
            self.misfit = Misfit { count, row, column, particle_type, why };
        }
        self.misfit.count = count;
    }

    fn find(&self, name: &[u8]) -> Option<usize> {
        let at = self.by_name.binary_search_by(|&at| self.columns[at as usize].field.name.as_slice().cmp(name)).ok()?;
        Some(self.by_name[at] as usize)
    }

    /// What became of a row.
    pub fn end(&mut self, row: usize, outcome: &Outcome) {
        self.generations[row * 4..row * 4 + 4].copy_from_slice(&outcome.generation.to_le_bytes());
        self.ttls[row * 4..row * 4 + 4].copy_from_slice(&outcome.ttl.to_le_bytes());
        if outcome.code != code::OK {
            self.any_code = true;
            self.codes[row * 4..row * 4 + 4].copy_from_slice(&outcome.code.to_le_bytes());
        }
        if outcome.in_doubt {
            self.any_in_doubt = true;
            self.in_doubt[row] = 1;
        }
    }

    /// Takes back what a row had.
    pub fn clear(&mut self, row: usize) {
        for column in &mut self.columns {
            let width = column.field.kind.width();
            column.valid[row] = 0;
            column.values[row * width..(row + 1) * width].fill(0);
            if column.field.kind == Kind::Text {
                column.texts.clear(row);
            }
        }
    }

    /// Takes back the last row, of a table that grows.
    pub fn shrink(&mut self) {
        self.rows -= 1;
        let rows = self.rows;
        for column in &mut self.columns {
            column.valid.truncate(rows);
            column.values.truncate(rows * column.field.kind.width());
            if column.field.kind == Kind::Text {
                column.texts.shrink();
            }
        }
        for region in [&mut self.codes, &mut self.generations, &mut self.ttls] {
            region.truncate(rows * 4);
        }
        self.in_doubt.truncate(rows);
        if let Some(digests) = self.digests.as_mut() {
            digests.truncate(rows * limit::DIGEST);
        }
        if let Some((types, texts)) = self.user_keys.as_mut() {
            types.truncate(rows);
            texts.shrink();
        }
    }

    pub fn finish(self) -> Parts {
        let or_none = |wanted: bool, region: Vec<u8>| if wanted { region } else { Vec::new() };
        let (types, keys) = self.user_keys.map_or((vec![], (vec![], vec![])), |(types, texts)| (types, texts.finish()));
        let mut regions = vec![
            or_none(self.any_code, self.codes),
            self.generations,
            self.ttls,
            or_none(self.any_in_doubt, self.in_doubt),
            self.digests.unwrap_or_default(),
            types,
            keys.0,
            keys.1,
        ];
        for column in self.columns {
            regions.push(column.valid);
            if column.field.kind == Kind::Text {
                let (offsets, bytes) = column.texts.finish();
                regions.extend([offsets, bytes]);
            } else {
                regions.extend([column.values, Vec::new()]);
            }
        }
        Parts { misfit: self.misfit, regions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{columns_slot as slot, misfit};

    fn table(kinds: &[(&str, Kind)], extent: Extent) -> Table {
        let field = |&(name, kind): &(&str, Kind)| Field { name: name.into(), kind };
        Table::new(kinds.iter().map(field).collect(), extent).unwrap()
    }

    fn int(value: i64) -> [u8; 8] {
        value.to_be_bytes()
    }

    /// The regions of a column.
    fn column(parts: &Parts, at: usize) -> &[Vec<u8>] {
        let first = slot::COLUMNS - slot::CODES + 3 * at;
        &parts.regions[first..first + 3]
    }

    const OK: Outcome = Outcome { code: 0, generation: 3, ttl: 60, in_doubt: false };

    #[test]
    fn rows_may_come_in_any_order_and_bins_too() {
        let mut table = table(&[("n", Kind::Signed(2)), ("s", Kind::Text)], Extent::Rows(3));
        for row in [2, 0] {
            let mut near = 0;
            table.put(row, &mut near, b"s", particle::STRING, format!("r{row}").as_bytes()).unwrap();
            table.put(row, &mut near, b"other", particle::INTEGER, &int(9)).unwrap();
            table.put(row, &mut near, b"n", particle::INTEGER, &int(-(row as i64))).unwrap();
            table.end(row, &OK);
        }
        table.end(1, &Outcome { code: 2, ..Outcome::default() });
        let parts = table.finish();
        assert_eq!(column(&parts, 0), [vec![1, 0, 1], vec![0, 0, 0, 0, 0xFE, 0xFF], vec![]]);
        assert_eq!(column(&parts, 1)[2], b"r0r2");
        assert_eq!(parts.regions[0], [0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(parts.regions[1], [3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(parts.regions[3], [], "nothing is in doubt");
        assert_eq!(parts.misfit.count, 0);
    }

    #[test]
    fn the_first_misfit_is_that_of_the_lowest_row_then_column() {
        let mut table = table(&[("a", Kind::Signed(1)), ("b", Kind::Signed(1))], Extent::Rows(9));
        for (row, bin, value) in [(7, b"a", 300), (4, b"b", 300), (4, b"a", -300), (8, b"b", 999)] {
            table.put(row, &mut 0, bin, particle::INTEGER, &int(value)).unwrap();
        }
        table.put(5, &mut 0, b"b", particle::STRING, b"x").unwrap();
        let Misfit { count, row, column, particle_type, why } = table.finish().misfit;
        assert_eq!((count, row, column, particle_type, why), (5, 4, 0, particle::INTEGER, misfit::RANGE));
    }

    #[test]
    fn a_row_that_is_cleared_has_nothing_left_of_it() {
        let kinds = [("n", Kind::F64), ("s", Kind::Text), ("b", Kind::Bytes(2))];
        let mut table = table(&kinds, Extent::Rows(2));
        for (bin, particle_type, bytes) in [
            (&b"n"[..], particle::INTEGER, &int(5)[..]),
            (b"s", particle::STRING, b"text"),
            (b"b", particle::BLOB, &[1, 2]),
        ] {
            table.put(1, &mut 0, bin, particle_type, bytes).unwrap();
        }
        table.clear(1);
        let parts = table.finish();
        assert_eq!(column(&parts, 0), [vec![0, 0], vec![0; 16], vec![]]);
        assert_eq!(column(&parts, 1), [vec![0, 0], vec![0; 12], vec![]]);
        assert_eq!(column(&parts, 2), [vec![0, 0], vec![0; 4], vec![]]);
    }

    #[test]
    fn a_table_that_grows_keeps_digests_and_keys_and_gives_the_last_row_back() {
        let mut table = table(&[("s", Kind::Text)], Extent::Growing { digests: true, user_keys: true });
        let keys = [Some((particle::INTEGER, &[7][..])), None, Some((particle::STRING, b"key"))];
        for (n, key) in keys.into_iter().enumerate() {
            let row = table.grow(&[n as u8; 20], key).unwrap();
            table.put(row, &mut 0, b"s", particle::STRING, &[b'a' + n as u8]).unwrap();
            table.end(row, &OK);
        }
        assert!(table.grow(&[8; 20], Some((particle::INTEGER, b"123"))).is_err());
        table.grow(&[9; 20], Some((particle::STRING, b"gone"))).unwrap();
        table.put(3, &mut 0, b"s", particle::STRING, b"gone").unwrap();
        table.shrink();
        assert_eq!(table.rows(), 3);
        let parts = table.finish();
        let region = |at: usize| &parts.regions[at - slot::CODES];
        assert_eq!(region(slot::DIGESTS).chunks(20).map(|digest| digest[0]).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(region(slot::KEY_TYPES), &[particle::INTEGER, 0, particle::STRING]);
        assert_eq!(region(slot::KEY_ENDS).chunks(4).map(|end| end[0]).collect::<Vec<_>>(), [0, 8, 8, 11]);
        assert_eq!(region(slot::KEY_BYTES), b"\x07\0\0\0\0\0\0\0key");
        assert_eq!(column(&parts, 0)[2], b"abc");
        assert_eq!(region(slot::CODES), &[]);
    }

    #[test]
    fn a_table_larger_than_any_result_may_be_is_not_made() {
        let field = Field { name: b"v".to_vec(), kind: Kind::Bytes(limit::COLUMN_BYTES) };
        assert!(Table::new(vec![field.clone()], Extent::Rows(63)).is_some());
        for rows in [64, u32::MAX as usize, usize::MAX] {
            assert!(Table::new(vec![field.clone()], Extent::Rows(rows)).is_none());
        }
        let growing = Extent::Growing { digests: false, user_keys: false };
        let mut table = Table::new(vec![Field { kind: Kind::Text, ..field }], growing).unwrap();
        assert!(!table.is_full());
        table.text_bytes = limit::COLUMNS;
        table.grow(&[0; 20], None).unwrap();
        assert!(table.is_full());
    }
}
