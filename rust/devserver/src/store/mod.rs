//! What is kept: records in their partitions, the sets they belong to, and what transactions have under way.
//!
//! One store serves all nodes of the cluster: which node may answer for a record is the partition map's business.

pub mod expiry;
pub mod namespace;
pub mod particle;
pub mod record;
pub mod sets;
pub mod transactions;

pub use namespace::Namespace;
pub use particle::Particle;
pub use record::{Bin, BinName, Digest, Record, Version};
pub use sets::SetId;
