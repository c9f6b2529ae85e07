//! A DATA message as it lies in the input: a header, fields and ops, checked once and then read in place.
//!
//! The server's rules, all recorded (`raw/malformed`): counts and sizes must fit the body exactly, the header's own
//! size byte is not looked at, unknown fields are skipped, and of a repeated field the first counts.

use aerospike_sansio::proto::DATA_HEADER;
use aerospike_sansio::wire::Header;
use aerospike_sansio::Malformed;

#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub header: Header,
    fields: &'a [u8],
    ops: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op<'a> {
    pub code: u8,
    pub particle_type: u8,
    pub name: &'a [u8],
    pub value: &'a [u8],
}

/// Bytes of an op's header after its size: code, type, flags, length of the name.
const OP_HEADER: usize = 4;
/// Flag of an op that has a last-update time before its value (between clusters).
const OP_HAS_LUT: u8 = 1;

impl<'a> Request<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Request<'a>, Malformed> {
        let (request, length) = Request::after(read_header(body)?, &body[DATA_HEADER..])?;
        if DATA_HEADER + length != body.len() {
            return Err(Malformed("bytes follow the last op"));
        }
        Ok(request)
    }

    /// The fields and ops that a header counts, at the start of `bytes`, and how many bytes they take.
    pub fn after(header: Header, bytes: &'a [u8]) -> Result<(Request<'a>, usize), Malformed> {
        let mut at = 0;
        for _ in 0..header.fields {
            at = end_of_field(bytes, at)?;
        }
        let (fields, rest) = bytes.split_at(at);
        let mut length = 0;
        for _ in 0..header.ops {
            length = read_op(rest, length)?.1;
        }
        Ok((Request { header, fields, ops: &rest[..length] }, at + length))
    }

    /// The same ops under another header and with other fields.
    pub fn with(&self, header: Header, fields: &'a [u8]) -> Request<'a> {
        Request { header, fields, ops: self.ops }
    }

    /// A batch message, of which the server does not check where its fields end: the Go client states a batch field
    /// longer than it is when there is a filter before it (vectors `batch/filter`). Ops are not looked at.
    pub fn parse_batch(body: &'a [u8]) -> Result<Request<'a>, Malformed> {
        let header = read_header(body)?;
        Ok(Request { header, fields: &body[DATA_HEADER..], ops: &[] })
    }

    /// The data of the first field of this id.
    #[inline]
    pub fn field(&self, id: u8) -> Option<&'a [u8]> {
        self.fields().find(|(found, _)| *found == id).map(|(_, data)| data)
    }

    /// Ids and data of the fields.
    #[inline]
    pub fn fields(&self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let mut rest = self.fields;
        std::iter::from_fn(move || {
            let (size, tail) = rest.split_first_chunk::<4>()?;
            let (field, next) = tail.split_at(tail.len().min(u32::from_be_bytes(*size) as usize));
            let (&id, data) = field.split_first()?;
            rest = next;
            Some((id, data))
        })
    }

    pub fn ops(&self) -> impl Iterator<Item = Op<'a>> + Clone {
        let (ops, mut at) = (self.ops, 0);
        std::iter::from_fn(move || {
            let (op, end) = read_op(ops, at).ok()?;
            at = end;
            Some(op)
        })
    }
}

/// The header; its first byte, its own size, is not looked at by the server.
fn read_header(body: &[u8]) -> Result<Header, Malformed> {
    let Some(&bytes) = body.first_chunk::<DATA_HEADER>() else {
        return Err(Malformed("a message ends within its header"));
    };
    let mut bytes = bytes;
    bytes[0] = DATA_HEADER as u8;
    Ok(Header::read(&bytes)?.0)
}

fn end_of_field(body: &[u8], at: usize) -> Result<usize, Malformed> {
    let size = body.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(Malformed("a field is missing"))?;
    let size = u32::from_be_bytes(*size) as usize;
    if size == 0 || size > body.len() - at - 4 {
        return Err(Malformed("a field has an impossible size"));
    }
    Ok(at + 4 + size)
}

/// The op at `at`, and where it ends.
#[inline]
fn read_op(ops: &[u8], at: usize) -> Result<(Op<'_>, usize), Malformed> {
    let rest = ops.get(at..).ok_or(Malformed("an op is missing"))?;
    let (size, tail) = rest.split_first_chunk::<4>().ok_or(Malformed("an op is missing"))?;
    let op = tail.get(..u32::from_be_bytes(*size) as usize).ok_or(Malformed("an op has an impossible size"))?;
    let Some((&[code, particle_type, flags, name_length], payload)) = op.split_first_chunk::<OP_HEADER>() else {
        return Err(Malformed("an op is shorter than its header"));
    };
    let name = payload.get(..name_length as usize).ok_or(Malformed("an op's name is longer than the op"))?;
    let lut = if flags & OP_HAS_LUT != 0 { 8 } else { 0 };
    let value = payload.get(name.len() + lut..).ok_or(Malformed("an op ends within its last-update time"))?;
    Ok((Op { code, particle_type, name, value }, at + 4 + op.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aerospike_sansio::proto::{field, op, PROTO_HEADER};
    use aerospike_sansio::wire::message;

    fn body(fields: u16, ops: u16) -> Vec<u8> {
        let mut out = Vec::new();
        let start = message::begin_message(&mut out);
        message::field(&mut out, field::NAMESPACE, b"test");
        message::field(&mut out, field::SET, b"users");
        message::field(&mut out, field::SET, b"other");
        message::bare_op(&mut out, op::READ, b"a");
        message::bare_op(&mut out, op::READ, b"bin");
        message::end_message(&mut out, start, &Header { fields, ops, ..Header::default() });
        out.split_off(PROTO_HEADER)
    }

    #[test]
    fn finds_fields_and_ops() {
        let body = body(3, 2);
        let request = Request::parse(&body).unwrap();
        assert_eq!(request.field(field::NAMESPACE), Some(&b"test"[..]));
        assert_eq!(request.field(field::SET), Some(&b"users"[..]), "the first of two counts");
        assert_eq!(request.field(field::DIGEST), None);
        assert_eq!(request.ops().map(|op| op.name).collect::<Vec<_>>(), [&b"a"[..], &b"bin"[..]]);
    }

    #[test]
    fn refuses_every_truncation_and_wrong_counts() {
        let whole = body(3, 2);
        for cut in 0..whole.len() {
            assert!(Request::parse(&whole[..cut]).is_err(), "at {cut}");
        }
        for (fields, ops) in [(2, 2), (4, 2), (3, 1), (3, 3), (0, 0), (65535, 65535)] {
            assert!(Request::parse(&body(fields, ops)).is_err(), "{fields} fields, {ops} ops");
        }
    }

    #[test]
    fn does_not_look_at_the_headers_own_size() {
        for size in [0, 20, 30, 255] {
            let mut body = body(3, 2);
            body[0] = size;
            assert!(Request::parse(&body).is_ok());
        }
    }
}
