//! The one sort of the engine. The standard library's is compiled anew for all that it is used on, and takes some 4 kB of
//! the .wasm each time; so what is sorted here are places.

use std::cmp::Ordering;

/// What stands at two places, compared.
pub type Compare<'a> = &'a mut dyn FnMut(u32, u32) -> Ordering;

/// Puts places in order. Those that are alike stay as they were.
pub fn sort(places: &mut [u32], compare: Compare) {
    places.sort_by(|&a, &b| compare(a, b));
}

/// The places from 0 on, in order.
pub fn sorted(count: usize, compare: Compare) -> Vec<u32> {
    let mut places: Vec<u32> = (0..count as u32).collect();
    sort(&mut places, compare);
    places
}

/// Puts what is compared by a part of it in order: every place is followed by what belongs there, round by round of the
/// permutation, so that what stands in order already is not moved.
pub fn sort_by<T>(all: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut places = sorted(all.len(), &mut |a, b| compare(&all[a as usize], &all[b as usize]));
    for start in 0..places.len() {
        let mut at = start;
        loop {
            let from = std::mem::replace(&mut places[at], at as u32) as usize;
            if from == start {
                break;
            }
            all.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_stays_in_its_order() {
        let values = [3, 1, 2, 1, 3];
        assert_eq!(sorted(5, &mut |a, b| values[a as usize].cmp(&values[b as usize])), [1, 3, 2, 0, 4]);
        let mut pairs = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd')];
        sort_by(&mut pairs, |a, b| a.0.cmp(&b.0));
        assert_eq!(pairs, [(0, 'd'), (1, 'b'), (2, 'a'), (2, 'c')]);
        sort_by(&mut [] as &mut [u8], u8::cmp);
    }
}
