//! The filter of a command: the first of its slots, or bytes that are packed already. The server evaluates it and does
//! nothing for a record for which it is not true.

use super::refused;
use super::Block;
use crate::limits::limit;
use crate::proto::field;
use crate::value::tape::{self, Slot};
use crate::wire;
use crate::Refused;

/// The slots of a command parted into those of its filter and those of its items.
pub fn split<'a>(block: &Block, slots: &'a [Slot]) -> Result<(&'a [Slot], &'a [Slot]), Refused> {
    let parts = slots.split_at_checked(block.filter_slots as usize);
    parts.ok_or(refused("slots are missing: the filter has fewer than the command says"))
}

/// Appends the field, if there is a filter, and gives how many fields that made.
pub fn write(block: &Block, filter: &[Slot], data: &[u8], out: &mut Vec<u8>) -> Result<u16, Refused> {
    if filter.is_empty() && block.filter_length == 0 {
        return Ok(0);
    }
    let mut packed = Ok(());
    wire::field_with(out, field::FILTER, |out| packed = pack(block, filter, data, out));
    packed.map(|()| 1)
}

/// Appends the packed filter, if there is one.
pub fn pack(block: &Block, filter: &[Slot], data: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
    let start = out.len();
    if filter.is_empty() {
        let bytes = tape::slice(data, block.filter_offset, block.filter_length);
        out.extend_from_slice(bytes.ok_or(refused("the filter lies outside of the data region"))?);
    } else if tape::to_packed(filter, 0, data, out)? != filter.len() {
        return Err(refused("slots are left over: the filter is more than one expression"));
    }
    if out.len() - start > limit::EXPRESSION {
        return Err(refused("a filter is longer than 1 MiB"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{tag, NONE};
    use crate::value::tape::Slot;

    const DATA: &[u8] = b"ab\x93\x01\x02\x03";

    fn slot(tag: u32, a: u32, b: u32) -> Slot {
        Slot::new(tag, NONE, a, b)
    }

    fn written(filter: &[Slot]) -> Result<Vec<u8>, Refused> {
        let block = Block { filter_slots: filter.len() as u32, ..Block::default() };
        let mut out = Vec::new();
        write(&block, filter, DATA, &mut out).map(|_| out)
    }

    /// `eq(bin(int, "a"), 5)`
    fn equal() -> Vec<Slot> {
        let list = |count| slot(tag::LIST, count, 0);
        let int = |value| Slot::int(NONE, value);
        vec![list(3), int(1), list(3), int(81), int(2), slot(tag::RAW, 0, 1), int(5)]
    }

    #[test]
    fn slots_become_the_field_that_other_clients_send() {
        let field = [0, 0, 0, 9, field::FILTER, 0x93, 1, 0x93, 81, 2, 0xa1, b'a', 5];
        assert_eq!(written(&equal()).unwrap(), field);
    }

    #[test]
    fn a_filter_is_one_expression() {
        assert_eq!(written(&[]).unwrap(), []);
        assert!(written(&equal()[..6]).is_err());
        assert!(written(&[equal(), equal()].concat()).is_err());
        let block = Block { filter_slots: 2, ..Block::default() };
        assert!(split(&block, &equal()[..1]).is_err());
    }

    #[test]
    fn what_is_packed_already_has_to_be_one_element() {
        assert_eq!(written(&[slot(tag::PACKED, 2, 4)]).unwrap()[5..], DATA[2..]);
        for (a, b) in [(2, 3), (1, 4), (2, 0), (2, 99)] {
            assert!(written(&[slot(tag::PACKED, a, b)]).is_err());
        }
    }

    #[test]
    fn a_filter_is_not_longer_than_the_server_takes() {
        let data = vec![b'x'; limit::EXPRESSION + 1];
        let filter = [slot(tag::RAW, 0, data.len() as u32)];
        let block = Block { filter_slots: 1, ..Block::default() };
        assert!(write(&block, &filter, &data, &mut Vec::new()).is_err());
    }
}
