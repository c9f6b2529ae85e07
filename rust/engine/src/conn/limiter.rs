//! How deep the connections of a node are pipelined, and for how long a connection may be silent before it is taken for
//! blocked: what answers show of the node decides, nothing here knows a connection.
//!
//! A server does the requests of a connection one after another. So a slow one holds up those behind it, and requests on
//! few connections are done by few of the server's threads. On the other hand each connection costs reads and writes. The
//! depth goes up while reads bring many answers at once, for then it is the client that has no time; down while a queue
//! takes many reads, for then it is the connection that is slow; and is halved, as TCP halves its window, when a slow
//! request was found at the head of others.

/// What a read moves the depth by, which was found in `benches/pipelining.rs`.
const STEP: f64 = 0.0625;
/// A queue that takes more reads than this is too long.
const READS_MAX: usize = 8;
/// Connections that cost little.
const FEW: usize = 4;
/// Timers of shells ring in whole milliseconds.
const PATIENCE_MIN: f64 = 1.0;
/// Of the requests this part may be sent a second time, and so many at once.
const AGAIN_PART: f64 = 0.1;
const AGAIN_MAX: f64 = 128.0;

#[derive(Clone, Debug)]
pub struct Limiter {
    most: f64,
    depth: f64,
    /// How long a connection is usually silent that owes answers, and how far it is from that, in ms.
    usual: f64,
    spread: f64,
    /// How many requests may be sent a second time.
    again: f64,
    /// The depth is not halved again before.
    cut_at: f64,
}

impl Limiter {
    pub fn new(most: usize) -> Limiter {
        let most = most as f64;
        Limiter { most, depth: most, usual: 0.0, spread: 2.5, again: AGAIN_MAX, cut_at: 0.0 }
    }

    /// Requests on a connection from which on another one is opened.
    pub fn depth(&self) -> usize {
        self.depth as usize
    }

    /// How many connections are used before requests share them although others are idle, and how deep they share them.
    /// All of them as long as nothing is slow; else few stand behind another while connections cost little.
    pub fn sharing(&self) -> (usize, usize) {
        if self.depth < self.most {
            (FEW, self.depth as usize / 2)
        } else {
            (1, self.depth as usize)
        }
    }

    /// A connection that is silent for longer is blocked: the bound that TCP sets its retransmissions.
    pub fn patience(&self) -> f64 {
        let bound = self.usual + 4.0 * self.spread;
        if bound > PATIENCE_MIN {
            bound
        } else {
            PATIENCE_MIN
        }
    }

    /// A connection with `load` requests was silent for some time, and then `answers` came in one read.
    #[inline]
    pub fn heard(&mut self, silent: f64, load: usize, answers: usize) {
        // One slow answer in a hundred is not to make all others look usual.
        let most = 2.0 * self.patience();
        let off = if silent < most { silent } else { most } - self.usual;
        self.usual += off * 0.125;
        self.spread += (off.abs() - self.spread) * 0.25;
        if self.again < AGAIN_MAX {
            self.again += AGAIN_PART * answers as f64;
        }
        if load > answers * READS_MAX {
            self.depth = (self.depth - STEP).max(1.0);
        } else if self.depth < self.most {
            self.depth += STEP;
        }
    }

    /// A connection with several requests is blocked.
    pub fn blocked(&mut self, now: f64) {
        if now >= self.cut_at {
            self.depth = (self.depth / 2.0).max(1.0);
            self.cut_at = now + self.patience();
        }
    }

    /// Whether so many requests may be sent a second time.
    pub fn may_repeat(&mut self, requests: usize) -> bool {
        let may = self.again >= requests as f64;
        self.again -= if may { requests as f64 } else { 0.0 };
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_follows_how_long_answers_take_and_not_the_slow_ones_among_them() {
        let mut limiter = Limiter::new(32);
        assert_eq!(limiter.patience(), 10.0);
        (0..100).for_each(|_| limiter.heard(0.2, 1, 1));
        assert_eq!(limiter.patience(), PATIENCE_MIN);
        for at in 0..1000 {
            limiter.heard(if at % 100 == 0 { 50.0 } else { 2.0 }, 1, 1);
        }
        assert!((2.0..5.0).contains(&limiter.patience()), "{}", limiter.patience());
    }

    #[test]
    fn depth_falls_where_queues_take_many_reads_and_rises_where_they_do_not() {
        let mut limiter = Limiter::new(32);
        (0..10_000).for_each(|_| limiter.heard(0.1, limiter.depth(), 1));
        assert!((7..=9).contains(&limiter.depth()), "{}", limiter.depth());
        (0..400).for_each(|_| limiter.heard(0.1, limiter.depth(), 10));
        assert_eq!(limiter.depth(), 32);
    }

    #[test]
    fn a_blocked_connection_halves_the_depth_and_several_of_them_at_once_do_it_once() {
        let mut limiter = Limiter::new(32);
        (0..3).for_each(|_| limiter.blocked(100.0));
        assert_eq!(limiter.depth(), 16);
        (0..20).for_each(|time| limiter.blocked(200.0 + f64::from(time) * 20.0));
        assert_eq!(limiter.depth(), 1);
    }

    #[test]
    fn a_tenth_of_what_is_answered_may_be_asked_again() {
        let mut limiter = Limiter::new(32);
        assert_eq!((0..1000).filter(|_| limiter.may_repeat(1)).count(), 128);
        (0..100).for_each(|_| limiter.heard(0.1, 10, 10));
        assert!((99..=100).contains(&(0..1000).filter(|_| limiter.may_repeat(1)).count()));
    }
}
