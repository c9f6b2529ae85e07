//! The packed value of an op, `[code, argument…]`, read one argument after the other. Whatever is malformed, missing, too
//! much or of another type is code 4.

use crate::store::particle;
use crate::Code;
use aerospike_sansio::proto::code;
use aerospike_sansio::value::pack::{self, Token};
use aerospike_sansio::value::{msgpack, Value};

pub struct Args<'a> {
    packed: &'a [u8],
    at: usize,
    left: usize,
}

/// Opens a list of arguments. Gives its code, the first of them.
pub fn open(packed: &[u8]) -> Result<(u64, Args<'_>), Code> {
    let mut args = Args { packed, at: 0, left: 0 };
    let code = args.open()?;
    Ok((code, args))
}

/// What is packed, without a list around it.
pub fn of(packed: &[u8]) -> Args<'_> {
    Args { packed, at: 0, left: 0 }
}

impl<'a> Args<'a> {
    /// Whether nothing is left of the bytes.
    pub fn is_read(&self) -> bool {
        self.at == self.packed.len()
    }

    /// Goes into the list that comes next, whose first item is a code. What surrounds it is left.
    pub fn open(&mut self) -> Result<u64, Code> {
        self.left = self.list()?;
        self.flags()
    }

    /// Goes into the list that comes next; gives how many items it has.
    pub fn list(&mut self) -> Result<usize, Code> {
        match self.token()? {
            Token::List(count) => Ok(count),
            _ => Err(code::PARAMETER),
        }
    }

    /// Must be so many; those behind `fewest` may be left out.
    pub fn count_between(&self, fewest: usize, most: usize) -> Result<(), Code> {
        if (fewest..=most).contains(&self.left) {
            Ok(())
        } else {
            Err(code::PARAMETER)
        }
    }

    pub fn left(&self) -> usize {
        self.left
    }

    pub fn int(&mut self) -> Result<i64, Code> {
        self.next()?;
        self.bare_int()
    }

    /// Flags and counts: an integer whose bits are taken as unsigned.
    pub fn flags(&mut self) -> Result<u64, Code> {
        self.int().map(|int| int as u64)
    }

    pub fn flags_or(&mut self, default: u64) -> Result<u64, Code> {
        if self.left == 0 {
            Ok(default)
        } else {
            self.flags()
        }
    }

    pub fn int_or(&mut self, default: i64) -> Result<i64, Code> {
        if self.left == 0 {
            Ok(default)
        } else {
            self.int()
        }
    }

    /// How many elements; all if it is left out.
    pub fn count(&mut self) -> Result<u64, Code> {
        self.flags_or(u32::MAX.into())
    }

    pub fn bool(&mut self) -> Result<bool, Code> {
        self.next()?;
        match self.token()? {
            Token::Bool(bool) => Ok(bool),
            _ => Err(code::PARAMETER),
        }
    }

    /// A value to look for; wildcard and infinity are allowed.
    pub fn value(&mut self) -> Result<Value, Code> {
        self.next()?;
        self.bare_value()
    }

    pub fn value_or_none(&mut self) -> Result<Option<Value>, Code> {
        if self.left == 0 {
            Ok(None)
        } else {
            self.value().map(Some)
        }
    }

    /// A value to store, in the form in which it is kept.
    pub fn stored(&mut self) -> Result<Value, Code> {
        let mut value = self.value()?;
        if particle::settle(&mut value) {
            Ok(value)
        } else {
            Err(code::PARAMETER)
        }
    }

    /// The items of a list to look for.
    pub fn items(&mut self) -> Result<Vec<Value>, Code> {
        match self.value()? {
            Value::List { items, .. } => Ok(items),
            _ => Err(code::PARAMETER),
        }
    }

    /// The bytes of a string or blob, without its type byte.
    pub fn bytes(&mut self) -> Result<&'a [u8], Code> {
        self.next()?;
        match self.token()? {
            Token::Text { start, end } if end > start => Ok(&self.packed[start + 1..end]),
            _ => Err(code::PARAMETER),
        }
    }

    fn next(&mut self) -> Result<(), Code> {
        self.left = self.left.checked_sub(1).ok_or(code::PARAMETER)?;
        Ok(())
    }

    /// An integer outside of the count of arguments.
    pub fn bare_int(&mut self) -> Result<i64, Code> {
        match self.token()? {
            Token::Int(int) => Ok(int),
            Token::Uint(uint) => Ok(uint as i64),
            _ => Err(code::PARAMETER),
        }
    }

    /// A value outside of the count of arguments.
    pub fn bare_value(&mut self) -> Result<Value, Code> {
        let rest = self.packed.get(self.at..).unwrap_or_default();
        let (value, length) = msgpack::read(rest).map_err(|_| code::PARAMETER)?;
        self.at += length;
        Ok(value)
    }

    /// The packed bytes of a value outside of the count of arguments.
    pub fn bare_packed(&mut self) -> Result<&'a [u8], Code> {
        let start = self.at;
        pack::skip(self.packed, &mut self.at).map_err(|_| code::PARAMETER)?;
        Ok(&self.packed[start..self.at])
    }

    fn token(&mut self) -> Result<Token, Code> {
        pack::token(self.packed, &mut self.at).map_err(|_| code::PARAMETER)
    }
}
