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

const DIGEST: Digest = [7; 20];

/// Its value for the record; None if it is unknown.
fn value(packed: &[u8]) -> Option<Value> {
    let record = record();
    let subject =
        Subject { digest: &DIGEST, set_name: b"set", record: &record, bins: &record.bins, stored_size: 64, now_ms: 9 };
    Expression::build(packed).unwrap().value(&subject)
}

fn truth(packed: &[u8]) -> Truth {
    assert!(filter(packed).is_ok());
    match value(packed) {
        Some(Value::Bool(true)) => Truth::True,
        Some(Value::Bool(false)) => Truth::False,
        _ => Truth::Unknown,
    }
}

/// A string or name without a type byte.
fn name(text: &str) -> Vec<u8> {
    [&[0xA0 + text.len() as u8], text.as_bytes()].concat()
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
        assert_eq!(filter(packed).map(|_| ()), Err(Invalid), "{packed:x?}");
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
fn arithmetic_wraps_and_knows_no_division_by_zero() {
    let min = [vec![0xD3], i64::MIN.to_be_bytes().to_vec()].concat();
    let int = |int: u8| vec![int];
    assert_eq!(value(&call(20, &[min.clone(), min.clone()])), Some(Value::Int(0)));
    assert_eq!(value(&call(21, &[int(5)])), Some(Value::Int(-5)), "one operand is taken from zero");
    assert_eq!(value(&call(23, &[int(7), int(2)])), Some(Value::Int(3)));
    assert_eq!(value(&call(23, &[int(7), int(0)])), None);
    assert_eq!(value(&call(23, &[min.clone(), vec![0xFF]])), Some(Value::Int(i64::MIN)));
    assert_eq!(value(&call(26, &[min.clone(), vec![0xFF]])), Some(Value::Int(0)));
    assert_eq!(value(&call(26, &[int(7), int(0)])), None);
    assert_eq!(value(&call(27, &[min])), Some(Value::Int(i64::MIN)));
    assert_eq!(value(&call(36, &[int(1), int(64)])), Some(Value::Int(1)), "the places count modulo 64");
    assert_eq!(value(&call(40, &[int(0), vec![0xC3]])), Some(Value::Int(-1)));
    assert_eq!(value(&call(41, &[int(1), vec![0xC3]])), Some(Value::Int(63)));
    let huge = [vec![0xCB], 1e300f64.to_be_bytes().to_vec()].concat();
    assert_eq!(value(&call(30, &[huge])), Some(Value::Int(i64::MIN)));
}

#[test]
fn types_do_not_mix() {
    let float = [vec![0xCB], 1f64.to_be_bytes().to_vec()].concat();
    for packed in [
        call(20, &[vec![1], float.clone()]),
        call(32, std::slice::from_ref(&float)),
        call(28, &[vec![1]]),
        call(1, &[vec![1], float.clone()]),
        call(1, &[vec![1], vec![0xD4, 0xFF, 1]]),
        call(123, &[vec![0xC3], vec![1], float]),
        call(123, &[vec![0xC3], vec![1]]),
    ] {
        assert_eq!(Expression::build(&packed).map(|_| ()), Err(Invalid), "{packed:x?}");
    }
}

#[test]
fn a_condition_leads_to_one_value_and_unknown_has_every_type() {
    let unknown = vec![0x91, 0];
    let cond = |test: u8| call(123, &[eq("a", test), vec![5], unknown.clone()]);
    assert_eq!(value(&cond(1)), Some(Value::Int(5)));
    assert_eq!(value(&cond(2)), None);
    assert_eq!(value(&call(123, &[eq("none", 1), vec![5], vec![6]])), None, "an unknown condition decides nothing");
}

#[test]
fn variables_are_seen_where_they_are_defined_and_never_twice() {
    let var = |text: &str| call(124, &[name(text)]);
    let sum = call(20, &[var("x"), var("y")]);
    let bound = call(125, &[name("x"), vec![2], name("y"), call(22, &[var("x"), vec![3]]), sum.clone()]);
    assert_eq!(value(&bound), Some(Value::Int(8)));
    for packed in [
        var("x"),
        call(125, &[name("x"), var("x"), vec![1]]),
        call(125, &[name("x"), vec![1], name("x"), vec![2], vec![3]]),
        call(125, &[name("1x"), vec![1], vec![2]]),
        call(125, &[name("x"), vec![1]]),
        call(20, &[call(125, &[name("x"), vec![1], vec![2]]), var("x")]),
    ] {
        assert_eq!(Expression::build(&packed).map(|_| ()), Err(Invalid), "{packed:x?}");
    }
}

#[test]
fn unordered_maps_cannot_be_compared() {
    let unordered = vec![0x81, 1, 2];
    let ordered = vec![0x82, 0xC7, 0, 1, 0xC0, 1, 2];
    assert_eq!(truth(&call(1, &[unordered.clone(), unordered.clone()])), Truth::Unknown);
    assert_eq!(truth(&call(1, &[ordered.clone(), ordered])), Truth::True);
    let list = |first: u8| call(126, &[[vec![0x92, first], unordered.clone()].concat()]);
    assert_eq!(truth(&call(1, &[list(1), list(2)])), Truth::False, "the difference comes before the map");
    assert_eq!(truth(&call(1, &[list(1), list(1)])), Truth::Unknown);
}

#[test]
fn an_operation_takes_expressions_as_arguments() {
    let list = call(126, &[vec![0x93, 7, 8, 9]]);
    // list_get_by_index(value, a, list)
    let get = [vec![0x95, 127, 2, 0, 0x93, 19, 7, 0x93, 81, 2], name("a"), list.clone()].concat();
    let get = [vec![0x95, 127, 2, 0], get[4..].to_vec()].concat();
    assert_eq!(value(&get), Some(Value::Int(8)));
    let text = [vec![0x95, 127, 3, 0], get[4..].to_vec()].concat();
    assert_eq!(value(&text), None, "the result is no string");
}

#[test]
fn doubling_a_value_again_and_again_ends() {
    let mut packed = call(126, &[vec![0x91, 1]]);
    for n in 0..40 {
        let own = format!("x{n}");
        let var = call(124, &[name(&own)]);
        // let x = … in list_append_items(x, x)
        let append = [vec![0x95, 127, 4, 0x40, 0x92, 2], var.clone(), var].concat();
        packed = call(125, &[name(&own), packed, append]);
    }
    assert_eq!(Expression::build(&packed).map(|_| ()), Ok(()));
    assert_eq!(value(&packed), None);
}

#[test]
fn depth_is_bounded() {
    let mut packed = [0x92, 18].repeat(100_000);
    packed.push(0xC3);
    assert_eq!(filter(&packed).map(|_| ()), Err(Invalid));
}
