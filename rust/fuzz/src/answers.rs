//! What nodes answer: honestly, where no choice is left in the input, and else as it says.

use crate::input::Input;
use aerospike_sansio::cluster::base64;
use aerospike_sansio::proto::{field, message_type, op};
use aerospike_sansio::wire::{self, security, Compressor, Header};
use std::sync::OnceLock;

/// The first node's port; the others follow.
pub const BASE: u16 = 3000;
const NODES: u16 = 3;

/// What an honest node says of itself and the cluster.
pub fn info_answer(port: u16, request: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    let start = wire::frame::begin(&mut answer, message_type::INFO);
    let others: Vec<String> = (BASE..BASE + NODES)
        .filter(|&other| other != port)
        .map(|other| format!("[N{other},,[127.0.0.1:{other}]]"))
        .collect();
    for name in String::from_utf8_lossy(request).lines() {
        let value = match name {
            "node" => format!("N{port}"),
            "build" => "8.1.2.0".into(),
            "cluster-name" => "rig".into(),
            "partition-generation" | "peers-generation" | "rebalance-generation" => "1".into(),
            "peers-clear-std" => format!("1,3000,[{}]", others.join(",")),
            "replicas" => replicas(port).into(),
            "rack-ids" => "test:1".into(),
            _ => "ok".into(),
        };
        answer.extend_from_slice(format!("{name}\t{value}\n").as_bytes());
    }
    wire::frame::end(&mut answer, start);
    answer
}

/// Each node is master of every third partition, and has the next one's copies.
fn replicas(port: u16) -> &'static str {
    static TEXTS: OnceLock<Vec<String>> = OnceLock::new();
    let texts = TEXTS.get_or_init(|| {
        let bitmap = |node: usize| {
            let mut bytes = [0u8; 512];
            (0..4096).filter(|p| p % usize::from(NODES) == node).for_each(|p| bytes[p >> 3] |= 0x80 >> (p & 7));
            base64::encode(&bytes)
        };
        let of = |node| format!("test:0,2,{},{}", bitmap(node), bitmap((node + 1) % usize::from(NODES)));
        (0..usize::from(NODES)).map(of).collect()
    });
    texts.get(usize::from(port.wrapping_sub(BASE))).map_or("", |text| text)
}

/// A frame of messages, the last one most of the time marked as the last.
pub fn data_answer(input: &mut Input) -> Vec<u8> {
    let mut frame = Vec::new();
    let start = wire::frame::begin(&mut frame, message_type::DATA);
    let messages = 1 + input.below(6);
    for number in 0..messages {
        let is_last = number + 1 == messages;
        let header = Header {
            info3: if is_last { input.pick(&[1, 1, 0, 4]) } else { input.pick(&[0, 0, 4, 1]) },
            code: input.pick(&[0, 0, 0, 2, 9, 11, 14, 18, 25, 81, 255]),
            generation: input.word(),
            ttl: input.word(),
            timeout: input.word(),
            fields: input.below(4) as u16,
            ops: input.below(4) as u16,
            ..Header::default()
        };
        header.write(&mut frame);
        for _ in 0..header.fields {
            let id = input.pick(&[field::DIGEST, field::KEY, field::SET, field::RECORD_VERSION, field::BVALS, 99]);
            let length = match id {
                field::DIGEST => 20,
                field::RECORD_VERSION => 7,
                _ => input.below(12),
            };
            let mut value = input.bytes(length).to_vec();
            value.resize(length, 0);
            wire::field(&mut frame, id, &value);
        }
        for _ in 0..header.ops {
            let name = input.pick(&[&b"b"[..], b"", b"SUCCESS", b"FAILURE"]);
            let particle_type = input.pick(&[1, 2, 3, 4, 17, 18, 19, 20, 23, 0, 77]);
            let length = input.below(24);
            let value = input.bytes(length);
            let _ = wire::op(&mut frame, op::READ, name, |out| {
                out.extend_from_slice(value);
                Ok::<u8, ()>(particle_type)
            });
        }
    }
    wire::frame::end(&mut frame, start);
    if input.below(8) == 7 {
        Compressor::default().shrink(&mut frame, 0, 0);
    }
    frame
}

/// Messages of results and fields.
pub fn security_answer(input: &mut Input) -> Vec<u8> {
    let mut frame = Vec::new();
    let start = wire::frame::begin(&mut frame, message_type::SECURITY);
    for _ in 0..1 + input.below(3) {
        let fields = input.below(5) as u8;
        let result = input.pick(&[0, 0, 50, 51, 52, 80, 81, 255]);
        security::append(security::Head { result, command: input.byte(), fields }, &mut frame);
        for _ in 0..fields {
            let id = input.below(24) as u8;
            let length = input.below(24);
            wire::field(&mut frame, id, input.bytes(length));
        }
    }
    wire::frame::end(&mut frame, start);
    frame
}
