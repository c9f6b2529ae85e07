//! What is counted of operations, stages and nodes, and what it is called.

use crate::rig::{Rig, BASE};
use aerospike_sansio::abi::{
    command_kind, command_word as word, metrics_head as head, node_word as node, operation, policy_flag,
    series_word as series, stage, stage_word, step, watch, NONE,
};
use aerospike_sansio::proto::code;

/// `(operation, code, rows, counts)` of each series.
type Counted = Vec<(u32, i32, f64, Vec<f64>)>;

struct Read {
    series: Vec<Vec<f64>>,
    stages: Vec<Vec<f64>>,
    nodes: Vec<Vec<f64>>,
}

fn read(rig: &mut Rig) -> Read {
    let all = rig.engine.metrics().to_vec();
    let mut rest = &all[head::LENGTH + (all[head::BOUNDS] + all[head::STAGE_BOUNDS]) as usize..];
    let mut rows = |count: f64, length: usize| {
        let (rows, behind) = rest.split_at(count as usize * length);
        rest = behind;
        rows.chunks(length).map(<[f64]>::to_vec).collect::<Vec<_>>()
    };
    let read = Read {
        series: rows(all[head::SERIES], series::LENGTH),
        stages: rows(all[head::STAGES], stage_word::LENGTH),
        nodes: rows(all[head::NODES], node::LENGTH),
    };
    assert!(rest.is_empty());
    read
}

fn counted(rig: &mut Rig) -> Counted {
    let rows = read(rig).series;
    let of = |row: &Vec<f64>| {
        let counts = row[series::COUNTS..].to_vec();
        (row[series::OPERATION] as u32, row[series::CODE] as i32, row[series::RECORDS], counts)
    };
    rows.iter().map(of).collect()
}

fn total(rig: &mut Rig, wanted: u32, code: i32) -> f64 {
    let rows = counted(rig).into_iter().filter(|row| (row.0, row.1) == (wanted, code));
    rows.map(|row| row.3.iter().sum::<f64>()).sum()
}

#[test]
fn nothing_is_counted_of_operations_unless_it_is_asked_for() {
    let mut rig = Rig::connected(1, "");
    rig.put(1);
    rig.run();
    assert_eq!(counted(&mut rig), vec![]);
    rig.engine.watch(watch::COUNT);
    rig.put(1);
    rig.run();
    assert_eq!(total(&mut rig, operation::PUT, code::OK), 1.0);
    rig.engine.watch(0);
    rig.put(1);
    rig.run();
    assert_eq!(total(&mut rig, operation::PUT, code::OK), 1.0);
}

#[test]
fn durations_fall_under_their_bounds_and_add_up() {
    let mut rig = Rig::connected(1, "");
    rig.engine.watch(watch::COUNT);
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    for ms in [0.0, 3.0, 70.0, 4000.0] {
        rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 60_000)]);
        rig.run();
        rig.advance(ms);
        rig.answer_held(BASE);
        rig.run();
    }
    let rows = read(&mut rig).series;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][series::COUNTS..], [1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    assert!((rows[0][series::SUM] - 4.073).abs() < 1e-9, "{}", rows[0][series::SUM]);
    assert_eq!((rows[0][series::NAMESPACE] < 0.0, rows[0][series::CODE]), (false, 0.0));
}

#[test]
fn each_way_to_end_is_counted_apart_and_absence_only_where_it_was_not_the_question() {
    let mut rig = Rig::connected(1, "");
    rig.engine.watch(watch::COUNT);
    rig.nodes.get_mut(&BASE).unwrap().code = code::RECORD_NOT_FOUND as u8;
    let fine = [(word::FLAGS, policy_flag::ABSENT_IS_FINE)];
    for (kind, words) in [
        (command_kind::GET, &[][..]),
        (command_kind::GET, &fine),
        (command_kind::EXISTS, &[]),
        (command_kind::REMOVE, &[]),
        (command_kind::TOUCH, &[]),
    ] {
        rig.submit(kind, 1, words);
    }
    rig.run();
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.submit(command_kind::GET, 1, &[(word::TOTAL_TIMEOUT, 100)]);
    rig.advance(200.0);
    for (operation, code, wanted) in [
        (operation::GET, code::RECORD_NOT_FOUND, 1.0),
        (operation::GET, code::OK, 1.0),
        (operation::GET, code::TIMEOUT, 1.0),
        (operation::EXISTS, code::OK, 1.0),
        (operation::REMOVE, code::OK, 1.0),
        (operation::TOUCH, code::RECORD_NOT_FOUND, 1.0),
    ] {
        assert_eq!(total(&mut rig, operation, code), wanted, "{operation} {code}");
    }
    let nodes = read(&mut rig).nodes;
    assert_eq!(nodes[1][node::TIMEOUTS], 1.0);
}

#[test]
fn a_batch_is_one_operation_of_so_many_rows_and_a_query_is_one() {
    let mut rig = Rig::connected(3, "");
    rig.engine.watch(watch::COUNT);
    rig.batch(&[(command_kind::GET, &[1, 2, 3, 4, 5])], &[]);
    rig.batch(&[(command_kind::GET, &[1, 2]), (command_kind::REMOVE, &[3])], &[]);
    rig.batch(&[(command_kind::REMOVE, &[1, 2])], &[]);
    rig.query(&[]);
    rig.run();
    let once = || {
        let mut counts = vec![0.0; 10];
        counts[0] = 1.0;
        counts
    };
    assert_eq!(
        counted(&mut rig),
        vec![
            (operation::BATCH_READ, 0, 5.0, once()),
            (operation::BATCH, 0, 3.0, once()),
            (operation::BATCH_REMOVE, 0, 2.0, once()),
            (operation::QUERY, 0, 0.0, once()),
        ]
    );
}

#[test]
fn stages_add_up_to_the_time_that_an_operation_took() {
    let mut rig = Rig::connected(1, "max_conns_per_node=1\npipeline_depth=1\n");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.engine.watch(watch::STAGES | watch::COUNT);
    // The second one waits for the first one's connection.
    let patient = [(word::TOTAL_TIMEOUT, 60_000)];
    rig.submit(command_kind::GET, 1, &patient);
    rig.submit(command_kind::GET, 2, &patient);
    rig.run();
    for _ in 0..2 {
        rig.advance(20.0);
        rig.answer_held(BASE);
        rig.run();
    }
    let read = read(&mut rig);
    let sum = |stage: usize| {
        let rows = read.stages.iter().filter(|row| row[stage_word::STAGE] as usize == stage);
        rows.map(|row| row[stage_word::SUM]).sum::<f64>()
    };
    let count = |stage: usize| {
        let rows = read.stages.iter().filter(|row| row[stage_word::STAGE] as usize == stage);
        rows.map(|row| row[stage_word::COUNTS..].iter().sum::<f64>()).sum::<f64>()
    };
    assert!((sum(stage::QUEUE) - 0.020).abs() < 1e-9, "{}", sum(stage::QUEUE));
    assert!((sum(stage::WAIT) - 0.040).abs() < 1e-9, "{}", sum(stage::WAIT));
    let all = [stage::QUEUE, stage::CONNECT, stage::SEND, stage::WAIT];
    assert_eq!(all.map(count), [2.0; 4]);
    let stages: f64 = all.into_iter().map(sum).sum();
    let series: f64 = read.series.iter().map(|row| row[series::SUM]).sum();
    assert!((stages - series).abs() < 1e-9, "{stages} of {series}");
    // And the node tells how long its queue was waited in.
    assert!((read.nodes[1][node::WAIT] - 0.020).abs() < 1e-9);
    rig.engine.spent(operation::GET, stage::MATERIALIZE as u32, 0.5);
    rig.engine.spent(99, stage::MATERIALIZE as u32, 0.5);
    rig.engine.spent(operation::GET, 99, 0.5);
    let stages = self::read(&mut rig).stages;
    let own = stages.iter().filter(|row| row[stage_word::STAGE] as usize == stage::MATERIALIZE);
    assert_eq!(own.map(|row| row[stage_word::SUM]).collect::<Vec<_>>(), [0.0005]);
    assert_eq!(stages.len(), 5);
}

#[test]
fn steps_tell_of_each_attempt_and_why_it_failed() {
    let mut rig = Rig::connected(2, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.engine.watch(watch::STEPS);
    let ops: Vec<u32> = (0..40).map(|key| rig.submit(command_kind::GET, key, &[(word::MAX_RETRIES, 2)])).collect();
    rig.run();
    rig.kill(BASE);
    rig.advance(1.0);
    for op in ops {
        let steps: Vec<_> = rig.steps.iter().filter(|step| step.0 == op).map(|step| (step.1, step.2)).collect();
        let once = [(step::SENT, 0), (step::OFF, 0)];
        let again = [&once[..], &[(step::FAILED, code::CONNECTION)], &once[..]].concat();
        assert!(steps == again || steps == once, "{steps:?}");
    }
    assert!(rig.steps.iter().any(|step| step.1 == step::FAILED));
    let before = rig.steps.len();
    rig.engine.watch(0);
    rig.put(1);
    rig.run();
    assert_eq!(rig.steps.len(), before);
}

#[test]
fn the_steps_of_a_batchs_parts_are_told_of_the_batch() {
    let mut rig = Rig::connected(3, "");
    rig.engine.watch(watch::STEPS);
    let op = rig.batch(&[(command_kind::GET, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])], &[]);
    rig.run();
    let parts = rig.nodes.values().filter(|node| node.rows > 0).count();
    assert!(parts > 1);
    for step in [step::SENT, step::OFF] {
        assert_eq!(rig.steps.iter().filter(|told| (told.0, told.1) == (op, step)).count(), parts, "{:?}", rig.steps);
    }
    assert_eq!(rig.steps.len(), 2 * parts);
}

#[test]
fn the_end_of_an_attempt_tells_how_long_sending_and_waiting_took() {
    let mut rig = Rig::connected(1, "");
    rig.nodes.get_mut(&BASE).unwrap().holds = true;
    rig.engine.watch(watch::STEPS);
    let op = rig.get(1);
    rig.run();
    rig.advance(20.0);
    rig.answer_held(BASE);
    rig.run();
    let off = rig.steps.iter().find(|told| (told.0, told.1) == (op, step::OFF)).copied();
    assert_eq!(off, Some((op, step::OFF, code::OK, 0, 20_000)));
}

#[test]
fn the_partition_map_is_told_as_nodes_by_partition_and_level() {
    let rig = Rig::connected(3, "");
    let mut told = Vec::new();
    rig.engine.partition_map(0, &mut told);
    let rest = told.strip_prefix(b"test\0".as_slice()).unwrap();
    let owners: Vec<u16> = rest.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(owners.len() % 4096, 0);
    assert!(owners[..4096].iter().all(|&owner| owner < 3));
    assert!((0..3).all(|node| owners[..4096].contains(&node)));
    told.clear();
    rig.engine.partition_map(99, &mut told);
    assert_eq!(told, []);
}

#[test]
fn nodes_tell_of_their_connections_and_tends_and_all_of_them_what_the_client_counts() {
    use aerospike_sansio::abi::stat;
    let mut rig = Rig::connected(2, "");
    rig.put(1);
    rig.put(2);
    rig.run();
    rig.advance(5000.0);
    let nodes = read(&mut rig).nodes;
    assert_eq!(nodes.iter().map(|row| row[node::NODE]).collect::<Vec<_>>(), [f64::from(NONE), 0.0, 1.0]);
    let all = |word: usize| nodes.iter().map(|row| row[word]).sum::<f64>();
    for (word, index) in [
        (node::OPENED, stat::CONNECTIONS_OPENED),
        (node::OPEN_FAILED, stat::CONNECTIONS_FAILED),
        (node::SENT, stat::BYTES_SENT),
        (node::RECEIVED, stat::BYTES_RECEIVED),
        (node::TENDS_FAILED, stat::TENDS_FAILED),
    ] {
        assert_eq!(all(word), rig.engine.stat(index), "{word}");
    }
    let tends = nodes[1][node::TEND + 1..node::CONNECT].iter().sum::<f64>();
    assert!((5.0..8.0).contains(&tends), "{tends}");
    assert_eq!(nodes[1][node::ACTIVE], 1.0);
    assert_eq!(nodes[1][node::IDLE] + nodes[2][node::IDLE], all(node::OPENED) - 2.0, "each has one for its tend");
    rig.kill(BASE);
    rig.advance(1000.0);
    let nodes = read(&mut rig).nodes;
    let dead = nodes.iter().find(|row| row[node::NODE] == 0.0);
    assert!(dead.is_none_or(|row| row[node::ACTIVE] == 0.0 && row[node::TENDS_FAILED] >= 1.0));
}

#[test]
fn log_lines_have_fields_and_nobody_can_add_one() {
    let mut rig = Rig::connected(2, "");
    rig.kill(BASE);
    rig.advance(3000.0);
    let line = rig.lines.iter().find(|line| line.starts_with("tend of N0")).unwrap();
    let fields: Vec<&str> = line.split('\t').skip(1).collect();
    assert_eq!(fields[0], "node=N0");
    assert!(fields[1].starts_with("address=") && fields[2].starts_with("reason="), "{line}");
    assert_eq!(fields.len(), 3);
    assert!(rig.lines.iter().all(|line| !line.contains('\n')));
}
