// Lets libFuzzer choose the bytes that the targets of rust/fuzz get, guided by what they reach in the engine.
//
//   node scripts/fuzz.mjs                                a minute each
//   TARGET=engine SECONDS=3600 node scripts/fuzz.mjs     one of them, an hour
//
// One line a target: executions, coverage, what was found. Inputs that reached something new are kept under
// rust/target/fuzz and are the start of the next run; those that failed, too. Any toolchain will do: the passes that
// count are LLVM's own, and no sanitizer is needed where there is no `unsafe`. libFuzzer is built by the C++ compiler.

import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const rust = join(dirname(dirname(fileURLToPath(import.meta.url))), "rust")
const folder = join(rust, "target", "fuzz")
const all = ["frames", "reply", "info", "values", "tape", "login", "engine"]
const { TARGET, SECONDS = "60" } = process.env
const targets = TARGET ? [TARGET] : all
const counting = [
  "-Cpasses=sancov-module",
  ...[
    "-sanitizer-coverage-level=4",
    "-sanitizer-coverage-inline-8bit-counters",
    "-sanitizer-coverage-pc-table",
    "-sanitizer-coverage-trace-compares",
  ].map((flag) => `-Cllvm-args=${flag}`),
]

if (TARGET && !all.includes(TARGET)) fail(`TARGET=${TARGET}: one of ${all.join(", ")} is needed`)
if (!(Number(SECONDS) > 0)) fail(`SECONDS=${SECONDS}: a number above 0 is needed`)

const host = /^host: (.+)$/m.exec(run("rustc", ["-vV"]).stdout)[1]
// With --target, what runs while building is not counted.
const build = ["build", "--profile", "fuzz", "--target", host, "--target-dir", folder, "--locked", "--quiet"]
run("cargo", [...build, "-p", "aerospike-fuzz", "--features", "libfuzzer"], { RUSTFLAGS: counting.join(" ") })
const built = join(folder, host, "fuzz")

for (const target of targets) {
  const [seeds, corpus, found] = ["seeds", "corpus", "found"].map((name) => join(folder, name, target))
  for (const made of [seeds, corpus, found]) mkdirSync(made, { recursive: true })
  const before = new Set(readdirSync(found))
  const limits = [`-max_total_time=${SECONDS}`, "-timeout=10", "-rss_limit_mb=2048", "-max_len=4096"]
  const kept = join(rust, "fuzz", "kept", target)
  const folders = [corpus, seeds, ...(existsSync(kept) ? [kept] : [])]
  const args = ["-print_final_stats=1", "-verbosity=1", `-artifact_prefix=${found}/`, ...limits, ...folders]
  const { stderr, status } = run(join(built, "fuzz"), args, { FUZZ_TARGET: target, FUZZ_SEEDS: seeds }, true)
  const number = (pattern) => Number([...stderr.matchAll(pattern)].at(-1)?.[1] ?? 0)
  const executions = number(/stat::number_of_executed_units:\s+(\d+)/g)
  const [cov, of] = [number(/ cov: (\d+)/g), number(/\((\d+) PCs\)/g)]
  const failed = readdirSync(found).filter((file) => !before.has(file))
  const said = `${executions} executions, ${Math.round(executions / Number(SECONDS))} a second`
  console.log(`${target.padEnd(8)} ${said}, ${cov} of ${of} edges, ${failed.length} found`)
  if (status === 0) continue
  process.exitCode = 1
  console.log(stderr.slice(stderr.search(/panicked at|ERROR: libFuzzer/)).slice(0, 2000))
  for (const file of failed) console.log(`kept as ${join(found, file)}`)
}

function run(command, args, env = {}, mayFail = false) {
  const done = spawnSync(command, args, {
    cwd: rust,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 30,
  })
  if (done.error) fail(`${command}: ${done.error.message}`)
  if (done.status !== 0 && !mayFail) fail(`${command} ${args.join(" ")}\n${done.stderr}`)
  return done
}

function fail(text) {
  console.error(text)
  process.exit(2)
}
