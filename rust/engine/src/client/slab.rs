//! A table whose entries keep their index, with a free list. Entries are never dropped, only reused, so that their
//! buffers are.

#[derive(Debug)]
pub struct Slab<T> {
    entries: Vec<T>,
    used: Vec<bool>,
    free: Vec<u32>,
    live: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { entries: Vec::new(), used: Vec::new(), free: Vec::new(), live: 0 }
    }
}

impl<T> Slab<T> {
    /// Marks an entry as used, a recycled one if there is one, else a `fresh` one.
    pub fn take(&mut self, fresh: impl FnOnce() -> T) -> u32 {
        self.live += 1;
        if let Some(index) = self.free.pop() {
            self.used[index as usize] = true;
            return index;
        }
        self.entries.push(fresh());
        self.used.push(true);
        (self.entries.len() - 1) as u32
    }

    pub fn insert(&mut self, value: T) -> u32 {
        let Some(index) = self.free.pop() else {
            self.live += 1;
            self.entries.push(value);
            self.used.push(true);
            return (self.entries.len() - 1) as u32;
        };
        self.live += 1;
        self.used[index as usize] = true;
        self.entries[index as usize] = value;
        index
    }

    /// The entry is no longer live, but its index is not given out again before `recycle`.
    pub fn retire(&mut self, index: u32) {
        debug_assert!(self.used[index as usize]);
        self.used[index as usize] = false;
        self.live -= 1;
    }

    pub fn recycle(&mut self, index: u32) {
        debug_assert!(!self.used[index as usize]);
        self.free.push(index);
    }

    pub fn is_used(&self, index: u32) -> bool {
        self.used.get(index as usize).copied().unwrap_or(false)
    }

    pub fn get(&self, index: u32) -> Option<&T> {
        self.is_used(index).then(|| &self.entries[index as usize])
    }

    pub fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.is_used(index).then(|| &mut self.entries[index as usize])
    }

    pub fn live(&self) -> usize {
        self.live
    }

    pub fn indices(&self) -> Vec<u32> {
        (0..self.entries.len() as u32).filter(|&index| self.is_used(index)).collect()
    }
}

impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;
    fn index(&self, index: u32) -> &T {
        &self.entries[index as usize]
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.entries[index as usize]
    }
}
