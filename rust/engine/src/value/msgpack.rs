use super::Value;
use crate::Malformed;
pub fn write(_value: &Value, _out: &mut Vec<u8>) {
    unimplemented!()
}
pub fn read(_bytes: &[u8]) -> Result<(Value, usize), Malformed> {
    unimplemented!()
}
