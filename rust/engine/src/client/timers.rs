//! Deadlines of many things that are each known by a small number, one deadline each: a wheel of one-millisecond slots
//! with intrusive lists, so that setting and clearing cost the same however many there are. 100,000 operations that
//! each finish long before their deadline must not leave anything behind.

use crate::sort::sort;

const SLOTS: usize = 2048;
const NO: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: f64,
    next: u32,
    previous: u32,
    /// The slot that it is in; NO when it is in none.
    slot: u32,
}

#[derive(Debug)]
pub struct Timers {
    entries: Vec<Entry>,
    slots: Vec<u32>,
    /// The last millisecond whose slot was looked at.
    tick: u64,
    /// No deadline is before this. It may be too early (a cleared deadline does not move it), never too late.
    earliest: f64,
    set: usize,
}

impl Timers {
    pub fn new(now: f64) -> Timers {
        Timers { entries: Vec::new(), slots: vec![NO; SLOTS], tick: tick_of(now), earliest: f64::INFINITY, set: 0 }
    }

    pub fn earliest(&self) -> f64 {
        self.earliest
    }

    /// Sets or moves the deadline of `id`; infinity clears it.
    pub fn set(&mut self, id: u32, at: f64) {
        self.clear(id);
        if at == f64::INFINITY {
            return;
        }
        if self.entries.len() <= id as usize {
            self.entries.resize(id as usize + 1, Entry { at: 0.0, next: NO, previous: NO, slot: NO });
        }
        // A deadline in the past goes into the next slot that is looked at.
        let slot = (tick_of(at).max(self.tick + 1) % SLOTS as u64) as u32;
        let head = self.slots[slot as usize];
        self.entries[id as usize] = Entry { at, next: head, previous: NO, slot };
        if head != NO {
            self.entries[head as usize].previous = id;
        }
        self.slots[slot as usize] = id;
        self.earliest = self.earliest.min(at);
        self.set += 1;
    }

    pub fn clear(&mut self, id: u32) {
        let Some(&Entry { next, previous, slot, .. }) = self.entries.get(id as usize) else { return };
        if slot == NO {
            return;
        }
        match previous {
            NO => self.slots[slot as usize] = next,
            _ => self.entries[previous as usize].next = next,
        }
        if next != NO {
            self.entries[next as usize].previous = previous;
        }
        self.entries[id as usize].slot = NO;
        self.set -= 1;
        if self.set == 0 {
            self.earliest = f64::INFINITY;
        }
    }

    /// Moves to `now`; the ids whose deadline has come are cleared and appended to `due`, the earliest first.
    pub fn advance(&mut self, now: f64, due: &mut Vec<u32>) {
        let target = tick_of(now);
        if now < self.earliest {
            // Slots may be passed over only if nothing in them is due, which is what `earliest` says.
            self.tick = self.tick.max(target.saturating_sub(1));
            return;
        }
        let first = due.len();
        let steps = (target + 1).saturating_sub(self.tick).min(SLOTS as u64);
        for step in 0..steps {
            // The present millisecond is looked at again next time: a deadline may lie later within it.
            let slot = ((target - step) % SLOTS as u64) as usize;
            let mut id = self.slots[slot];
            while id != NO {
                let entry = self.entries[id as usize];
                if entry.at <= now {
                    self.clear(id);
                    due.push(id);
                }
                id = entry.next;
            }
        }
        self.tick = self.tick.max(target.saturating_sub(1));
        let entries = &self.entries;
        sort(&mut due[first..], &mut |a, b| entries[a as usize].at.total_cmp(&entries[b as usize].at).then(a.cmp(&b)));
        self.earliest = self.scan();
    }

    /// A lower bound of the deadlines that are left: the first slot in use, from the present one on.
    fn scan(&self) -> f64 {
        if self.set == 0 {
            return f64::INFINITY;
        }
        let mut earliest = f64::INFINITY;
        for tick in self.tick..self.tick + SLOTS as u64 {
            let mut id = self.slots[(tick % SLOTS as u64) as usize];
            while id != NO {
                earliest = earliest.min(self.entries[id as usize].at);
                id = self.entries[id as usize].next;
            }
            // A slot also holds deadlines of later turns of the wheel: only one of this turn ends the search.
            if earliest < (tick + 1) as f64 {
                break;
            }
        }
        earliest
    }
}

fn tick_of(at: f64) -> u64 {
    at.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(timers: &mut Timers, now: f64) -> Vec<u32> {
        let mut due = Vec::new();
        timers.advance(now, &mut due);
        due
    }

    #[test]
    fn fires_what_is_due_in_order_and_only_once() {
        let mut timers = Timers::new(0.0);
        timers.set(3, 10.5);
        timers.set(1, 10.25);
        timers.set(2, 5000.0);
        assert_eq!(timers.earliest(), 10.25);
        assert_eq!(due(&mut timers, 10.0), vec![]);
        assert_eq!(due(&mut timers, 10.25), vec![1]);
        assert_eq!(due(&mut timers, 11.0), vec![3]);
        assert_eq!(due(&mut timers, 4999.0), vec![]);
        assert_eq!(due(&mut timers, 5000.0), vec![2]);
        assert_eq!(timers.earliest(), f64::INFINITY);
    }

    #[test]
    fn a_cleared_or_moved_deadline_does_not_fire() {
        let mut timers = Timers::new(100.0);
        timers.set(0, 200.0);
        timers.set(1, 200.0);
        timers.clear(0);
        timers.set(1, 300.0);
        assert_eq!(due(&mut timers, 250.0), vec![]);
        assert_eq!(due(&mut timers, 300.0), vec![1]);
    }

    #[test]
    fn a_deadline_in_the_past_fires_at_the_next_look() {
        let mut timers = Timers::new(1000.0);
        assert_eq!(due(&mut timers, 1500.0), vec![]);
        timers.set(7, 3.0);
        assert_eq!(due(&mut timers, 1500.0), vec![7]);
    }

    #[test]
    fn agrees_with_a_plain_list_over_a_long_random_life() {
        let mut seed = 1u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) % below
        };
        let (mut timers, mut plain) = (Timers::new(0.0), vec![f64::INFINITY; 64]);
        let mut now = 0.0;
        for _ in 0..20_000 {
            let id = random(64) as u32;
            let at = if random(4) == 0 { f64::INFINITY } else { now + random(9000) as f64 / 2.0 - 10.0 };
            timers.set(id, at);
            plain[id as usize] = at;
            if random(3) == 0 {
                now += random(700) as f64 / 4.0;
                let mut expected: Vec<u32> = (0..64).filter(|&id| plain[id as usize] <= now).collect();
                expected.sort_by(|&a, &b| plain[a as usize].total_cmp(&plain[b as usize]).then(a.cmp(&b)));
                expected.iter().for_each(|&id| plain[id as usize] = f64::INFINITY);
                assert_eq!(due(&mut timers, now), expected);
                let true_earliest = plain.iter().copied().fold(f64::INFINITY, f64::min);
                assert!(timers.earliest() <= true_earliest);
                assert!(true_earliest == f64::INFINITY || timers.earliest() > now, "wakes for nothing at once");
            }
        }
    }
}
