use super::Value;
use crate::Malformed;
pub fn write(_value: &Value, _out: &mut Vec<u8>) -> u8 {
    unimplemented!()
}
pub fn read(_particle_type: u8, _bytes: &[u8]) -> Result<Value, Malformed> {
    unimplemented!()
}
