//! What is easily got wrong in lists, maps and contexts. Each expectation was seen on the real server.

use super::*;
use aerospike_sansio::proto::{cdt_return, context as step, list_write_flag, map_write_flag};
use aerospike_sansio::value::MapOrder;

const REST: i64 = cdt_return::INVERTED as i64;

fn int(int: i64) -> Value {
    Value::Int(int)
}

fn ints(ints: &[i64]) -> Value {
    list(ints.iter().copied().map(int))
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List { items: items.into_iter().collect(), ordered: false }
}

fn ordered(items: &[i64]) -> Value {
    Value::List { items: items.iter().copied().map(int).collect(), ordered: true }
}

fn map(pairs: &[(i64, i64)], order: MapOrder) -> Value {
    Value::Map { pairs: pairs.iter().map(|(key, value)| (int(*key), int(*value))).collect(), order }
}

fn op(code: impl Into<i64>, args: &[Value]) -> Value {
    list([int(code.into())].into_iter().chain(args.iter().cloned()))
}

fn inside(steps: &[(u16, Value)], inner: Value) -> Value {
    let steps = steps.iter().flat_map(|(kind, value)| [int((*kind).into()), value.clone()]);
    op(cdt_op::CONTEXT, &[list(steps), inner])
}

fn bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    msgpack::write(value, &mut bytes);
    bytes
}

fn reads(value: &Value, op: Value) -> Result<Value, Code> {
    read(&Particle::from_value(value).unwrap().unwrap(), &bytes(&op))
}

/// The bin after a modification, if there is one then, and what it gave.
fn modifies(value: Option<&Value>, op: Value) -> Result<(Option<Value>, Value), Code> {
    let bin = value.map(|value| Particle::from_value(value).unwrap().unwrap());
    let Modified { particle, result } = modify(bin.as_ref(), &bytes(&op))?;
    let after = particle.or(bin).map(|bin| unpacked(&bin).unwrap());
    Ok((after, result))
}

#[test]
fn an_unordered_list_gives_low_ranks_from_the_highest_down() {
    let values = |rank, count| op(list_op::GET_BY_RANK_RANGE, &[int(7), int(rank), int(count)]);
    let unordered = ints(&[5, 3, 9, 1, 7]);
    assert_eq!(reads(&unordered, values(0, 2)), Ok(ints(&[3, 1])));
    assert_eq!(reads(&unordered, values(-2, 2)), Ok(ints(&[7, 9])));
    assert_eq!(reads(&ordered(&[1, 3, 5, 7, 9]), values(0, 2)), Ok(ints(&[1, 3])));
}

#[test]
fn an_ordered_list_answers_twice_about_a_value_that_is_asked_for_twice() {
    let ask = op(list_op::GET_BY_VALUE_LIST, &[int(1), ints(&[3, 1, 3])]);
    assert_eq!(reads(&ordered(&[1, 2, 3]), ask.clone()), Ok(ints(&[2, 0, 2])));
    assert_eq!(reads(&ints(&[1, 2, 3]), ask), Ok(ints(&[0, 2])));
}

#[test]
fn what_is_given_without_some_counts_the_others() {
    let ask = |kind| op(list_op::GET_ALL_BY_VALUE, &[int(kind | REST), int(1)]);
    let value = ints(&[1, 1, 2]);
    assert_eq!(reads(&value, ask(5)), Ok(int(1)));
    assert_eq!(reads(&value, ask(7)), Ok(ints(&[2])));
    assert_eq!(reads(&value, ask(13)), Ok(Value::Bool(false)), "exists tells whether nothing equals it");
    assert_eq!(reads(&ints(&[2]), ask(13)), Ok(Value::Bool(true)));
}

#[test]
fn a_gap_is_filled_with_nil_and_bounded() {
    let insert = |index, flags: u8| op(list_op::INSERT, &[int(index), int(9), int(flags.into())]);
    let filled = list([int(1), Value::Nil, int(9)]);
    assert_eq!(modifies(Some(&ints(&[1])), insert(2, 0)), Ok((Some(filled), int(3))));
    assert_eq!(modifies(Some(&ints(&[1])), insert(2, list_write_flag::INSERT_BOUNDED)), Err(code::OP_NOT_APPLICABLE));
    assert_eq!(modifies(Some(&ints(&[1])), insert(-2, 0)), Err(code::OP_NOT_APPLICABLE));
    assert_eq!(modifies(None, insert(i64::from(i32::MAX), 0)), Err(code::RECORD_TOO_BIG));
    assert_eq!(modifies(None, insert(i64::MIN, 0)), Err(code::OP_NOT_APPLICABLE));
}

#[test]
fn unique_values_are_told_from_those_that_are_twice_among_themselves() {
    let append = |items: &[i64], flags: u8| op(list_op::APPEND_ITEMS, &[ints(items), int(0), int(flags.into())]);
    let (unique, no_fail, partial) = (list_write_flag::ADD_UNIQUE, list_write_flag::NO_FAIL, list_write_flag::PARTIAL);
    let before = ints(&[1]);
    assert_eq!(modifies(Some(&before), append(&[2, 1], unique)), Err(code::ELEMENT_EXISTS));
    assert_eq!(modifies(Some(&before), append(&[2, 2], unique)), Err(code::OP_NOT_APPLICABLE));
    assert_eq!(modifies(Some(&before), append(&[2, 2], unique | no_fail)), Ok((Some(before.clone()), int(1))));
    let after = Some(ints(&[1, 2, 3]));
    assert_eq!(modifies(Some(&before), append(&[2, 1, 2, 3], unique | no_fail | partial)), Ok((after, int(3))));
}

#[test]
fn a_list_is_not_sorted_downwards_without_its_duplicates() {
    let sort = |flags| op(list_op::SORT, &[int(flags)]);
    assert_eq!(modifies(Some(&ints(&[1, 3, 1])), sort(1)).unwrap().0, Some(ints(&[3, 1, 1])));
    assert_eq!(modifies(Some(&ints(&[1, 3, 1])), sort(2)).unwrap().0, Some(ints(&[1, 3])));
    assert_eq!(modifies(Some(&ints(&[1, 3, 1])), sort(3)), Err(code::PARAMETER));
    assert_eq!(modifies(None, sort(0)), Err(code::BIN_TYPE));
}

#[test]
fn maps_rank_equal_values_by_key() {
    let value = map(&[(1, 5), (2, 5), (3, 4)], MapOrder::Key);
    assert_eq!(reads(&value, op(map_op::GET_BY_INDEX, &[int(3), int(1)])), Ok(int(2)));
    assert_eq!(reads(&value, op(map_op::GET_BY_RANK_RANGE, &[int(6), int(0)])), Ok(ints(&[3, 1, 2])));
    let kept = map(&[(3, 4), (1, 5)], MapOrder::Kept);
    assert_eq!(reads(&value, op(map_op::GET_BY_RANK_RANGE, &[int(8), int(0), int(2)])), Ok(kept));
    let by_key = map(&[(1, 5), (3, 4)], MapOrder::Key);
    assert_eq!(reads(&value, op(map_op::GET_BY_RANK_RANGE, &[int(17), int(0), int(2)])), Ok(by_key));
}

#[test]
fn a_list_of_keys_has_no_ranks() {
    let ask = |kind| op(map_op::GET_BY_KEY_LIST, &[int(kind), ints(&[2, 9, 2])]);
    for order in [MapOrder::Unordered, MapOrder::Key] {
        assert_eq!(reads(&map(&[(1, 5), (2, 5)], order), ask(3)), Err(code::OP_NOT_APPLICABLE));
        assert_eq!(reads(&map(&[(1, 5), (2, 5)], order), ask(5)), Ok(int(1)));
    }
    assert_eq!(reads(&map(&[(1, 5), (2, 5)], MapOrder::Key), ask(1)), Ok(ints(&[1, 1])));
    assert_eq!(reads(&map(&[(1, 5), (2, 5)], MapOrder::Unordered), ask(1)), Ok(ints(&[1])));
}

#[test]
fn a_single_pair_is_told_for_each_value_that_it_equals() {
    let ask = op(map_op::GET_BY_VALUE_LIST, &[int(1), ints(&[5, 4, 5])]);
    assert_eq!(reads(&map(&[(1, 5)], MapOrder::Key), ask.clone()), Ok(ints(&[0, 0])));
    assert_eq!(reads(&map(&[(1, 5), (2, 6)], MapOrder::Key), ask), Ok(ints(&[0])));
}

#[test]
fn what_is_no_operation_is_refused_even_where_there_is_no_bin() {
    for unknown in [14, 15, 20, 31, 41, 63, 71, 80, 90, 97, 111, 200, 300] {
        assert_eq!(modifies(None, op(unknown, &[int(0), int(0)])), Err(code::PARAMETER), "{unknown}");
    }
    assert_eq!(modifies(None, op(list_op::POP, &[])), Ok((None, Value::Nil)));
}

#[test]
fn a_partial_update_fills_an_empty_map() {
    let flags = map_write_flag::UPDATE_ONLY | map_write_flag::NO_FAIL | map_write_flag::PARTIAL;
    let put = op(map_op::PUT_ITEMS, &[map(&[(1, 1), (2, 2)], MapOrder::Unordered), int(0), int(flags.into())]);
    let all = map(&[(1, 1), (2, 2)], MapOrder::Unordered);
    assert_eq!(modifies(None, put.clone()), Ok((Some(all), int(2))));
    let updated = map(&[(1, 1)], MapOrder::Unordered);
    assert_eq!(modifies(Some(&map(&[(1, 7)], MapOrder::Unordered)), put), Ok((Some(updated), int(1))));
}

#[test]
fn a_key_is_an_integer_a_string_or_a_blob() {
    for key in [Value::Nil, Value::Bool(true), Value::Float(1.0), list([]), Value::Typed(7, vec![1])] {
        assert_eq!(modifies(None, op(map_op::PUT, &[key, int(1)])), Err(code::PARAMETER));
    }
    assert!(modifies(None, op(map_op::PUT, &[Value::Blob(vec![]), int(1)])).is_ok());
}

#[test]
fn the_order_asked_for_counts_only_for_what_is_made() {
    let append = op(list_op::APPEND, &[int(1), int(1)]);
    assert_eq!(modifies(None, append.clone()).unwrap().0, Some(ordered(&[1])));
    assert_eq!(modifies(Some(&ints(&[])), append).unwrap().0, Some(ints(&[1])));
    let put = op(map_op::PUT, &[int(1), int(1), int(3)]);
    assert_eq!(modifies(None, put).unwrap().0, Some(map(&[(1, 1)], MapOrder::KeyValue)));
}

#[test]
fn what_changes_inside_an_ordered_list_moves_to_its_place() {
    let outer =
        |items: &[&[i64]]| Value::List { items: items.iter().map(|inner| ints(inner)).collect(), ordered: true };
    let append = inside(&[(step::LIST_INDEX, int(0))], op(list_op::INSERT, &[int(0), int(9)]));
    assert_eq!(modifies(Some(&outer(&[&[1], &[2]])), append).unwrap().0, Some(outer(&[&[2], &[9, 1]])));
}

#[test]
fn a_path_is_made_once_something_is_written_at_its_end() {
    let path = [(step::MAP_KEY | step::CREATE_PADDED_OR_KEY_ORDERED, int(1)), (step::LIST_INDEX | 0x80, int(2))];
    let made = modifies(None, inside(&path, op(list_op::APPEND, &[int(5)]))).unwrap().0;
    let inner = list([Value::Nil, Value::Nil, ints(&[5])]);
    assert_eq!(made, Some(Value::Map { pairs: vec![(int(1), inner)], order: MapOrder::Key }));
    assert_eq!(modifies(None, inside(&path, op(list_op::POP, &[int(0)]))), Ok((None, Value::Nil)));
    let no_create = [(step::MAP_KEY, int(1))];
    assert_eq!(modifies(None, inside(&no_create, op(list_op::CLEAR, &[]))), Err(code::OP_NOT_APPLICABLE));
}

#[test]
fn contexts_tell_a_wrong_bin_a_missing_element_and_a_wrong_type() {
    let size = |kind, at| inside(&[(kind, int(at))], op(list_op::SIZE, &[]));
    assert_eq!(read(&Particle::Integer(1), &bytes(&size(step::LIST_INDEX, 0))), Err(code::PARAMETER));
    assert_eq!(reads(&ints(&[1]), size(step::LIST_INDEX, 1)), Err(code::OP_NOT_APPLICABLE));
    assert_eq!(reads(&ints(&[1]), size(step::MAP_INDEX, 0)), Err(code::OP_NOT_APPLICABLE));
    assert_eq!(reads(&ints(&[1]), size(step::LIST_INDEX, 0)), Err(code::BIN_TYPE));
    assert_eq!(reads(&list([ints(&[4, 4])]), size(step::LIST_INDEX, -1)), Ok(int(2)));
}

#[test]
fn nothing_is_nested_more_deeply_than_can_be_read_again() {
    let nested = |depth| (1..depth).fold(list([]), |inner, _| list([inner]));
    let append = |depth| op(list_op::APPEND, &[nested(depth)]);
    assert!(modifies(None, append(limits::limit::VALUE_DEPTH - 1)).is_ok());
    let wrapped = modifies(Some(&list([nested(100)])), inside(&[(step::LIST_INDEX, int(0))], append(200))).unwrap();
    assert_eq!(modifies(wrapped.0.as_ref(), append(254)).unwrap().1, int(2));
    let steps: Vec<(u16, Value)> = (0..100).map(|_| (step::LIST_INDEX, int(0))).collect();
    assert_eq!(modifies(Some(&nested(101)), inside(&steps[..99], append(200))), Err(code::PARAMETER));
}

#[test]
fn padding_is_bounded_over_all_steps() {
    let steps: Vec<(u16, Value)> = (0..100).map(|_| (step::LIST_INDEX | 0x80, int(1_000_000))).collect();
    assert_eq!(modifies(None, inside(&steps, op(list_op::APPEND, &[int(1)]))), Err(code::RECORD_TOO_BIG));
}

#[test]
fn every_truncation_is_refused_or_does_nothing() {
    let path = [(step::MAP_KEY | 0x80, int(1))];
    let put = inside(&path, op(map_op::PUT_ITEMS, &[map(&[(1, 1), (2, 2)], MapOrder::Key), int(1), int(4)]));
    let whole = bytes(&put);
    assert!(modify(None, &whole).is_ok());
    for cut in 0..whole.len() {
        assert!(modify(None, &whole[..cut]).is_err(), "at {cut}");
    }
}
