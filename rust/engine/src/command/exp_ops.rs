//! The operators of expressions, each in one place: what it is called, its number, how many arguments it takes, what it
//! gives. An expression travels packed as `[number, arguments…]`; what is not such a list stands for itself, and a list
//! that is a value is quoted. Only the server evaluates: here nothing is computed.
//!
//! What an operator gives is named as in `exp_type`; `number` is the type of its numbers, `any` that of an argument or
//! what an argument says. Whatever meets an absent bin, another type or an impossible value gives *unknown*: a filter
//! lets no such record through.

use crate::table;

/// An operator and what it takes.
pub struct Operator {
    pub name: &'static str,
    pub code: u8,
    /// How many arguments: `2` exactly, `2+` at least, `3+2` three and then two more any number of times.
    pub takes: &'static str,
    /// The type of what it gives.
    pub gives: &'static str,
    pub doc: &'static str,
}

impl Operator {
    /// The operator of that number.
    pub fn find(code: u8) -> Option<&'static Operator> {
        exp_op::OPERATORS.iter().find(|operator| operator.code == code)
    }

    /// Whether it can have so many arguments.
    pub fn accepts(&self, count: usize) -> bool {
        let (least, step) = self.takes.split_once('+').unwrap_or((self.takes, "0"));
        let least = least.parse().unwrap_or(0);
        match step.parse::<usize>() {
            Ok(0) => count == least,
            Ok(step) => count >= least && (count - least).is_multiple_of(step),
            Err(_) => count >= least,
        }
    }
}

/// Like `table!`, with what each operator takes and gives.
macro_rules! operators {
    ($(#[doc = $about:literal])* pub mod $module:ident { $($name:ident = $value:expr, $takes:literal, $gives:literal, $doc:literal;)* }) => {
        $(#[doc = $about])*
        pub mod $module {
            $(#[doc = $doc] pub const $name: u8 = $value;)*
            /// What the table is.
            pub const ABOUT: &str = concat!($($about),*);
            /// The table as rows, in the order in which it is written.
            pub const ROWS: &[$crate::table::Row] = &[
                $($crate::table::Row {
                    name: stringify!($name),
                    value: $value,
                    doc: concat!($doc, " Takes ", $takes, ", gives ", $gives, "."),
                },)*
            ];
            /// The table with all its columns.
            pub const OPERATORS: &[super::Operator] = &[
                $(super::Operator { name: stringify!($name), code: $value, takes: $takes, gives: $gives, doc: $doc },)*
            ];
        }
    };
}

operators! {
    /// Operators of expressions.
    pub mod exp_op {
        UNKNOWN = 0, "0", "any", "No value: makes a read or write op fail, a filter refuse.";
        EQ = 1, "2", "bool", "Whether both are equal.";
        NE = 2, "2", "bool", "Whether both differ.";
        GT = 3, "2", "bool", "Whether the first is the greater.";
        GE = 4, "2", "bool", "Whether the first is greater or equal.";
        LT = 5, "2", "bool", "Whether the first is the smaller.";
        LE = 6, "2", "bool", "Whether the first is smaller or equal.";
        REGEX = 7, "3", "bool", "Whether a POSIX regular expression (regex_flag, raw pattern) matches a string.";
        GEO_COMPARE = 8, "2", "bool", "Whether a region and a point, in either order, contain one another.";
        IN_LIST = 9, "2", "bool", "Whether a value is in a list (server 8.1.2).";
        AND = 16, "2+", "bool", "Whether all are true.";
        OR = 17, "2+", "bool", "Whether any is true.";
        NOT = 18, "1", "bool", "The contrary.";
        EXCLUSIVE = 19, "2+", "bool", "Whether exactly one is true.";
        ADD = 20, "1+", "number", "The sum; integers wrap.";
        SUB = 21, "1+", "number", "The first less all others; a single one negated.";
        MUL = 22, "1+", "number", "The product; integers wrap.";
        DIV = 23, "1+", "number", "The first divided by the product of the others; of a single one its reciprocal.";
        POW = 24, "2", "float", "A float to the power of a float.";
        LOG = 25, "2", "float", "The logarithm of a float to a base.";
        MOD = 26, "2", "int", "The remainder of integers, with the sign of the first.";
        ABS = 27, "1", "number", "The number without its sign; the smallest integer stays as it is.";
        FLOOR = 28, "1", "float", "The next whole float downwards.";
        CEIL = 29, "1", "float", "The next whole float upwards.";
        TO_INT = 30, "1", "int", "A float cut off to an integer.";
        TO_FLOAT = 31, "1", "float", "An integer as a float.";
        INT_AND = 32, "2+", "int", "Bits that are set in all.";
        INT_OR = 33, "2+", "int", "Bits that are set in any.";
        INT_XOR = 34, "2+", "int", "Bits that are set in an odd number of them.";
        INT_NOT = 35, "1", "int", "All bits turned over.";
        INT_LSHIFT = 36, "2", "int", "Bits moved to the left.";
        INT_RSHIFT = 37, "2", "int", "Bits moved to the right, zeros coming in.";
        INT_ARSHIFT = 38, "2", "int", "Bits moved to the right, the sign coming in.";
        INT_COUNT = 39, "1", "int", "How many bits are set.";
        INT_LSCAN = 40, "2", "int", "Position of the first bit that is as asked for, from the left; -1 for none.";
        INT_RSCAN = 41, "2", "int", "Position of the last bit that is as asked for; -1 for none.";
        MIN = 50, "1+", "number", "The smallest.";
        MAX = 51, "1+", "number", "The greatest.";
        DIGEST_MODULO = 64, "1", "int", "The record's digest modulo a number.";
        DEVICE_SIZE = 65, "0", "int", "Bytes on the device (deprecated: RECORD_SIZE).";
        LAST_UPDATE = 66, "0", "int", "Nanoseconds since 1970 of the last write.";
        SINCE_UPDATE = 67, "0", "int", "Milliseconds since the last write.";
        VOID_TIME = 68, "0", "int", "Nanoseconds since 1970 at which the record expires; -1 for never.";
        TTL = 69, "0", "int", "Seconds left to live; -1 for ever.";
        SET_NAME = 70, "0", "string", "The record's set, empty for none.";
        KEY_EXISTS = 71, "0", "bool", "Whether the user key is stored with the record.";
        IS_TOMBSTONE = 72, "0", "bool", "Whether the record is a tombstone.";
        MEMORY_SIZE = 73, "0", "int", "Bytes in memory (deprecated: RECORD_SIZE).";
        RECORD_SIZE = 74, "0", "int", "Bytes of the record.";
        KEY = 80, "1", "any", "The stored user key, if it is of that exp_type.";
        BIN = 81, "2", "any", "A bin (exp_type, raw name), if it is of that type.";
        BIN_TYPE = 82, "1", "int", "The particle type of a bin (raw name), 0 for none.";
        TO_STRING = 99, "1", "string", "A string, number, boolean or blob as a string (server 8.1.3).";
        REMOVE_RESULT = 100, "0", "any", "In a path's modification: remove the element.";
        MAP_KEYS = 101, "1", "list", "The keys of a map (server 8.1.2).";
        MAP_VALUES = 102, "1", "list", "The values of a map (server 8.1.2).";
        LOOP_VAR = 122, "2", "any", "In a path: the element at hand (exp_type, loop_part).";
        COND = 123, "3+2", "any", "Test, value, test, value …, default: the value of the first test that is true.";
        VAR = 124, "1", "any", "A variable (raw name) of a LET around it.";
        LET = 125, "3+2", "any", "Raw name, value, raw name, value …, body: the body with variables.";
        QUOTE = 126, "1", "list", "A list that is a value.";
        CALL = 127, "4", "any", "A list, map, bit, HLL or string op: exp_type of what it gives, exp_system, the op, what it is done to.";
    }
}

table! {
    /// Types of values in expressions.
    pub mod exp_type: u8 {
        NIL = 0, "No value.";
        BOOL = 1, "true or false.";
        INT = 2, "Signed integer of 64 bits.";
        STRING = 3, "Text.";
        LIST = 4, "List.";
        MAP = 5, "Map.";
        BLOB = 6, "Bytes.";
        FLOAT = 7, "Double.";
        GEO = 8, "GeoJSON.";
        HLL = 9, "HyperLogLog.";
    }
}

table! {
    /// Whose op a CALL is, and a bit for those that change what they are done to.
    pub mod exp_system: u8 {
        CDT = 0, "Lists and maps.";
        BITS = 1, "Bits of blobs.";
        HLL = 2, "HyperLogLogs.";
        STRING = 3, "Strings (server 8.1.3).";
        REPR = 4, "Text forms, as the C client 7.5 has them; others send TO_STRING.";
        MODIFY = 0x40, "The op changes: what it changed is the result, the bin stays.";
    }
}

table! {
    /// Flags of the expression ops.
    pub mod exp_flag: u8 {
        CREATE_ONLY = 1, "Write: fail if the bin exists.";
        UPDATE_ONLY = 2, "Write: fail if the bin is absent.";
        ALLOW_DELETE = 4, "Write: nil removes the bin, else it fails.";
        POLICY_NO_FAIL = 8, "Write: when a flag above forbids it, nothing happens.";
        EVAL_NO_FAIL = 16, "Unknown: nothing happens.";
    }
}

table! {
    /// Flags of REGEX: the server hands them to `regcomp` as they are. Other clients have the names of the last two the
    /// other way round, against what the server does.
    pub mod regex_flag: u8 {
        EXTENDED = 1, "Extended syntax.";
        ICASE = 2, "Upper and lower case are the same.";
        NEWLINE = 4, "A line feed ends a line, and a dot does not match it.";
        NOSUB = 8, "No submatches: it makes no difference.";
    }
}

table! {
    /// What of an element a LOOP_VAR is.
    pub mod loop_part: u8 {
        KEY = 0, "Its key, in a map.";
        VALUE = 1, "Its value.";
        INDEX = 2, "Its index.";
    }
}

table! {
    /// Flags of the path ops: what they give, and one bit more for those that change.
    pub mod path_flag: u8 {
        TREE = 0, "The list or map with only what was found.";
        VALUES = 1, "A list of the values.";
        MAP_KEYS = 2, "A list of the keys.";
        KEY_VALUES = 3, "A list of keys and values in turn.";
        APPLY = 4, "Replace what was found.";
        NO_FAIL = 0x10, "Pass over what a filter is unknown for.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_says_how_many_arguments_it_takes() {
        let takes = |code, counts: &[usize]| {
            let operator = Operator::find(code).unwrap();
            (0..8).for_each(|count| assert_eq!(operator.accepts(count), counts.contains(&count), "{count}"));
        };
        takes(exp_op::TTL, &[0]);
        takes(exp_op::EQ, &[2]);
        takes(exp_op::AND, &[2, 3, 4, 5, 6, 7]);
        takes(exp_op::SUB, &[1, 2, 3, 4, 5, 6, 7]);
        takes(exp_op::COND, &[3, 5, 7]);
    }

    #[test]
    fn no_number_stands_for_two_operators() {
        let codes: Vec<_> = exp_op::OPERATORS.iter().map(|operator| operator.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b));
        assert!(Operator::find(15).is_none());
    }
}
