//! The elements that an operation selects, by index: what it gives back, and what it removes if it removes.

use super::window::Window;

#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    Window(Window),
    AllBut(Window),
    /// One flag for each element.
    Marked(Vec<bool>),
}

impl Taken {
    pub const NOTHING: Taken = Taken::Window(Window { start: 0, count: 0 });

    pub fn one(index: usize) -> Taken {
        Taken::Window(Window { start: index, count: 1 })
    }

    pub fn all(length: usize) -> Taken {
        Taken::Window(Window { start: 0, count: length })
    }

    /// Those of these indexes, or all others.
    pub fn these(indexes: impl IntoIterator<Item = usize>, inverted: bool, length: usize) -> Taken {
        let mut marks = vec![inverted; length];
        indexes.into_iter().for_each(|index| marks[index] = !inverted);
        Taken::Marked(marks)
    }

    /// Those for which it holds, or all others.
    pub fn matching<T>(elements: &[T], inverted: bool, matches: impl Fn(&T) -> bool) -> Taken {
        Taken::Marked(elements.iter().map(|element| matches(element) != inverted).collect())
    }

    pub fn has(&self, index: usize) -> bool {
        match self {
            Taken::Window(window) => (window.start..window.end()).contains(&index),
            Taken::AllBut(window) => !(window.start..window.end()).contains(&index),
            Taken::Marked(marks) => marks[index],
        }
    }

    /// In ascending order.
    pub fn indexes(&self, length: usize) -> impl Iterator<Item = usize> + '_ {
        (0..length).filter(|&index| self.has(index))
    }

    pub fn count(&self, length: usize) -> usize {
        match self {
            Taken::Window(window) => window.count,
            Taken::AllBut(window) => length - window.count,
            Taken::Marked(marks) => marks.iter().filter(|mark| **mark).count(),
        }
    }

    pub fn remove_from<T>(&self, elements: &mut Vec<T>) {
        let mut index = 0;
        elements.retain(|_| {
            index += 1;
            !self.has(index - 1)
        });
    }
}
