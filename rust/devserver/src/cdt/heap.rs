//! The elements of some ranks, without sorting all: a heap gives up one after the other, from the end that is nearer.
//!
//! Which of two equal elements comes first shows in the answers of an unordered list, and so does the direction: ranks
//! that are nearer to the low end are listed from the highest down (`list_order_heap_cmp_fn`, `order_heap` in the server's
//! `cdt.c`). So this heap moves elements as that one does: ties keep the parent, and the left of two children.

use super::window::Window;
use std::cmp::Ordering;

/// The indexes of the elements in this window of ranks, in the order in which the server's heap leaves them.
pub fn select(length: usize, ranks: Window, compare: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let above = length - ranks.end();
    let (first, discarded) =
        if ranks.start <= above { (Ordering::Less, ranks.start) } else { (Ordering::Greater, above) };
    let mut heap = Heap { elements: (0..length).collect(), first, compare };
    for parent in (0..length / 2).rev() {
        heap.sink(parent);
    }
    for _ in 0..discarded {
        heap.pop();
    }
    let mut selected: Vec<usize> = (0..ranks.count).map(|_| heap.pop()).collect();
    selected.reverse();
    selected
}

struct Heap<C> {
    elements: Vec<usize>,
    /// What an element is, compared with another, when it belongs above it.
    first: Ordering,
    compare: C,
}

impl<C: Fn(usize, usize) -> Ordering> Heap<C> {
    /// The heap is never empty here: no more is taken out than went in.
    fn pop(&mut self) -> usize {
        let top = self.elements.swap_remove(0);
        self.sink(0);
        top
    }

    fn sink(&mut self, mut parent: usize) {
        loop {
            let (left, right) = (2 * parent + 1, 2 * parent + 2);
            let Some(&left_element) = self.elements.get(left) else { return };
            let child = match self.elements.get(right) {
                Some(&right_element) if (self.compare)(right_element, left_element) == self.first => right,
                _ => left,
            };
            if (self.compare)(self.elements[child], self.elements[parent]) != self.first {
                return;
            }
            self.elements.swap(parent, child);
            parent = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(elements: &[i32], start: usize, count: usize) -> Vec<i32> {
        let ranks = Window { start, count };
        let indexes = select(elements.len(), ranks, |a, b| elements[a].cmp(&elements[b]));
        indexes.into_iter().map(|index| elements[index]).collect()
    }

    #[test]
    fn low_ranks_come_from_the_highest_down_and_high_ones_from_the_lowest_up() {
        let elements = [5, 3, 9, 1, 7];
        assert_eq!(selected(&elements, 0, 2), [3, 1]);
        assert_eq!(selected(&elements, 3, 2), [7, 9]);
        assert_eq!(selected(&elements, 1, 3), [7, 5, 3]);
        assert_eq!(selected(&elements, 0, 5), [9, 7, 5, 3, 1]);
        assert!(selected(&elements, 2, 0).is_empty());
        assert!(selected(&[], 0, 0).is_empty());
    }
}
