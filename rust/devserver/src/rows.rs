//! The rows of a batch, as they lie in its field. A row is a request of its own: its attributes become a header, its
//! fields and ops are read in place, and one that repeats the row before it has only an index and a digest.

use crate::request::Request;
use crate::store::Digest;
use aerospike_sansio::proto::{field, info1, info3};
use aerospike_sansio::wire::Header;
use aerospike_sansio::Malformed;

/// Flags of a row: which attributes follow.
mod flag {
    pub const REPEAT: u8 = 0x01;
    pub const INFO: u8 = 0x02;
    pub const GENERATION: u8 = 0x04;
    pub const TTL: u8 = 0x08;
    pub const INFO4: u8 = 0x10;
}

/// Flags of the field.
mod batch_flag {
    pub const RESPOND_ALL: u8 = 0x04;
    pub const RESPOND_FAILED: u8 = 0x08;
}

/// What the error of a row does to the batch. That a record is not there or was filtered out is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// Every row has its answer.
    Continue,
    /// Rows are answered up to the end of the frame in which the error is told; the last message tells it again.
    EndFrame,
    /// What is not in a frame that is full is taken back: only the last message tells the error.
    Discard,
}

/// Reads the rows one after the other.
pub struct Rows<'a> {
    rest: &'a [u8],
    left: u32,
    pub on_error: OnError,
    /// Of the batch message, for what rows take from it.
    parent: Header,
    previous: Option<Request<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub index: u32,
    pub digest: Digest,
    pub request: Request<'a>,
}

impl<'a> Rows<'a> {
    /// The rows of a batch message: there must be a field of at least one row.
    pub fn of(request: &Request<'a>) -> Result<Rows<'a>, Malformed> {
        let field = request.field(field::BATCH).ok_or(Malformed("a batch without rows"))?;
        let Some((&[a, b, c, d, flags], rest)) = field.split_first_chunk::<5>() else {
            return Err(Malformed("a batch field ends within its header"));
        };
        let left = u32::from_be_bytes([a, b, c, d]);
        if left == 0 {
            return Err(Malformed("a batch of no rows"));
        }
        let on_error = match (flags & batch_flag::RESPOND_ALL != 0, flags & batch_flag::RESPOND_FAILED != 0) {
            (true, _) => OnError::Continue,
            (false, true) => OnError::EndFrame,
            (false, false) => OnError::Discard,
        };
        Ok(Rows { rest, left, on_error, parent: request.header, previous: None })
    }

    fn row(&mut self) -> Result<Row<'a>, Malformed> {
        let index = u32::from_be_bytes(self.take()?);
        let digest: Digest = self.take()?;
        let [flags] = self.take()?;
        let request = if flags & flag::REPEAT == 0 {
            let header = self.header(flags)?;
            let (request, length) = Request::after(header, self.rest)?;
            self.rest = &self.rest[length..];
            request
        } else {
            let same = self.previous.filter(|request| request.field(field::KEY).is_none());
            same.ok_or(Malformed("a row repeats one that is not there, or its key"))?
        };
        self.previous = Some(request);
        Ok(Row { index, digest, request })
    }

    /// Compression and what clusters say to each other have no meaning within a batch.
    fn header(&mut self, flags: u8) -> Result<Header, Malformed> {
        let [own1] = self.take()?;
        let mut header = Header {
            info1: own1 & !(info1::COMPRESS_RESPONSE | info1::XDR),
            info3: self.parent.info3 & (info3::SC_READ_TYPE | info3::SC_READ_RELAX),
            timeout: self.parent.timeout,
            ..Header::default()
        };
        if flags & flag::INFO != 0 {
            [header.info2, header.info3] = self.take()?;
        }
        if flags & flag::INFO4 != 0 {
            [header.info4] = self.take()?;
        }
        if flags & flag::GENERATION != 0 {
            header.generation = u16::from_be_bytes(self.take()?).into();
        }
        if flags & flag::TTL != 0 {
            header.ttl = u32::from_be_bytes(self.take()?);
        }
        // Old clients said that there are no fields and sent the namespace all the same.
        header.fields = u16::from_be_bytes(self.take()?).max(1);
        header.ops = u16::from_be_bytes(self.take()?);
        Ok(header)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (&taken, rest) = self.rest.split_first_chunk().ok_or(Malformed("a batch ends within a row"))?;
        self.rest = rest;
        Ok(taken)
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, Malformed>;

    /// Nothing follows a row that is malformed.
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let row = self.row();
        if row.is_err() {
            self.left = 0;
        }
        Some(row)
    }
}
