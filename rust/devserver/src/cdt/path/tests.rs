//! What is easily got wrong in paths. Each expectation was seen on the real server, but for the bounds that it does not
//! have.

use super::Budget;
use crate::cdt::{self, unpacked, Modified};
use crate::store::Particle;
use crate::Code;
use aerospike_sansio::command::exp_ops::{exp_op, path_flag};
use aerospike_sansio::proto::{cdt_op, cdt_return, code, context, list_op, map_op};
use aerospike_sansio::value::{msgpack, MapOrder, Value};

const TREE: u8 = path_flag::TREE;
const VALUES: u8 = path_flag::VALUES;
const KEYS: u8 = path_flag::MAP_KEYS;
const NO_FAIL: u8 = path_flag::NO_FAIL;

fn int(int: i64) -> Value {
    Value::Int(int)
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List { items: items.into_iter().collect(), ordered: false }
}

fn ints(ints: &[i64]) -> Value {
    list(ints.iter().copied().map(int))
}

fn ordered(items: &[i64]) -> Value {
    Value::List { items: items.iter().copied().map(int).collect(), ordered: true }
}

fn map(pairs: impl IntoIterator<Item = (i64, Value)>) -> Value {
    Value::Map { pairs: pairs.into_iter().map(|(key, value)| (int(key), value)).collect(), order: MapOrder::Unordered }
}

/// An expression, or an op.
fn op(code: u8, args: impl IntoIterator<Item = Value>) -> Value {
    list([int(code.into())].into_iter().chain(args))
}

/// The value of the element at hand, as an integer.
fn at_hand() -> Value {
    op(exp_op::LOOP_VAR, [int(2), int(1)])
}

fn above(least: i64) -> Value {
    op(exp_op::GT, [at_hand(), int(least)])
}

fn all() -> (u16, Value) {
    (context::EXPRESSION, Value::Bool(true))
}

fn path(steps: &[(u16, Value)], flags: u8, change: Option<Value>) -> Vec<u8> {
    let steps = list(steps.iter().flat_map(|(kind, value)| [int((*kind).into()), value.clone()]));
    let op = op(cdt_op::SELECT, [steps, int(flags.into())].into_iter().chain(change));
    let mut packed = Vec::new();
    msgpack::write(&op, &mut packed);
    packed
}

fn finds(value: &Value, steps: &[(u16, Value)], flags: u8) -> Result<Value, Code> {
    let bin = Particle::from_value(value).unwrap().unwrap();
    cdt::read(&bin, &path(steps, flags, None))
}

fn changes(value: &Value, steps: &[(u16, Value)], flags: u8, change: Value) -> Result<Value, Code> {
    let bin = Particle::from_value(value).unwrap().unwrap();
    let packed = path(steps, path_flag::APPLY | flags, Some(change));
    let Modified { particle, result } = cdt::modify(Some(&bin), &packed)?;
    assert_eq!(result, Value::Nil);
    unpacked(&particle.unwrap())
}

#[test]
fn a_tree_keeps_what_no_step_can_go_into_and_the_values_do_not() {
    let value = map([(1, ints(&[4, 5])), (2, int(9)), (3, map([]))]);
    let steps = [all(), (context::EXPRESSION, above(4))];
    assert_eq!(finds(&value, &steps, TREE), Ok(map([(1, ints(&[5])), (2, int(9)), (3, map([]))])));
    assert_eq!(finds(&value, &steps, VALUES), Ok(ints(&[5])));
}

#[test]
fn keys_are_of_maps_only_and_an_ordered_list_is_refused_even_if_it_is_empty() {
    assert_eq!(finds(&ints(&[1]), &[all()], KEYS), Err(code::BIN_TYPE));
    assert_eq!(finds(&ints(&[1]), &[all()], KEYS | NO_FAIL), Ok(ints(&[])));
    assert_eq!(finds(&ints(&[]), &[all()], KEYS), Ok(ints(&[])));
    assert_eq!(finds(&ordered(&[]), &[all()], KEYS), Err(code::BIN_TYPE));
    assert_eq!(finds(&map([(7, int(1))]), &[all()], KEYS), Ok(ints(&[7])));
}

#[test]
fn a_step_into_the_other_kind_is_refused_unless_it_is_empty() {
    let by_key = [(context::MAP_KEY, int(1))];
    assert_eq!(finds(&ints(&[1]), &by_key, VALUES), Err(code::PARAMETER));
    assert_eq!(finds(&ints(&[]), &by_key, VALUES), Ok(ints(&[])));
    let by_index = [(context::LIST_INDEX, int(0))];
    assert_eq!(finds(&map([(1, int(1))]), &by_index, VALUES), Err(code::PARAMETER));
    // One that would create a list passes for one that does not; one that would create a map does not.
    let creating = context::CREATE_ORDERED;
    assert_eq!(finds(&ints(&[8]), &[(context::LIST_INDEX | creating, int(0))], VALUES), Ok(ints(&[8])));
    assert_eq!(finds(&map([(1, int(1))]), &[(context::MAP_KEY | creating, int(1))], VALUES), Err(code::PARAMETER));
}

#[test]
fn what_is_unknown_is_a_failure_or_passed_over() {
    let mixed = list([int(1), Value::String(b"a".to_vec()), int(7)]);
    let steps = [(context::EXPRESSION, above(4))];
    assert_eq!(finds(&mixed, &steps, VALUES), Err(code::PARAMETER));
    assert_eq!(finds(&mixed, &steps, VALUES | NO_FAIL), Ok(ints(&[7])));
    let twice = op(exp_op::MUL, [at_hand(), int(2)]);
    assert_eq!(changes(&mixed, &[all()], 0, twice.clone()), Err(code::SERVER_ERROR));
    let changed = list([int(2), Value::String(b"a".to_vec()), int(14)]);
    assert_eq!(changes(&mixed, &[all()], NO_FAIL, twice), Ok(changed));
    // An expression of no truth is false.
    assert_eq!(finds(&ints(&[1]), &[(context::EXPRESSION, at_hand_plus(1))], VALUES), Ok(ints(&[])));
}

fn at_hand_plus(more: i64) -> Value {
    op(exp_op::ADD, [at_hand(), int(more)])
}

#[test]
fn a_filter_belongs_to_the_step_before_it() {
    let filter = (context::AND | context::EXPRESSION, above(1));
    let value = list([ints(&[1, 2]), ints(&[3, 4])]);
    let first = (context::LIST_INDEX, int(0));
    assert_eq!(finds(&value, &[all(), first.clone(), filter.clone()], VALUES), Ok(ints(&[3])));
    for wrong in [
        vec![filter.clone()],
        vec![all(), filter.clone()],
        vec![first.clone(), filter.clone(), filter.clone()],
        vec![first, (context::AND | context::LIST_INDEX, int(0))],
    ] {
        assert_eq!(finds(&value, &wrong, VALUES), Err(code::PARAMETER));
    }
}

#[test]
fn behind_a_step_by_rank_inside_of_another_list_nothing_can_be_read() {
    let highest = (context::LIST_RANK, int(-1));
    let value = list([ints(&[1, 5]), ints(&[3, 2])]);
    assert_eq!(finds(&value, &[all(), highest.clone()], VALUES), Err(code::SERVER_ERROR));
    assert_eq!(finds(&value, &[(context::LIST_INDEX, int(1)), highest.clone()], VALUES), Ok(ints(&[3])));
    assert_eq!(finds(&value, &[(context::LIST_INDEX, int(0)), highest.clone()], VALUES), Err(code::SERVER_ERROR));
    assert_eq!(finds(&ints(&[1, 5]), &[highest], VALUES), Ok(ints(&[5])));
}

#[test]
fn an_ordered_list_of_keys_may_have_two() {
    let value = map((1..5).map(|key| (key, int(10 * key))));
    let by_keys = |keys| finds(&value, &[(context::MAP_KEYS, keys)], VALUES);
    assert_eq!(by_keys(ints(&[3, 1, 9, 3])), Ok(ints(&[10, 30])));
    assert_eq!(by_keys(ordered(&[1, 2])), Ok(ints(&[10, 20])));
    assert_eq!(by_keys(ordered(&[1, 2, 3])), Err(code::PARAMETER));
    assert_eq!(by_keys(ordered(&[2, 1])), Err(code::PARAMETER));
    assert_eq!(by_keys(int(1)), Err(code::PARAMETER));
}

#[test]
fn an_element_is_removed_where_an_expression_comes_to_it() {
    let remove = || op(exp_op::REMOVE_RESULT, []);
    let value = list([ints(&[1, 2, 3]), ints(&[])]);
    let large = [all(), (context::EXPRESSION, above(1))];
    assert_eq!(changes(&value, &large, 0, remove()), Ok(list([ints(&[1]), ints(&[])])));
    let some = op(exp_op::COND, [above(2), remove(), op(exp_op::UNKNOWN, [])]);
    assert_eq!(changes(&value, &[all(), all()], NO_FAIL, some), Ok(list([ints(&[1, 2]), ints(&[])])));
    assert_eq!(changes(&map([(1, int(1))]), &[all()], 0, remove()), Ok(map([])));
}

#[test]
fn an_ordered_list_is_in_order_afterwards() {
    let negated = op(exp_op::SUB, [at_hand()]);
    assert_eq!(changes(&ordered(&[1, 2, 3]), &[all()], 0, negated), Ok(ordered(&[-3, -2, -1])));
}

#[test]
fn a_wildcard_cannot_replace_an_element() {
    let quoted = op(exp_op::QUOTE, [list([Value::Wildcard])]);
    assert_eq!(changes(&ints(&[1]), &[all()], 0, quoted), Err(code::BIN_TYPE));
}

#[test]
fn a_path_that_changes_nothing_may_stand_where_one_that_changes_does_but_not_the_reverse() {
    let bin = Particle::from_value(&ints(&[1])).unwrap().unwrap();
    let found = cdt::modify(Some(&bin), &path(&[all()], VALUES, None)).unwrap();
    assert!(found.particle.is_none());
    assert_eq!(found.result, ints(&[1]));
    let change = path(&[all()], path_flag::APPLY, Some(int(1)));
    assert_eq!(cdt::read(&bin, &change).unwrap_err(), code::PARAMETER);
    assert_eq!(cdt::modify(None, &change).unwrap_err(), code::BIN_TYPE);
}

/// `paths` of them, each in a filter of the one around it.
fn nested(paths: usize) -> Value {
    match paths {
        0 => above(0),
        _ => {
            let inner = op(cdt_op::SELECT, [list([int(4), nested(paths - 1)]), int(VALUES.into())]);
            let found = op(exp_op::CALL, [int(4), int(0), inner, op(exp_op::QUOTE, [ints(&[1])])]);
            let size = op(exp_op::CALL, [int(2), int(0), op(list_op::SIZE, []), found]);
            op(exp_op::EQ, [size, int(1)])
        }
    }
}

#[test]
fn paths_in_paths_go_so_deep_and_no_deeper() {
    let finds = |paths| finds(&ints(&[1]), &[(context::EXPRESSION, nested(paths))], VALUES);
    assert_eq!(finds(20), Ok(ints(&[1])));
    assert_eq!(finds(200), Err(code::PARAMETER));
}

#[test]
fn the_work_of_paths_is_bounded() {
    let bin = Particle::from_value(&list((0..100).map(int))).unwrap().unwrap();
    let small = Budget::default();
    small.spend(64 * 1024 * 1024 - 50).unwrap();
    assert_eq!(cdt::read_within(&bin, &path(&[all()], VALUES, None), &small), Err(code::SERVER_ERROR));
}

#[test]
fn a_filter_sees_the_key_the_value_and_in_lists_the_index() {
    let part = |kind: i64, part: i64| op(exp_op::LOOP_VAR, [int(kind), int(part)]);
    let value = map([(1, ints(&[5, 6])), (2, ints(&[7]))]);
    let key = (context::EXPRESSION, op(exp_op::EQ, [part(2, 0), int(1)]));
    let index = (context::EXPRESSION, op(exp_op::EQ, [part(2, 2), int(1)]));
    assert_eq!(finds(&value, &[key, index.clone()], VALUES), Ok(ints(&[6])));
    assert_eq!(finds(&value, &[index], VALUES), Err(code::PARAMETER));
    let get = op(map_op::GET_BY_KEY, [int(cdt_return::VALUE.into()), int(0)]);
    let inner = op(exp_op::CALL, [int(2), int(0), get, part(5, 1)]);
    let by_inner = (context::EXPRESSION, op(exp_op::EQ, [inner, int(3)]));
    assert_eq!(finds(&list([map([(0, int(3))])]), &[by_inner], TREE), Ok(list([map([(0, int(3))])])));
}
