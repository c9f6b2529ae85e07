//! What is kept: records in their partitions, and the sets they belong to.
//!
//! One store serves all nodes of the cluster: which node may answer for a record is the partition map's business.

pub mod expiry;
pub mod namespace;
pub mod particle;
pub mod record;
pub mod sets;

pub use namespace::Namespace;
pub use particle::Particle;
pub use record::{Bin, BinName, Digest, Record};
pub use sets::SetId;
