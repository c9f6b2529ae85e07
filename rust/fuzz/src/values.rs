//! Values: particles, packed lists and maps, and the tape.

use crate::input::Input;
use aerospike_sansio::abi::{tag, tag_flag, NONE};
use aerospike_sansio::limits::limit;
use aerospike_sansio::value::tape::{self, slice, Collections, Slot};
use aerospike_sansio::value::{particle, Value};

/// A name id.
pub const BIN: u32 = 7;

/// The tree and the tape agree on what is a value; what is written of either is read as the same.
pub fn values(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (particle_type, bytes) = (input.byte(), input.rest());
    let tree = particle::read(particle_type, bytes);
    let mut slots = Vec::new();
    let walked = tape::from_particle(particle_type, bytes, 0, BIN, Collections::Walked, &mut slots);
    assert_eq!(tree.is_ok(), walked.is_ok(), "{tree:?} {walked:?}");
    let mut packed = Vec::new();
    if tape::from_particle(particle_type, bytes, 0, BIN, Collections::Packed, &mut packed).is_ok() {
        assert_eq!(check_tape(&packed, 1, bytes), packed.len());
    }
    let Ok(tree) = tree else { return };
    assert_eq!(check_tape(&slots, 1, bytes), slots.len());
    assert!(slots.len() <= limit::SLOTS + 1);
    let once = written(&tree);
    let Ok(again) = particle::read(once.0, &once.1) else { panic!("what was written cannot be read: {tree:?}") };
    assert_eq!(written(&again), once);
    // What the caller got, given back. Marks of expressions and unsigned integers are no values of bins.
    let mut given = Vec::new();
    if let Ok((given_type, end)) = tape::to_particle(&slots, 0, bytes, &mut given) {
        assert_eq!(end, slots.len());
        assert_eq!(given_type, once.0);
        let Ok(again) = particle::read(given_type, &given) else { panic!("what was given cannot be read: {tree:?}") };
        let mut slots = Vec::new();
        assert_eq!(tape::from_particle(given_type, &given, 0, BIN, Collections::Walked, &mut slots), Ok(()));
        let mut twice = Vec::new();
        assert!(tape::to_particle(&slots, 0, &given, &mut twice).is_ok());
        assert_eq!(twice, given, "{again:?}");
    }
}

fn written(value: &Value) -> (u8, Vec<u8>) {
    let mut out = Vec::new();
    let particle_type = particle::write(value, &mut out);
    (particle_type, out)
}

/// Slots that no shell would write: they are refused, or what comes of them can be read.
pub fn tape(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let slots = slots(&mut input);
    let data = input.rest();
    let mut out = Vec::new();
    if let Ok((particle_type, end)) = tape::to_particle(&slots, 0, data, &mut out) {
        assert!(end <= slots.len());
        assert!(particle::read(particle_type, &out).is_ok(), "{slots:?} became {out:x?}");
    }
    let mut out = Vec::new();
    if let Ok(end) = tape::to_packed(&slots, 0, data, &mut out) {
        assert!(end <= slots.len());
    }
}

/// Any slots, most of them with tags that there are.
pub fn slots(input: &mut Input) -> Vec<Slot> {
    let count = input.below(64);
    (0..count)
        .map(|_| {
            let kind = input.byte();
            let flags = if kind & 0x80 != 0 { u32::from(input.byte()) << 8 } else { 0 };
            let bin = if kind & 0x40 != 0 { input.word() } else { NONE };
            let (a, b) = (input.word(), input.word());
            Slot::new((u32::from(kind & 0x3F) % 24) | flags, bin, a, b)
        })
        .collect()
}

/// Walks so many values, with or without a name before each, whose texts lie in `data`; gives the index behind them.
pub fn check_tape(slots: &[Slot], items: usize, data: &[u8]) -> usize {
    let mut at = 0;
    for _ in 0..items {
        if slots[at].kind() == tag::NAME {
            assert!(slice(data, slots[at].a, slots[at].b).is_some());
            at += 1;
        }
        at = check_value(slots, at, data, 1);
    }
    at
}

fn check_value(slots: &[Slot], at: usize, data: &[u8], depth: usize) -> usize {
    let slot = slots[at];
    let inside = match slot.kind() {
        tag::LIST => slot.a as usize,
        tag::MAP => slot.a as usize * 2,
        _ => 0,
    };
    match slot.kind() {
        tag::STRING | tag::BLOB | tag::GEOJSON | tag::HLL => {
            let Some(text) = slice(data, slot.a, slot.b) else { panic!("{slot:?} is outside of {}", data.len()) };
            assert!(slot.kind() != tag::STRING || slot.tag & tag_flag::ASCII == 0 || text.is_ascii());
        }
        tag::LIST | tag::MAP => assert!(depth <= limit::VALUE_DEPTH),
        tag::INT => assert!(slot.f64().fract() == 0.0 && slot.f64().abs() <= 9_007_199_254_740_991.0),
        tag::NIL | tag::FALSE | tag::TRUE | tag::INT64 | tag::UINT64 | tag::DOUBLE | tag::INFINITY | tag::WILDCARD => {}
        other => panic!("tag {other}"),
    }
    let mut next = at + 1;
    for child in 0..inside {
        let is_key = slot.kind() == tag::MAP && child % 2 == 0;
        let is_text = slots[next].kind() == tag::STRING;
        assert!(!is_key || is_text || slot.tag & tag_flag::TEXT_KEYS == 0);
        next = check_value(slots, next, data, depth + 1);
    }
    next
}
