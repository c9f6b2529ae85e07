//! Days that are kept: each once went wrong. A change of what is drawn makes another day of a seed, so what such a day
//! taught is also told, step by step, in `rust/engine/tests/client`.

fn fine(seed: u64) {
    if let Err(problem) = aerospike_sim::play(seed) {
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

#[test]
fn a_seed_is_a_day_and_always_the_same_one() {
    let day = || format!("{:?}", aerospike_sim::play(3).map_err(|problem| panic!("{problem}")));
    assert_eq!(day(), day());
}
