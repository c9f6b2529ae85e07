//! The engine against a scripted cluster: what it does when things go well, late and wrong. Every test is a sentence.

mod batch;
mod chaos;
mod cluster;
mod coalesce;
mod columns;
mod compress;
mod deadlines;
mod fairness;
mod hostile;
mod login;
mod metrics;
mod pool;
mod query;
mod racks;
mod retries;
mod rig;
mod secured;
mod tls;
mod turns;
mod txn;
