//! A node of the cluster with what the client keeps for it: its pool, its tend and its errors.

use super::coalesce::Gathered;
use super::config::Config;
use super::metrics::Counts;
use crate::cluster::session::Session;
use crate::cluster::Node;
use crate::conn::{ConnId, Limiter, Pool};

/// The part of the time that a server lets a connection be idle after which we close it.
const IDLE_PART: f64 = 0.9;

/// What the tend of a node waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next round.
    Resting,
    /// Its connection.
    Connecting,
    /// Whether anything has changed.
    Generations,
    /// The lists that have changed.
    Lists,
}

#[derive(Debug)]
pub struct Tend {
    pub conn: Option<ConnId>,
    pub step: Step,
    /// When the next round begins; infinity while one is under way.
    pub next_at: f64,
    /// When the present round, or the last one, began.
    pub began: f64,
}

#[derive(Debug)]
pub struct Member {
    pub node: Node,
    pub pool: Pool,
    pub limiter: Limiter,
    /// Requests in flight on `idle` and `busy` connections of the pool.
    pub in_flight: usize,
    pub tend: Tend,
    /// Its lists were read at least once.
    pub tended: bool,
    /// No connection is tried before this, since the last one was refused.
    pub refused_until: f64,
    /// Reads that may share a request, gathered until the end of the poll.
    pub gathered: Vec<Gathered>,
    /// Bytes of the requests that wait for a connection of the pool.
    pub waiting_bytes: usize,
    /// When bytes last came on a connection of the pool.
    pub heard_at: f64,
    /// How further connections are let in, on a cluster with users.
    pub session: Option<Session>,
    /// The connection that logs in just now: one at a time.
    pub login: Option<ConnId>,
    /// Errors in the present window, and tends since it began.
    pub errors: u32,
    pub window: u32,
    pub counts: Counts,
}

impl Member {
    /// How many requests a connection carries before another one is opened, and at most.
    pub fn depths(&self, config: &Config) -> (usize, usize) {
        if self.node.pipelines {
            let adapted = if config.adapts { self.limiter.depth() } else { config.comfortable_depth };
            (adapted, config.pipeline_depth)
        } else {
            (1, 1)
        }
    }

    /// A connection that has been silent since then, owing an answer, is blocked: others were answered meanwhile. If none
    /// was, it is the node that is slow, of which more connections make nothing better; but it can be that all of few
    /// connections are blocked, so the more there are the longer it takes to believe that. Sockets have been heard up to
    /// `heard`: a program that was busy has not read them.
    pub fn blocked_since(&self, config: &Config, heard: f64) -> f64 {
        if !config.adapts {
            return f64::NEG_INFINITY;
        }
        let patience = self.limiter.patience();
        (self.heard_at - patience).max(heard - patience * self.pool.busy.len() as f64)
    }

    pub fn new(node: Node, conn: ConnId, config: &Config) -> Member {
        Member {
            node,
            pool: Pool::default(),
            limiter: Limiter::new(config.comfortable_depth, config.patience),
            in_flight: 0,
            tend: Tend { conn: Some(conn), step: Step::Lists, next_at: f64::INFINITY, began: 0.0 },
            tended: false,
            refused_until: 0.0,
            gathered: Vec::new(),
            waiting_bytes: 0,
            heard_at: f64::NEG_INFINITY,
            session: None,
            login: None,
            errors: 0,
            window: 0,
            counts: Counts::default(),
        }
    }

    /// How long a connection of the pool may be idle, in ms; infinity = as long as it likes. Well before the server closes
    /// it, whose clock begins with the last request and not with its answer.
    pub fn idle_timeout(&self, config: &Config) -> f64 {
        let ours = if config.idle_timeout > 0.0 { config.idle_timeout } else { f64::INFINITY };
        ours.min(self.node.idle_max * IDLE_PART)
    }

    /// Whether the node had more errors than `limit` in this window; 0 = there is no limit.
    pub fn breaker_is_open(&self, limit: u32) -> bool {
        limit != 0 && self.errors > limit
    }
}
