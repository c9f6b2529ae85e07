//! Every op of OPERATE in one table: its number at the boundary, what it is on the wire, and how many arguments it takes.
//!
//! An op's number is its family in the high byte and its code within the family in the low one: for lists, maps, bits
//! and HyperLogLogs the code that the server knows it by. The builders of a shell put the arguments in the server's
//! order; what an argument has to be is the server's to say, except where it is one value of a bin.

use crate::proto::{bit_op, hll_op, list_op, map_op, op, particle};

/// How an op's arguments become its value on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It concerns the record: no bin and no argument.
    Record,
    /// A bin's name alone.
    Bin,
    /// One argument, as a particle of any type; nil removes the bin.
    Any,
    /// One argument, a number.
    Number,
    /// One argument, a string or blob.
    Text,
    /// `[code, arguments…]`, or with a context `[255, [id, value, …], [code, arguments…]]`.
    Packed,
    /// `[arguments…]`: what an op is has no code.
    Bare,
    /// `[SELECT, [id, value, …], arguments…]`, with a context.
    Path,
}

/// A row of the table.
#[derive(Debug)]
pub struct Op {
    pub name: &'static str,
    /// Its number at the boundary.
    pub kind: u32,
    /// What it is on the wire (`proto::op`).
    pub wire: u8,
    pub form: Form,
    /// The fewest and the most arguments.
    pub arguments: (u32, u32),
    pub doc: &'static str,
}

impl Op {
    /// The code that a packed op begins with.
    pub fn code(&self) -> u8 {
        self.kind as u8
    }

    /// The particle type of a packed op.
    pub fn particle_type(&self) -> u8 {
        match self.wire {
            op::STRING_READ | op::STRING_MODIFY => particle::STRING,
            _ => particle::BLOB,
        }
    }

    /// Whether it changes the record.
    pub fn is_write(&self) -> bool {
        use op::{BITS_READ, CDT_READ, EXP_READ, HLL_READ, READ, STRING_READ, TO_STRING};
        !matches!(self.wire, READ | CDT_READ | BITS_READ | HLL_READ | EXP_READ | STRING_READ | TO_STRING)
    }

    /// Whether its being there makes every op answer, unless the command says otherwise. The C and the Go client both
    /// do so for all but scalar and list ops, and the C client, which alone has them, not for paths.
    pub fn makes_all_respond(&self) -> bool {
        !matches!(self.kind >> 8, 0 | 1 | 7)
    }
}

/// The row of an op's number.
pub fn find(kind: u32) -> Option<&'static Op> {
    let family = FAMILIES.get(kind as usize >> 8)?;
    family.binary_search_by_key(&kind, |op| op.kind).ok().map(|at| &family[at])
}

/// By the high byte of an op's number.
const FAMILIES: [&[Op]; 8] = [
    scalar_op_kind::OPS,
    list_op_kind::OPS,
    map_op_kind::OPS,
    bit_op_kind::OPS,
    hll_op_kind::OPS,
    exp_op_kind::OPS,
    string_op_kind::OPS,
    path_op_kind::OPS,
];

/// Codes of the ops that have none on the wire; those that are one op there have its number.
mod scalar_op {
    use super::op;
    pub use op::{APPEND, PREPEND, READ, TOUCH, WRITE};
    pub const READ_ALL: u8 = 3;
    pub const READ_HEADER: u8 = 4;
    pub const ADD: u8 = op::INCR;
    pub const DELETE: u8 = op::DELETE_ALL;
}

mod string_op {
    pub use crate::proto::string_op::*;
    pub const TO_STRING: u8 = 0xFF;
}

mod exp_op {
    use super::op;
    pub const READ: u8 = op::EXP_READ;
    pub const WRITE: u8 = op::EXP_MODIFY;
}

mod path_op {
    pub const SELECT: u8 = 1;
    pub const APPLY: u8 = 2;
}

macro_rules! ops {
    ($(#[doc = $about:literal])* pub mod $module:ident: $family:literal, $codes:ident {
        $($name:ident, $wire:ident, $form:ident, $min:literal..=$max:literal, $doc:literal;)*
    }) => {
        $(#[doc = $about])*
        pub mod $module {
            use super::{op, $codes, Form, Op};
            $(#[doc = $doc] pub const $name: u32 = $family << 8 | $codes::$name as u32;)*
            /// What the table is.
            pub const ABOUT: &str = concat!($($about),*);
            /// The table as rows, by number.
            pub const OPS: &[Op] = &[$(Op {
                name: stringify!($name),
                kind: $name,
                wire: op::$wire,
                form: Form::$form,
                arguments: ($min, $max),
                doc: $doc,
            },)*];
        }
    };
}

ops! {
    /// Ops on whole bins and on the record.
    pub mod scalar_op_kind: 0, scalar_op {
        READ, READ, Bin, 0..=0, "Read a bin.";
        WRITE, WRITE, Any, 1..=1, "Write a bin; nil removes it.";
        READ_ALL, READ, Record, 0..=0, "Read all bins.";
        READ_HEADER, READ, Record, 0..=0, "Read generation and time to live only.";
        ADD, INCR, Number, 1..=1, "Add a number to a bin; integers wrap.";
        APPEND, APPEND, Text, 1..=1, "Put a string or blob behind that of a bin.";
        PREPEND, PREPEND, Text, 1..=1, "Put a string or blob before that of a bin.";
        TOUCH, TOUCH, Record, 0..=0, "Renew time to live and generation.";
        DELETE, DELETE_ALL, Record, 0..=0, "Remove all bins; later ops may write again.";
    }
}

ops! {
    /// Ops on lists.
    pub mod list_op_kind: 1, list_op {
        SET_ORDER, CDT_MODIFY, Packed, 1..=1, "order: make a list, or change how it is kept.";
        APPEND, CDT_MODIFY, Packed, 1..=3, "value, (order, flags): add at the end; gives the new size.";
        APPEND_ITEMS, CDT_MODIFY, Packed, 1..=3, "list, (order, flags): add several at the end; gives the new size.";
        INSERT, CDT_MODIFY, Packed, 2..=3, "index, value, (flags): gives the new size.";
        INSERT_ITEMS, CDT_MODIFY, Packed, 2..=3, "index, list, (flags): gives the new size.";
        POP, CDT_MODIFY, Packed, 1..=1, "index: remove an element and give it.";
        POP_RANGE, CDT_MODIFY, Packed, 1..=2, "index, (count): remove elements and give them.";
        REMOVE, CDT_MODIFY, Packed, 1..=1, "index: gives how many were removed.";
        REMOVE_RANGE, CDT_MODIFY, Packed, 1..=2, "index, (count): gives how many were removed.";
        SET, CDT_MODIFY, Packed, 2..=3, "index, value, (flags): replace an element.";
        TRIM, CDT_MODIFY, Packed, 2..=2, "index, count: remove all others; gives how many were removed.";
        CLEAR, CDT_MODIFY, Packed, 0..=0, "Remove all elements.";
        INCREMENT, CDT_MODIFY, Packed, 1..=4, "index, (delta, order, flags): gives the new number.";
        SORT, CDT_MODIFY, Packed, 0..=1, "(sort flags): sort once.";
        SIZE, CDT_READ, Packed, 0..=0, "How many elements there are.";
        GET, CDT_READ, Packed, 1..=1, "index: the element.";
        GET_RANGE, CDT_READ, Packed, 1..=2, "index, (count): the elements.";
        GET_BY_INDEX, CDT_READ, Packed, 2..=2, "return type, index.";
        GET_BY_RANK, CDT_READ, Packed, 2..=2, "return type, rank.";
        GET_ALL_BY_VALUE, CDT_READ, Packed, 2..=2, "return type, value.";
        GET_BY_VALUE_LIST, CDT_READ, Packed, 2..=2, "return type, list of values.";
        GET_BY_INDEX_RANGE, CDT_READ, Packed, 2..=3, "return type, index, (count).";
        GET_BY_VALUE_INTERVAL, CDT_READ, Packed, 2..=3, "return type, first value, (value behind the last).";
        GET_BY_RANK_RANGE, CDT_READ, Packed, 2..=3, "return type, rank, (count).";
        GET_BY_VALUE_REL_RANK_RANGE, CDT_READ, Packed, 3..=4, "return type, value, rank, (count).";
        JOIN, CDT_READ, Packed, 0..=1, "(separator): the strings of a list as one (server 8.1.3).";
        REMOVE_BY_INDEX, CDT_MODIFY, Packed, 2..=2, "return type, index.";
        REMOVE_BY_RANK, CDT_MODIFY, Packed, 2..=2, "return type, rank.";
        REMOVE_ALL_BY_VALUE, CDT_MODIFY, Packed, 2..=2, "return type, value.";
        REMOVE_BY_VALUE_LIST, CDT_MODIFY, Packed, 2..=2, "return type, list of values.";
        REMOVE_BY_INDEX_RANGE, CDT_MODIFY, Packed, 2..=3, "return type, index, (count).";
        REMOVE_BY_VALUE_INTERVAL, CDT_MODIFY, Packed, 2..=3, "return type, first value, (value behind the last).";
        REMOVE_BY_RANK_RANGE, CDT_MODIFY, Packed, 2..=3, "return type, rank, (count).";
        REMOVE_BY_VALUE_REL_RANK_RANGE, CDT_MODIFY, Packed, 3..=4, "return type, value, rank, (count).";
    }
}

ops! {
    /// Ops on maps.
    pub mod map_op_kind: 2, map_op {
        SET_ORDER, CDT_MODIFY, Packed, 1..=1, "order: make a map, or change how it is kept.";
        PUT, CDT_MODIFY, Packed, 2..=4, "key, value, (order, flags): gives the new size.";
        PUT_ITEMS, CDT_MODIFY, Packed, 1..=3, "map, (order, flags): gives the new size.";
        INCREMENT, CDT_MODIFY, Packed, 1..=3, "key, (delta, order): gives the new number.";
        DECREMENT, CDT_MODIFY, Packed, 1..=3, "key, (delta, order): gives the new number.";
        CLEAR, CDT_MODIFY, Packed, 0..=0, "Remove all entries.";
        REMOVE_BY_KEY, CDT_MODIFY, Packed, 2..=2, "return type, key.";
        REMOVE_BY_INDEX, CDT_MODIFY, Packed, 2..=2, "return type, index.";
        REMOVE_BY_RANK, CDT_MODIFY, Packed, 2..=2, "return type, rank.";
        REMOVE_BY_KEY_LIST, CDT_MODIFY, Packed, 2..=2, "return type, list of keys.";
        REMOVE_ALL_BY_VALUE, CDT_MODIFY, Packed, 2..=2, "return type, value.";
        REMOVE_BY_VALUE_LIST, CDT_MODIFY, Packed, 2..=2, "return type, list of values.";
        REMOVE_BY_KEY_INTERVAL, CDT_MODIFY, Packed, 2..=3, "return type, first key, (key behind the last).";
        REMOVE_BY_INDEX_RANGE, CDT_MODIFY, Packed, 2..=3, "return type, index, (count).";
        REMOVE_BY_VALUE_INTERVAL, CDT_MODIFY, Packed, 2..=3, "return type, first value, (value behind the last).";
        REMOVE_BY_RANK_RANGE, CDT_MODIFY, Packed, 2..=3, "return type, rank, (count).";
        REMOVE_BY_KEY_REL_INDEX_RANGE, CDT_MODIFY, Packed, 3..=4, "return type, key, index, (count).";
        REMOVE_BY_VALUE_REL_RANK_RANGE, CDT_MODIFY, Packed, 3..=4, "return type, value, rank, (count).";
        SIZE, CDT_READ, Packed, 0..=0, "How many entries there are.";
        GET_BY_KEY, CDT_READ, Packed, 2..=2, "return type, key.";
        GET_BY_INDEX, CDT_READ, Packed, 2..=2, "return type, index.";
        GET_BY_RANK, CDT_READ, Packed, 2..=2, "return type, rank.";
        GET_ALL_BY_VALUE, CDT_READ, Packed, 2..=2, "return type, value.";
        GET_BY_KEY_INTERVAL, CDT_READ, Packed, 2..=3, "return type, first key, (key behind the last).";
        GET_BY_INDEX_RANGE, CDT_READ, Packed, 2..=3, "return type, index, (count).";
        GET_BY_VALUE_INTERVAL, CDT_READ, Packed, 2..=3, "return type, first value, (value behind the last).";
        GET_BY_RANK_RANGE, CDT_READ, Packed, 2..=3, "return type, rank, (count).";
        GET_BY_KEY_LIST, CDT_READ, Packed, 2..=2, "return type, list of keys.";
        GET_BY_VALUE_LIST, CDT_READ, Packed, 2..=2, "return type, list of values.";
        GET_BY_KEY_REL_INDEX_RANGE, CDT_READ, Packed, 3..=4, "return type, key, index, (count).";
        GET_BY_VALUE_REL_RANK_RANGE, CDT_READ, Packed, 3..=4, "return type, value, rank, (count).";
    }
}

ops! {
    /// Ops on the bits of blobs. Offsets below zero count from the end.
    pub mod bit_op_kind: 3, bit_op {
        RESIZE, BITS_MODIFY, Packed, 3..=3, "bytes, flags, resize flags.";
        INSERT, BITS_MODIFY, Packed, 3..=3, "byte offset, blob, flags.";
        REMOVE, BITS_MODIFY, Packed, 3..=3, "byte offset, bytes, flags.";
        SET, BITS_MODIFY, Packed, 4..=4, "offset, size, blob, flags.";
        OR, BITS_MODIFY, Packed, 4..=4, "offset, size, blob, flags.";
        XOR, BITS_MODIFY, Packed, 4..=4, "offset, size, blob, flags.";
        AND, BITS_MODIFY, Packed, 4..=4, "offset, size, blob, flags.";
        NOT, BITS_MODIFY, Packed, 3..=3, "offset, size, flags.";
        LSHIFT, BITS_MODIFY, Packed, 4..=4, "offset, size, bits, flags.";
        RSHIFT, BITS_MODIFY, Packed, 4..=4, "offset, size, bits, flags.";
        ADD, BITS_MODIFY, Packed, 5..=5, "offset, size, number, flags, action.";
        SUBTRACT, BITS_MODIFY, Packed, 5..=5, "offset, size, number, flags, action.";
        SET_INT, BITS_MODIFY, Packed, 4..=4, "offset, size, number, flags.";
        GET, BITS_READ, Packed, 2..=2, "offset, size: the bits, from the first of a blob on.";
        COUNT, BITS_READ, Packed, 2..=2, "offset, size: how many are 1.";
        LSCAN, BITS_READ, Packed, 3..=3, "offset, size, bool: the place of the first such bit, -1 = none.";
        RSCAN, BITS_READ, Packed, 3..=3, "offset, size, bool: the place of the last such bit, -1 = none.";
        GET_INT, BITS_READ, Packed, 2..=3, "offset, size, (1 = signed): as an integer.";
        B64_ENCODE, BITS_READ, Packed, 1..=3, "byte offset, (bytes, (1 = from the end)): as base64 (server 8.1.3).";
    }
}

ops! {
    /// Ops on strings (server 8.1.3). A context is packed as that of a list, which is how the Python client 19.3 does it;
    /// the source of the C client 7.5 has it flattened into the op, and REGEX_REPLACE without write flags.
    pub mod string_op_kind: 6, string_op {
        STRLEN, STRING_READ, Packed, 0..=0, "How many code points it has.";
        SUBSTR, STRING_READ, Packed, 1..=2, "start, (end): the code points from start up to the one before end.";
        CHAR_AT, STRING_READ, Packed, 1..=1, "index: the code point.";
        FIND, STRING_READ, Packed, 1..=2, "string, (occurrence): its index, -1 = none.";
        CONTAINS, STRING_READ, Packed, 1..=1, "string: whether it is in it.";
        STARTS_WITH, STRING_READ, Packed, 1..=1, "string: whether it begins with it.";
        ENDS_WITH, STRING_READ, Packed, 1..=1, "string: whether it ends with it.";
        TO_INTEGER, STRING_READ, Packed, 0..=0, "As an integer.";
        TO_DOUBLE, STRING_READ, Packed, 0..=0, "As a double.";
        BYTE_LENGTH, STRING_READ, Packed, 0..=0, "How many bytes it has in UTF-8.";
        IS_NUMERIC, STRING_READ, Packed, 0..=1, "(numeric type): whether it is a number.";
        IS_UPPER, STRING_READ, Packed, 0..=0, "Whether all letters are capitals.";
        IS_LOWER, STRING_READ, Packed, 0..=0, "Whether no letter is a capital.";
        TO_BLOB, STRING_READ, Packed, 0..=0, "Its bytes in UTF-8.";
        SPLIT, STRING_READ, Packed, 0..=1, "(separator): a list of its parts; without separator, of its code points.";
        BASE64_DECODE, STRING_READ, Packed, 0..=0, "The bytes that it is the base64 of.";
        REGEX_COMPARE, STRING_READ, Packed, 1..=2, "pattern, (regex flags): whether it matches.";
        INSERT, STRING_MODIFY, Packed, 3..=3, "index, string, flags.";
        OVERWRITE, STRING_MODIFY, Packed, 3..=3, "index, string, flags.";
        CONCAT, STRING_MODIFY, Packed, 2..=2, "list of strings, flags: put them behind it.";
        SNIP, STRING_MODIFY, Packed, 1..=3, "start, (end, flags): take these code points out.";
        REPLACE, STRING_MODIFY, Packed, 2..=2, "list of a string and its replacement, flags: the first one.";
        REPLACE_ALL, STRING_MODIFY, Packed, 2..=2, "list of a string and its replacement, flags.";
        UPPER, STRING_MODIFY, Packed, 1..=1, "flags: make all letters capitals.";
        LOWER, STRING_MODIFY, Packed, 1..=1, "flags: make all letters small.";
        CASE_FOLD, STRING_MODIFY, Packed, 1..=1, "flags: fold it for comparisons that heed no case.";
        NORMALIZE_NFC, STRING_MODIFY, Packed, 1..=1, "flags: Unicode's normal form C.";
        TRIM_START, STRING_MODIFY, Packed, 1..=1, "flags: take blanks away.";
        TRIM_END, STRING_MODIFY, Packed, 1..=1, "flags: take blanks away.";
        TRIM, STRING_MODIFY, Packed, 1..=1, "flags: take blanks away at both ends.";
        PAD_START, STRING_MODIFY, Packed, 3..=3, "length, string, flags.";
        PAD_END, STRING_MODIFY, Packed, 3..=3, "length, string, flags.";
        REPEAT, STRING_MODIFY, Packed, 2..=2, "count, flags.";
        REGEX_REPLACE, STRING_MODIFY, Packed, 3..=3, "list of a pattern and its replacement, regex flags, flags.";
        APPEND, STRING_MODIFY, Packed, 2..=2, "string, flags.";
        PREPEND, STRING_MODIFY, Packed, 2..=2, "string, flags.";
        TO_STRING, TO_STRING, Bin, 0..=0, "A bin of any scalar type as a string.";
    }
}

ops! {
    /// Ops on HyperLogLogs. Bit counts of -1 are not given.
    pub mod hll_op_kind: 4, hll_op {
        INIT, HLL_MODIFY, Packed, 3..=3, "index bits, min-hash bits, flags: make or empty it.";
        ADD, HLL_MODIFY, Packed, 4..=4, "list, index bits, min-hash bits, flags: gives how many were new.";
        SET_UNION, HLL_MODIFY, Packed, 2..=2, "list of HyperLogLogs, flags: take them all in.";
        REFRESH_COUNT, HLL_MODIFY, Packed, 0..=0, "Count anew; gives the count.";
        FOLD, HLL_MODIFY, Packed, 1..=1, "index bits: make it smaller.";
        COUNT, HLL_READ, Packed, 0..=0, "About how many different elements were added.";
        UNION, HLL_READ, Packed, 1..=1, "list of HyperLogLogs: the union with the bin.";
        UNION_COUNT, HLL_READ, Packed, 1..=1, "list of HyperLogLogs: about how many elements the union has.";
        INTERSECT_COUNT, HLL_READ, Packed, 1..=1, "list of HyperLogLogs: about how many elements all have.";
        SIMILARITY, HLL_READ, Packed, 1..=1, "list of HyperLogLogs: how alike they are, 0 to 1.";
        DESCRIBE, HLL_READ, Packed, 0..=0, "[index bits, min-hash bits].";
        MAY_CONTAIN, HLL_READ, Packed, 1..=1, "list of values: 1 if all may have been added, 0 if one was not.";
    }
}

ops! {
    /// Ops that evaluate an expression.
    pub mod exp_op_kind: 5, exp_op {
        READ, EXP_READ, Bare, 2..=2, "expression, exp_flag: what it gives, under the name of the bin word.";
        WRITE, EXP_MODIFY, Bare, 2..=2, "expression, exp_flag: write to the bin what it gives.";
    }
}

ops! {
    /// Ops on all that a context with filters finds (server 8.1.1).
    pub mod path_op_kind: 7, path_op {
        SELECT, CDT_READ, Path, 1..=1, "path flags: what is found.";
        APPLY, CDT_MODIFY, Path, 2..=2, "path flags, expression: replace what is found.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_op_is_found_by_its_number_and_by_no_other() {
        let mut count = 0;
        for (family, ops) in FAMILIES.iter().enumerate() {
            for op in *ops {
                assert_eq!(find(op.kind).map(|found| found.name), Some(op.name));
                assert_eq!(op.kind as usize >> 8, family);
                count += 1;
            }
        }
        assert_eq!((0..0x1_0000).filter(|&kind| find(kind).is_some()).count(), count);
        assert!(find(u32::MAX).is_none());
    }

    #[test]
    fn an_op_writes_when_its_wire_op_says_so() {
        for ops in FAMILIES {
            for op in ops {
                let reading = [
                    "READ",
                    "GET",
                    "SIZE",
                    "COUNT",
                    "LSCAN",
                    "RSCAN",
                    "UNION",
                    "INTERSECT",
                    "SIMILARITY",
                    "DESCRIBE",
                    "MAY",
                    "SELECT",
                    "JOIN",
                    "B64",
                ];
                // Those of strings are parted by their code.
                let is_string = op.kind >> 8 == 6;
                let reads = match is_string {
                    true => !(50..=68).contains(&op.code()),
                    false => reading.iter().any(|word| op.name.starts_with(word)),
                };
                assert_eq!(op.is_write(), !reads, "{}", op.name);
            }
        }
    }
}
