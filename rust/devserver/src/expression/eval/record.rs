//! What expressions are told of the record.

use crate::expression::{value, Metadata, Subject, Type};
use crate::store::record;
use crate::store::{expiry, BinName};
use aerospike_sansio::proto::{particle, EPOCH_SECONDS};
use aerospike_sansio::value::Value;

impl Subject<'_> {
    pub(super) fn metadata(&self, what: Metadata) -> Option<Value> {
        let int = |int: u64| Value::Int(int as i64);
        Some(match what {
            // Namespaces are in memory, and there are no tombstones.
            Metadata::DeviceSize => Value::Int(0),
            Metadata::IsTombstone => Value::Bool(false),
            Metadata::MemorySize | Metadata::RecordSize => int(self.stored_size as u64),
            Metadata::LastUpdate => int(self.record.last_update_ms.wrapping_mul(1_000_000)),
            Metadata::SinceUpdate => int(self.now_ms.saturating_sub(self.record.last_update_ms)),
            Metadata::VoidTime => match self.record.void_time {
                0 => Value::Int(-1),
                seconds => int((u64::from(seconds) + EPOCH_SECONDS) * 1_000_000_000),
            },
            Metadata::Ttl => match self.record.void_time {
                0 => Value::Int(-1),
                seconds => int(seconds.saturating_sub(expiry::seconds(self.now_ms)).into()),
            },
            Metadata::SetName => Value::String(self.set_name.to_vec()),
            Metadata::KeyExists => Value::Bool(self.record.key.is_some()),
        })
    }

    pub(super) fn digest_modulo(&self, divisor: i32) -> Value {
        let [.., a, b, c, d] = *self.digest;
        Value::Int(i64::from(u32::from_le_bytes([a, b, c, d])) % i64::from(divisor))
    }

    pub(super) fn key(&self, kind: Type) -> Option<Value> {
        let (&stored, bytes) = self.record.key.as_ref()?.split_first()?;
        match (stored, kind) {
            (particle::INTEGER, Type::Int) => bytes.try_into().ok().map(|bytes| Value::Int(i64::from_be_bytes(bytes))),
            (particle::STRING, Type::String) => Some(Value::String(bytes.to_vec())),
            (particle::BLOB, Type::Blob) => Some(Value::Blob(bytes.to_vec())),
            _ => None,
        }
    }

    /// A bin of another type than the expression says counts as one that is not there.
    pub(super) fn bin(&self, kind: Type, name: &BinName) -> Option<Value> {
        let bin = record::find(self.bins, name.as_bytes())?;
        let stored = match bin.particle.particle_type() {
            particle::INTEGER => Type::Int,
            particle::FLOAT => Type::Float,
            particle::BOOL => Type::Bool,
            particle::STRING => Type::String,
            particle::BLOB => Type::Blob,
            particle::LIST => Type::List,
            particle::MAP => Type::Map,
            particle::GEOJSON => Type::Geo,
            particle::HLL => Type::Hll,
            _ => return None,
        };
        if stored == kind {
            value::of(&bin.particle)
        } else {
            None
        }
    }

    pub(super) fn bin_type(&self, name: &BinName) -> Value {
        let found = record::find(self.bins, name.as_bytes());
        Value::Int(found.map_or(particle::NULL, |bin| bin.particle.particle_type()).into())
    }
}
