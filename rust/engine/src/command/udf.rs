//! Calling a function of a module on the server: three fields instead of ops.

use super::refused;
use crate::abi::tag;
use crate::limits::limit;
use crate::proto::field;
use crate::value::tape::{self, Slot};
use crate::wire;
use crate::Refused;

/// Appends the fields; `slots` are a STRING with the module's name (without `.lua`), a STRING with the function's, and a
/// LIST of arguments. Gives how many fields that made.
pub fn write(slots: &[Slot], data: &[u8], out: &mut Vec<u8>) -> Result<u16, Refused> {
    let [module, function, arguments @ ..] = slots else {
        return Err(refused("a call has a module, a function and a list of arguments"));
    };
    for (slot, id) in [(module, field::UDF_MODULE), (function, field::UDF_FUNCTION)] {
        let name = tape::slice(data, slot.a, slot.b).filter(|_| slot.kind() == tag::STRING);
        let name = name.filter(|name| (1..=limit::UDF_NAME).contains(&name.len()));
        wire::field(out, id, name.ok_or(refused("the names of a module and of a function have 1 to 255 bytes"))?);
    }
    if arguments.first().is_none_or(|slot| slot.kind() != tag::LIST) {
        return Err(refused("the arguments of a call are a list"));
    }
    let mut packed = Ok(0);
    wire::field_with(out, field::UDF_ARGUMENTS, |out| packed = tape::to_packed(arguments, 0, data, out));
    if packed? != arguments.len() {
        return Err(refused("slots are left over: more than the arguments of the call"));
    }
    Ok(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_three_fields() {
        let data = b"vecret";
        let text = |from, length| Slot::new(tag::STRING, crate::abi::NONE, from, length);
        let list = Slot::new(tag::LIST, crate::abi::NONE, 1, 0);
        let slots = [text(0, 3), text(3, 3), list, Slot::int(crate::abi::NONE, 1)];
        let mut out = Vec::new();
        assert_eq!(write(&slots, data, &mut out), Ok(3));
        // As the Go client sends it: udf_apply of the recorded exchanges.
        assert_eq!(out, b"\0\0\0\x04\x1evec\0\0\0\x04\x1fret\0\0\0\x03\x20\x91\x01");
        assert!(write(&slots[..2], data, &mut Vec::new()).is_err());
        assert!(write(&[text(0, 0), text(3, 3), list], data, &mut Vec::new()).is_err());
        assert!(write(&[text(0, 3), text(3, 9), list], data, &mut Vec::new()).is_err());
    }
}
