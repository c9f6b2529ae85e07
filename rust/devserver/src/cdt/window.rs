//! Which elements an index (or rank) and a count mean. Below zero they count from the end; a range may reach over either
//! end and is cut there, a single element must be there.

/// So many elements from `start` on; never more than there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub start: usize,
    pub count: usize,
}

impl Window {
    pub fn end(self) -> usize {
        self.start + self.count
    }
}

/// The window of a single element.
pub fn single(index: i64, length: usize) -> Option<Window> {
    let start = usize::try_from(from_start(index, length)).ok()?;
    (start < length).then_some(Window { start, count: 1 })
}

/// The window of a range.
pub fn range(index: i64, count: u64, length: usize) -> Window {
    let from_start = from_start(index, length);
    let Ok(start) = usize::try_from(from_start) else {
        let before = from_start.unsigned_abs();
        return Window { start: 0, count: at_most(count.saturating_sub(before), length) };
    };
    if start >= length {
        return Window { start: length, count: 0 };
    }
    Window { start, count: at_most(count, length - start) }
}

/// An index and count relative to `origin`, as absolute ones.
pub fn relative(index: i64, count: u64, origin: usize) -> (i64, u64) {
    let index = index.saturating_add(origin as i64);
    if index < 0 {
        (0, count.saturating_sub(index.unsigned_abs()))
    } else {
        (index, count)
    }
}

fn from_start(index: i64, length: usize) -> i64 {
    if index < 0 {
        index.saturating_add(length as i64)
    } else {
        index
    }
}

fn at_most(count: u64, most: usize) -> usize {
    usize::try_from(count).map_or(most, |count| count.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_at_both_ends() {
        let all = u32::MAX.into();
        for (index, count, start, length) in
            [(0, 2, 0, 2), (3, 9, 3, 2), (5, 1, 5, 0), (-2, all, 3, 2), (-7, 3, 0, 1), (-7, 2, 0, 0), (-7, all, 0, 5)]
        {
            assert_eq!(range(index, count, 5), Window { start, count: length }, "{index} {count}");
        }
    }

    #[test]
    fn a_single_element_must_be_there() {
        assert_eq!(single(-1, 3), Some(Window { start: 2, count: 1 }));
        assert_eq!(single(3, 3), None);
        assert_eq!(single(-4, 3), None);
        assert_eq!(single(i64::MIN, 3), None);
    }

    #[test]
    fn what_lies_before_the_origin_is_taken_off_the_count() {
        assert_eq!(relative(-3, 5, 2), (0, 4));
        assert_eq!(relative(-3, 1, 2), (0, 0));
        assert_eq!(relative(2, 1, 3), (5, 1));
    }
}
