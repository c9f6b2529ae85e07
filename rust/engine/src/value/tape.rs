use crate::{Malformed, Refused};
#[repr(C, align(8))]
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct Slot {
    pub tag: u32,
    pub bin: u32,
    pub a: u32,
    pub b: u32,
}
impl Slot {
    pub fn f64(&self) -> f64 {
        f64::from_bits(self.word())
    }
    pub fn i64(&self) -> i64 {
        self.word() as i64
    }
    /// Both value words, b being the high one.
    pub fn word(&self) -> u64 {
        u64::from(self.b) << 32 | u64::from(self.a)
    }
}
pub fn to_particle(_slots: &[Slot], _at: usize, _data: &[u8], _out: &mut Vec<u8>) -> Result<(u8, usize), Refused> {
    unimplemented!()
}
pub fn from_particle(
    _particle_type: u8,
    _bytes: &[u8],
    _offset: usize,
    _bin: u32,
    _tape: &mut Vec<Slot>,
) -> Result<(), Malformed> {
    unimplemented!()
}
