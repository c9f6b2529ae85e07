//! Batches where the recorded exchanges do not reach: frames, limits, and what is malformed.

use aerospike_devserver::{Cluster, Config};
use aerospike_sansio::proto::{code, field, info1, info2, op, particle};
use aerospike_sansio::wire::{message, Header};

const NOW: u64 = 1_795_000_000_000;

fn digest(n: u32) -> [u8; 20] {
    let mut digest = [0; 20];
    digest[..4].copy_from_slice(&n.to_le_bytes());
    digest
}

/// A row with info1, info2, a namespace and ops that are packed already.
fn row(n: u32, info1: u8, info2: u8, namespace: &str, ops: &[Vec<u8>]) -> Vec<u8> {
    let mut out = [&n.to_be_bytes()[..], &digest(n), &[2, info1, info2, 0, 0, 1, 0, ops.len() as u8]].concat();
    message::field(&mut out, field::NAMESPACE, namespace.as_bytes());
    out.extend_from_slice(&ops.concat());
    out
}

fn repeat(n: u32) -> Vec<u8> {
    [&n.to_be_bytes()[..], &digest(n), &[1]].concat()
}

fn write(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let blob = |out: &mut Vec<u8>| {
        out.extend_from_slice(value);
        Ok::<_, ()>(particle::BLOB)
    };
    message::op(&mut out, op::WRITE, b"a", blob).unwrap();
    out
}

fn batch(flags: u8, count: u32, rows: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    let start = message::begin_message(&mut out);
    message::field(&mut out, field::BATCH, &[&count.to_be_bytes()[..], &[flags], &rows.concat()].concat());
    message::end_message(&mut out, start, &Header { info1: info1::BATCH, fields: 1, ..Header::default() });
    out
}

/// The frames of the answer.
fn ask(cluster: &mut Cluster, frame: &[u8]) -> Vec<Vec<u8>> {
    let conn = cluster.connect(0).unwrap();
    let mut out = Vec::new();
    cluster.received(conn, frame, NOW, &mut out);
    cluster.disconnected(conn);
    let mut frames = Vec::new();
    while !out.is_empty() {
        let length = u32::from_be_bytes(out[4..8].try_into().unwrap()) as usize;
        let rest = out.split_off(8 + length);
        frames.push(std::mem::replace(&mut out, rest));
    }
    frames
}

fn cluster() -> Cluster {
    Cluster::new(Config::parse("{}").unwrap(), 1)
}

const READ_ALL: u8 = info1::READ | info1::GET_ALL;

#[test]
fn a_large_answer_comes_in_several_frames_and_the_last_message_in_its_own() {
    let mut cluster = cluster();
    let mut rows = vec![row(0, 0, info2::WRITE, "test", &[write(&[7; 10_000])])];
    rows.extend((1..100).map(repeat));
    let frames = ask(&mut cluster, &batch(4, 100, &rows));
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[0].len(), 8 + 100 * 22);
    let mut rows = vec![row(0, READ_ALL, 0, "test", &[])];
    rows.extend((1..100).map(repeat));
    let frames = ask(&mut cluster, &batch(4, 100, &rows));
    assert_eq!(frames.len(), 9, "13 records of 10 kB go into 128 kB");
    assert!(frames.iter().all(|frame| frame.len() <= 8 + 128 * 1024));
    assert_eq!(frames[8][8..14], [22, 0, 0, 1, 0, 0]);
}

#[test]
fn a_malformed_row_leaves_only_a_code_but_the_rows_before_it_are_done() {
    let mut cluster = cluster();
    let put = row(1, 0, info2::WRITE, "test", &[write(b"x")]);
    for (count, bad) in [
        (2, row(2, READ_ALL, 0, "nope", &[])),
        (2, vec![0; 24]),
        (2, Vec::new()),
        (1000, row(2, READ_ALL, 0, "test", &[])),
        (2, row(2, READ_ALL, 0, "test", &[vec![0, 0, 0, 9, 1]])),
    ] {
        let frames = ask(&mut cluster, &batch(4, count, &[put.clone(), bad]));
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0][8..14], [22, 0, 0, 1, 0, code::PARAMETER as u8]);
    }
    assert_eq!(cluster.namespaces()[0].get(&digest(1)).unwrap().generation, 5);
}

#[test]
fn a_row_cannot_repeat_a_key_or_nothing() {
    let mut cluster = cluster();
    assert_eq!(ask(&mut cluster, &batch(4, 1, &[repeat(1)]))[0][13], code::PARAMETER as u8);
    let mut keyed = [&[0; 4][..], &digest(0), &[2, 0, info2::WRITE, 0, 0, 2, 0, 1]].concat();
    message::field(&mut keyed, field::NAMESPACE, b"test");
    message::field(&mut keyed, field::KEY, &[3, b'k']);
    keyed.extend_from_slice(&write(b"x"));
    assert_eq!(ask(&mut cluster, &batch(4, 2, &[keyed, repeat(1)]))[0][13], code::PARAMETER as u8);
    assert!(cluster.namespaces()[0].get(&digest(1)).is_none());
}

#[test]
fn a_udf_row_fails_alone_with_a_reason() {
    let mut udf = [&[0; 4][..], &digest(0), &[2, 0, info2::WRITE, 0, 0, 4, 0, 0]].concat();
    message::field(&mut udf, field::NAMESPACE, b"test");
    message::field(&mut udf, field::UDF_MODULE, b"m");
    message::field(&mut udf, field::UDF_FUNCTION, b"f");
    message::field(&mut udf, field::UDF_ARGUMENTS, &[0x90]);
    let frames = ask(&mut cluster(), &batch(4, 2, &[udf, row(1, READ_ALL, 0, "test", &[])]));
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[0][13], code::UDF as u8);
    assert!(String::from_utf8_lossy(&frames[0]).contains("FAILUREthis dev server does not run UDFs"));
}

#[test]
fn no_truncation_panics() {
    let rows = [row(1, READ_ALL, info2::WRITE, "test", &[write(b"x")]), repeat(2), row(3, 1, 0, "test", &[])];
    let whole = batch(0, 3, &rows);
    for cut in 30..whole.len() {
        let mut frame = whole[..cut].to_vec();
        frame[4..8].copy_from_slice(&(cut as u32 - 8).to_be_bytes());
        assert!(!ask(&mut cluster(), &frame).is_empty());
    }
}
