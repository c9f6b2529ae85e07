//! Command and data regions as a shell lays them out.

use aerospike_sansio::abi::{command_word as word, tag, tag_flag, NONE};
use aerospike_sansio::command::{self, Encoded};
use aerospike_sansio::names::Names;
use aerospike_sansio::proto::particle;
use aerospike_sansio::value::tape::Slot;
use aerospike_sansio::value::{MapOrder, Value};
use aerospike_sansio::Refused;

pub struct Region {
    pub words: [u32; word::LENGTH],
    pub slots: Vec<Slot>,
    pub data: Vec<u8>,
}

impl Region {
    pub fn new(kind: u32) -> Self {
        let mut words = [0; word::LENGTH];
        words[word::KIND] = kind;
        words[word::SET] = NONE;
        Region { words, slots: Vec::new(), data: Vec::new() }
    }

    /// Puts bytes into the data region; gives offset and length.
    pub fn bytes(&mut self, bytes: &[u8]) -> (u32, u32) {
        let offset = self.data.len() as u32;
        self.data.extend_from_slice(bytes);
        (offset, bytes.len() as u32)
    }

    pub fn key(&mut self, key: &Value) {
        let (key_type, a, b) = match key {
            Value::Int(int) => (particle::INTEGER, *int as u32, (*int >> 32) as u32),
            Value::String(bytes) => with(particle::STRING, self.bytes(bytes)),
            Value::Blob(bytes) => with(particle::BLOB, self.bytes(bytes)),
            other => panic!("no key: {other:?}"),
        };
        self.words[word::KEY_TYPE] = u32::from(key_type);
        self.words[word::KEY_A] = a;
        self.words[word::KEY_B] = b;
    }

    pub fn item(&mut self, bin: u32, value: &Value) {
        self.words[word::ITEMS] += 1;
        self.value(bin, value);
    }

    /// An op of operate with its context, ids and values in turn, and its arguments.
    pub fn op(&mut self, kind: u32, bin: u32, context: &[(i64, Value)], arguments: &[Value]) {
        self.words[word::ITEMS] += 1;
        let (arguments_count, steps) = (arguments.len() as u32, context.len() as u32);
        self.slots.push(Slot::new(tag::OP | kind << 8, bin, arguments_count, steps));
        for (id, value) in context {
            self.value(NONE, &Value::Int(*id));
            self.value(NONE, value);
        }
        arguments.iter().for_each(|argument| self.value(NONE, argument));
    }

    /// Appends the slots of a value.
    pub fn value(&mut self, bin: u32, value: &Value) {
        let slot = match value {
            Value::Nil => Slot::new(tag::NIL, bin, 0, 0),
            Value::Bool(bool) => Slot::new(if *bool { tag::TRUE } else { tag::FALSE }, bin, 0, 0),
            Value::Int(int) => Slot::int(bin, *int),
            Value::Uint(uint) => Slot::wide(tag::UINT64, bin, *uint),
            Value::Float(float) => Slot::wide(tag::DOUBLE, bin, float.to_bits()),
            Value::String(bytes) => self.text(tag::STRING, bin, bytes),
            Value::Blob(bytes) => self.text(tag::BLOB, bin, bytes),
            Value::Typed(kind, bytes) => self.text(tag::BLOB | u32::from(*kind) << 8, bin, bytes),
            Value::Geo(bytes) => self.text(tag::GEOJSON, bin, bytes),
            Value::Hll(bytes) => self.text(tag::HLL, bin, bytes),
            Value::Infinity => Slot::new(tag::INFINITY, bin, 0, 0),
            Value::Wildcard => Slot::new(tag::WILDCARD, bin, 0, 0),
            Value::List { items, ordered } => {
                let flags = if *ordered { tag_flag::ORDERED } else { 0 };
                self.slots.push(Slot::new(tag::LIST | flags, bin, items.len() as u32, 0));
                return items.iter().for_each(|item| self.value(NONE, item));
            }
            Value::Map { pairs, order } => {
                self.slots.push(Slot::new(tag::MAP | map_flags(*order), bin, pairs.len() as u32, 0));
                return pairs.iter().for_each(|(key, value)| {
                    self.value(NONE, key);
                    self.value(NONE, value);
                });
            }
        };
        self.slots.push(slot);
    }

    /// Encodes the command as the engine does it.
    pub fn encode(&mut self, names: &Names) -> Result<(Encoded, Vec<u8>), Refused> {
        self.words[word::SLOTS] = self.slots.len() as u32;
        let mut region: Vec<_> = self.words.chunks(4).map(|w| Slot::new(w[0], w[1], w[2], w[3])).collect();
        region.extend_from_slice(&self.slots);
        let block = command::read(&region)?;
        let mut out = Vec::new();
        let encoded = command::encode(&block, &region[command::BLOCK_SLOTS..], &self.data, names, &mut out)?;
        Ok((encoded, out))
    }

    fn text(&mut self, tag: u32, bin: u32, bytes: &[u8]) -> Slot {
        let (offset, length) = self.bytes(bytes);
        Slot::new(tag, bin, offset, length)
    }
}

pub fn map_flags(order: MapOrder) -> u32 {
    match order {
        MapOrder::Unordered => 0,
        MapOrder::Key => tag_flag::ORDERED,
        MapOrder::KeyValue => tag_flag::ORDERED | tag_flag::VALUE_ORDERED,
        MapOrder::Kept => tag_flag::KEEP_ORDER,
    }
}

fn with(particle_type: u8, (offset, length): (u32, u32)) -> (u8, u32, u32) {
    (particle_type, offset, length)
}

/// The value that the slots at `at` describe, texts in `data`; `at` moves behind it. Every slot is believed, as a shell
/// does it, so a slot that should not be there panics.
pub fn value(slots: &[Slot], at: &mut usize, data: &[u8]) -> Value {
    let slot = slots[*at];
    *at += 1;
    let text = || data[slot.a as usize..][..slot.b as usize].to_vec();
    match slot.kind() {
        tag::NIL => Value::Nil,
        tag::FALSE => Value::Bool(false),
        tag::TRUE => Value::Bool(true),
        tag::INT => Value::Int(slot.f64() as i64),
        tag::INT64 => Value::Int(slot.i64()),
        tag::UINT64 => Value::Uint(slot.word()),
        tag::DOUBLE => Value::Float(slot.f64()),
        tag::STRING => {
            assert_eq!(slot.tag & tag_flag::ASCII != 0, text().is_ascii());
            Value::String(text())
        }
        tag::BLOB if slot.blob_type() == particle::BLOB => Value::Blob(text()),
        tag::BLOB => Value::Typed(slot.blob_type(), text()),
        tag::GEOJSON => Value::Geo(text()),
        tag::HLL => Value::Hll(text()),
        tag::LIST => Value::List {
            items: (0..slot.a).map(|_| value(slots, at, data)).collect(),
            ordered: slot.tag & tag_flag::ORDERED != 0,
        },
        tag::MAP => {
            let pairs: Vec<_> = (0..slot.a).map(|_| (value(slots, at, data), value(slots, at, data))).collect();
            let text_keys = pairs.iter().all(|(key, _)| matches!(key, Value::String(_)));
            assert_eq!(slot.tag & tag_flag::TEXT_KEYS != 0, text_keys);
            Value::Map { pairs, order: map_order(slot.tag) }
        }
        tag::INFINITY => Value::Infinity,
        tag::WILDCARD => Value::Wildcard,
        other => panic!("tag {other}"),
    }
}

fn map_order(tag: u32) -> MapOrder {
    match tag & (tag_flag::ORDERED | tag_flag::VALUE_ORDERED | tag_flag::KEEP_ORDER) {
        0 => MapOrder::Unordered,
        tag_flag::ORDERED => MapOrder::Key,
        tag_flag::KEEP_ORDER => MapOrder::Kept,
        _ => MapOrder::KeyValue,
    }
}
