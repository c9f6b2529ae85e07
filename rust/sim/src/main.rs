//! `sim [--seeds N] [--from N]` plays many days; `sim --seed N` plays one and tells its story if it fails, or with
//! `--story` always. The last line is `N passed, N failed`.

use aerospike_sim::{play, story, Report};
use lexopt::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;
use std::time::Instant;

/// Lines of a story that are told: the last ones.
const STORY_LINES: usize = 400;

struct Wanted {
    seed: Option<u64>,
    seeds: u64,
    from: u64,
    story: bool,
}

fn read_arguments() -> Result<Wanted, lexopt::Error> {
    let mut wanted = Wanted { seed: None, seeds: 1000, from: 1, story: false };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seed") => wanted.seed = Some(parser.value()?.parse()?),
            Long("seeds") => wanted.seeds = parser.value()?.parse()?,
            Long("from") => wanted.from = parser.value()?.parse()?,
            Long("story") => wanted.story = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(wanted)
}

fn main() {
    let wanted = read_arguments().unwrap_or_else(|problem| {
        eprintln!("{problem}\nusage: sim [--seeds N] [--from N] | --seed N [--story]");
        std::process::exit(2);
    });
    let failed = match wanted.seed {
        Some(seed) => one(seed, wanted.story),
        None => many(wanted.from, wanted.seeds),
    };
    std::process::exit(i32::from(failed > 0));
}

fn one(seed: u64, always: bool) -> u64 {
    story::begin();
    let outcome = play(seed);
    let lines = story::take();
    if always || outcome.is_err() {
        let skipped = if always { 0 } else { lines.len().saturating_sub(STORY_LINES) };
        lines.iter().skip(skipped).for_each(|line| println!("{line}"));
    }
    match outcome {
        Ok(report) => {
            println!("seed {seed}: {report:?}");
            println!("1 passed, 0 failed");
            0
        }
        Err(problem) => {
            println!("seed {seed}: {problem}");
            println!("0 passed, 1 failed");
            1
        }
    }
}

fn many(from: u64, count: u64) -> u64 {
    // A panic is a day that went wrong, told below.
    std::panic::set_hook(Box::new(|_| {}));
    let next = AtomicU64::new(from);
    let total = Mutex::new((Report::default(), Vec::<(u64, String)>::new()));
    let began = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= from + count {
                    return;
                }
                let outcome = play(seed);
                let mut total = total.lock().expect("no thread panics with it");
                match outcome {
                    Ok(report) => total.0.add(&report),
                    Err(problem) => total.1.push((seed, problem)),
                }
            });
        }
    });
    let (sum, mut failed) = total.into_inner().expect("no thread panics with it");
    failed.sort();
    for (seed, problem) in failed.iter().take(20) {
        println!("seed {seed}: {:.150}", problem.lines().next().unwrap_or_default());
    }
    if let Some((seed, _)) = failed.first() {
        println!("the story of one: make sim SEED={seed}");
    }
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    println!(
        "{count} days, {:.0} a minute: {} operations, {} of them failed, {} faults, {:.0} retries, {:.0} in doubt, {:.0} hours simulated",
        count as f64 / minutes,
        sum.asked,
        sum.failed,
        sum.faults,
        sum.retries,
        sum.in_doubt,
        sum.simulated_ms / 3_600_000.0
    );
    println!("{} passed, {} failed", count - failed.len() as u64, failed.len());
    failed.len() as u64
}
