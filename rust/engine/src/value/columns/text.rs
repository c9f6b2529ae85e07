//! Texts of a column: all their bytes in one buffer, in the order in which they came, and where each row's lie. They are
//! put into the order of the rows at the end, if they are not in it already.

#[derive(Debug, Default)]
pub struct Texts {
    /// Of each row: from, length.
    spans: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

impl Texts {
    pub fn with_rows(rows: usize) -> Texts {
        Texts { spans: vec![(0, 0); rows], bytes: Vec::new() }
    }

    pub fn grow(&mut self) {
        self.spans.push((0, 0));
    }

    pub fn shrink(&mut self) {
        if let Some((_, length)) = self.spans.pop() {
            // Rows that are taken back are the last, and so are their bytes.
            self.bytes.truncate(self.bytes.len() - length as usize);
        }
    }

    /// So many bytes are there, and all offsets are below 2^31: see `limit::COLUMNS`.
    pub fn put(&mut self, row: usize, bytes: &[u8]) {
        self.spans[row] = (self.bytes.len() as u32, bytes.len() as u32);
        self.bytes.extend_from_slice(bytes);
    }

    pub fn clear(&mut self, row: usize) {
        self.spans[row] = (0, 0);
    }

    /// The offsets, one more than there are rows, and the bytes.
    pub fn finish(self) -> (Vec<u8>, Vec<u8>) {
        let mut offsets = Vec::with_capacity((self.spans.len() + 1) * 4);
        let mut end = 0u32;
        let mut in_order = true;
        offsets.extend_from_slice(&end.to_le_bytes());
        for &(from, length) in &self.spans {
            in_order &= length == 0 || from == end;
            end += length;
            offsets.extend_from_slice(&end.to_le_bytes());
        }
        if in_order && end as usize == self.bytes.len() {
            return (offsets, self.bytes);
        }
        let mut bytes = Vec::with_capacity(end as usize);
        for &(from, length) in &self.spans {
            bytes.extend_from_slice(&self.bytes[from as usize..(from + length) as usize]);
        }
        (offsets, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(bytes: &[u8]) -> Vec<u32> {
        bytes.chunks(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect()
    }

    #[test]
    fn texts_are_in_the_order_of_the_rows_whatever_the_order_in_which_they_came() {
        for order in [[0, 1, 3], [3, 1, 0], [1, 3, 0]] {
            let mut texts = Texts::with_rows(4);
            for row in order {
                texts.put(row, format!("row{row}").as_bytes());
            }
            let (offsets, bytes) = texts.finish();
            assert_eq!((words(&offsets), bytes), (vec![0, 4, 8, 8, 12], b"row0row1row3".to_vec()));
        }
    }

    #[test]
    fn what_a_row_had_before_is_left_out() {
        let mut texts = Texts::with_rows(2);
        texts.put(0, b"old");
        texts.put(1, b"b");
        texts.put(0, b"new");
        assert_eq!(texts.finish().1, b"newb");
        let mut texts = Texts::with_rows(2);
        texts.put(0, b"old");
        texts.clear(0);
        texts.put(1, b"b");
        assert_eq!(texts.finish().1, b"b");
    }

    #[test]
    fn a_row_that_is_taken_back_leaves_nothing() {
        let mut texts = Texts::default();
        for text in [b"a", b"b"] {
            texts.grow();
            let row = texts.spans.len() - 1;
            texts.put(row, text);
        }
        texts.shrink();
        assert_eq!((texts.bytes.len(), words(&texts.finish().0)), (1, vec![0, 1]));
    }
}
