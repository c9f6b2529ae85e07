//! Between values of expressions and particles of bins.

use crate::limits::limit;
use crate::store::particle::{settle, Particle};
use aerospike_sansio::value::{particle, Value};

/// The value of a particle; None for blobs of other languages, which have no type in expressions.
pub fn of(particle: &Particle) -> Option<Value> {
    Some(match particle {
        Particle::Integer(int) => Value::Int(*int),
        Particle::Float(bits) => Value::Float(f64::from_bits(*bits)),
        Particle::Bool(bool) => Value::Bool(*bool),
        Particle::Bytes(kind, bytes) => match particle::read(*kind, bytes).ok()? {
            Value::Typed(..) => return None,
            value => value,
        },
    })
}

/// The particle of a value that a bin can hold: not of one that is nil, malformed as a map, or too large. It is brought
/// into the form in which bins keep it.
pub fn kept(mut value: Value) -> Option<Particle> {
    if settle(&mut value) {
        as_is(value)
    } else {
        None
    }
}

/// The same in the form in which it was read or sent, to be told.
pub fn as_is(value: Value) -> Option<Particle> {
    if matches!(value, Value::Uint(_)) {
        return None;
    }
    Particle::from_value(&value).ok()?.filter(|particle| particle.flat_size() <= limit::RECORD)
}
