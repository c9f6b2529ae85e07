//! The codec against what was recorded of other clients and a real server, and against bytes that nobody would send.

mod admin;
mod digests;
mod expressions;
mod json;
mod operate;
mod property;
mod recorded;
mod region;
mod txn;
