//! Filters: what they come to on a record, and what is refused. Packed as the Go client packed the recorded ones.

use super::*;
use crate::store::{Bin, Particle};
use aerospike_sansio::proto::particle;

/// `a` is 1, `s` is "x".
fn record() -> Record {
    let bin = |name: &[u8], particle| Bin { name: BinName::new(name).unwrap(), particle };
    let string = Particle::Bytes(particle::STRING, Box::from(&b"x"[..]));
    Record { bins: vec![bin(b"a", Particle::Integer(1)), bin(b"s", string)], ..Record::default() }
}

fn truth(packed: &[u8]) -> Truth {
    filter(packed).unwrap().truth(&record())
}

/// `int_bin(name) == value`.
fn eq(name: &str, value: u8) -> Vec<u8> {
    let mut packed = vec![0x93, 1, 0x93, 81, 2, 0xA0 + name.len() as u8];
    packed.extend_from_slice(name.as_bytes());
    packed.push(value);
    packed
}

fn call(code: u8, operands: &[Vec<u8>]) -> Vec<u8> {
    [vec![0x91 + operands.len() as u8, code], operands.concat()].concat()
}

#[test]
fn compares_a_bin_with_a_literal() {
    assert_eq!(truth(&eq("a", 1)), Truth::True);
    assert_eq!(truth(&eq("a", 2)), Truth::False);
}

#[test]
fn an_absent_bin_or_one_of_another_type_is_unknown() {
    assert_eq!(truth(&eq("none", 1)), Truth::Unknown);
    assert_eq!(truth(&eq("s", 1)), Truth::Unknown);
}

#[test]
fn logic_has_three_values() {
    let (yes, no, unknown) = (eq("a", 1), eq("a", 2), eq("none", 1));
    for (code, left, right, expected) in [
        (16, &yes, &unknown, Truth::Unknown),
        (16, &no, &unknown, Truth::False),
        (16, &unknown, &no, Truth::False),
        (17, &yes, &unknown, Truth::True),
        (17, &unknown, &yes, Truth::True),
        (17, &no, &unknown, Truth::Unknown),
        (19, &yes, &no, Truth::True),
        (19, &yes, &yes, Truth::False),
        (19, &yes, &unknown, Truth::Unknown),
    ] {
        assert_eq!(truth(&call(code, &[left.clone(), right.clone()])), expected, "{code}");
    }
    assert_eq!(truth(&call(18, &[no])), Truth::True);
    assert_eq!(truth(&call(18, &[unknown])), Truth::Unknown);
}

#[test]
fn a_bare_true_passes() {
    assert_eq!(truth(&[0xC3]), Truth::True);
}

#[test]
fn refuses_what_the_recorded_server_refused() {
    let string_with_int = [0x93, 1, 0xA2, 3, b'a', 1];
    let int_with_string = [0x93, 1, 0x93, 81, 2, 0xA1, b'a', 0xA2, 3, b'x'];
    for packed in [
        &[][..],
        &[0xC1],
        &[0x91, 0xCD, 3, 0xE7],
        &[0x92, 1, 5],
        &[0x93, 1, 0x93, 81, 2],
        &[0xC3, 0xC3],
        &[5],
        &[0x90],
        &[0x92, 16, 0xC3],
        &string_with_int,
        &int_with_string,
    ] {
        assert_eq!(filter(packed).map(|_| ()), Err(Failure::Invalid), "{packed:x?}");
    }
}

#[test]
fn refuses_every_truncation() {
    let whole = call(16, &[eq("a", 1), call(18, &[eq("s", 7)])]);
    for cut in 0..whole.len() {
        assert!(filter(&whole[..cut]).is_err(), "at {cut}");
    }
}

#[test]
fn tells_what_does_not_exist_from_what_is_not_there_yet() {
    assert!(matches!(filter(&[0x93, 20, 1, 1]), Err(Failure::NotYet(_))));
    assert!(matches!(filter(&[0x91, 69]), Err(Failure::NotYet(_))));
    assert!(matches!(filter(&[0x91, 11]), Err(Failure::Invalid)));
}

#[test]
fn depth_is_bounded() {
    let mut packed = [0x92, 18].repeat(100_000);
    packed.push(0xC3);
    assert_eq!(filter(&packed).map(|_| ()), Err(Failure::Invalid));
}
