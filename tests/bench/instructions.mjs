// Counts the instructions that the engine's benchmarks need, and holds them against those that were kept: a regression shows
// on any machine, however busy. The cases are those of rust/engine/benches/cases.
//
//   node tests/bench/instructions.mjs             compares; exits with 1 if one needs 5 % more, or counting operations
//                                                 (metrics/… beside whole/…) more than 1.5 %
//   node tests/bench/instructions.mjs --update    keeps what was counted
//
// Each case is run twice under valgrind's callgrind, once with twice as many acts: the difference is theirs alone. Another
// compiler makes other instructions: then the comparison is only shown.

import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../", import.meta.url))
const kept = fileURLToPath(new URL("instructions.json", import.meta.url))
const MORE = 0.05
/** What a case `metrics/…` may need more than its twin `whole/…`: of the engine alone, so of a client it is half as much. */
const COUNTING = 0.015
/** Operations a run; an act may be many. */
const OPERATIONS = 256

const valgrind = spawnSync("valgrind", ["--version"], { encoding: "utf8" })
if (valgrind.status !== 0) {
  console.log("instructions are not counted: there is no valgrind")
  process.exit()
}
const compiler = execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim().split(" ").slice(0, 2).join(" ")
const baseline = JSON.parse(readFileSync(kept, "utf8"))
const update = process.argv.includes("--update")
const program = build()
const counted = Object.fromEntries(cases().map(({ name, operations }) => [name, instructionsOf(name, operations)]))
const worse = compare()
const dear = priceOfCounting()
if (update) {
  writeFileSync(kept, `${JSON.stringify({ compiler, architecture: process.arch, cases: counted }, null, 2)}\n`)
  console.log("kept in tests/bench/instructions.json")
} else if (baseline.compiler !== compiler || baseline.architecture !== process.arch) {
  console.log(
    `what is kept was made by ${baseline.compiler} for ${baseline.architecture}, this by ${compiler}: nothing follows of it`,
  )
} else if (worse.length > 0) {
  console.log(`more than ${MORE * 100} % more instructions: ${worse.join(", ")}`)
  process.exitCode = 1
}
// One compiler made both.
if (dear.length > 0) {
  console.log(`counting operations needs more than ${COUNTING * 100} % more instructions: ${dear.join(", ")}`)
  process.exitCode = 1
}

/** Gives the path of the program. */
function build() {
  const args = ["bench", "--manifest-path", "rust/Cargo.toml", "-p", "aerospike-sansio", "--bench", "instructions"]
  const told = execFileSync("cargo", [...args, "--no-run", "--locked", "--message-format=json"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  })
  const made = told
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  return made.findLast(({ target, executable }) => target?.name === "instructions" && executable).executable
}

function cases() {
  const lines = execFileSync(program, { encoding: "utf8" }).trim().split("\n")
  return lines.map((line) => line.split("\t")).map(([name, operations]) => ({ name, operations: Number(operations) }))
}

/** Of one operation. */
function instructionsOf(name, operations) {
  const acts = Math.max(2, Math.ceil(OPERATIONS / operations))
  const [once, twice] = [acts, 2 * acts].map((times) => totalOf(name, times))
  return Math.round((twice - once) / (acts * operations))
}

function totalOf(name, times) {
  const args = ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, name, String(times)]
  const { status, stderr } = spawnSync("valgrind", args, { encoding: "utf8" })
  const found = /Collected : (\d+)/.exec(stderr)
  if (status !== 0 || !found) throw new Error(`valgrind did not count ${name}:\n${stderr}`)
  return Number(found[1])
}

/** Prints what counting adds; gives the names of those where it is too much. */
function priceOfCounting() {
  return Object.entries(counted).flatMap(([name, now]) => {
    if (!name.startsWith("metrics/")) return []
    const without = counted[name.replace("metrics/", "whole/")]
    console.log(`  ${name}: ${now - without} of ${without} more, ${((now / without - 1) * 100).toFixed(2)} %`)
    return now / without - 1 > COUNTING ? [name] : []
  })
}

/** Prints every case; gives the names of those that need too many more. */
function compare() {
  const worse = []
  console.log("  instructions of one operation     kept      now")
  for (const [name, now] of Object.entries(counted)) {
    const before = baseline.cases[name]
    const change = before === undefined ? undefined : now / before - 1
    const told = change === undefined ? "    new" : `${(change * 100).toFixed(1).padStart(6)} %`
    console.log(`  ${name.padEnd(30)} ${String(before ?? "").padStart(7)}  ${String(now).padStart(7)} ${told}`)
    if (change > MORE) worse.push(name)
  }
  const gone = Object.keys(baseline.cases).filter((name) => counted[name] === undefined)
  if (gone.length > 0) console.log(`kept, but no longer there: ${gone.join(", ")}`)
  return worse
}
