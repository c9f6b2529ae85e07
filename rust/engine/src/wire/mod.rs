//! Messages as bytes: the frame around each, the header of a DATA message, fields and ops out, and replies in.
//!
//! Nothing here keeps state, and nothing knows a connection.

pub mod compress;
pub mod frame;
pub mod header;
pub mod message;
pub mod reply;
pub mod security;

pub use compress::{inflate, is_compressed, Compressor};
pub use frame::{complete, peek, Peek};
pub use header::Header;
pub use message::{bare_op, begin_message, end_message, field, field_with, op};
pub use reply::{
    ends_query, fits, has_last, nothing_behind, record, reply, Message, Record, Reply, TxnFields, Version,
};
