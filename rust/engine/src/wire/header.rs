//! The 22 bytes that open a DATA message, the same in both directions.

use crate::proto::DATA_HEADER;
use crate::Malformed;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    pub info1: u8,
    pub info2: u8,
    pub info3: u8,
    pub info4: u8,
    /// Result code of an answer (`proto::code`), 0 in a request.
    pub code: u8,
    /// Expected generation, or the record's; the partition id in an answer with PARTITION_DONE.
    pub generation: u32,
    /// Time to live in a request, void time in an answer.
    pub ttl: u32,
    /// The server's own time limit in milliseconds; the row's index in the answer to a batch.
    pub timeout: u32,
    pub fields: u16,
    pub ops: u16,
}

impl Header {
    /// Appends the 22 bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.bytes());
    }

    /// Overwrites the header at `at`, for what is only known when the message is complete.
    pub fn patch(&self, out: &mut [u8], at: usize) {
        out[at..at + DATA_HEADER].copy_from_slice(&self.bytes());
    }

    /// The header at the start of a message, and how many bytes to skip to what follows: the header says its own
    /// length, which need not be 22.
    #[inline]
    pub fn read(bytes: &[u8]) -> Result<(Header, usize), Malformed> {
        let Some(&b) = bytes.first_chunk::<DATA_HEADER>() else {
            return Err(Malformed("a message ends within its header"));
        };
        let size = b[0] as usize;
        if size < DATA_HEADER || size > bytes.len() {
            return Err(Malformed("a message's header has an impossible length"));
        }
        let word = |at: usize| u32::from_be_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]);
        let half = |at: usize| u16::from_be_bytes([b[at], b[at + 1]]);
        let header = Header {
            info1: b[1],
            info2: b[2],
            info3: b[3],
            info4: b[4],
            code: b[5],
            generation: word(6),
            ttl: word(10),
            timeout: word(14),
            fields: half(18),
            ops: half(20),
        };
        Ok((header, size))
    }

    fn bytes(&self) -> [u8; DATA_HEADER] {
        let mut b = [0; DATA_HEADER];
        b[..6].copy_from_slice(&[DATA_HEADER as u8, self.info1, self.info2, self.info3, self.info4, self.code]);
        b[6..10].copy_from_slice(&self.generation.to_be_bytes());
        b[10..14].copy_from_slice(&self.ttl.to_be_bytes());
        b[14..18].copy_from_slice(&self.timeout.to_be_bytes());
        b[18..20].copy_from_slice(&self.fields.to_be_bytes());
        b[20..].copy_from_slice(&self.ops.to_be_bytes());
        b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let header = Header {
            info1: 1,
            info2: 2,
            info3: 3,
            info4: 4,
            code: 5,
            generation: 0x0601_0203,
            ttl: 0x0701_0203,
            timeout: 0x0801_0203,
            fields: 0x0901,
            ops: 0x0A01,
        };
        let mut out = Vec::new();
        header.write(&mut out);
        assert_eq!(out[..10], [22, 1, 2, 3, 4, 5, 6, 1, 2, 3]);
        assert_eq!(Header::read(&out), Ok((header, 22)));
    }

    #[test]
    fn the_header_says_its_own_length_and_lies_are_noticed() {
        let mut bytes = vec![0; 30];
        for (size, expected) in [(21, None), (0, None), (22, Some(22)), (30, Some(30)), (31, None)] {
            bytes[0] = size;
            assert_eq!(Header::read(&bytes).ok().map(|(_, size)| size), expected);
        }
        assert!(Header::read(&bytes[..21]).is_err());
    }
}
