//! Contexts: the steps from a bin to the list or map inside that an operation is on, and what is made on the way.
//!
//! A step that leads nowhere is code 26. If it may create, the rest of the path is made, but only once the operation has
//! written something into what lies at its end. A step into an ordered list can move what it leads to, since that is
//! compared with its neighbours.

use super::args::Args;
use super::effect::{Done, Effect};
use super::list::List;
use super::map::Map;
use super::window;
use crate::limits::limit;
use crate::store::particle;
use crate::Code;
use aerospike_sansio::limits;
use aerospike_sansio::proto::{code, context};
use aerospike_sansio::value::{MapOrder, Value};

pub struct Step {
    bits: u64,
    value: Value,
}

/// The parts of a step's type.
const KIND: u64 = 0x0F;
const ON_LIST: u64 = 0x10;
const ON_MAP: u64 = 0x20;
const ORDER: u64 = 0xC0;

const INDEX: u64 = context::LIST_INDEX as u64 & KIND;
const RANK: u64 = context::LIST_RANK as u64 & KIND;
const KEY: u64 = context::MAP_KEY as u64 & KIND;
const VALUE: u64 = context::LIST_VALUE as u64 & KIND;

const UNORDERED: u64 = context::CREATE_UNORDERED as u64;
const PADDED_OR_KEY_ORDERED: u64 = context::CREATE_PADDED_OR_KEY_ORDERED as u64;
const ORDERED: u64 = context::CREATE_ORDERED as u64;
const PERSIST: u64 = context::CREATE_PERSIST_INDEX as u64;

/// Where a step leads.
enum Place {
    There(usize),
    /// Nothing is there yet; it would be put here.
    New(usize),
}

/// Reads a context: a list of types and values in turn.
pub fn steps(args: &mut Args) -> Result<Vec<Step>, Code> {
    let count = args.list()?;
    if count == 0 || count % 2 != 0 || count / 2 > limits::limit::VALUE_DEPTH {
        return Err(code::PARAMETER);
    }
    let steps: Vec<Step> = (0..count / 2)
        .map(|_| Ok(Step { bits: args.bare_int()? as u64, value: args.bare_value()? }))
        .collect::<Result<_, Code>>()?;
    // Nils that fill lists up are made on the way in, so all of them are counted before any.
    let padding = steps.iter().map(Step::padding).fold(0, usize::saturating_add);
    if padding > limit::RECORD {
        Err(code::RECORD_TOO_BIG)
    } else {
        Ok(steps)
    }
}

/// What the steps lead to.
pub fn descend(mut value: Value, steps: &[Step]) -> Result<Value, Code> {
    for step in steps {
        step.check()?;
        value = match value {
            Value::List { items, ordered } => {
                let mut list = List { items, ordered };
                match step.in_list(&list)? {
                    Place::There(index) => list.items.swap_remove(index),
                    Place::New(_) => return Err(code::OP_NOT_APPLICABLE),
                }
            }
            Value::Map { pairs, order } => {
                let mut map = Map { pairs, order };
                match step.in_map(&map)? {
                    Place::There(index) => map.pairs.swap_remove(index).1,
                    Place::New(_) => return Err(code::OP_NOT_APPLICABLE),
                }
            }
            _ => return Err(code::OP_NOT_APPLICABLE),
        };
    }
    Ok(value)
}

/// Runs an operation on what the steps lead to, or on the place where that would be.
pub fn modify(
    slot: &mut Option<Value>,
    steps: &[Step],
    op: impl FnOnce(&mut Option<Value>) -> Result<Done, Code>,
) -> Result<Done, Code> {
    let Some((step, rest)) = steps.split_first() else { return op(slot) };
    step.check()?;
    match slot.take() {
        None => {
            if !step.creates() {
                return Err(code::OP_NOT_APPLICABLE);
            }
            let (done, made) = make(step, rest, true, op)?;
            *slot = made;
            Ok(done)
        }
        Some(Value::List { items, ordered }) => {
            let mut list = List { items, ordered };
            let done = modify_list(&mut list, step, rest, op)?;
            *slot = Some(list.into_value());
            Ok(done)
        }
        Some(Value::Map { pairs, order }) => {
            let mut map = Map { pairs, order };
            let done = modify_map(&mut map, step, rest, op)?;
            *slot = Some(map.into_value());
            Ok(done)
        }
        Some(_) => Err(code::OP_NOT_APPLICABLE),
    }
}

fn modify_list(
    list: &mut List,
    step: &Step,
    rest: &[Step],
    op: impl FnOnce(&mut Option<Value>) -> Result<Done, Code>,
) -> Result<Done, Code> {
    let (done, index, element) = match step.in_list(list)? {
        Place::There(index) => {
            let mut element = Some(std::mem::replace(&mut list.items[index], Value::Nil));
            let done = modify(&mut element, rest, op)?;
            if list.ordered {
                list.items.remove(index);
            }
            (done, index, element)
        }
        Place::New(index) => {
            let (done, element) = make_rest(rest, op)?;
            if element.is_some() {
                list.fill(index)?;
            }
            (done, index, element)
        }
    };
    match element {
        Some(element) if list.ordered => {
            let rank = list.rank(&element);
            list.items.insert(rank, element);
        }
        Some(element) if index < list.items.len() => list.items[index] = element,
        Some(element) => list.items.push(element),
        None => {}
    }
    Ok(done)
}

fn modify_map(
    map: &mut Map,
    step: &Step,
    rest: &[Step],
    op: impl FnOnce(&mut Option<Value>) -> Result<Done, Code>,
) -> Result<Done, Code> {
    match step.in_map(map)? {
        Place::There(index) => {
            let mut value = Some(std::mem::replace(&mut map.pairs[index].1, Value::Nil));
            let done = modify(&mut value, rest, op)?;
            map.pairs[index].1 = value.unwrap_or(Value::Nil);
            Ok(done)
        }
        Place::New(index) => {
            let (done, value) = make_rest(rest, op)?;
            if let Some(value) = value {
                map.pairs.insert(index, (step.value.clone(), value));
            }
            Ok(done)
        }
    }
}

/// What the rest of a path leads to that is not there: nothing, unless the operation writes.
fn make_rest(
    rest: &[Step],
    op: impl FnOnce(&mut Option<Value>) -> Result<Done, Code>,
) -> Result<(Done, Option<Value>), Code> {
    if let Some((step, rest)) = rest.split_first() {
        step.check()?;
        return make(step, rest, false, op);
    }
    let mut slot = None;
    let (result, effect) = op(&mut slot)?;
    Ok(((result, effect), slot.filter(|_| effect == Effect::Written)))
}

/// Makes the list or map that a step goes into, and all behind it.
fn make(
    step: &Step,
    rest: &[Step],
    is_bin: bool,
    op: impl FnOnce(&mut Option<Value>) -> Result<Done, Code>,
) -> Result<(Done, Option<Value>), Code> {
    let container = step.container(is_bin)?;
    let (done, element) = make_rest(rest, op)?;
    let made = element.map(|element| match container {
        Container::List(mut list) => {
            list.items.push(element);
            list.into_value()
        }
        Container::Map(mut map) => {
            map.pairs.push((step.value.clone(), element));
            map.into_value()
        }
    });
    Ok((done, made))
}

enum Container {
    List(List),
    Map(Map),
}

impl Step {
    /// Index, rank, key or value, of a list, of a map or of whichever it is; only a step that says which may create.
    fn check(&self) -> Result<(), Code> {
        let says_which = self.bits & (ON_LIST | ON_MAP) != 0;
        let creates = self.bits & (ORDER | PERSIST) != 0;
        if self.bits & KIND > VALUE || (creates && !says_which) {
            Err(code::OP_NOT_APPLICABLE)
        } else {
            Ok(())
        }
    }

    fn creates(&self) -> bool {
        self.bits & ORDER != 0
    }

    /// How many nils the step may ask for.
    fn padding(&self) -> usize {
        match self.int() {
            Ok(index) if self.bits & ORDER == PADDED_OR_KEY_ORDERED && self.bits & ON_LIST != 0 => {
                usize::try_from(index).unwrap_or(0)
            }
            _ => 0,
        }
    }

    fn int(&self) -> Result<i64, Code> {
        match self.value {
            Value::Int(int) => Ok(int),
            Value::Uint(uint) => Ok(uint as i64),
            _ => Err(code::OP_NOT_APPLICABLE),
        }
    }

    fn in_list(&self, list: &List) -> Result<Place, Code> {
        if self.bits & ON_MAP != 0 {
            return Err(code::OP_NOT_APPLICABLE);
        }
        let length = list.items.len();
        let found = match self.bits & KIND {
            RANK if !list.ordered => list.at_rank(self.int()?),
            INDEX | RANK => match window::single(self.int()?, length) {
                Some(window) => Some(window.start),
                None if self.creates() => return self.behind(list),
                None => None,
            },
            VALUE => list.first(&self.value),
            _ => None,
        };
        found.map(Place::There).ok_or(code::OP_NOT_APPLICABLE)
    }

    /// The place behind the end of a list: the next one, any if it is ordered, any later one if it may be padded.
    fn behind(&self, list: &List) -> Result<Place, Code> {
        let (index, length) = (self.int()?, list.items.len());
        let is_next = index == length as i64 || (index == -1 && length == 0);
        let is_padded = self.bits & (ORDER | PERSIST) == PADDED_OR_KEY_ORDERED;
        match usize::try_from(index) {
            _ if is_next || list.ordered => Ok(Place::New(length)),
            Ok(index) if is_padded => Ok(Place::New(index)),
            _ => Err(code::OP_NOT_APPLICABLE),
        }
    }

    fn in_map(&self, map: &Map) -> Result<Place, Code> {
        if self.bits & ON_LIST != 0 {
            return Err(code::OP_NOT_APPLICABLE);
        }
        let found = match self.bits & KIND {
            INDEX => window::single(self.int()?, map.pairs.len()).map(|window| window.start),
            RANK => map.at_rank(self.int()?),
            KEY => {
                let is_storable = particle::settle(&mut self.value.clone());
                match map.place(&self.value) {
                    Ok(index) if is_storable => Some(index),
                    Err(index) if is_storable && self.creates() => return Ok(Place::New(index)),
                    _ => None,
                }
            }
            _ => map.first(&self.value),
        };
        found.map(Place::There).ok_or(code::OP_NOT_APPLICABLE)
    }

    /// The list or map that the step goes into, when it has to be made; without the element that it leads to.
    fn container(&self, is_bin: bool) -> Result<Container, Code> {
        const LIST_INDEX: u64 = context::LIST_INDEX as u64;
        const MAP_KEY: u64 = context::MAP_KEY as u64;
        let persists = self.bits & PERSIST != 0;
        if persists && !is_bin {
            return Err(code::OP_NOT_APPLICABLE);
        }
        let order = self.bits & ORDER;
        match self.bits & (KIND | ON_LIST | ON_MAP) {
            MAP_KEY if particle::settle(&mut self.value.clone()) => {
                let order = match order {
                    PADDED_OR_KEY_ORDERED => MapOrder::Key,
                    ORDERED => MapOrder::KeyValue,
                    _ => MapOrder::Unordered,
                };
                Ok(Container::Map(Map { pairs: Vec::new(), order }))
            }
            LIST_INDEX => {
                let index = self.int()?;
                let mut list = List { items: Vec::new(), ordered: order == ORDERED };
                match order {
                    _ if index < -1 => return Err(code::OP_NOT_APPLICABLE),
                    PADDED_OR_KEY_ORDERED => list.fill(usize::try_from(index).unwrap_or(0))?,
                    0 | UNORDERED if index > 0 && !persists => return Err(code::OP_NOT_APPLICABLE),
                    _ => {}
                }
                Ok(Container::List(list))
            }
            _ => Err(code::OP_NOT_APPLICABLE),
        }
    }
}
