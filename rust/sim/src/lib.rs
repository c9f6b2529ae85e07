//! Bad days, played from a seed: engines and the nodes of a dev server on a simulated network and clock.
//!
//! ```text
//!  callers ─▶ client (engine) ─▶ pipes: delay, pieces, cuts, silence ─▶ node (dev server)
//!     │            ▲ stalls, clock jumps                                 ▲ dies, freezes, refuses
//!     └─ ledger: was each question answered once, in time, and truly?
//! ```
//!
//! A seed decides everything, so a day that went wrong can be played again and told line by line.
#![forbid(unsafe_code)]

pub mod client;
pub mod command;
pub mod ledger;
pub mod network;
pub mod random;
pub mod story;
pub mod weather;
pub mod world;

pub use world::Report;

/// What a day may have. A seed is another day with another almanac, so those of days that are kept stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Almanac {
    /// Without what came later.
    First,
    /// Also partitions that move, nodes that are quiesced, cuts at any byte, users and sessions.
    Second,
    /// And clients whose reads share requests.
    Shared,
    /// Also nodes that others wait for before they agree that they are gone, spoilt requests, servers that close idle
    /// connections, bounds of what may wait; and when all trouble is over, things have to work again soon.
    Third,
    /// What both of these have.
    Fourth,
    /// And clients that find out themselves how deep connections are pipelined, and send reads again that wait behind a
    /// slow request.
    Fifth,
}

/// Plays the day of a seed. What went wrong is the error.
pub fn play(seed: u64) -> Result<Report, String> {
    play_by(Almanac::Fifth, seed)
}

pub fn play_by(almanac: Almanac, seed: u64) -> Result<Report, String> {
    let day = std::panic::catch_unwind(|| world::World::new(almanac, seed).play());
    day.map_err(|problem| {
        let text = problem.downcast_ref::<String>().cloned();
        text.or_else(|| problem.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default()
    })
}
