//! The two byte streams of a connection: what is to be written, and the tail of what was read and is not yet a whole
//! message. Bytes to write are gathered in one buffer while the last one is with the socket, so that what one turn asks
//! for leaves in one write.

/// A buffer that has grown past this is given back when it is empty.
const KEEP: usize = 256 * 1024;

#[derive(Default)]
pub struct Stream {
    gathering: Vec<u8>,
    handed: Vec<u8>,
    /// The socket has what was handed to it and has not asked for more.
    blocked: bool,
    written: u64,
    handed_to: u64,
    /// An unfinished message.
    tail: Vec<u8>,
}

/// Never the bytes: a login may be among them.
impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (pending, written, blocked, tail) = (self.pending(), self.written, self.blocked, self.tail.len());
        f.debug_struct("Stream")
            .field("pending", &pending)
            .field("written", &written)
            .field("blocked", &blocked)
            .field("tail", &tail)
            .finish_non_exhaustive()
    }
}

impl Stream {
    /// Adds a request; gives the position of its first byte in all that was ever written.
    pub fn write(&mut self, bytes: &[u8]) -> u64 {
        let start = self.written;
        self.gathering.extend_from_slice(bytes);
        self.written += bytes.len() as u64;
        start
    }

    pub fn has_output(&self) -> bool {
        !self.blocked && !self.gathering.is_empty()
    }

    /// Bytes that wait for the socket.
    pub fn pending(&self) -> usize {
        self.gathering.len()
    }

    /// Hands all that was gathered to the socket. The bytes stay where they are until the next call of this.
    pub fn transmit(&mut self) -> &[u8] {
        std::mem::swap(&mut self.gathering, &mut self.handed);
        if self.gathering.capacity() > KEEP {
            self.gathering = Vec::new();
        }
        self.gathering.clear();
        self.blocked = true;
        self.handed_to = self.written;
        &self.handed
    }

    pub fn handed(&self) -> &[u8] {
        &self.handed
    }

    /// The socket takes more.
    pub fn writable(&mut self) {
        self.blocked = false;
        if self.handed.capacity() > KEEP {
            self.handed = Vec::new();
        }
    }

    /// Was any byte from `start` on given to the socket? If not, the server cannot have seen that request.
    pub fn was_handed(&self, start: u64) -> bool {
        start < self.handed_to
    }

    /// Takes back a request of which nothing was handed yet. The positions of all that was written after it move down.
    pub fn take_back(&mut self, start: u64, length: usize) {
        let from = (start - self.handed_to) as usize;
        self.gathering.drain(from..from + length);
        self.written -= length as u64;
    }

    /// All that was read and not used, with `bytes` behind it. What is left over is given back with `keep`.
    pub fn join(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut tail = std::mem::take(&mut self.tail);
        tail.extend_from_slice(bytes);
        tail
    }

    /// Bytes of an unfinished message.
    pub fn unfinished(&self) -> usize {
        self.tail.len()
    }

    pub fn has_tail(&self) -> bool {
        !self.tail.is_empty()
    }

    pub fn keep(&mut self, tail: Vec<u8>) {
        self.tail = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathers_while_the_socket_is_blocked() {
        let mut stream = Stream::default();
        assert_eq!(stream.write(b"one"), 0);
        assert_eq!(stream.transmit(), b"one");
        assert_eq!(stream.write(b"two"), 3);
        assert_eq!(stream.write(b"three"), 6);
        assert!(!stream.has_output());
        assert_eq!(stream.handed(), b"one");
        stream.writable();
        assert!(stream.has_output());
        assert_eq!(stream.transmit(), b"twothree");
    }

    #[test]
    fn a_request_that_has_not_left_can_be_taken_back() {
        let mut stream = Stream::default();
        stream.write(b"first");
        stream.transmit();
        let (second, third) = (stream.write(b"second"), stream.write(b"third"));
        stream.take_back(second, 6);
        assert_eq!(stream.write(b"fourth"), third - 6 + 5);
        stream.writable();
        assert_eq!(stream.transmit(), b"thirdfourth");
    }

    #[test]
    fn knows_which_requests_the_server_cannot_have_seen() {
        let mut stream = Stream::default();
        let first = stream.write(b"abc");
        stream.transmit();
        let second = stream.write(b"def");
        assert!(stream.was_handed(first));
        assert!(!stream.was_handed(second));
    }
}
