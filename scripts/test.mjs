// Runs every test of the project and adds them up: a stage after the other, one line each, silent unless one fails, or says on
// a line of its own why it is skipped.
//
//   node scripts/test.mjs                       all stages, in the order of the table
//   node scripts/test.mjs --only rust,vitest    some
//
// The last line is `N passed, N failed`; the exit code is 1 if anything failed. `make test` first installs what the
// stages need.

import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const scratch = mkdtempSync(join(tmpdir(), "aerospike-wasm-test-"))
const vitestReport = join(scratch, "vitest.json")
const wasmCrates = ["aerospike-wasm-engine", "aerospike-wasm-devserver"].flatMap((crate) => ["--exclude", crate])

// A stage runs commands and counts tests in what each did. It may take so many minutes before it is stopped.
const stages = [
  {
    name: "pkg",
    // The stamp says whether what is committed is current; the build, that it can be made; the rest tests that build.
    commands: ["node scripts/build-pkg.mjs --check", "node scripts/build-pkg.mjs", "make --no-print-directory dist"],
    count: byExitCode,
    minutes: 20,
  },
  {
    name: "rust",
    // The wasm crates are cdylibs for wasm32, without tests of their own.
    commands: [
      `cargo test --manifest-path rust/Cargo.toml --workspace ${wasmCrates.join(" ")} --locked --no-fail-fast --quiet`,
    ],
    count: byCargo,
    minutes: 30,
  },
  {
    name: "sim",
    commands: [
      "cargo run --manifest-path rust/Cargo.toml --profile sim --locked --quiet -p aerospike-sim -- --seeds 10000",
    ],
    // However many days it plays, it is one test.
    count: byExitCode,
    minutes: 20,
  },
  {
    name: "vitest",
    commands: [["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`]],
    count: byVitest,
    minutes: 10,
  },
  { name: "vectors", commands: ["node tests/vectors/run.mjs"], count: byLastLine, minutes: 10 },
  { name: "conformance", commands: ["node tests/conformance/run.mjs"], count: byLastLine, minutes: 30 },
  // The same cases, with every single read and write in a request that it might share.
  { name: "shared", commands: ["node tests/conformance/run.mjs --shared"], count: byLastLine, minutes: 10 },
  // And with every batch and query on a worker thread.
  { name: "workers", commands: ["node tests/conformance/run.mjs --workers"], count: byLastLine, minutes: 15 },
  // The same cases, with a sync client in the place of each async one.
  { name: "sync", commands: ["node tests/conformance/run.mjs --sync"], count: byLastLine, minutes: 30 },
  // Without the official client's add-on, which is not for every platform, all of it is skipped.
  { name: "official", commands: ["node tests/official/run.mjs"], count: byLastLine, minutes: 10 },
  { name: "examples", commands: ["node scripts/examples.mjs"], count: byLastLine, minutes: 10 },
  { name: "demo", commands: ["node examples/demo/demo.mjs"], count: byExitCode, minutes: 5 },
  {
    name: "check",
    commands: [
      "cargo fmt --manifest-path rust/Cargo.toml --all --check",
      "cargo clippy --manifest-path rust/Cargo.toml --workspace --all-targets --locked --quiet -- -D warnings",
      "tsc --noEmit -p tsconfig.json",
      "biome check",
      "node scripts/build-pkg.mjs --check",
      "npm run --silent gen -- --check",
    ],
    count: byExitCode,
    minutes: 20,
  },
]

const env = {
  ...process.env,
  PATH: [
    join(root, "node_modules", ".bin"),
    join(root, "tests", "peers", "node_modules", ".bin"),
    process.env.PATH,
  ].join(delimiter),
  NO_COLOR: "1",
  TERM: "dumb",
  CARGO_TERM_COLOR: "never",
}
delete env.FORCE_COLOR

let running
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    if (running) kill(running)
    process.exit(130)
  })
}

process.once("exit", () => rmSync(scratch, { recursive: true, force: true }))

await main()

async function main() {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const stage of chosen()) add(total, await runStage(stage))
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

function chosen() {
  const at = process.argv.indexOf("--only")
  if (at < 0) return stages
  const names = (process.argv[at + 1] ?? "").split(",")
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name))
  if (unknown.length === 0) return stages.filter((stage) => names.includes(stage.name))
  console.error(`no stage "${unknown[0]}"; there are: ${stages.map((stage) => stage.name).join(", ")}`)
  process.exit(2)
}

async function runStage({ name, commands, count, minutes }) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  const reasons = []
  const start = Date.now()
  for (const command of commands) {
    const words = Array.isArray(command) ? command : command.split(" ")
    const done = await run(words, start + minutes * 60_000 - Date.now())
    const counted = { skipped: 0, ...count(done) }
    // Something that fails without a failed test, or has no test at all, is a failure of its own.
    const has = counted.passed + counted.skipped > 0
    if (counted.failed === 0 && (done.code !== 0 || !has)) counted.failed = 1
    if (counted.failed > 0) report(words, done)
    for (const [, reason] of done.output.matchAll(/^skipped: (.+)$/gm)) reasons.push(reason)
    add(sum, counted)
  }
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : ""
  const seconds = ((Date.now() - start) / 1000).toFixed(1)
  console.log(
    `${sum.failed > 0 ? "FAIL" : "ok  "} ${name.padEnd(12)} ${sum.passed} passed, ${sum.failed} failed${skipped} (${seconds} s)`,
  )
  for (const reason of reasons) console.log(`     skipped: ${reason}`)
  return sum
}

/** Runs a command without a terminal; resolves to its exit code and all that it printed. */
function run([command, ...args], limitMs) {
  if (command === "node" && !existsSync(join(root, args[0]))) return { code: 1, output: `${args[0]} does not exist\n` }
  return new Promise((resolve) => {
    // A process group of its own, so that what it started can be stopped with it.
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], detached: true })
    running = child
    let output = ""
    const timer = setTimeout(() => {
      output += `\nstopped: it took too long\n`
      kill(child)
    }, limitMs)
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
    const finish = (code) => {
      clearTimeout(timer)
      running = undefined
      resolve({ code, output })
    }
    child.on("error", (error) => {
      output += `${error.message}\n`
      finish(1)
    })
    child.on("close", (code) => finish(code ?? 1))
  })
}

function kill(child) {
  try {
    process.kill(-child.pid, "SIGKILL")
  } catch {
    // It has ended.
  }
}

function report(words, { code, output }) {
  const lines = output.trimEnd().split("\n")
  const shown = lines.slice(-200)
  console.log(`\n$ ${words.join(" ")}`)
  if (shown.length < lines.length) console.log(`… (${lines.length - shown.length} lines before)`)
  console.log(`${shown.join("\n")}\n→ exit code ${code}\n`)
}

function add(sum, counted) {
  for (const key of Object.keys(sum)) sum[key] += counted[key]
}

// ── Ways to count ──────────────────────────────────────────────────────────────────────────────────────────────

function byExitCode({ code }) {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

function byLastLine({ output }) {
  const last = output.trimEnd().split("\n").at(-1)
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(last)
  return found ? { passed: +found[1], failed: +found[2], skipped: +(found[3] ?? 0) } : { passed: 0, failed: 0 }
}

function byCargo({ output }) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const [, passed, failed, skipped] of output.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    add(sum, { passed: +passed, failed: +failed, skipped: +skipped })
  }
  return sum
}

function byVitest() {
  if (!existsSync(vitestReport)) return { passed: 0, failed: 0 }
  const said = JSON.parse(readFileSync(vitestReport, "utf8"))
  return { passed: said.numPassedTests, failed: said.numFailedTests, skipped: said.numPendingTests }
}
