use crate::names::Names;
use crate::value::tape::Slot;
use crate::Malformed;
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub code: i32,
    pub generation: u32,
    pub void_time: u32,
    pub info3: u8,
    /// Number of ops.
    pub items: u32,
    /// Bytes consumed, header included.
    pub length: usize,
}
pub fn reply(_body: &[u8], _offset: usize, _names: &mut Names, _tape: &mut Vec<Slot>) -> Result<Reply, Malformed> {
    unimplemented!()
}
