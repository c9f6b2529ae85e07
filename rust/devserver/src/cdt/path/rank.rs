//! The element of one rank in what is not sorted. Which of several equal ones it is shows in what a path finds, so this
//! looks for it as the server does (`order_index_qselect` in its `cdt.c`): by partitions around the middle one.

use std::cmp::Ordering;

/// The index of the element of this rank, which must be one.
pub fn select(length: usize, rank: usize, compare: impl Fn(usize, usize) -> Ordering) -> usize {
    let mut indexes: Vec<usize> = (0..length).collect();
    let (mut low, mut high) = (0, length.saturating_sub(1));
    while low < high {
        let middle = low + (high - low) / 2;
        let pivot = indexes[middle];
        indexes.swap(low, middle);
        let (mut left, mut right) = (low + 1, high);
        loop {
            while left < right && compare(indexes[left], pivot).is_lt() {
                left += 1;
            }
            while left <= right && right != low && compare(pivot, indexes[right]).is_lt() {
                right -= 1;
            }
            if left >= right {
                break;
            }
            indexes.swap(left, right);
            left += 1;
            right -= 1;
        }
        indexes.swap(low, right);
        match right.cmp(&rank) {
            Ordering::Equal => return pivot,
            Ordering::Less => low = right + 1,
            Ordering::Greater => high = right.saturating_sub(1),
        }
    }
    indexes[low]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_is_found_in_every_order() {
        // All orders of five elements, two of them equal: the digits of a number.
        for order in 0..5usize.pow(5) {
            let elements: Vec<usize> = (0..5).map(|place| order / 5usize.pow(place) % 5).collect();
            let mut sorted = elements.clone();
            sorted.sort_unstable();
            for (rank, element) in sorted.iter().enumerate() {
                let index = select(5, rank, |a, b| elements[a].cmp(&elements[b]));
                assert_eq!(elements[index], *element, "{elements:?}");
            }
        }
        assert_eq!(select(1, 0, |_, _| Ordering::Equal), 0);
    }
}
