//! Days that are kept: each once went wrong. A change of what is drawn makes another day of a seed, so what such a day
//! taught is also told, step by step, in `rust/engine/tests/client`.

use aerospike_sim::Almanac;

/// By the almanac that most were found with.
fn fine(seed: u64) {
    fine_by(Almanac::First, seed);
}

fn fine_by(almanac: Almanac, seed: u64) {
    if let Err(problem) = aerospike_sim::play_by(almanac, seed) {
        panic!("seed {seed}: {problem}");
    }
}

#[test]
fn rows_of_a_part_that_split_stay_in_doubt() {
    fine(4);
}

#[test]
fn a_node_that_was_given_up_while_all_were_silent_is_found_again() {
    fine(55);
}

#[test]
fn a_query_asks_only_nodes_that_have_the_partition() {
    fine(7);
}

/// A machine came back after it had been gone without a word, and ten operations were spent, one after the other, on
/// connections that nobody held the other end of.
#[test]
fn idle_connections_to_a_machine_that_is_no_more_are_not_tried_one_by_one() {
    fine(4700);
    fine(6729);
}

/// While other connections to the node were open or being opened, each refused connect was answered with another one.
#[test]
fn a_node_that_refuses_connections_is_not_asked_for_one_after_the_other() {
    fine(102_046);
    fine(503_360);
    fine(504_415);
}

/// It was kept for a request that waited behind a late answer, and for ever when that request was taken back: with no
/// other connection allowed, nothing was sent to the node any more.
#[test]
fn a_connection_that_owes_an_answer_is_not_kept_when_nothing_waits_on_it() {
    fine(107_536);
    fine(108_506);
    fine(509_757);
    fine(512_643);
}

/// Nothing goes wrong, but more is asked than one connection can carry in 30 seconds: the day gave too short a time.
#[test]
fn a_calm_day_leaves_time_for_the_queue() {
    fine(502_218);
}

/// Each idle connection of a session that had ended told an operation so, until it was told that too often.
#[test]
fn idle_connections_of_a_session_that_has_ended_are_not_tried_one_by_one() {
    fine_by(Almanac::Second, 5679);
}

/// Connections to all nodes log in before the day begins.
#[test]
fn a_calm_day_begins_when_all_nodes_are_known() {
    fine_by(Almanac::Second, 5474);
}

/// A busy program cannot give a password: the day let it, and the engine wrote to a socket of whose end it had not heard.
#[test]
fn a_password_waits_until_the_program_has_time() {
    fine_by(Almanac::Second, 9677);
}

/// A server ended a batch with its own time limit, and writes that it had done were said to have failed.
#[test]
fn writes_of_a_batch_that_a_server_gives_up_are_in_doubt() {
    fine_by(Almanac::Third, 2_000_109);
    fine_by(Almanac::Third, 2_001_086);
}

/// The dev server had done what it was asked, and refused it when its user was logged out before it was told: so it was
/// asked again.
#[test]
fn what_was_done_is_told_to_who_is_logged_out_meanwhile() {
    fine_by(Almanac::Third, 2_000_186);
    fine_by(Almanac::Third, 2_000_980);
}

/// Between two looks at it a node was started anew, and its map of partitions had by chance the number of the one before.
#[test]
fn a_node_that_is_another_process_by_the_next_look_is_asked_for_everything() {
    fine_by(Almanac::Fourth, 2_040_603);
}

#[test]
fn a_seed_is_a_day_and_always_the_same_one() {
    let day = || format!("{:?}", aerospike_sim::play(3).map_err(|problem| panic!("{problem}")));
    assert_eq!(day(), day());
}

/// The rest of a late answer in many messages was taken for the answer to the next request.
#[test]
fn a_late_answer_to_reads_that_share_a_request_is_taken_for_nothing_else() {
    fine_by(Almanac::Shared, 2_000_076);
    fine_by(Almanac::Shared, 2_000_089);
}

/// All rows had come, and their connection was never heard of again.
#[test]
fn an_answer_whose_end_never_comes_keeps_nothing_for_ever() {
    fine_by(Almanac::Shared, 2_000_135);
}

/// It had timed out while the request that it shared waited for a connection, and left with it all the same.
#[test]
fn a_write_that_ended_is_not_sent_with_the_others() {
    fine_by(Almanac::Shared, 2_010_599);
    fine_by(Almanac::Shared, 2_010_650);
}
