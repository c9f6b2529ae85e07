//! Who gets a connection when there are not enough of them: nobody waits for ever because others keep coming.

use crate::rig::{Rig, BASE};
use aerospike_sansio::abi::{command_kind, command_word as word};
use aerospike_sansio::proto::code;

const PATIENT: (usize, u32) = (word::TOTAL_TIMEOUT, 60_000);

/// A node that answers nothing by itself, and a pool of `max` connections that are all busy with reads.
fn busy(max: usize, config: &str) -> Rig {
    let mut rig =
        Rig::connected(1, &format!("max_conns_per_node={max}\ncomfortable_depth=2\npipeline_depth=4\n{config}"));
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    (0..4 * max as i64).for_each(|key| {
        rig.submit(command_kind::GET, key, &[PATIENT]);
    });
    rig.run();
    rig
}

/// Answers what is there connection by connection while as many reads come anew, so that none is ever without one.
/// Gives in which round `op` ended.
fn rounds_until(rig: &mut Rig, op: u32) -> Option<usize> {
    for round in 0..50 {
        for conn in rig.conns_in_use() {
            (0..4).for_each(|key| {
                rig.submit(command_kind::GET, key, &[PATIENT]);
            });
            rig.run();
            for answer in rig.take_held(conn) {
                rig.give(conn, &answer);
            }
            rig.run();
        }
        if rig.has_ended(op) {
            return Some(round);
        }
        rig.advance(20.0);
    }
    None
}

#[test]
fn a_batch_gets_a_connection_of_its_own_although_all_are_busy_all_the_time() {
    for max in [1, 3] {
        let mut rig = busy(max, "");
        let op = rig.batch(&[(command_kind::GET, &[1, 2, 3])], &[PATIENT]);
        rig.run();
        let round = rounds_until(&mut rig, op);
        assert!(round.is_some_and(|round| round < 10), "{max} connections: {round:?}");
        assert_eq!(rig.result(op).code, code::OK);
    }
}

#[test]
fn other_requests_get_their_turn_although_batches_keep_coming() {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    let first = rig.batch(&[(command_kind::GET, &[1])], &[PATIENT]);
    rig.run();
    let op = rig.submit(command_kind::GET, 7, &[PATIENT]);
    let last = rig.batch(&[(command_kind::GET, &[2])], &[PATIENT]);
    rig.run();
    rig.answer_held(BASE);
    assert_eq!((rig.has_ended(first), rig.has_ended(op), rig.has_ended(last)), (true, false, false));
    rig.answer_held(BASE);
    assert_eq!((rig.has_ended(op), rig.has_ended(last)), (true, false), "first come, first served");
    rig.answer_held(BASE);
    assert!(rig.has_ended(last));
}

/// A server that has as many connections as it may have accepts no other.
#[test]
fn a_write_goes_beside_reads_where_no_further_connection_can_be_had() {
    let mut rig = Rig::connected(1, "max_conns_per_node=8\ncomfortable_depth=2\npipeline_depth=4\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.submit(command_kind::GET, 1, &[PATIENT]);
    rig.run();
    rig.nodes.get_mut(&BASE).unwrap().down = true;
    rig.submit(command_kind::GET, 2, &[PATIENT]);
    let write = rig.submit(command_kind::PUT, 3, &[PATIENT]);
    let slow = rig.batch(&[(command_kind::GET, &[1, 2])], &[PATIENT]);
    rig.run();
    for (op, what) in [(write, "the write"), (slow, "the batch")] {
        let round = rounds_until(&mut rig, op);
        assert!(round.is_some_and(|round| round < 10), "{what}: {round:?}");
        assert_eq!(rig.result(op).code, code::OK);
    }
}
