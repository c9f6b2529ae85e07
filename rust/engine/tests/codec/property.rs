//! Values of every shape go out and come back; bytes of every shape are read or refused, never believed.

use crate::region::{self, Region};
use aerospike_sansio::abi::{command_kind as kind, command_word as word};
use aerospike_sansio::command;
use aerospike_sansio::names::{NameKind, Names};
use aerospike_sansio::proto::{op, particle as types};
use aerospike_sansio::value::tape::{self, Collections, Slot};
use aerospike_sansio::value::{msgpack, order, particle, MapOrder, Value};
use aerospike_sansio::wire::{self, message, Header, Peek};
use proptest::prelude::*;
use std::cmp::Ordering;

// ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::collection::vec(any::<u8>(), 250..260),
    ]
}

fn int() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -200..200i64,
        (0u32..64).prop_map(|bits| i64::MIN >> bits),
        (0u32..64).prop_map(|bits| { i64::MAX >> bits })
    ]
}

/// Any double but NaN, which equals nothing; NaNs have tests of their own.
fn float() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("NaN", |float| !float.is_nan())
}

fn blob_type() -> impl Strategy<Value = u8> {
    prop_oneof![types::JAVA_BLOB..=types::ERLANG_BLOB, Just(types::VECTOR)]
}

/// What a bin can hold, without lists and maps.
fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        int().prop_map(Value::Int),
        float().prop_map(Value::Float),
        bytes().prop_map(Value::String),
        "[a-z]{0,20}".prop_map(|text| Value::String(text.into_bytes())),
        bytes().prop_map(Value::Blob),
        (blob_type(), bytes()).prop_map(|(kind, bytes)| Value::Typed(kind, bytes)),
        bytes().prop_map(Value::Geo),
        bytes().prop_map(Value::Hll),
    ]
}

/// What a list or map can hold, without lists and maps.
fn element() -> impl Strategy<Value = Value> {
    prop_oneof![
        10 => scalar(),
        1 => (i64::MAX as u64 + 1..=u64::MAX).prop_map(Value::Uint),
        1 => Just(Value::Infinity),
        1 => Just(Value::Wildcard),
    ]
}

fn map_order() -> impl Strategy<Value = MapOrder> {
    prop_oneof![Just(MapOrder::Unordered), Just(MapOrder::Key), Just(MapOrder::KeyValue), Just(MapOrder::Kept)]
}

/// Any element at all; the keys of maps may be anything that `key` gives.
fn nested<K: Strategy<Value = Value> + 'static>(
    leaf: impl Strategy<Value = Value> + 'static,
    key: impl Fn() -> K + 'static,
) -> impl Strategy<Value = Value> {
    leaf.prop_recursive(5, 64, 20, move |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..20), any::<bool>())
                .prop_map(|(items, ordered)| Value::List { items, ordered }),
            (prop::collection::vec((key(), inner), 0..20), map_order())
                .prop_map(|(pairs, order)| Value::Map { pairs, order }),
        ]
    })
}

/// A value as a caller may write it: keys as the server takes them, none twice, no wildcard, no order of an answer.
fn writable() -> impl Strategy<Value = Value> {
    let key = || {
        prop_oneof![
            int().prop_map(Value::Int),
            bytes().prop_map(Value::String),
            bytes().prop_map(Value::Blob),
            (blob_type(), bytes()).prop_map(|(kind, bytes)| Value::Typed(kind, bytes)),
        ]
    };
    nested(scalar(), key).prop_map(|mut value| {
        make_writable(&mut value);
        value
    })
}

fn make_writable(value: &mut Value) {
    match value {
        Value::List { items, .. } => items.iter_mut().for_each(make_writable),
        Value::Map { pairs, order } => {
            pairs.iter_mut().for_each(|(_, value)| make_writable(value));
            pairs.sort_by(|(a, _), (b, _)| order::compare(a, b));
            pairs.dedup_by(|(a, _), (b, _)| order::compare(a, b).is_eq());
            if *order == MapOrder::Kept {
                *order = MapOrder::Unordered;
            }
        }
        _ => {}
    }
}

fn packed(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    msgpack::write(value, &mut out);
    out
}

// ── Frames ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// The frame of an answer with these bins.
fn answer(bins: &[(String, Value)]) -> Vec<u8> {
    let mut out = Vec::new();
    let start = message::begin_message(&mut out);
    message::field(&mut out, 4, &[7; 20]);
    for (name, value) in bins {
        message::op(&mut out, op::READ, name.as_bytes(), |out| Ok::<_, ()>(particle::write(value, out))).unwrap();
    }
    message::end_message(&mut out, start, &Header { fields: 1, ops: bins.len() as u16, ..Header::default() });
    out
}

fn bins() -> impl Strategy<Value = Vec<(String, Value)>> {
    let value = prop_oneof![scalar(), nested(element(), element).prop_filter("bin", can_be_in_a_bin)];
    prop::collection::vec(("[a-z]{0,15}", value), 0..5)
}

fn can_be_in_a_bin(value: &Value) -> bool {
    !matches!(value, Value::Uint(_) | Value::Infinity | Value::Wildcard)
}

/// Every parser at once. What it gives does not matter, only that it comes back.
fn parse_all(bytes: &[u8]) {
    let _ = msgpack::read(bytes);
    for particle_type in 0..=32 {
        let whole = particle::read(particle_type, bytes);
        let mut tape = Vec::new();
        let walked = tape::from_particle(particle_type, bytes, 8, 0, Collections::Walked, &mut tape);
        assert_eq!(whole.is_ok(), walked.is_ok(), "type {particle_type}: both readers believe the same");
        if let Ok(value) = whole {
            let mut at = 0;
            let buffer = [&[0; 8], bytes].concat();
            let read = region::value(&tape, &mut at, &buffer);
            assert_eq!(at, tape.len());
            assert_eq!(format!("{read:?}"), format!("{value:?}"));
        }
    }
    if let Ok(Peek::Frame { length, .. }) = wire::peek(bytes) {
        let complete = wire::complete(bytes).unwrap();
        assert_eq!(complete.is_some(), bytes.len() >= 8 + length);
    }
    let mut tape = vec![Slot::default()];
    if let Ok(reply) = wire::reply(bytes, 8, Collections::Walked, &mut Names::new(1), &mut tape) {
        assert!(reply.length <= bytes.len());
        assert!(tape.len() > reply.items as usize);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_value_packed_and_unpacked_is_the_same(value in nested(element(), element)) {
        let bytes = packed(&value);
        prop_assert_eq!(msgpack::read(&bytes), Ok((value, bytes.len())));
    }

    #[test]
    fn a_value_as_a_particle_and_back_is_the_same(value in nested(element(), element).prop_filter("bin", can_be_in_a_bin)) {
        let mut bytes = Vec::new();
        let particle_type = particle::write(&value, &mut bytes);
        prop_assert_eq!(particle::read(particle_type, &bytes), Ok(value));
    }

    #[test]
    fn a_tape_on_the_wire_and_back_is_the_same(mut value in writable()) {
        let mut region = Region::new(kind::PUT);
        region.value(9, &value);
        let mut wire = Vec::new();
        let written = tape::to_particle(&region.slots, 0, &region.data, &mut wire);
        let (particle_type, next) = written.unwrap();
        prop_assert_eq!(next, region.slots.len());
        order::sort_for_wire(&mut value).unwrap();
        let mut direct = Vec::new();
        prop_assert_eq!(particle::write(&value, &mut direct), particle_type);
        prop_assert_eq!(&direct, &wire);

        let mut tape = vec![Slot::default(); 3];
        tape::from_particle(particle_type, &wire, 0, 9, Collections::Walked, &mut tape).unwrap();
        let mut at = 3;
        prop_assert_eq!(tape[3].bin, 9);
        prop_assert_eq!(region::value(&tape, &mut at, &wire), value);
        prop_assert_eq!(at, tape.len());
        let mut again = Vec::new();
        prop_assert_eq!(tape::to_particle(&tape, 3, &wire, &mut again), Ok((particle_type, tape.len())));
        prop_assert_eq!(again, wire);
    }

    #[test]
    fn sorting_gives_an_order_and_changes_nothing_else(items in prop::collection::vec(nested(scalar(), scalar), 0..12)) {
        for a in &items {
            prop_assert_eq!(order::compare(a, a), Ordering::Equal);
            for b in &items {
                prop_assert_eq!(order::compare(a, b), order::compare(b, a).reverse());
            }
        }
        let mut value = Value::List { items: items.clone(), ordered: true };
        if order::sort_for_wire(&mut value).is_ok() {
            let Value::List { items: sorted, .. } = &value else { unreachable!() };
            prop_assert_eq!(sorted.len(), items.len());
            prop_assert!(sorted.is_sorted_by(|a, b| order::compare(a, b).is_le()));
            let mut again = value.clone();
            order::sort_for_wire(&mut again).unwrap();
            prop_assert_eq!(again, value);
        }
    }

    #[test]
    fn an_answer_becomes_its_bins(bins in bins()) {
        let frame = answer(&bins);
        let (mut names, mut tape) = (Names::new(3), Vec::new());
        let reply = wire::reply(&frame[8..], 8, Collections::Walked, &mut names, &mut tape).unwrap();
        prop_assert_eq!((reply.items as usize, reply.length), (bins.len(), frame.len() - 8));
        let mut at = 0;
        for (name, value) in &bins {
            prop_assert_eq!(names.get(tape[at].bin), name.as_bytes());
            prop_assert_eq!(&region::value(&tape, &mut at, &frame), value);
        }
        prop_assert_eq!(at, tape.len());
    }

    #[test]
    fn every_prefix_of_an_answer_needs_more_and_is_no_message(bins in bins()) {
        let frame = answer(&bins);
        for end in 0..frame.len() {
            prop_assert_eq!(wire::complete(&frame[..end]), Ok(None));
            if end >= 8 {
                prop_assert!(wire::reply(&frame[8..end], 8, Collections::Walked, &mut Names::new(1), &mut Vec::new()).is_err());
            }
        }
        prop_assert_eq!(wire::complete(&frame), Ok(Some((3, frame.len()))));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        parse_all(&bytes);
    }

    #[test]
    fn no_damage_to_good_bytes_panics(
        bins in bins(),
        value in nested(element(), element),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..8u32), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let frame = answer(&bins);
        for good in [&frame[..], &frame[8..], &packed(&value)] {
            let mut bytes = good.to_vec();
            for (at, bit) in &damage {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            parse_all(&bytes);
            parse_all(&bytes[..cut.index(bytes.len())]);
            parse_all(&good[..cut.index(good.len())]);
        }
    }

    #[test]
    fn no_command_region_panics(
        words in prop::collection::vec(prop_oneof![4 => 0..24u32, 1 => any::<u32>()], 0..80),
        data in prop::collection::vec(any::<u8>(), 0..30),
    ) {
        let mut names = Names::new(1);
        names.intern(NameKind::Namespace, b"test").unwrap();
        names.intern(NameKind::Bin, b"bin").unwrap();
        let region: Vec<_> = words.chunks_exact(4).map(|w| Slot::new(w[0], w[1], w[2], w[3])).collect();
        if let Ok(block) = command::read(&region) {
            let mut out = vec![1, 2, 3];
            let encoded = command::encode(&block, &region[command::BLOCK_SLOTS..], &data, &names, &mut out);
            prop_assert_eq!(encoded.is_ok(), out.len() > 3);
        }
        for at in 0..region.len() {
            let _ = tape::to_particle(&region, at, &data, &mut Vec::new());
        }
    }

    #[test]
    fn a_put_holds_its_bins(bins in prop::collection::vec(("[a-z]{1,15}", writable()), 1..6)) {
        let mut names = Names::new(1);
        let mut region = Region::new(kind::PUT);
        region.words[word::NAMESPACE] = names.intern(NameKind::Namespace, b"test").unwrap();
        region.key(&Value::Int(1));
        for (name, value) in &bins {
            let bin = names.intern(NameKind::Bin, name.as_bytes()).unwrap();
            region.item(bin, value);
        }
        let (encoded, frame) = region.encode(&names).unwrap();
        prop_assert!(encoded.write);
        prop_assert_eq!(wire::complete(&frame), Ok(Some((3, frame.len()))));
        // A request's ops are laid out as an answer's are, so the reader of answers reads them.
        let mut tape = Vec::new();
        wire::reply(&frame[8..], 8, Collections::Walked, &mut names, &mut tape).unwrap();
        let mut at = 0;
        for (name, mut value) in bins {
            prop_assert_eq!(names.get(tape[at].bin), name.as_bytes());
            order::sort_for_wire(&mut value).unwrap();
            prop_assert_eq!(region::value(&tape, &mut at, &frame), value);
        }
    }
}
