//! What an operation that modifies has done, beside its result.

use aerospike_sansio::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing, not even an empty list or map where there was none.
    None,
    /// Nothing was written. Where there was none, the bin now is an empty list or map, but no path of a context is made.
    Kept,
    Written,
}

/// The result is nil where there is none.
pub type Done = (Value, Effect);

pub const NOTHING: Done = (Value::Nil, Effect::None);
pub const KEPT: Done = (Value::Nil, Effect::Kept);
pub const WRITTEN: Done = (Value::Nil, Effect::Written);
