//! Writing DATA messages: a frame, a header that is filled in at the end, fields, then ops.

use super::{frame, Header};
use crate::proto::{message_type, DATA_HEADER, PROTO_HEADER};

/// Appends the frame and an empty header. Gives the place for [`end_message`].
pub fn begin_message(out: &mut Vec<u8>) -> usize {
    let start = frame::begin(out, message_type::DATA);
    out.extend_from_slice(&[0; DATA_HEADER]);
    start
}

/// Fills in the header of the message that began at `start`, and its length.
pub fn end_message(out: &mut [u8], start: usize, header: &Header) {
    header.patch(out, start + PROTO_HEADER);
    frame::end(out, start);
}

/// Appends a field.
pub fn field(out: &mut Vec<u8>, id: u8, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32 + 1).to_be_bytes());
    out.push(id);
    out.extend_from_slice(bytes);
}

/// Appends a field whose bytes `value` appends.
pub fn field_with(out: &mut Vec<u8>, id: u8, value: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0, 0, 0, 0, id]);
    value(out);
    patch_size(out, start);
}

/// Appends an op. `value` appends the value's bytes and gives its particle type, which an op states before them.
/// When it fails, the op is left half written.
pub fn op<E>(
    out: &mut Vec<u8>,
    op_code: u8,
    name: &[u8],
    value: impl FnOnce(&mut Vec<u8>) -> Result<u8, E>,
) -> Result<(), E> {
    let start = out.len();
    out.extend_from_slice(&[0, 0, 0, 0, op_code, 0, 0, name.len() as u8]);
    out.extend_from_slice(name);
    let particle_type = value(out)?;
    out[start + 5] = particle_type;
    patch_size(out, start);
    Ok(())
}

/// Appends an op without a value.
pub fn bare_op(out: &mut Vec<u8>, op_code: u8, name: &[u8]) {
    out.extend_from_slice(&(name.len() as u32 + 4).to_be_bytes());
    out.extend_from_slice(&[op_code, 0, 0, name.len() as u8]);
    out.extend_from_slice(name);
}

/// Writes the size, which does not count itself, of the field or op that began at `start`.
fn patch_size(out: &mut [u8], start: usize) {
    let size = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
}
