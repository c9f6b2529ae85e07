//! What runs Lua. It is not here: whoever holds the cluster may give it one, and is called when a module is put or a
//! function is to run, with what it has to know, packed; it answers at once.
//!
//! One call runs at a time, on nothing but what it was given, and what it gives back is stored by the node like any other
//! write, so that a function is atomic. Numbers are big-endian; `text` is a length of four bytes and that many bytes,
//! `name` the same with one byte.
//!
//! ```text
//!  call    put      1, file text, content text
//!          remove   2, file text
//!          record   3, function, record
//!          stream   4, function, (length of four bytes, record)…
//!  function  module text, function text, milliseconds that it may take (4), arguments text: a packed list, or nothing
//!  record  flags (1: there is one; 2: nothing can be written), digest name, set name, key that a new record gets text
//!          and if there is one: generation (2), seconds to live (4), last update in milliseconds since 2010 (8),
//!          bytes on storage (4), whether those are in memory (1), key text: particle type and bytes, bins (2), each:
//!          name, particle type (1), value text
//!
//!  answer  done         0, and what follows by call
//!          failed       1, put: line (4), file text, reason text; record: reason text; stream: reason text, values
//!          unavailable  2, reason text: there is no Lua
//!          no module    3
//!  done    record   value, result code of a write that failed (1), flags (1: it was written; 2: a time to live was
//!                   set), that time to live (4), and if it was written: whether the key goes (1), bins (2), each:
//!                   name, particle type (1; 255: as it was), value text
//!          stream   values
//!  value   particle type (1), text
//! ```

use crate::Code;
use aerospike_sansio::Malformed;

/// See above.
pub trait UdfHost {
    /// False while it cannot answer yet; whoever asked waits until [`crate::Cluster::received`] is called again.
    fn ready(&mut self) -> bool;

    fn answer(&mut self, call: &[u8]) -> Vec<u8>;
}

/// The host, if there is one.
#[derive(Default)]
pub struct Udfs(Option<Box<dyn UdfHost>>);

/// Why a function is not run where there is no host.
const NO_HOST: &[u8] = b"this dev server does not run UDFs";

impl Udfs {
    pub fn new(host: Box<dyn UdfHost>) -> Udfs {
        Udfs(Some(host))
    }

    pub fn has_host(&self) -> bool {
        self.0.is_some()
    }

    pub fn ready(&mut self) -> bool {
        self.0.as_mut().is_none_or(|host| host.ready())
    }

    pub fn call(&mut self, call: Call) -> Answer {
        let Some(host) = &mut self.0 else { return Answer::Unavailable(NO_HOST.to_vec()) };
        let answer = host.answer(&call.0);
        Answer::read(&answer).unwrap_or_else(|_| Answer::Failed(b"the host of UDFs gave no answer".to_vec()))
    }
}

impl std::fmt::Debug for Udfs {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(if self.has_host() { "Udfs(host)" } else { "Udfs(none)" })
    }
}

/// A function that is to run.
#[derive(Clone, Copy, Debug)]
pub struct Function<'a> {
    pub module: &'a [u8],
    pub name: &'a [u8],
    pub arguments: &'a [u8],
    pub limit_ms: u32,
}

/// A call under construction.
pub struct Call(Vec<u8>);

impl Call {
    pub fn put(file: &[u8], content: &[u8]) -> Call {
        let mut call = Call(vec![1]);
        call.text(file);
        call.text(content);
        call
    }

    pub fn remove(file: &[u8]) -> Call {
        let mut call = Call(vec![2]);
        call.text(file);
        call
    }

    /// `record` appends the record.
    pub fn record(function: Function, record: impl FnOnce(&mut Vec<u8>)) -> Call {
        let mut call = Call(vec![3]);
        call.function(function);
        record(&mut call.0);
        call
    }

    /// To be followed by records.
    pub fn stream(function: Function) -> Call {
        let mut call = Call(vec![4]);
        call.function(function);
        call
    }

    /// Appends a record of a stream.
    pub fn next(&mut self, record: impl FnOnce(&mut Vec<u8>)) {
        let start = self.0.len();
        self.0.extend_from_slice(&[0; 4]);
        record(&mut self.0);
        let length = (self.0.len() - start - 4) as u32;
        self.0[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    fn function(&mut self, function: Function) {
        self.text(function.module);
        self.text(function.name);
        self.0.extend_from_slice(&function.limit_ms.to_be_bytes());
        self.text(function.arguments);
    }

    fn text(&mut self, bytes: &[u8]) {
        text(bytes, &mut self.0);
    }
}

/// Appends a length of four bytes, and the bytes.
pub fn text(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Appends a length of one byte, and the bytes.
pub fn name(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(bytes.len() as u8);
    out.extend_from_slice(bytes);
}

/// What became of a call. What follows the first byte is read by who knows what was called.
#[derive(Debug)]
pub enum Answer {
    Done(Vec<u8>),
    Failed(Vec<u8>),
    Unavailable(Vec<u8>),
    NoModule,
}

impl Answer {
    fn read(answer: &[u8]) -> Result<Answer, Malformed> {
        let (status, rest) = answer.split_first().ok_or(Malformed("an empty answer"))?;
        Ok(match status {
            0 => Answer::Done(rest.to_vec()),
            1 => Answer::Failed(rest.to_vec()),
            2 => Answer::Unavailable(Reader(rest).text()?.to_vec()),
            3 => Answer::NoModule,
            _ => return Err(Malformed("an answer of no known status")),
        })
    }
}

/// A value as a particle: its type and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    pub particle_type: u8,
    pub bytes: &'a [u8],
}

/// What a function on a record gave.
#[derive(Debug)]
pub struct Ran<'a> {
    pub value: Value<'a>,
    /// Of a write that failed, unless another succeeded after it.
    pub code: Code,
    pub ttl: Option<u32>,
    pub written: Option<Written<'a>>,
}

/// A record as a function wants it to be.
#[derive(Debug)]
pub struct Written<'a> {
    pub drops_key: bool,
    /// None: as it was.
    pub bins: Vec<(&'a [u8], Option<Value<'a>>)>,
}

/// The particle type that stands for a bin as it was.
const KEPT: u8 = 255;

impl<'a> Ran<'a> {
    pub fn read(done: &'a [u8]) -> Result<Ran<'a>, Malformed> {
        let mut reader = Reader(done);
        let value = reader.value()?;
        let [code, flags] = reader.array()?;
        let ttl = u32::from_be_bytes(reader.array()?);
        let written = if flags & 1 != 0 { Some(reader.written()?) } else { None };
        Ok(Ran { value, code: code.into(), ttl: (flags & 2 != 0).then_some(ttl), written })
    }
}

/// Reads answers: the host is no enemy, but it may be wrong.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn text(&mut self) -> Result<&'a [u8], Malformed> {
        let length = u32::from_be_bytes(self.array()?);
        self.take(length as usize)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (&taken, rest) = self.0.split_first_chunk().ok_or(Malformed("an answer ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn value(&mut self) -> Result<Value<'a>, Malformed> {
        let [particle_type] = self.array()?;
        Ok(Value { particle_type, bytes: self.text()? })
    }

    fn written(&mut self) -> Result<Written<'a>, Malformed> {
        let [drops_key] = self.array()?;
        let count = u16::from_be_bytes(self.array()?);
        let mut bins = Vec::new();
        for _ in 0..count {
            let [length] = self.array()?;
            let name = self.take(length.into())?;
            let kept = self.0.first() == Some(&KEPT);
            let value = if kept { self.take(1).map(|_| None)? } else { Some(self.value()?) };
            bins.push((name, value));
        }
        Ok(Written { drops_key: drops_key != 0, bins })
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed("an answer ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_every_answer_that_is_cut_short() {
        let answer =
            [&[3, 0, 0, 0, 1, b'x', 0, 3, 0, 0, 0, 9, 0, 0, 2, 1, b'a', KEPT, 1, b'b', 1][..], &[0, 0, 0, 1, 5]]
                .concat();
        let ran = Ran::read(&answer).unwrap();
        assert_eq!((ran.value.bytes, ran.code, ran.ttl), (&b"x"[..], 0, Some(9)));
        let written = ran.written.unwrap();
        assert_eq!(written.bins.len(), 2);
        assert!(written.bins[0].1.is_none());
        assert_eq!(written.bins[1].1.unwrap().bytes, [5]);
        for cut in 0..answer.len() {
            assert!(Ran::read(&answer[..cut]).is_err(), "at {cut}");
        }
    }
}
