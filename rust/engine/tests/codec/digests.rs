//! Digests that other clients computed. Each line of the file: set, user key in the notation of the vectors, digest.

use crate::json::{unhex, Json};
use aerospike_sansio::key::{digest, UserKey};
use aerospike_sansio::value::Value;

const DIGESTS: &str = include_str!("../data/digests.txt");

#[test]
fn digests_are_those_of_other_clients() {
    let mut count = 0;
    for line in DIGESTS.lines().filter(|line| !line.starts_with('#')) {
        let [set, key, expected] = line.split('\t').collect::<Vec<_>>().try_into().expect("three columns");
        let key = Json::parse(key).value();
        let key = match &key {
            Value::Int(int) => UserKey::Int(*int),
            Value::String(bytes) => UserKey::String(bytes),
            Value::Blob(bytes) => UserKey::Blob(bytes),
            other => panic!("no key: {other:?}"),
        };
        assert_eq!(digest(set.as_bytes(), &key).to_vec(), unhex(expected), "{line}");
        count += 1;
    }
    assert!(count >= 40, "{count} digests");
}
