//! Records per second: a query that is to go slowly sleeps after each record, as the real server's does: never less than
//! a millisecond and never more than ten, so that none goes slower than about 100 records a second, however few are
//! asked for (`query_job.c`, and measured). Nothing sleeps here: what was found is given when its time has come.

/// Microseconds.
const SLEEP_MIN: u64 = 1000;
const SLEEP_CAP: u64 = 10_000;

#[derive(Clone, Debug)]
pub struct Throttle {
    /// 0 = as quick as possible.
    per_second: u32,
    started_ms: u64,
    /// Microseconds since then, by which what was found until now has been found.
    elapsed: u64,
    count: u64,
}

impl Throttle {
    pub fn new(per_second: u32, now_ms: u64) -> Throttle {
        Throttle { per_second, started_ms: now_ms, elapsed: 0, count: 0 }
    }

    /// Time has passed for other reasons.
    pub fn catch_up(&mut self, now_ms: u64) {
        self.elapsed = self.elapsed.max(now_ms.saturating_sub(self.started_ms) * 1000);
    }

    pub fn after_record(&mut self) {
        if self.per_second == 0 {
            return;
        }
        self.count += 1;
        let sleep = (self.count * 1_000_000 / u64::from(self.per_second)).saturating_sub(self.elapsed);
        if sleep > SLEEP_MIN {
            self.elapsed += sleep.min(SLEEP_CAP);
        }
    }

    /// When what was found until now is there, in Unix milliseconds.
    pub fn due_ms(&self) -> u64 {
        self.started_ms + self.elapsed / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds for 300 records. The real server took 0.17, 0.3, 1.5 and 3.0 seconds, and 3.25 for the slowest.
    fn milliseconds(per_second: u32) -> u64 {
        let mut throttle = Throttle::new(per_second, 0);
        (0..300).for_each(|_| throttle.after_record());
        throttle.due_ms()
    }

    #[test]
    fn goes_as_slowly_as_it_is_asked_to_but_not_below_a_hundred_a_second() {
        assert_eq!([0, 1000, 200, 50, 1].map(milliseconds), [0, 300, 1500, 3000, 3000]);
        assert!((90..=100).contains(&milliseconds(3000)));
    }

    #[test]
    fn time_that_passes_otherwise_counts() {
        let mut throttle = Throttle::new(100, 0);
        throttle.after_record();
        throttle.catch_up(50);
        throttle.after_record();
        assert_eq!(throttle.due_ms(), 50);
    }
}
