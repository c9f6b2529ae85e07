//! Frames, and what is in those with records.

use crate::input::Input;
use crate::values::check_tape;
use aerospike_sansio::names::Names;
use aerospike_sansio::proto::{message_type, PROTO_HEADER};
use aerospike_sansio::value::tape::Collections;
use aerospike_sansio::wire::{self, Compressor, Header, Message, Peek};

/// A stream that is cut anywhere says the same as the whole of it, as far as it goes; what was compressed comes back.
pub fn frames(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let cut = input.word() as usize;
    let stream = input.rest();
    let mut at = 0;
    while at < stream.len() {
        let whole = wire::complete(&stream[at..]);
        let part = &stream[at..stream.len().min(at + cut)];
        match wire::complete(part) {
            Ok(None) => assert!(part.len() < PROTO_HEADER || wire::peek(part) == wire::peek(&stream[at..])),
            other => assert_eq!(other, whole),
        }
        let Ok(Some((kind, total))) = whole else { break };
        assert!((PROTO_HEADER..=stream.len() - at).contains(&total));
        let body = &stream[at + PROTO_HEADER..at + total];
        if kind == message_type::COMPRESSED {
            inflate(body);
        }
        if let Ok((header, size)) = Header::read(body) {
            let mut again = Vec::new();
            header.write(&mut again);
            assert_eq!(again[1..], body[1..again.len()]);
            assert!(size <= body.len());
        }
        at += total;
    }
    inflate(stream);
}

fn inflate(body: &[u8]) {
    let Ok(message) = wire::inflate(body) else { return };
    let length = message.len() - PROTO_HEADER;
    assert_eq!(wire::peek(&message), Ok(Peek::Frame { kind: message_type::DATA, length }));
    let mut out = message.clone();
    if Compressor::default().shrink(&mut out, 0, 0) {
        assert_eq!(wire::inflate(&out[PROTO_HEADER..]), Ok(message));
    }
}

/// However a message is read, its values are where the tape says, and all ways agree on whether it is one.
pub fn reply(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let offset = input.below(32);
    let body = input.rest();
    let buffer = [&vec![0; offset][..], body].concat();
    let mut names = Names::new(1);
    let mut lengths = Vec::new();
    for collections in [Collections::Walked, Collections::Packed] {
        let mut tape = Vec::new();
        let Ok(reply) = wire::reply(body, offset, collections, &mut names, &mut tape) else { continue };
        assert!(reply.length <= body.len());
        assert_eq!(check_tape(&tape, reply.items as usize, &buffer), tape.len());
        lengths.push(reply.length);
    }
    // What is not looked into may be anything.
    assert!(lengths.windows(2).all(|two| two[0] == two[1]));
    let values = Message::open(body, |_, _| Ok(())).and_then(|message| message.values(|_, _, _| Ok(())));
    assert!(lengths.is_empty() || values == Ok(lengths[0]));
    let mut tape = Vec::new();
    if let Ok(record) = wire::record(body, offset, Collections::Walked, &mut names, &mut tape) {
        // The digest and the user key come first.
        assert_eq!(check_tape(&tape, record.reply.items as usize + 2, &buffer), tape.len());
        assert_eq!(values, Ok(record.reply.length));
    }
}
