//! Values as Rust sees them: an owned tree, for the dev server, for sorting and for tests. The client's hot path does
//! not build it; it goes from tape to wire and back (`tape`).

pub mod columns;
pub mod msgpack;
pub mod order;
pub mod pack;
pub mod particle;
pub mod tape;

use pack::marker;

/// How a map is kept: the flags of its header on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapOrder {
    #[default]
    Unordered,
    /// Sorted by key (flag 1).
    Key,
    /// Sorted by key and by value (flags 3).
    KeyValue,
    /// Flag 8, only in replies: the pairs are in an order that means something.
    Kept,
}

impl MapOrder {
    /// As the marker of a packed map has it.
    pub fn flags(self) -> u8 {
        match self {
            MapOrder::Unordered => 0,
            MapOrder::Key => marker::ORDERED,
            MapOrder::KeyValue => marker::ORDERED | marker::VALUE_ORDERED,
            MapOrder::Kept => marker::KEEP_ORDER,
        }
    }

    /// Unknown flags (the server keeps an index by 0x10) say nothing of the order.
    pub fn from_flags(flags: u8) -> Self {
        match flags {
            _ if flags & marker::KEEP_ORDER != 0 => MapOrder::Kept,
            _ if flags & marker::ORDERED == 0 => MapOrder::Unordered,
            _ if flags & marker::VALUE_ORDERED == 0 => MapOrder::Key,
            _ => MapOrder::KeyValue,
        }
    }

    /// Whether the pairs have to be sorted by key.
    pub fn is_sorted(self) -> bool {
        matches!(self, MapOrder::Key | MapOrder::KeyValue)
    }
}

/// A value of a bin or of an element of a list or map. Text is bytes: the server never checks it for UTF-8.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Nil,
    Bool(bool),
    Int(i64),
    /// Above 2^63 - 1; only inside lists and maps.
    Uint(u64),
    Float(f64),
    String(Vec<u8>),
    Blob(Vec<u8>),
    /// Bytes with the particle type of another client's language, or one that we do not know.
    Typed(u8, Vec<u8>),
    /// The GeoJSON text, without cells.
    Geo(Vec<u8>),
    Hll(Vec<u8>),
    List {
        items: Vec<Value>,
        ordered: bool,
    },
    Map {
        pairs: Vec<(Value, Value)>,
        order: MapOrder,
    },
    Infinity,
    Wildcard,
}
