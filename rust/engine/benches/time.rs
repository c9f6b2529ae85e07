//! How long the engine takes for what it does most: `cargo bench -p aerospike-sansio --bench time`.

mod cases;
#[path = "../tests/client/rig.rs"]
#[allow(dead_code)]
mod rig;
#[path = "../tests/client/secured.rs"]
#[allow(dead_code)]
mod secured;

use criterion::{criterion_group, criterion_main, Criterion, Throughput};

fn all(criterion: &mut Criterion) {
    for case in cases::CASES {
        let (group, name) = case.name.split_once('/').unwrap_or(("", case.name));
        let mut group = criterion.benchmark_group(group);
        group.throughput(Throughput::Elements(case.operations));
        let mut act = (case.ready)();
        group.bench_function(name, |bencher| bencher.iter(&mut act));
        group.finish();
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
