//! Replays what was recorded with a real server (`tests/vectors`): every request goes to a fresh cluster, scenario by
//! scenario in order, and every answer must be the recorded one, apart from what `tests/vectors/README.md` says varies.
//!
//! An exchange is *later* when its request asks for what `support` lists, or for a record that such a request has
//! written before: that is told from requests alone, never from what came out. The table is printed with `--nocapture`.

#[path = "replay/compare.rs"]
mod compare;
#[path = "replay/recorded.rs"]
mod recorded;
#[path = "replay/server.rs"]
mod server;

use compare::difference;
use recorded::{families, Exchange};
use server::{Answer, Server};
use std::collections::BTreeMap;

/// How many exchanges of these families must pass.
const FEWEST: &[(&str, usize)] = &[
    ("admin", 20),
    ("batch", 66),
    ("batch.node", 52),
    ("batch.py", 64),
    ("bit", 135),
    ("bit.node", 98),
    ("bit.py", 126),
    ("cluster", 93),
    ("ctx", 86),
    ("ctx.node", 83),
    ("ctx.py", 85),
    ("exp", 575),
    ("exp.node", 152),
    ("exp.py", 358),
    ("hll", 54),
    ("hll.py", 54),
    ("info", 79),
    ("kv", 434),
    ("kv.node", 374),
    ("kv.py", 408),
    ("list", 452),
    ("list.node", 188),
    ("list.py", 227),
    ("map", 571),
    ("map.node", 132),
    ("map.py", 175),
    ("path.py", 47),
    ("query", 149),
    ("query.node", 8),
    ("query.py", 76),
    ("raw", 134),
    ("tend", 44),
    ("txn", 10),
    ("udf", 17),
    ("udf.py", 7),
];

/// Answers that cannot be the recorded ones: family (empty: all of them), scenario, step, why. They are asked for and not
/// compared.
const DIFFERENT: &[(&str, &str, u64, &str)] = &[
    ("", "exp/record_meta_time", 2, "the time of the last update was that of the recording, to the millisecond"),
    ("", "exp/record_meta_time", 3, "milliseconds passed between two commands"),
    ("", "exp/meta_device_namespace", 2, "that namespace was kept on a device, here all are in memory"),
    ("query", "query/index_list", 1, IN_BASE64),
    ("query", "query/index_list", 2, IN_BASE64),
    ("query", "query/index_list", 3, IN_BASE64),
    ("query", "query/index_list", 5, "it took some milliseconds to fill the index"),
    ("query", "query/index_list", 6, IN_BASE64),
    ("query", "query/index_list", 7, "it took some milliseconds to fill the index"),
    ("", "query/geo_contains", 1, "the number of a region is that of a cell of its covering, which is not kept here"),
    ("", "query/si_whole_namespace", 1, OTHERS),
    ("query", "query/jobs", 5, "a query of the recording client was still under way"),
    ("query", "query/index_drop", 4, "something that was not recorded had written the records once more"),
    ("query.node", "query/scan_all", 1, "that client had written its records with sorted maps"),
    ("query.node", "query/equal_int", 1, "that client had written its records with sorted maps"),
    ("query.py", "query/query_without_index", 1, "the index was made after this, in another file"),
    ("udf", "udf/put_invalid", 1, "there is no Lua that could refuse it"),
    ("udf", "udf/get", 3, "the module that was not refused is there"),
    ("raw", "raw/malformed/query", 6, OTHERS),
    ("raw", "raw/pipelining", 7, "the set had other records of an earlier run"),
    ("raw", "raw/pipelining", 8, "the set had other records of an earlier run"),
];

const IN_BASE64: &str = "contexts and expressions are always listed in base64, as with b64=true";
const OTHERS: &str = "the namespace had records of other families";

#[derive(Default)]
struct Tally {
    passed: usize,
    different: usize,
    later: usize,
    failed: Vec<String>,
    reasons: BTreeMap<&'static str, usize>,
}

/// Scenarios of the recorded cluster of three.
fn is_cluster(scenario: &str) -> bool {
    scenario.starts_with("cluster/") || matches!(scenario, "tend/cluster3" | "raw/wrong_node")
}

/// Scenarios that watch a cluster change over seconds: `the_map_after_a_loss_is_the_recorded_one` looks at how they end.
fn takes_time(scenario: &str) -> bool {
    matches!(scenario, "cluster/lose_node" | "cluster/node_returns")
}

#[test]
fn answers_as_the_recorded_server_did() {
    let mut table = BTreeMap::new();
    let families = families();
    for (family, exchanges) in &families {
        let before = &before(family, &families);
        let tally: &mut Tally = table.entry(family.clone()).or_default();
        let groups = exchanges.chunk_by(|a, b| is_cluster(&a.scenario) == is_cluster(&b.scenario));
        for group in groups {
            let group: Vec<&Exchange> = group.iter().filter(|exchange| !takes_time(&exchange.scenario)).collect();
            replay(family, before, &group, tally);
        }
    }
    println!("{:<12} {:>7} {:>7} {:>9} {:>7}  not yet", "family", "passed", "failed", "different", "later");
    let mut failures = Vec::new();
    for (family, tally) in &table {
        let reasons: Vec<String> = tally.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        println!(
            "{family:<12} {:>7} {:>7} {:>9} {:>7}  {}",
            tally.passed,
            tally.failed.len(),
            tally.different,
            tally.later,
            reasons.join(", ")
        );
        failures.extend(tally.failed.iter().cloned());
    }
    assert!(failures.is_empty(), "{} answers differ:\n{}", failures.len(), failures.join("\n"));
    // So that nothing is skipped by mistake.
    for (family, passed) in FEWEST {
        assert!(table[*family].passed >= *passed, "{family}: only {} passed", table[*family].passed);
    }
}

/// What had been done before a family was recorded: the indexes of queries are made in one file only, and a UDF module was
/// there.
fn before<'a>(family: &str, families: &'a [(String, Vec<Exchange>)]) -> Vec<&'a Exchange> {
    let of = |file: &'static str, scenario: &'static str| {
        let exchanges = families.iter().filter(move |(family, _)| family == file).flat_map(|(_, exchanges)| exchanges);
        exchanges.filter(move |exchange| exchange.scenario == scenario)
    };
    let indexes = of("query", "query/index_create");
    match family {
        "info" => of("udf", "udf/put_list_remove").collect(),
        "query.py" => indexes.collect(),
        "query.node" => indexes.chain(of("query", "query/setup")).collect(),
        _ => Vec::new(),
    }
}

/// `before` is what had been done before: its answers are not looked at.
fn replay(family: &str, before: &[&Exchange], exchanges: &[&Exchange], tally: &mut Tally) {
    let Some(first) = exchanges.first() else { return };
    let mut server = Server::new(is_cluster(&first.scenario));
    server.restore(exchanges);
    before.iter().for_each(|exchange| drop(server.ask(exchange)));
    for exchange in exchanges {
        if exchange.requests.is_empty() {
            continue; // the client refused by itself
        }
        if let Some(reason) = server.cannot_tell(exchange) {
            tally.later += 1;
            *tally.reasons.entry(reason).or_default() += 1;
            continue;
        }
        let answer = server.ask(exchange);
        let here = (&*exchange.scenario, exchange.step);
        let is_here = |of: &str, scenario, step| (of.is_empty() || of == family) && (scenario, step) == here;
        if DIFFERENT.iter().any(|&(of, scenario, step, _)| is_here(of, scenario, step)) {
            tally.different += 1;
            continue;
        }
        match difference(exchange, &answer) {
            None => tally.passed += 1,
            Some(text) => tally.failed.push(format!("{} step {}: {text}", exchange.scenario, exchange.step)),
        }
    }
}

/// After C3 was stopped, and all had settled, C1 and C2 shared the partitions: so do ours.
#[test]
fn the_map_after_a_loss_is_the_recorded_one() {
    let cluster = families().into_iter().find(|(family, _)| family == "cluster").unwrap().1;
    let last = |node: &str| {
        let asked = |exchange: &&Exchange| exchange.scenario == "cluster/lose_node" && exchange.node == node;
        cluster.iter().filter(asked).rfind(|exchange| exchange.info_text() == "replicas\n").unwrap()
    };
    let mut server = Server::new(true);
    server.cluster.kill(2);
    for node in ["C1", "C2"] {
        let exchange = last(node);
        let Answer { bytes, .. } = server.ask(exchange);
        assert_eq!(bytes, exchange.responses.concat(), "the map of {node}");
    }
}
