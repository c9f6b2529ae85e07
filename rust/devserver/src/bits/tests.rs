//! What is easily got wrong in bit operations.

use super::*;
use aerospike_sansio::value::msgpack;

fn packed(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    msgpack::write(&Value::List { items: args.to_vec(), ordered: false }, &mut out);
    out
}

fn ints(args: &[i64]) -> Vec<u8> {
    packed(&args.iter().copied().map(Value::Int).collect::<Vec<_>>())
}

fn bin(bytes: &[u8]) -> Particle {
    Particle::Bytes(particle::BLOB, bytes.into())
}

fn changed(bytes: &[u8], args: &[i64]) -> Result<Option<Particle>, Code> {
    modify(Some(&bin(bytes)), &ints(args))
}

#[test]
fn an_overflow_fails_wraps_or_stops() {
    let add = i64::from(bit_op::ADD);
    assert_eq!(changed(&[0xFF], &[add, 0, 8, 1]), Err(code::OP_NOT_APPLICABLE));
    assert_eq!(changed(&[0xFF], &[add, 0, 8, 1, 4]), Ok(None));
    assert_eq!(changed(&[0xFF], &[add, 0, 8, 1, 0, 4]), Ok(Some(bin(&[0]))));
    assert_eq!(changed(&[0xFE], &[add, 0, 8, 5, 0, 2]), Ok(Some(bin(&[0xFF]))));
    assert_eq!(changed(&[0x7F], &[add, 0, 8, 1, 0, 3]), Ok(Some(bin(&[0x7F]))));
    let subtract = i64::from(bit_op::SUBTRACT);
    assert_eq!(changed(&[0x80], &[subtract, 0, 8, 1, 0, 3]), Ok(Some(bin(&[0x80]))));
    assert_eq!(changed(&[0x03], &[subtract, 0, 8, 5, 0, 2]), Ok(Some(bin(&[0]))));
}

#[test]
fn a_scan_from_the_end_sees_what_is_before_its_first_bit() {
    let scan = |value| packed(&[Value::Int(bit_op::RSCAN.into()), Value::Int(4), Value::Int(4), Value::Bool(value)]);
    assert_eq!(read(&bin(&[0b0000_0100]), &scan(true)), Ok(Value::Int(1)));
    assert_eq!(read(&bin(&[0b0010_0000]), &scan(true)), Ok(Value::Int(-2)));
    assert_eq!(read(&bin(&[0]), &scan(true)), Ok(Value::Int(-1)));
}

#[test]
fn only_a_resize_and_an_insert_make_a_bin() {
    assert_eq!(modify(None, &ints(&[bit_op::RESIZE.into(), 2])), Ok(Some(bin(&[0, 0]))));
    assert_eq!(modify(None, &ints(&[bit_op::RESIZE.into(), 0])), Ok(None));
    assert_eq!(modify(None, &ints(&[bit_op::NOT.into(), 0, 8])), Err(code::BIN_NOT_FOUND));
    assert_eq!(modify(None, &ints(&[bit_op::NOT.into(), 0, 8, 4])), Ok(None));
}

#[test]
fn sizes_are_checked_before_anything_is_made() {
    let most = limits::limit::MESSAGE as i64;
    assert_eq!(modify(None, &ints(&[bit_op::RESIZE.into(), most - 1])), Err(code::RECORD_TOO_BIG));
    assert_eq!(modify(None, &ints(&[bit_op::RESIZE.into(), most + 1])), Err(code::PARAMETER));
    assert_eq!(changed(&[1], &[bit_op::GET_INT.into(), 0, 8]), Err(code::PARAMETER));
    assert_eq!(read(&bin(&[1]), &ints(&[bit_op::GET_INT.into(), 0, 65])), Err(code::PARAMETER));
    assert_eq!(read(&bin(&[1]), &ints(&[bit_op::GET.into(), i64::MIN, 1])), Err(code::PARAMETER));
}
