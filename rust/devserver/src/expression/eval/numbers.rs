//! Arithmetic. Integers wrap; what the real server's processor makes of numbers out of range is kept.

use super::Scope;
use crate::expression::{Fold, Node, One, Scan, Two};
use aerospike_sansio::value::Value;

impl Scope<'_> {
    /// One operand alone is subtracted from zero, or one is divided by it.
    pub fn fold(&mut self, fold: Fold, operands: &[Node]) -> Option<Value> {
        let (first, rest) = operands.split_first()?;
        match self.value(first)? {
            Value::Int(first) => self.fold_ints(fold, first, rest).map(Value::Int),
            Value::Float(first) => self.fold_floats(fold, first, rest).map(Value::Float),
            _ => None,
        }
    }

    fn fold_ints(&mut self, fold: Fold, first: i64, rest: &[Node]) -> Option<i64> {
        if fold == Fold::Sub && rest.is_empty() {
            return Some(first.wrapping_neg());
        }
        if fold == Fold::Div {
            // Divided by the product of the others.
            let product = if rest.is_empty() { first } else { self.fold_ints(Fold::Mul, 1, rest)? };
            let dividend = if rest.is_empty() { 1 } else { first };
            return if product == 0 { None } else { Some(dividend.wrapping_div(product)) };
        }
        let mut result = first;
        for node in rest {
            let Value::Int(int) = self.value(node)? else { return None };
            result = match fold {
                Fold::Add => result.wrapping_add(int),
                Fold::Sub => result.wrapping_sub(int),
                Fold::Mul | Fold::Div => result.wrapping_mul(int),
                Fold::Min => result.min(int),
                Fold::Max => result.max(int),
                Fold::BitAnd => result & int,
                Fold::BitOr => result | int,
                Fold::BitXor => result ^ int,
            };
        }
        Some(result)
    }

    fn fold_floats(&mut self, fold: Fold, first: f64, rest: &[Node]) -> Option<f64> {
        if fold == Fold::Sub && rest.is_empty() {
            return Some(0.0 - first);
        }
        if fold == Fold::Div {
            let product = if rest.is_empty() { first } else { self.fold_floats(Fold::Mul, 1.0, rest)? };
            return Some(if rest.is_empty() { 1.0 } else { first } / product);
        }
        let mut result = first;
        for node in rest {
            let Value::Float(float) = self.value(node)? else { return None };
            result = match fold {
                Fold::Add => result + float,
                Fold::Sub => result - float,
                Fold::Mul => result * float,
                Fold::Min if result > float => float,
                Fold::Max if result < float => float,
                _ => result,
            };
        }
        Some(result)
    }
}

pub fn one(one: One, operand: Value) -> Option<Value> {
    Some(match (one, operand) {
        (One::Abs, Value::Int(int)) => Value::Int(int.wrapping_abs()),
        (One::Abs, Value::Float(float)) => Value::Float(float.abs()),
        (One::Floor, Value::Float(float)) => Value::Float(float.floor()),
        (One::Ceil, Value::Float(float)) => Value::Float(float.ceil()),
        (One::ToInt, Value::Float(float)) => Value::Int(to_int(float)),
        (One::ToFloat, Value::Int(int)) => Value::Float(int as f64),
        (One::BitNot, Value::Int(int)) => Value::Int(!int),
        (One::BitCount, Value::Int(int)) => Value::Int(int.count_ones().into()),
        _ => return None,
    })
}

pub fn two(two: Two, left: Value, right: Value) -> Option<Value> {
    Some(match (two, left, right) {
        (Two::Pow, Value::Float(left), Value::Float(right)) => Value::Float(left.powf(right)),
        (Two::Log, Value::Float(left), Value::Float(right)) => Value::Float(left.ln() / right.ln()),
        (Two::Mod, Value::Int(_), Value::Int(0)) => return None,
        (Two::Mod, Value::Int(left), Value::Int(right)) => Value::Int(left.wrapping_rem(right)),
        (Two::ShiftLeft, Value::Int(left), Value::Int(right)) => Value::Int(left.wrapping_shl(right as u32)),
        (Two::ShiftRight, Value::Int(left), Value::Int(right)) => {
            Value::Int((left as u64).wrapping_shr(right as u32) as i64)
        }
        (Two::ShiftRightSigned, Value::Int(left), Value::Int(right)) => Value::Int(left.wrapping_shr(right as u32)),
        _ => return None,
    })
}

/// Where the first bit of this value is, counted from the left; -1 if there is none.
pub fn scan(scan: Scan, int: i64, bit: bool) -> i64 {
    let wanted = if bit { int } else { !int };
    match (wanted, scan) {
        (0, _) => -1,
        (wanted, Scan::Left) => wanted.leading_zeros().into(),
        (wanted, Scan::Right) => 63 - i64::from(wanted.trailing_zeros()),
    }
}

/// What does not fit, and what is no number, is the smallest integer.
fn to_int(float: f64) -> i64 {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if (-END..END).contains(&float) {
        float as i64
    } else {
        i64::MIN
    }
}
