//! What is known of a cluster: its nodes, their peers, and who owns which partition. Pure data and the parsing of the
//! info texts that it comes from; when to ask is decided in `client::tend`.

pub mod base64;
pub mod info;
pub mod node;
pub mod partitions;
pub mod peers;
pub mod session;

pub use node::{Address, Node, NodeId};
pub use partitions::PartitionMap;
