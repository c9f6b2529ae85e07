//! Info answers: lines, peers, addresses, partitions, racks.

use crate::input::Input;
use aerospike_sansio::cluster::{base64, info as lines, node, peers, Address, PartitionMap};
use aerospike_sansio::limits::limit;
use aerospike_sansio::names::Names;

pub fn info(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.below(6) {
        0 => entries(input.rest()),
        1 => {
            let Ok(said) = peers::parse(input.rest()) else { return };
            assert!(said.peers.len() <= limit::NODES);
            for peer in said.peers {
                assert!((1..=limit::NODE_NAME * 3).contains(&peer.name.len()));
                assert!(!peer.addresses.is_empty());
                addresses(&peer.addresses);
            }
        }
        2 => peers::parse_services(input.rest(), "name").iter().for_each(|all| addresses(all)),
        3 => partitions(&mut input),
        4 => assert!(node::parse_racks(&lines::text(input.rest())).len() <= limit::NAMESPACES),
        _ => {
            let bytes = input.rest();
            let mut back = vec![0; bytes.len()];
            assert_eq!(base64::decode_into(base64::encode(bytes).as_bytes(), &mut back), Ok(()));
            assert_eq!(back, bytes);
            let _ = base64::decode_into(bytes, &mut back);
        }
    }
}

fn entries(answer: &[u8]) {
    for (name, value) in lines::entries(answer) {
        assert!(!name.contains(&b'\t') && !value.contains(&b'\n'));
    }
    for name in ["node", "replicas", "partition-generation"] {
        if let Some(value) = lines::value(answer, name) {
            assert!(!lines::is_error(value));
            assert!(lines::entries(answer).any(|(_, said)| said == value));
        }
        let _ = lines::number(answer, name);
    }
}

fn addresses(all: &[Address]) {
    assert!(all.len() <= 64);
    for address in all {
        // What is no UTF-8 is shown as U+FFFD, three bytes for one.
        assert!(address.host.len() <= limit::HOST * 3 && address.tls_name.len() <= limit::HOST * 3);
    }
}

/// Bitmaps take 684 letters each: they are written here, with some of their bytes chosen.
fn partitions(input: &mut Input) {
    let (mut map, mut names) = (PartitionMap::default(), Names::new(1));
    for node in 0..3 {
        let mut answer = Vec::new();
        for _ in 0..input.below(4) {
            answer.extend_from_slice(input.pick(&[&b"test:"[..], b"bar:", b"", b":", b";"]));
            answer.extend_from_slice(format!("{},{}", input.word(), input.word()).as_bytes());
            for _ in 0..input.below(4) {
                let mut bitmap = [input.pick(&[0, 0xFF, 0xAA]); 512];
                (0..input.below(8)).for_each(|_| bitmap[input.word() as usize % 512] ^= input.byte());
                answer.push(b',');
                answer.extend_from_slice(base64::encode(&bitmap).as_bytes());
            }
            answer.push(b';');
        }
        if input.flag() {
            let at = input.word() as usize % (answer.len() + 1);
            let length = input.below(16);
            answer.splice(at..at, input.bytes(length).iter().copied());
        }
        let before: usize = (0..3).map(|node| map.owned(node)).sum();
        match map.apply(node, &answer, &mut names) {
            Ok(_) => {
                let again = map.apply(node, &answer, &mut names).expect("it was taken once");
                assert!(!again.changed && again.losers.is_empty());
            }
            Err(_) => assert_eq!((0..3).map(|node| map.owned(node)).sum::<usize>(), before),
        }
    }
    map.forget(1);
    assert_eq!(map.owned(1), 0);
}
