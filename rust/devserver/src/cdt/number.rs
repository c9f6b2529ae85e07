//! Increments of a number in a list or map. Unlike the INCR op they mix types: the element's own stays.

use crate::Code;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::Value;

/// What is added; 1 if nothing is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delta {
    Default,
    Int(i64),
    Float(f64),
}

impl Delta {
    pub fn new(value: Option<Value>) -> Result<Delta, Code> {
        match value {
            None | Some(Value::Nil) => Ok(Delta::Default),
            Some(Value::Int(int)) => Ok(Delta::Int(int)),
            Some(Value::Uint(uint)) => Ok(Delta::Int(uint as i64)),
            Some(Value::Float(float)) => Ok(Delta::Float(float)),
            Some(_) => Err(code::PARAMETER),
        }
    }

    pub fn negated(self) -> Delta {
        match self {
            Delta::Default => Delta::Int(-1),
            Delta::Int(int) => Delta::Int(int.wrapping_neg()),
            Delta::Float(float) => Delta::Float(-float),
        }
    }

    /// The sum. What is not there counts as 0.
    pub fn add_to(self, value: Option<&Value>) -> Result<Value, Code> {
        match value {
            Some(Value::Int(int)) => Ok(Value::Int(int.wrapping_add(self.truncated()))),
            Some(Value::Uint(uint)) => Ok(Value::Int((*uint as i64).wrapping_add(self.truncated()))),
            Some(Value::Float(float)) => Ok(Value::Float(float + self.float())),
            Some(_) => Err(code::PARAMETER),
            None => match self {
                Delta::Float(float) => Ok(Value::Float(float)),
                _ => Ok(Value::Int(self.truncated())),
            },
        }
    }

    fn truncated(self) -> i64 {
        match self {
            Delta::Default => 1,
            Delta::Int(int) => int,
            Delta::Float(float) => float as i64,
        }
    }

    fn float(self) -> f64 {
        match self {
            Delta::Default => 1.0,
            Delta::Int(int) => int as f64,
            Delta::Float(float) => float,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_the_element_stays() {
        let float = Delta::Float(1.5);
        assert_eq!(float.add_to(Some(&Value::Int(1))), Ok(Value::Int(2)));
        assert_eq!(Delta::Int(1).add_to(Some(&Value::Float(0.5))), Ok(Value::Float(1.5)));
        assert_eq!(float.add_to(None), Ok(Value::Float(1.5)));
        assert_eq!(Delta::Default.add_to(None), Ok(Value::Int(1)));
        assert_eq!(Delta::Default.negated().add_to(Some(&Value::Int(i64::MIN))), Ok(Value::Int(i64::MAX)));
        assert_eq!(float.add_to(Some(&Value::Nil)), Err(code::PARAMETER));
        assert!(Delta::new(Some(Value::String(vec![]))).is_err());
    }
}
