//! How deep the connections of a node are pipelined, and for how long a connection may be silent before it is taken for
//! blocked: what answers show of the node decides, nothing here knows a connection.
//!
//! A server does the requests of a connection one after another. So a slow one holds up those behind it, and requests on
//! few connections are done by few of the server's threads. On the other hand each connection costs reads and writes, and
//! each request that is sent twice; and where client and server share their cores, a thread that waits for its turn looks
//! like a slow request. So what could help is tried for a while, and stays if requests are answered sooner:
//!
//! - Where connections were silent for long, to believe sooner that one is blocked. Each time when a slow request was found
//!   at the head of others the depth is halved, as TCP halves its window.
//! - Where a queue takes many reads, so that it may be the connection that is slow and not the client, half the depth.

/// What a read moves the depth by after it was halved, which was found in `benches/pipelining.rs`.
const STEP: f64 = 0.0625;
/// A queue that takes more reads than this is too long.
const READS_MAX: usize = 8;
/// Connections that cost little.
const FEW: usize = 4;
/// A connection that is silent for less, in ms, is not blocked: where to believe it soon is worth it (timers of shells ring
/// in whole milliseconds), and where it is not.
const EAGER: f64 = 1.0;
pub const CALM: f64 = 32.0;
/// A silence of more ms, and of more than usual, is one that others may have stood behind; so many in a time are worth a trial.
const HELD: f64 = 2.0;
const HELD_MIN: usize = 2;
/// Where a node answers fewer requests a ms, what they cost does not matter, and no trial has to show it.
const CHEAP: f64 = 16.0;
/// Of the requests this part may be sent a second time, and so many at once.
const AGAIN_PART: f64 = 0.1;
const AGAIN_MAX: f64 = 128.0;
/// A time is long enough to be compared with others when it had so many answers, and so many ms; that of a trial takes more.
const ENOUGH: usize = 512;
const LONG: f64 = 50.0;
const LONG_TRIAL: f64 = 150.0;
/// A trial ends at once when answers take so many times what they may, after so many ms and answers.
const HOPELESS: f64 = 2.0;
const HOPELESS_MS: f64 = 20.0;
const HOPELESS_ANSWERS: usize = 128;
/// So many times pass before the first trial, for one alone can be unusual.
const FIRST: u32 = 10;
/// What costs more stays if it makes what an answer takes so much shorter, what costs less if it makes it no longer than this.
const SOONER: f64 = 0.85;
const AS_SOON: f64 = 1.05;
/// After a trial that failed so many times pass until the next of its kind, four times as many after each, up to the last.
const REST: u32 = 8;
const REST_MAX: u32 = 256;
/// So many pass until it is tried whether eagerness is worth it still.
const REST_EAGER: u32 = 32;

#[derive(Clone, Debug)]
pub struct Limiter {
    most: f64,
    /// What the depth goes back to after it was halved.
    level: f64,
    depth: f64,
    /// How long a connection is usually silent that owes answers, and how far it is from that, in ms.
    usual: f64,
    spread: f64,
    /// The least patience.
    least: f64,
    /// How many requests may be sent a second time.
    again: f64,
    /// The depth is not halved again before.
    cut_at: f64,
    time: Time,
    /// What an answer takes, the average of the last times that were not of a trial.
    took: f64,
    trial: Option<Trial>,
    /// Whether a larger depth is tried next, a smaller one having failed.
    is_up_next: bool,
    /// Until the next trial, of the patience and of the depth.
    rests: [Rest; 2],
}

#[derive(Clone, Copy, Debug)]
struct Rest {
    /// How many times have to pass.
    left: u32,
    /// How many do after a trial that fails.
    next: u32,
}

/// What was seen since it began.
#[derive(Clone, Debug, Default)]
struct Time {
    began: f64,
    /// It ends after, if there were enough answers.
    ends: f64,
    /// Until when `waited` goes: the sum of what all requests waited, in ms.
    until: f64,
    waited: f64,
    answers: usize,
    reads: usize,
    /// Those that brought a small part of what their connection owed.
    small: usize,
    /// Those of a connection that was silent for long.
    held: usize,
}

impl Time {
    fn new(began: f64, long: f64) -> Time {
        Time { began, ends: began + long, until: began, ..Time::default() }
    }
}

/// Something is otherwise than before.
#[derive(Clone, Debug)]
struct Trial {
    /// What it was.
    what: Way,
    /// What an answer may take, for it to stay.
    most: f64,
    /// The first time has passed, in which connections were opened and queues went down.
    is_settled: bool,
}

/// What a trial changes, in the order of the rests.
#[derive(Clone, Copy, Debug)]
enum Way {
    Least(f64),
    Level(f64),
}

/// What a read of a connection brought.
pub struct Heard {
    pub now: f64,
    /// How long the connection was silent.
    pub silent: f64,
    /// How many requests it had.
    pub load: usize,
    pub answers: usize,
    /// Whether those that wait could be sent elsewhere as well.
    pub moves: bool,
    /// How many requests wait for other answers of the node.
    pub waiting: usize,
}

impl Limiter {
    pub fn new(most: usize, least: f64) -> Limiter {
        let most = most as f64;
        Limiter {
            most,
            level: most,
            depth: most,
            usual: 0.0,
            spread: 2.5,
            least,
            again: AGAIN_MAX,
            cut_at: 0.0,
            time: Time::new(0.0, LONG),
            took: 0.0,
            trial: None,
            is_up_next: false,
            rests: [Rest { left: FIRST, next: REST }; 2],
        }
    }

    /// Requests on a connection from which on another one is opened.
    pub fn depth(&self) -> usize {
        self.depth as usize
    }

    /// How many connections are used before requests share them although others are idle, and how deep they share them.
    /// All of them as long as nothing is slow; else few stand behind another while connections cost little, and no write
    /// does, which could not go elsewhere.
    pub fn sharing(&self, write: bool) -> Option<(usize, usize)> {
        match self.depth < self.level {
            true if write => None,
            true => Some((FEW, self.depth as usize / 2)),
            false => Some((1, self.depth as usize)),
        }
    }

    /// A connection that is silent for longer is blocked.
    pub fn patience(&self) -> f64 {
        self.unusual(self.least)
    }

    /// The bound that TCP sets its retransmissions, if it is more than `least`.
    fn unusual(&self, least: f64) -> f64 {
        let bound = self.usual + 4.0 * self.spread;
        if bound > least {
            bound
        } else {
            least
        }
    }

    pub fn heard(&mut self, heard: Heard) {
        // One slow answer in a hundred is not to make all others look usual.
        let long = self.unusual(HELD);
        let most = 2.0 * long;
        let off = if heard.silent < most { heard.silent } else { most } - self.usual;
        self.usual += off * 0.125;
        self.spread += (off.abs() - self.spread) * 0.25;
        if self.again < AGAIN_MAX {
            self.again += AGAIN_PART * heard.answers as f64;
        }
        if self.depth < self.level {
            self.depth += STEP;
        }
        let time = &mut self.time;
        // Nothing waited before the connection had something to wait for.
        time.waited += (heard.waiting + heard.answers) as f64 * (heard.now - time.until).min(heard.silent);
        time.until = heard.now;
        time.answers += heard.answers;
        time.reads += 1;
        time.small += usize::from(heard.load > heard.answers * READS_MAX);
        time.held += usize::from(heard.silent > long && heard.load > 1 && heard.moves);
        if (time.answers >= ENOUGH && heard.now >= time.ends) || self.is_hopeless() {
            self.judge();
        }
    }

    fn is_hopeless(&self) -> bool {
        let Some(trial) = &self.trial else { return false };
        let (time, answers) = (&self.time, self.time.answers as f64);
        let is_seen = time.answers >= HOPELESS_ANSWERS && time.until >= time.began + HOPELESS_MS;
        is_seen && time.waited > HOPELESS * trial.most * answers
    }

    /// A time is over: a trial is judged, or one begins.
    #[cold]
    #[inline(never)]
    fn judge(&mut self) {
        let time = std::mem::take(&mut self.time);
        self.time = Time::new(time.until, LONG);
        let took = time.waited / time.answers as f64;
        match self.trial.take() {
            Some(trial) if !trial.is_settled && took < HOPELESS * trial.most => {
                self.trial = Some(Trial { is_settled: true, ..trial });
                self.time = Time::new(time.until, LONG_TRIAL);
                return;
            }
            Some(Trial { what, most, .. }) => {
                let is_kept = took < most;
                let is_eager = self.least < CALM;
                let rest = &mut self.rests[matches!(what, Way::Level(_)) as usize];
                *rest = match (is_kept, what) {
                    (true, Way::Least(_)) if is_eager => Rest { left: REST_EAGER, next: REST_EAGER },
                    (true, _) => Rest { left: 1, next: REST },
                    (false, _) => Rest { left: rest.next, next: (rest.next * 4).min(REST_MAX) },
                };
                if is_kept {
                    self.took = took;
                } else {
                    // What had stayed by chance is found out.
                    self.is_up_next = matches!(what, Way::Level(before) if self.level < before);
                    self.set(what);
                }
                return;
            }
            None => self.took += (took - self.took) * if self.took == 0.0 { 1.0 } else { 0.125 },
        }
        self.rests.iter_mut().for_each(|rest| rest.left = rest.left.saturating_sub(1));
        let (is_eager, is_held) = (self.least < CALM, time.held >= HELD_MIN);
        let is_cheap = (time.answers as f64) < CHEAP * (time.until - time.began);
        if is_held && is_cheap {
            if !is_eager {
                // What answers took before says nothing of now.
                (self.least, self.took) = (EAGER, 0.0);
            }
            self.rests[0] = Rest { left: REST_EAGER, next: REST_EAGER };
        } else if is_eager && !is_held {
            self.least = CALM;
        }
        let smaller = time.small * 2 > time.reads && !(self.is_up_next && self.level < self.most);
        // (`clamp` would bring the text of floating-point numbers along, 9 kB of it.)
        let level = if smaller { (self.level / 2.0).max(1.0) } else { (self.level * 2.0).min(self.most) };
        if is_held && !is_cheap && self.rests[0].left == 0 {
            let (least, share) = if is_eager { (CALM, AS_SOON) } else { (EAGER, SOONER) };
            self.try_out(Way::Least(self.least), Way::Least(least), share);
        } else if level != self.level && self.rests[1].left == 0 {
            let share = if smaller { SOONER } else { AS_SOON };
            self.try_out(Way::Level(self.level), Way::Level(level), share);
        }
    }

    fn try_out(&mut self, before: Way, now: Way, share: f64) {
        self.trial = Some(Trial { what: before, most: self.took * share, is_settled: false });
        self.set(now);
    }

    fn set(&mut self, way: Way) {
        match way {
            Way::Least(least) => self.least = least,
            Way::Level(level) => {
                // As much is missing of it as was before.
                self.depth = (self.depth * level / self.level).max(1.0);
                self.level = level;
            }
        }
    }

    /// A connection with several requests is blocked.
    pub fn blocked(&mut self, now: f64) {
        // Those who stood behind it are sent elsewhere, and not seen to have been held.
        self.time.held += 1;
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

    /// A read of a connection with `load` requests.
    fn read(limiter: &mut Limiter, silent: f64, load: usize, answers: usize) {
        let now = limiter.time.until + 0.1;
        limiter.heard(Heard { now, silent, load, answers, moves: true, waiting: 128 - answers });
    }

    /// Reads for some seconds, 128 requests always waiting, of a server that answers so many a millisecond with so many
    /// connections. Gives the depths that there were.
    fn seconds(limiter: &mut Limiter, answered: impl Fn(f64) -> f64, is_small: impl Fn(f64) -> bool) -> Vec<usize> {
        let mut depths = Vec::new();
        let (mut now, mut owed) = (limiter.time.until, 0.0);
        for _ in 0..100_000 {
            now += 0.05;
            let connections = 128.0 / limiter.depth;
            owed += answered(connections) * 0.05;
            let answers = owed as usize;
            owed -= answers as f64;
            let load = if is_small(connections) { answers * 100 } else { answers };
            limiter.heard(Heard { now, silent: 0.2, load, answers, moves: true, waiting: 128 - answers });
            if depths.last() != Some(&limiter.depth()) {
                depths.push(limiter.depth());
            }
        }
        depths
    }

    #[test]
    fn patience_follows_how_long_answers_take_and_not_the_slow_ones_among_them() {
        let mut limiter = Limiter::new(32, EAGER);
        assert_eq!(limiter.patience(), 10.0);
        (0..100).for_each(|_| read(&mut limiter, 0.2, 1, 1));
        assert_eq!(limiter.patience(), EAGER);
        for at in 0..1000 {
            read(&mut limiter, if at % 100 == 0 { 50.0 } else { 2.0 }, 2, 1);
        }
        assert!((2.0..5.0).contains(&limiter.patience()), "{}", limiter.patience());
    }

    /// Reads for some seconds, one in fifty after a silence of 10 ms. Gives the least patience there was at the end of each.
    fn slow_seconds(limiter: &mut Limiter, answers: impl Fn(&Limiter) -> usize) -> Vec<f64> {
        let mut all = Vec::new();
        let mut now = limiter.time.until;
        for at in 0..100_000 {
            now += 0.05;
            let silent = if at % 50 == 0 { 10.0 } else { 0.2 };
            let answers = answers(limiter);
            limiter.heard(Heard { now, silent, load: answers + 1, answers, moves: true, waiting: 128 - answers });
            if at % 20_000 == 0 {
                all.push(limiter.least);
            }
        }
        all
    }

    #[test]
    fn patience_is_short_where_requests_are_slow_and_that_helps_and_only_then() {
        let mut limiter = Limiter::new(32, CALM);
        let helped = slow_seconds(&mut limiter, |limiter| if limiter.least < CALM { 6 } else { 2 });
        // Now and then it is tried without.
        assert!(helped.iter().filter(|&&least| least == EAGER).count() >= 3, "{helped:?}");
        seconds(&mut limiter, |_| 100.0, |_| false);
        assert_eq!(limiter.least, CALM);
        let not_helped = slow_seconds(&mut limiter, |_| 4);
        assert!(not_helped.iter().filter(|&&least| least == CALM).count() >= 4, "{not_helped:?}");
    }

    #[test]
    fn patience_is_short_without_a_trial_where_there_is_little_to_do() {
        let mut limiter = Limiter::new(32, CALM);
        for at in 0..2000 {
            read(&mut limiter, if at % 100 == 0 { 10.0 } else { 0.2 }, 2, 1);
        }
        assert!(limiter.least == EAGER && limiter.trial.is_none());
    }

    #[test]
    fn the_depth_falls_where_more_connections_are_answered_sooner() {
        // Sixteen threads, of which a connection uses one.
        let mut limiter = Limiter::new(32, CALM);
        seconds(&mut limiter, |connections| 10.0 * connections.min(16.0), |connections| connections < 16.0);
        assert_eq!(limiter.depth(), 8);
        // The load has gone: what is read are whole queues, and fewer connections do as well.
        (0..3).for_each(|_| drop(seconds(&mut limiter, |_| 160.0, |_| false)));
        assert_eq!(limiter.depth(), 32);
    }

    #[test]
    fn the_depth_stays_where_all_of_the_server_is_slow_and_less_is_tried_more_and_more_seldom() {
        let mut limiter = Limiter::new(32, CALM);
        let first = seconds(&mut limiter, |_| 100.0, |_| true);
        assert!(first.len() >= 5 && first.iter().all(|depth| [16, 32].contains(depth)), "{first:?}");
        let then = seconds(&mut limiter, |_| 100.0, |_| true);
        assert!(then.len() < first.len(), "{first:?} {then:?}");
    }

    #[test]
    fn a_blocked_connection_halves_the_depth_and_several_of_them_at_once_do_it_once() {
        let mut limiter = Limiter::new(32, CALM);
        (0..3).for_each(|_| limiter.blocked(100.0));
        assert_eq!(limiter.depth(), 16);
        (0..20).for_each(|time| limiter.blocked(200.0 + f64::from(time) * 20.0));
        assert_eq!(limiter.depth(), 1);
    }

    #[test]
    fn a_tenth_of_what_is_answered_may_be_asked_again() {
        let mut limiter = Limiter::new(32, CALM);
        assert_eq!((0..1000).filter(|_| limiter.may_repeat(1)).count(), 128);
        (0..100).for_each(|_| read(&mut limiter, 0.1, 10, 10));
        assert!((99..=100).contains(&(0..1000).filter(|_| limiter.may_repeat(1)).count()));
    }
}
