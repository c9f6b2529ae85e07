//! A walk along the steps of a path: at each level which elements are meant, and what becomes of them.
//!
//! A step by rank, and one by index into a map, leaves the server's reader at the end of the whole value. Within another
//! list or map, what follows there can then not be read, which is code 1: here that is `lost`.

use super::rank;
use super::steps::{By, Step};
use super::{Budget, Form, Path};
use crate::cdt::list::List;
use crate::cdt::window;
use crate::expression::{Change, Expression, Truth};
use crate::geo;
use crate::Code;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::order::compare;
use aerospike_sansio::value::{MapOrder, Value};

pub struct Walk<'a> {
    path: &'a Path,
    budget: &'a Budget,
    found: Vec<Value>,
    lost: bool,
}

/// An element: where it is in its list or map, its key in a map.
#[derive(Clone, Copy)]
struct Element<'v> {
    index: usize,
    key: Option<&'v Value>,
    value: &'v Value,
}

/// Where an element is, and what becomes of it: nothing if it is removed.
type Edits = Vec<(usize, Option<Value>)>;

/// Where a list or map is: how many steps lead to it, and whether nothing of the whole value follows it.
#[derive(Clone, Copy)]
struct Place {
    level: usize,
    is_last: bool,
}

impl<'a> Walk<'a> {
    pub fn of(path: &'a Path, budget: &'a Budget) -> Walk<'a> {
        Walk { path, budget, found: Vec::new(), lost: false }
    }

    /// What becomes of a value, and what was found in it.
    pub fn whole(mut self, value: &Value) -> Result<(Value, Vec<Value>), Code> {
        let value = self.level(value, Place { level: 0, is_last: true })?;
        Ok((value, self.found))
    }

    fn level(&mut self, value: &Value, place: Place) -> Result<Value, Code> {
        match value {
            Value::List { items, ordered } => {
                let edits = self.list(items, *ordered, place)?;
                Ok(self.edited_list(items, *ordered, edits))
            }
            Value::Map { pairs, order } => {
                let edits = self.map(pairs, place)?;
                Ok(self.edited_map(pairs, *order, edits))
            }
            _ => Err(code::BIN_TYPE),
        }
    }

    fn list(&mut self, items: &[Value], ordered: bool, place: Place) -> Result<Edits, Code> {
        if items.is_empty() && !ordered {
            return Ok(Edits::new());
        }
        // As the server has it, an ordered list that is empty is no empty one here.
        if self.is_leaf(place) && self.path.gives_keys() {
            return if self.path.no_fail { Ok(Edits::new()) } else { Err(code::BIN_TYPE) };
        }
        if items.is_empty() {
            return Ok(Edits::new());
        }
        let step = self.step(place);
        if !step.is_of_lists() {
            return Err(code::PARAMETER);
        }
        let element = |index: usize| Element { index, key: None, value: &items[index] };
        let mut edits = Edits::new();
        match step.by {
            By::Index(index) => {
                if let Some(window) = window::single(index, items.len()) {
                    let one = element(window.start);
                    if self.passes(step, one)? == Truth::True {
                        self.include(one, inside(place, one, items.len()), &mut edits)?;
                    }
                    if self.lost && one.index + 1 < items.len() {
                        return Err(code::SERVER_ERROR);
                    }
                }
            }
            By::Rank(at) => {
                if let Some(window) = window::single(at, items.len()) {
                    self.budget.spend(items.len())?;
                    let one = element(if ordered {
                        window.start
                    } else {
                        rank::select(items.len(), window.start, |a, b| compare(&items[a], &items[b]))
                    });
                    if self.passes(step, one)? == Truth::True {
                        self.include(one, inside(place, one, items.len()), &mut edits)?;
                    }
                    self.lost = !place.is_last;
                }
            }
            _ => {
                for index in 0..items.len() {
                    let one = element(index);
                    if self.lost {
                        return Err(self.read_on(step, index)?);
                    }
                    let truth = match &step.by {
                        By::Expression(_) => self.meant(step, one)?,
                        By::Value(value) if compare(value, one.value).is_eq() => Truth::True,
                        By::Value(_) => Truth::False,
                        _ => Truth::Unknown,
                    };
                    if self.all_of_it(step, one, truth)? {
                        self.include(one, inside(place, one, items.len()), &mut edits)?;
                    }
                }
            }
        }
        Ok(edits)
    }

    fn map(&mut self, pairs: &[(Value, Value)], place: Place) -> Result<Edits, Code> {
        if pairs.is_empty() {
            return Ok(Edits::new());
        }
        let step = self.step(place);
        if !step.is_of_maps() {
            return Err(code::PARAMETER);
        }
        let element = |index: usize| Element { index, key: Some(&pairs[index].0), value: &pairs[index].1 };
        let mut edits = Edits::new();
        match step.by {
            By::Index(at) | By::Rank(at) => {
                if let Some(window) = window::single(at, pairs.len()) {
                    self.budget.spend(pairs.len())?;
                    let is_by_rank = matches!(step.by, By::Rank(_));
                    let one = element(if is_by_rank {
                        rank::select(pairs.len(), window.start, |a, b| compare(&pairs[a].1, &pairs[b].1))
                    } else {
                        window.start
                    });
                    if self.passes(step, one)? == Truth::True {
                        self.include(one, inside(place, one, pairs.len()), &mut edits)?;
                    }
                    self.lost = !place.is_last;
                }
            }
            _ => {
                let keys = Keys::of(step)?;
                let mut is_found = false;
                for index in 0..pairs.len() {
                    let one = element(index);
                    if self.lost {
                        return Err(code::SERVER_ERROR);
                    }
                    let truth = match &step.by {
                        _ if is_found => Truth::False,
                        By::Expression(_) => self.meant(step, one)?,
                        By::Key(key) if compare(&pairs[index].0, key).is_eq() => {
                            is_found = true;
                            Truth::True
                        }
                        By::Value(value) if compare(one.value, value).is_eq() => Truth::True,
                        By::Keys(_) if keys.have(&pairs[index].0) => Truth::True,
                        _ => Truth::False,
                    };
                    if self.all_of_it(step, one, truth)? {
                        self.include(one, inside(place, one, pairs.len()), &mut edits)?;
                    }
                }
            }
        }
        Ok(edits)
    }

    /// An element that is meant: the next step goes on in it, or what was asked for is done with it. On the way, what no step
    /// can go into belongs to a tree as it is, and is nothing otherwise.
    fn include(&mut self, one: Element, place: Place, edits: &mut Edits) -> Result<(), Code> {
        let is_leaf = place.level == self.path.steps.len();
        if !is_leaf && matches!(one.value, Value::List { .. } | Value::Map { .. }) {
            let value = self.level(one.value, place)?;
            edits.push((one.index, Some(value)));
            return Ok(());
        }
        match &self.path.form {
            Form::Tree => edits.push((one.index, Some(one.value.clone()))),
            _ if !is_leaf => {}
            Form::Values => self.found.push(one.value.clone()),
            Form::Keys => self.found.extend(one.key.cloned()),
            Form::KeyValues => self.found.extend(one.key.cloned().into_iter().chain([one.value.clone()])),
            Form::Apply(expression) => {
                match self.ask(expression, |expression| expression.change(&variables(one), self.budget))? {
                    Change::To(value) if is_condition(&value) => return Err(code::BIN_TYPE),
                    Change::To(value) => edits.push((one.index, Some(value))),
                    Change::Removal => edits.push((one.index, None)),
                    Change::Unknown if self.path.no_fail => {}
                    Change::Unknown => return Err(code::SERVER_ERROR),
                }
            }
        }
        Ok(())
    }

    /// Whether a step by expression means an element.
    fn meant(&self, step: &Step, one: Element) -> Result<Truth, Code> {
        match &step.by {
            By::Expression(Some(expression)) => self.truth(expression, &variables(one)),
            _ => Ok(Truth::True),
        }
    }

    /// Whether the filter of a step, if it has one, is true of an element.
    fn passes(&self, step: &Step, one: Element) -> Result<Truth, Code> {
        self.budget.spend(1)?;
        match &step.filter {
            Some(filter) => self.truth(filter, &variables(one)),
            None => Ok(Truth::True),
        }
    }

    /// Whether an element, if the step means it, passes its filter too. In a step that looks at all elements unknown is a
    /// failure.
    fn all_of_it(&self, step: &Step, one: Element, truth: Truth) -> Result<bool, Code> {
        let truth = if truth == Truth::True { self.passes(step, one)? } else { truth };
        match truth {
            Truth::Unknown if !self.path.no_fail => Err(code::PARAMETER),
            truth => Ok(truth == Truth::True),
        }
    }

    /// How a walk over a list ends behind the end of the value, where an expression is still asked about what has no value.
    fn read_on(&self, step: &Step, index: usize) -> Result<Code, Code> {
        let By::Expression(Some(expression)) = &step.by else { return Ok(code::SERVER_ERROR) };
        match self.truth(expression, &[None, None, Some(Value::Int(index as i64))])? {
            Truth::Unknown if !self.path.no_fail => Ok(code::PARAMETER),
            _ => Ok(code::SERVER_ERROR),
        }
    }

    fn truth(&self, expression: &Expression, variables: &[Option<Value>; 3]) -> Result<Truth, Code> {
        self.ask(expression, |expression| expression.truth_of_element(variables, self.budget))
    }

    fn ask<T>(&self, expression: &Expression, what: impl FnOnce(&Expression) -> T) -> Result<T, Code> {
        self.budget.spend(expression.size())?;
        self.budget.within(expression.depth(), || Ok(what(expression)))
    }

    fn edited_list(&self, items: &[Value], ordered: bool, edits: Edits) -> Value {
        match self.path.form {
            // An empty one stays what it is.
            Form::Tree => Value::List {
                ordered: ordered && items.is_empty(),
                items: edits.into_iter().filter_map(|(_, value)| value).collect(),
            },
            Form::Apply(_) => {
                let mut list = List { items: edited(items.iter().cloned(), edits, |_, value| value), ordered };
                if ordered {
                    list.items.sort_by(compare);
                }
                list.into_value()
            }
            _ => Value::Nil,
        }
    }

    fn edited_map(&self, pairs: &[(Value, Value)], order: MapOrder, edits: Edits) -> Value {
        match self.path.form {
            Form::Tree => Value::Map {
                order: if pairs.is_empty() { order } else { MapOrder::Unordered },
                pairs: edits
                    .into_iter()
                    .filter_map(|(index, value)| value.map(|value| (pairs[index].0.clone(), value)))
                    .collect(),
            },
            Form::Apply(_) => {
                let pairs = edited(pairs.iter().cloned(), edits, |(key, _), value| (key, value));
                Value::Map { pairs, order }
            }
            _ => Value::Nil,
        }
    }

    fn step(&self, place: Place) -> &'a Step {
        &self.path.steps[place.level]
    }

    fn is_leaf(&self, place: Place) -> bool {
        place.level + 1 == self.path.steps.len()
    }
}

/// Where an element of a list or map is, if it is one itself.
fn inside(place: Place, one: Element, length: usize) -> Place {
    Place { level: place.level + 1, is_last: place.is_last && one.index + 1 == length }
}

/// The elements with what became of some of them, whose edits are in their order.
fn edited<T>(elements: impl Iterator<Item = T>, edits: Edits, edit: impl Fn(T, Value) -> T) -> Vec<T> {
    let mut edits = edits.into_iter().peekable();
    elements
        .enumerate()
        .filter_map(|(index, element)| match edits.next_if(|(edited, _)| *edited == index) {
            Some((_, value)) => value.map(|value| edit(element, value)),
            None => Some(element),
        })
        .collect()
}

/// What expressions are told of an element: a text that is no GeoJSON though it is said to be, they are not.
fn variables(one: Element) -> [Option<Value>; 3] {
    let told = |value: &Value| match value {
        Value::Geo(text) if geo::parse(text).is_none() => None,
        Value::Uint(uint) => Some(Value::Int(*uint as i64)),
        value => Some(value.clone()),
    };
    let index = one.key.is_none().then_some(Value::Int(one.index as i64));
    [one.key.and_then(told), told(one.value), index]
}

/// Whether infinity or a wildcard, which cannot be stored, is in it.
fn is_condition(value: &Value) -> bool {
    match value {
        Value::Infinity | Value::Wildcard => true,
        Value::List { items, .. } => items.iter().any(is_condition),
        Value::Map { pairs, .. } => pairs.iter().any(|(key, value)| is_condition(key) || is_condition(value)),
        _ => false,
    }
}

/// The keys of a step by several, sorted.
struct Keys<'a>(Vec<&'a Value>);

impl Keys<'_> {
    /// An ordered list of them must be in order, and as the server has it not of more than two.
    fn of(step: &Step) -> Result<Keys<'_>, Code> {
        let By::Keys(keys) = &step.by else { return Ok(Keys(Vec::new())) };
        let Value::List { items, ordered } = keys else { return Err(code::PARAMETER) };
        if *ordered && (items.len() > 2 || !items.is_sorted_by(|a, b| compare(a, b).is_le())) {
            return Err(code::PARAMETER);
        }
        let mut sorted: Vec<&Value> = items.iter().collect();
        sorted.sort_by(|a, b| compare(a, b));
        Ok(Keys(sorted))
    }

    fn have(&self, key: &Value) -> bool {
        self.0.binary_search_by(|own| compare(own, key)).is_ok()
    }
}
