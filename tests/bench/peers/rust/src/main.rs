//! The official Rust client, as the bench uses one: the protocol is told in ../../../lib/client-process.mjs. One thread; each
//! caller is a task on it.

use aerospike::query::PartitionFilter;
use aerospike::{
    as_bin, as_key, operations, BatchOperation, BatchPolicy, BatchReadPolicy, Bin, Bins, Client, ClientPolicy, Key,
    QueryPolicy, ReadPolicy, Record, Statement, Value, WritePolicy,
};
use cpu_time::ProcessTime;
use futures::StreamExt;
use serde_json::{json, Value as Json};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::BufRead;
use std::rc::Rc;
use std::time::{Duration, Instant};

const NAMESPACE: &str = "test";
const VERSION: &str = "3.0.0";

type Failure = Box<dyn std::error::Error>;

/// The ids of a set's records. A key is made for each operation, since that is when this client hashes it.
struct Ids {
    set: String,
    count: usize,
    /// None: the numbers themselves.
    names: Option<Vec<String>>,
}

impl Ids {
    fn key(&self, i: usize) -> Key {
        match &self.names {
            Some(names) => as_key!(NAMESPACE, self.set.as_str(), names[i].as_str()),
            None => as_key!(NAMESPACE, self.set.as_str(), i as i64),
        }
    }
}

/// What a client is given by `use`.
struct Bench {
    client: Client,
    ids: HashMap<String, Ids>,
    written: Vec<Vec<Bin>>,
    read: ReadPolicy,
    write: WritePolicy,
    batch: BatchPolicy,
}

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, serve())
}

async fn serve() -> Result<(), Failure> {
    let hosts = std::env::args().nth(1).unwrap_or_default();
    let policy = ClientPolicy { max_conns_per_node: 600, ..ClientPolicy::default() };
    let client = match Client::new(&policy, &hosts).await {
        Ok(client) => client,
        Err(error) => {
            println!("{}", json!({ "absent": error.to_string() }));
            return Ok(());
        }
    };
    let mut bench = Rc::new(Bench::new(client));
    println!("{}", json!({ "ready": true, "version": VERSION }));
    for line in std::io::stdin().lock().lines() {
        let asked: Json = serde_json::from_str(&line?)?;
        let answer = match asked["job"].as_str() {
            Some("use") => match Rc::get_mut(&mut bench) {
                Some(bench) => bench.take(&asked).await.map(|()| json!({})),
                None => Err("a run goes on".into()),
            },
            Some("run") => run(&bench, &asked).await,
            _ => Ok(json!({})),
        };
        println!("{}", answer.unwrap_or_else(|error| json!({ "error": error.to_string() })));
        if asked["job"] == "end" {
            break;
        }
    }
    Ok(())
}

fn text(i: i64) -> String {
    format!("record {i:08} {}", "x".repeat(16))
}

fn blob(i: i64) -> Vec<u8> {
    vec![i as u8; 16]
}

impl Bench {
    fn new(client: Client) -> Bench {
        let (mut read, mut write, mut batch) = (ReadPolicy::default(), WritePolicy::default(), BatchPolicy::default());
        read.base_policy.total_timeout = 10_000;
        write.base_policy.total_timeout = 10_000;
        batch.base_policy.total_timeout = 10_000;
        Bench { client, ids: HashMap::new(), written: vec![], read, write, batch }
    }

    /// Takes the records that another has loaded, and looks at some of them.
    async fn take(&mut self, asked: &Json) -> Result<(), Failure> {
        self.ids.clear();
        for (shape, set) in asked["sets"].as_object().ok_or("no sets")? {
            let set = set.as_str().unwrap_or_default();
            let count = asked["records"][shape].as_i64().ok_or("no count of records")?;
            let named = ["single", "counters"].contains(&shape.as_str());
            let names = named.then(|| (0..count).map(|i| format!("key-{i}")).collect());
            let ids = Ids { set: set.to_string(), count: count as usize, names };
            for i in (0..count).step_by((count as usize).div_ceil(200)) {
                let record = self.client.get(&self.read, &ids.key(i as usize), Bins::All).await?;
                check(shape, i, &record)?;
            }
            self.ids.insert(shape.clone(), ids);
        }
        let bins = |i: i64| {
            let list = Value::List((i..i + 3).map(Value::Int).collect());
            vec![
                as_bin!("i", i),
                as_bin!("d", i as f64 + 0.5),
                as_bin!("s", text(i)),
                as_bin!("b", Value::Blob(blob(i))),
                as_bin!("l", list),
            ]
        };
        self.written = (0..self.ids["single"].count as i64).map(bins).collect();
        Ok(())
    }

    /// Does one operation.
    async fn act(&self, what: &str, set: &str, rows: usize, n: usize) -> Result<(), Failure> {
        let ids = &self.ids[set];
        let i = n % ids.count;
        match what {
            "get" => same(int(&self.client.get(&self.read, &ids.key(i), Bins::All).await?), i as i64),
            "put" => Ok(self.client.put(&self.write, &ids.key(i), &self.written[i]).await?),
            "mix" => match n & 1 {
                1 => same(int(&self.client.get(&self.read, &ids.key(i), Bins::All).await?), i as i64),
                _ => Ok(self.client.put(&self.write, &ids.key(i), &self.written[i]).await?),
            },
            "operate" => {
                let ops = [operations::add(&as_bin!("i", 1)), operations::get_bin("i")];
                let record = self.client.operate(&self.write, &ids.key(i), &ops).await?;
                match record.bins.get("i") {
                    Some(value) if *value != Value::Nil => Ok(()),
                    _ => Err("an increment gave nothing".into()),
                }
            }
            "batch" => {
                let first = n % (ids.count / rows) * rows;
                let policy = BatchReadPolicy::default();
                let mut some: Vec<BatchOperation> =
                    (first..first + rows).map(|i| BatchOperation::read(&policy, ids.key(i), Bins::All)).collect();
                self.client.batch(&self.batch, &mut some).await?;
                let middle = some.swap_remove(rows / 2).into_batch_record();
                same(middle.record.as_ref().map_or(-1, int), (first + rows / 2) as i64)
            }
            "query" => {
                let statement = Statement::new(NAMESPACE, ids.set.as_str(), Bins::All);
                let found = self.client.query(&QueryPolicy::default(), PartitionFilter::all(), statement).await?;
                let (mut stream, mut count) = (found.into_stream(), 0);
                while let Some(record) = stream.next().await {
                    count += i64::from(int(&record?) >= 0);
                }
                same(count, rows as i64)
            }
            _ => Err(format!("{what} is not known").into()),
        }
    }
}

fn int(record: &Record) -> i64 {
    match record.bins.get("i") {
        Some(Value::Int(value)) => *value,
        _ => -1,
    }
}

fn same(got: i64, expected: i64) -> Result<(), Failure> {
    if got == expected {
        return Ok(());
    }
    Err(format!("{got} was read for {expected}").into())
}

fn check(shape: &str, i: i64, record: &Record) -> Result<(), Failure> {
    let bins = &record.bins;
    let mut right = shape == "counters" || int(record) == i;
    if shape != "ints" {
        right &= bins.get("s") == Some(&Value::String(text(i))) && bins.get("b") == Some(&Value::Blob(blob(i)));
    }
    if right {
        return Ok(());
    }
    Err(format!("record {i} of the set {shape} is {record}").into())
}

// ── Runs ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const SUB_BITS: u32 = 6;
const SUB: usize = 1 << SUB_BITS;

/// The buckets of ../../../lib/histogram.mjs.
struct Histogram {
    counts: Vec<u32>,
    total: u32,
}

impl Histogram {
    fn new() -> Histogram {
        Histogram { counts: vec![0; (31 - SUB_BITS as usize + 1) * SUB], total: 0 }
    }

    fn note(&mut self, took: Duration) {
        let units = (took.as_nanos() / 100).min(0x7fff_ffff) as u32;
        let shift = (31 - SUB_BITS).saturating_sub(units.leading_zeros());
        self.counts[shift as usize * SUB + (units >> shift) as usize] += 1;
        self.total += 1;
    }

    fn at(&self, share: f64) -> f64 {
        let mut left = f64::from(self.total) * share;
        for (index, &count) in self.counts.iter().enumerate() {
            left -= f64::from(count);
            if left <= 0.0 && count > 0 {
                let shift = (index >> SUB_BITS).saturating_sub(1);
                return ((index - shift * SUB) as f64 + 0.5) * (1u64 << shift) as f64 / 10_000.0;
            }
        }
        0.0
    }
}

async fn run(bench: &Rc<Bench>, asked: &Json) -> Result<Json, Failure> {
    let word = |name: &str| asked[name].as_str().unwrap_or_default().to_string();
    let (what, set) = (word("what"), word("set"));
    let rows = asked["rows"].as_u64().unwrap_or(1) as usize;
    let latencies = Rc::new(RefCell::new(Histogram::new()));
    let next = Rc::new(Cell::new(0usize));
    let (cpu, start) = (ProcessTime::now(), Instant::now());
    let until = start + Duration::from_secs_f64(asked["ms"].as_f64().unwrap_or(0.0) / 1000.0);
    let caller = |_| {
        let (bench, latencies, next) = (bench.clone(), latencies.clone(), next.clone());
        let (what, set) = (what.clone(), set.clone());
        tokio::task::spawn_local(async move {
            let mut began = Instant::now();
            while began < until {
                next.set(next.get() + 7919); // a prime: neighbours are not asked for together
                bench.act(&what, &set, rows, next.get()).await.map_err(|error| error.to_string())?;
                let now = Instant::now();
                latencies.borrow_mut().note(now - began);
                began = now;
            }
            Ok::<(), String>(())
        })
    };
    let callers: Vec<_> = (0..asked["inFlight"].as_u64().unwrap_or(1)).map(caller).collect();
    for caller in callers {
        caller.await??;
    }
    let latencies = latencies.borrow();
    Ok(json!({
        "ops": latencies.total, "tookMs": start.elapsed().as_secs_f64() * 1e3, "cpuUs": cpu.elapsed().as_secs_f64() * 1e6,
        "p50Ms": latencies.at(0.5), "p99Ms": latencies.at(0.99), "p999Ms": latencies.at(0.999),
    }))
}
