//! SECURITY messages: what is in one, and that it is written as it was read.

use aerospike_sansio::proto::PROTO_HEADER;
use aerospike_sansio::wire::security::{self, Message};

pub fn login(bytes: &[u8]) {
    let mut rest = bytes;
    while let Ok((message, tail)) = Message::read(rest) {
        let fields: Vec<(u8, &[u8])> = message.fields().collect();
        assert_eq!(fields.len(), usize::from(message.head.fields));
        for &(id, data) in &fields {
            assert!(message.field(id).is_some());
            assert_eq!(message.number(id).is_some(), message.field(id).is_some_and(|data| data.len() == 4));
            let mut names = data;
            while let Some((name, others)) = security::short(names) {
                assert_eq!(name.len() + 1 + others.len(), names.len());
                names = others;
            }
        }
        let mut again = Vec::new();
        security::request(message.head.command, &fields, &mut again);
        let said = &rest[..rest.len() - tail.len()];
        assert_eq!(again[PROTO_HEADER + security::HEADER..], said[security::HEADER..]);
        rest = tail;
    }
}
