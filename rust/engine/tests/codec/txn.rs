//! The requests of transactions, byte for byte. No server without a licence answers them, so that none are recorded: what
//! stands here was put together by hand from what the C client 7.5 and the Java client 9 write (`as_txn_monitor.c`,
//! `aerospike_batch.c`, `as_command.c`, `Command.java`). Where these two differ it says which one is followed.

use crate::region::Region;
use aerospike_sansio::abi::{command_kind as kind, command_word as word, policy_flag as flag, NONE};
use aerospike_sansio::command::txn::{Record, Roll, Txn};
use aerospike_sansio::command::{self, batch, Block};
use aerospike_sansio::key::{self, UserKey};
use aerospike_sansio::names::{NameKind, Names};
use aerospike_sansio::proto::code;
use aerospike_sansio::value::Value;

const ID: i64 = 0x0102_0304_0506_0708;
const VERSION: [u8; 7] = [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17];
const ONE: [u8; 20] = [0xA1; 20];
const TWO: [u8; 20] = [0xA2; 20];

/// Fields as the wire has them: `test`, the set `s`, id, version and deadline.
const NAMESPACE: &str = "00000005 00 74657374";
const SET: &str = "00000002 01 73";
const FIELD_ID: &str = "00000009 05 0807060504030201";
const FIELD_VERSION: &str = "00000008 03 11121314151617";
const FIELD_DEADLINE: &str = "00000005 06 0d0c0b0a";
const MONITOR_SET: &str = "00000009 01 3c45524f7e4d5254";

fn names() -> Names {
    let mut names = Names::new(1);
    names.intern(NameKind::Namespace, b"test").unwrap();
    names.intern(NameKind::Set, b"s").unwrap();
    names.intern(NameKind::Bin, b"b").unwrap();
    names
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A message from its parts in hex, spaces left out; the first is the header behind its length.
fn message(parts: &[&str]) -> String {
    let body = format!("16{}", parts.concat().replace(' ', ""));
    format!("0203{:012x}{body}", body.len() / 2)
}

fn digest_field(digest: &[u8; 20]) -> String {
    format!("0000001504{}", hex(digest))
}

fn monitor_digest() -> String {
    digest_field(&key::digest(b"<ERO~MRT", &UserKey::Int(ID)))
}

fn record(digest: [u8; 20]) -> Record {
    Record { digest, set: 1 }
}

fn txn() -> Txn {
    let mut txn = Txn::new(ID, 30);
    txn.namespace = Some(0);
    txn
}

fn with_monitor() -> Txn {
    let mut txn = txn();
    txn.deadline = 0x0A0B_0C0D;
    txn
}

fn put(flags: u32) -> Region {
    let mut region = Region::new(kind::PUT);
    region.words[word::SET] = 1;
    region.words[word::FLAGS] = flags;
    region.key(&Value::Int(1));
    region.item(2, &Value::Int(5));
    region
}

/// The command as it leaves for the transaction.
fn sent(txn: &Txn, mut region: Region) -> String {
    let (encoded, plain) = region.encode(&names()).unwrap();
    let mut out = b"what stood here before".to_vec();
    txn.fit(&plain, encoded.txn_at, &encoded.digest, encoded.write, &mut out);
    hex(&out)
}

fn own_digest() -> [u8; 20] {
    key::digest(b"s", &UserKey::Int(1))
}

const PUT_OP: &str = "0000000d 02 01 00 01 62 0000000000000005";

#[test]
fn the_monitor_is_made_with_the_id_and_an_ordered_list_of_unique_digests() {
    let mut out = Vec::new();
    txn().name_in_monitor(&[ONE].into(), b"test", 1000, &mut out);
    let expected = message(&[
        // Time to live = the transaction's timeout of 30 s; the server's time limit 1000 ms; 3 fields, 2 ops.
        "00 01 00 00 00 00000000 0000001e 000003e8 0003 0002",
        NAMESPACE,
        MONITOR_SET,
        &monitor_digest(),
        "0000000e 02 01 00 02 6964 0102030405060708",
        // [append, digest, ordered, unique | no fail | partial]
        "00000023 04 04 00 05 6b65796473 94 01 b5 04",
        &hex(&ONE),
        "01 0d",
    ]);
    assert_eq!(hex(&out), expected);
}

#[test]
fn further_digests_go_to_the_monitor_without_the_id_several_at_once() {
    let mut out = Vec::new();
    with_monitor().name_in_monitor(&[TWO, ONE].into(), b"test", 0, &mut out);
    let expected = message(&[
        "00 01 00 00 00 00000000 0000001e 00000000 0003 0001",
        NAMESPACE,
        MONITOR_SET,
        &monitor_digest(),
        // [append items, [digest, digest], ordered, unique | no fail | partial]
        "0000003a 04 04 00 05 6b65796473 94 02 92 b5 04",
        &hex(&ONE),
        "b5 04",
        &hex(&TWO),
        "01 0d",
    ]);
    assert_eq!(hex(&out), expected);
}

#[test]
fn the_mark_is_a_bin_of_the_monitor() {
    let mut out = Vec::new();
    with_monitor().mark_in_monitor(b"test", 3000, &mut out);
    let expected = message(&[
        "00 01 00 00 00 00000000 00000000 00000bb8 0003 0001",
        NAMESPACE,
        MONITOR_SET,
        &monitor_digest(),
        "00000008 02 11 00 03 667764 01",
    ]);
    assert_eq!(hex(&out), expected);
}

#[test]
fn the_monitor_is_removed_durably() {
    let mut out = Vec::new();
    with_monitor().remove_monitor(b"test", 3000, &mut out);
    let expected =
        message(&["00 13 00 00 00 00000000 00000000 00000bb8 0003 0000", NAMESPACE, MONITOR_SET, &monitor_digest()]);
    assert_eq!(hex(&out), expected);
}

#[test]
fn asking_whether_the_server_knows_transactions_reads_nothing() {
    let mut out = Vec::new();
    txn().probe(&ONE, b"test", 1000, &mut out);
    let header = "21 00 00 00 00 00000000 00000000 000003e8 0003 0000";
    assert_eq!(hex(&out), message(&[header, NAMESPACE, &digest_field(&ONE), FIELD_ID]));
}

#[test]
fn a_write_states_id_version_and_deadline_behind_the_digest() {
    let mut txn = with_monitor();
    let expected = |count: &str, info4: &str, version: &str, rest: &str| {
        let header = format!("00 01 00 {info4} 00 00000000 00000000 00000000 {count} 0001");
        let digest = digest_field(&own_digest());
        message(&[&header, NAMESPACE, SET, &digest, FIELD_ID, version, FIELD_DEADLINE, rest, PUT_OP])
    };
    assert_eq!(sent(&txn, put(0)), expected("0005", "00", "", ""));
    assert_eq!(sent(&txn, put(flag::ON_LOCKING_ONLY)), expected("0005", "10", "", ""));
    txn.heed(record(own_digest()), false, code::OK, Some(VERSION));
    assert_eq!(sent(&txn, put(0)), expected("0006", "00", FIELD_VERSION, ""));
    let user_key = "0000000a 02 01 0000000000000001";
    assert_eq!(sent(&txn, put(flag::SEND_KEY)), expected("0007", "00", FIELD_VERSION, user_key));
}

#[test]
fn a_read_states_id_and_version_and_no_deadline() {
    let mut txn = with_monitor();
    let get = || {
        let mut get = Region::new(kind::GET);
        get.words[word::SET] = 1;
        get.key(&Value::Int(1));
        get
    };
    let expected = |count: &str, version: &str| {
        let header = format!("03 00 00 00 00 00000000 00000000 00000000 {count} 0000");
        message(&[&header, NAMESPACE, SET, &digest_field(&own_digest()), FIELD_ID, version])
    };
    assert_eq!(sent(&txn, get()), expected("0004", ""));
    txn.heed(record(own_digest()), false, code::OK, Some(VERSION));
    assert_eq!(sent(&txn, get()), expected("0005", FIELD_VERSION));
}

/// A block as the shell fills it in for a commit: linearized reads, 3 s.
fn policy() -> Block {
    Block { flags: 1 << flag::READ_SC_SHIFT, socket_timeout: 3000, total_timeout: 10_000, ..Block::default() }
}

/// The whole message of a batch; `rows` begins with their number.
fn batch_message(info3: &str, timeout: &str, rows: &[&str]) -> String {
    let rows = rows.concat().replace(' ', "");
    let field = format!("{:08x}29{rows}", rows.len() / 2 + 1);
    message(&[&format!("08 00 {info3} 00 00 00000000 00000000 {timeout} 0001 0000"), &field])
}

#[test]
fn verifying_states_versions_and_not_who_asks() {
    let mut txn = with_monitor();
    txn.heed(record(ONE), false, code::OK, Some(VERSION));
    txn.heed(record(TWO), false, code::OK, Some(VERSION));
    let mut out = Vec::new();
    batch::verify(&txn, &policy(), &names()).encode(&[0, 1], Some(&txn), &mut out);
    // Rows with the same version repeat, as in both clients. Flags: inline, all keys.
    let (one, two) = (hex(&ONE), hex(&TWO));
    let row = ["00000000", &one, "12 21 00 40 01 0003 0000", NAMESPACE, SET, FIELD_VERSION, "00000001", &two, "01"];
    let rows = [&["00000002 05"][..], &row].concat();
    assert_eq!(hex(&out), batch_message("40", "00000bb8", &rows));
    let other = [9; 7];
    txn.heed(record(TWO), false, code::OK, Some(other));
    out.clear();
    batch::verify(&txn, &policy(), &names()).encode(&[0, 1], Some(&txn), &mut out);
    let last = ["12 21 00 40 01 0003 0000", NAMESPACE, SET, "00000008 03 09090909090909"];
    let rows = [&["00000002 05"][..], &row[..8], &last].concat();
    assert_eq!(hex(&out), batch_message("40", "00000bb8", &rows));
}

#[test]
fn rolling_states_id_and_deadline_as_the_c_client_does_it() {
    let mut txn = with_monitor();
    txn.heed(record(ONE), true, code::OK, None);
    txn.heed(Record { digest: TWO, set: NONE }, true, code::OK, None);
    let session = Block { flags: 0, ..policy() };
    for (way, info4) in [(Roll::Forward, "02"), (Roll::Back, "04")] {
        let mut out = Vec::new();
        batch::roll(&txn, way, &session, &names()).encode(&[0, 1], Some(&txn), &mut out);
        let (one, two) = (hex(&ONE), hex(&TWO));
        let rows = [
            "00000002 05 00000000",
            &one,
            &format!("12 00 11 00 {info4} 0004 0000"),
            NAMESPACE,
            SET,
            FIELD_ID,
            FIELD_DEADLINE,
            "00000001",
            &two,
            &format!("12 00 11 00 {info4} 0003 0000"),
            NAMESPACE,
            FIELD_ID,
            FIELD_DEADLINE,
        ];
        assert_eq!(hex(&out), batch_message("00", "00000bb8", &rows));
    }
}

#[test]
fn rows_of_a_batch_state_the_transaction_and_repeat_only_what_is_alike() {
    let mut txn = with_monitor();
    let digest = |key: i64| key::digest(b"s", &UserKey::Int(key));
    txn.heed(record(digest(2)), false, code::OK, Some(VERSION));
    let (names, mut out) = (names(), Vec::new());
    let region = batch_of_puts(&[1, 2, 3, 4]);
    let outer = command::read(&region).unwrap();
    let batch = batch::read(&outer, &region, &[], &names).unwrap();
    batch.encode(&[0, 1, 2, 3], Some(&txn), &mut out);
    let head = "1e 00 01 00 10 0000 00000000";
    let digests: Vec<String> = (1..=4).map(|key| hex(&digest(key))).collect();
    let row = |number: &str, at: usize, count: &str, version: &str| {
        let fields = [NAMESPACE, SET, FIELD_ID, version, FIELD_DEADLINE].concat();
        format!("{number}{}{head}{count}0001{fields}{PUT_OP}", digests[at])
    };
    let rows = [
        "00000004 05",
        &row("00000000", 0, "0004", ""),
        &row("00000001", 1, "0005", FIELD_VERSION),
        &row("00000002", 2, "0004", ""),
        "00000003",
        &digests[3],
        "01",
    ];
    assert_eq!(hex(&out), batch_message("00", "00000000", &rows));
    // Without a transaction all rows are alike.
    out.clear();
    batch.encode(&[0, 1, 2, 3], None, &mut out);
    let first = ["00000000", &digests[0], head, "0002 0001", NAMESPACE, SET, PUT_OP].concat();
    let others: String = (1..4).map(|at| format!("0000000{at}{}01", digests[at])).collect();
    assert_eq!(hex(&out), batch_message("00", "00000000", &["00000004 05", &first, &others]));
}

/// Puts with ON_LOCKING_ONLY.
fn batch_of_puts(keys: &[i64]) -> Vec<aerospike_sansio::value::tape::Slot> {
    use aerospike_sansio::abi::{batch_flag, tag};
    use aerospike_sansio::value::tape::Slot;
    let block = |words: &[(usize, u32)]| -> Vec<Slot> {
        let mut all = [0; word::LENGTH];
        words.iter().for_each(|&(at, value)| all[at] = value);
        all.chunks(4).map(|w| Slot::new(w[0], w[1], w[2], w[3])).collect()
    };
    let count = keys.len() as u32;
    let flags = batch_flag::INLINE_RAM | batch_flag::RESPOND_ALL_KEYS;
    let outer = [(word::KIND, kind::BATCH), (word::ITEMS, 1), (word::KEYS, count), (word::BATCH_FLAGS, flags)];
    let group = [
        (word::KIND, kind::PUT),
        (word::SET, 1),
        (word::FLAGS, flag::ON_LOCKING_ONLY),
        (word::ITEMS, 1),
        (word::SLOTS, 1),
        (word::KEYS, count),
    ];
    let mut region = [block(&outer), block(&group), vec![Slot::int(2, 5)]].concat();
    let key = |(row, &key): (usize, &i64)| Slot::new(tag::KEY | 1 << 8, row as u32, key as u32, (key >> 32) as u32);
    region.extend(keys.iter().enumerate().map(key));
    region
}
