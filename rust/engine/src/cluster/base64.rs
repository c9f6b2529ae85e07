//! Base64 as info texts hold it: standard alphabet, padded.

use crate::Malformed;

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Decodes `text` into `out`, which must have exactly the decoded length.
pub fn decode_into(text: &[u8], out: &mut [u8]) -> Result<(), Malformed> {
    const BAD: Malformed = Malformed("base64 is malformed");
    let body = match text {
        [body @ .., b'=', b'='] | [body @ .., b'='] => body,
        body => body,
    };
    if text.len() & 3 != 0 || body.len() * 6 / 8 != out.len() {
        return Err(BAD);
    }
    for (chunk, target) in body.chunks(4).zip(out.chunks_mut(3)) {
        let mut bits = 0;
        for i in 0..4 {
            bits = bits << 6 | chunk.get(i).map_or(Some(0), |&byte| sextet(byte)).ok_or(BAD)?;
        }
        let bytes = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
        target.copy_from_slice(&bytes[..target.len()]);
    }
    Ok(())
}

/// Encodes `bytes`, padded.
pub fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0u32, |bits, (i, &byte)| bits | u32::from(byte) << (16 - 8 * i));
        for i in 0..4 {
            text.push(if i <= chunk.len() { ALPHABET[(bits >> (18 - 6 * i) & 63) as usize] as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_it_encodes_at_every_length() {
        for length in 0..40usize {
            let bytes: Vec<u8> = (0..length).map(|i| (i * 37 + length) as u8).collect();
            let mut back = vec![0; length];
            decode_into(encode(&bytes).as_bytes(), &mut back).unwrap();
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn knows_the_vectors_of_rfc_4648() {
        assert_eq!(encode(b"f"), "Zg==");
        assert_eq!(encode(b"fo"), "Zm8=");
        assert_eq!(encode(b"foobar"), "Zm9vYmFy");
    }

    #[test]
    fn refuses_a_wrong_length_and_a_wrong_letter() {
        assert!(decode_into(b"AAAA", &mut [0; 2]).is_err());
        assert!(decode_into(b"A", &mut []).is_err());
        assert!(decode_into(b"AA*A", &mut [0; 3]).is_err());
    }
}
