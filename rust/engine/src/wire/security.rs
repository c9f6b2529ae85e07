//! SECURITY messages: 16 bytes that hold a command or a result, and fields. Many of them may stand in one frame.

use super::{frame, message};
use crate::proto::message_type;
use crate::Malformed;

/// Bytes before the fields of a message: version, result, command, how many fields, and nothing.
pub const HEADER: usize = 16;

/// Appends a frame with one message. A field is its id and its data.
pub fn request(command: u8, fields: &[(u8, &[u8])], out: &mut Vec<u8>) {
    let start = frame::begin(out, message_type::SECURITY);
    append(Head { result: 0, command, fields: fields.len() as u8 }, out);
    fields.iter().for_each(|(id, data)| message::field(out, *id, data));
    frame::end(out, start);
}

/// Appends the 16 bytes of a message; its fields follow.
pub fn append(head: Head, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + HEADER, 0);
    out[start + 1..start + 4].copy_from_slice(&[head.result, head.command, head.fields]);
}

/// Whether a frame has the message that ends what is told of users or roles, which has a result other than 0, and then
/// nothing behind it.
pub fn has_error(frame: &[u8]) -> Result<bool, Malformed> {
    let mut rest = frame;
    while !rest.is_empty() {
        let (message, behind) = Message::read(rest)?;
        if message.head.result != 0 {
            return if behind.is_empty() { Ok(true) } else { Err(Malformed("bytes behind the end of an answer")) };
        }
        rest = behind;
    }
    Ok(false)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub result: u8,
    pub command: u8,
    pub fields: u8,
}

/// A message that was read: all its fields are where they say.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    pub head: Head,
    fields: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads the message at the start of `bytes`; gives what follows it.
    pub fn read(bytes: &'a [u8]) -> Result<(Message<'a>, &'a [u8]), Malformed> {
        let Some((&header, body)) = bytes.split_first_chunk::<HEADER>() else {
            return Err(Malformed("a security message ends within its header"));
        };
        let head = Head { result: header[1], command: header[2], fields: header[3] };
        let mut rest = body;
        for _ in 0..head.fields {
            rest = split(rest).ok_or(Malformed("a security message ends within a field"))?.1;
        }
        let fields = &body[..body.len() - rest.len()];
        Ok((Message { head, fields }, rest))
    }

    /// Ids and data of the fields.
    pub fn fields(&self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let mut rest = self.fields;
        std::iter::from_fn(move || {
            let (field, tail) = split(rest)?;
            rest = tail;
            Some(field)
        })
    }

    /// The data of the first field of this id.
    pub fn field(&self, id: u8) -> Option<&'a [u8]> {
        self.fields().find(|(found, _)| *found == id).map(|(_, data)| data)
    }

    /// A field that is a number.
    pub fn number(&self, id: u8) -> Option<u32> {
        Some(u32::from_be_bytes(self.field(id)?.try_into().ok()?))
    }
}

/// An id and its data.
type Field<'a> = (u8, &'a [u8]);

/// The field at the start of `bytes`, as id and data, and what follows it.
fn split(bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let (field, tail) = rest.split_at_checked(u32::from_be_bytes(*size) as usize)?;
    let (&id, data) = field.split_first()?;
    Some(((id, data), tail))
}

/// The bytes behind a length of one byte, and what follows them: a name in a list of names.
pub fn short(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    rest.split_at_checked(length as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Vec<u8> {
        let mut out = Vec::new();
        request(20, &[(0, b"alice"), (6, &7u32.to_be_bytes()), (0, b"bob")], &mut out);
        out.split_off(8)
    }

    #[test]
    fn what_is_written_is_read_again_and_the_first_of_two_fields_counts() {
        let bytes = [message(), vec![9, 9]].concat();
        let (read, rest) = Message::read(&bytes).unwrap();
        assert_eq!(read.head, Head { result: 0, command: 20, fields: 3 });
        assert_eq!((read.field(0), read.number(6), read.field(5)), (Some(&b"alice"[..]), Some(7), None));
        assert_eq!((read.number(0), rest), (None, &[9u8, 9][..]));
    }

    #[test]
    fn every_truncation_and_every_wrong_length_is_noticed() {
        let whole = message();
        for cut in 0..whole.len() {
            assert!(Message::read(&whole[..cut]).is_err(), "at {cut}");
        }
        for size in [0u32, 0x7FFF_FFFF, u32::MAX] {
            let mut lies = whole.clone();
            lies[16..20].copy_from_slice(&size.to_be_bytes());
            assert!(Message::read(&lies).is_err(), "{size}");
        }
        let mut lies = whole;
        lies[3] = 255;
        assert!(Message::read(&lies).is_err());
    }
}
