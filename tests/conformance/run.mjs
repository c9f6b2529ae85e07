// Runs the conformance suite on each runtime, one after the other, against one server each: a fresh dev server of three
// nodes, or the cluster that AEROSPIKE_HOSTS names. Decides nothing about behaviour: that is told in cases/.
//
//   node tests/conformance/run.mjs            Node, Deno and Bun
//   RUNTIME=deno node tests/conformance/run.mjs
//   AEROSPIKE_HOSTS=127.0.0.1:3000 node tests/conformance/run.mjs
//   node tests/conformance/run.mjs --shared        on Node, every single read and write in a request that it might share
//   node tests/conformance/run.mjs --workers       on Node, every batch and query on a worker thread, however small
//   node tests/conformance/run.mjs --sync          on Node, with a sync client in the place of each async one
//   CASES=expiry node tests/conformance/run.mjs    only the subjects or names that contain the text

import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { report } from "./entries/report.mjs"
import { findRuntimes } from "./support/runtimes.mjs"
import { startServer } from "./support/server.mjs"

const main = fileURLToPath(new URL("./main.mjs", import.meta.url))

/** How long a whole suite may take, and how long its process may take to end once it has printed its count. */
const SUITE_MS = 600_000
const END_MS = 10_000

/** What of the protocol is exercised is recorded once, where sockets can be tapped, and means something only if all cases run. */
const isRecorded = (runtime) =>
  runtime.name === "node" &&
  !process.env.CASES &&
  !process.env.AEROSPIKE_HOSTS &&
  !process.env.COALESCE &&
  !process.env.WORKERS &&
  !process.env.SYNC

if (process.argv.includes("--shared")) Object.assign(process.env, { COALESCE: "1", RUNTIME: "node" })
if (process.argv.includes("--workers"))
  Object.assign(process.env, { WORKERS: "2", RUNTIME: process.env.RUNTIME ?? "node" })

if (process.argv.includes("--sync")) Object.assign(process.env, { SYNC: "1", RUNTIME: process.env.RUNTIME ?? "node" })

const total = { passed: 0, failed: 0, skipped: 0 }
let runtimes
try {
  runtimes = findRuntimes(process.env.RUNTIME)
} catch (error) {
  console.log(`not ok ${error.message}`)
  runtimes = []
  total.failed++
}
for (const runtime of runtimes) {
  let server
  try {
    const record = isRecorded(runtime)
    server = await startServer({ nodes: 3, record })
    const count = await runSuite(runtime, server, record)
    add(count)
    const seen = await server.close()
    server = undefined
    if (record) checkCoverage([...seen, ...count.record])
  } catch (error) {
    console.log(`not ok ${runtime.name}: ${error.stack ?? error}`)
    total.failed++
  } finally {
    await server?.close()
  }
}
const skipped = total.skipped ? `, ${total.skipped} skipped` : ""
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed ? 1 : 0

/** A test of its own: that the suite exercises every entry of the protocol's tables. */
function checkCoverage(seen) {
  const { covered, excepted, all, faults } = report(new Set(seen))
  console.log(`# ${covered} of ${all} entries of the protocol exercised, ${excepted} excepted`)
  for (const fault of faults) console.log(`not ok coverage: ${fault}`)
  if (faults.length) total.failed++
  else total.passed++
}

function add(count) {
  for (const key of Object.keys(total)) total[key] += count[key]
}

/** Runs main.mjs on one runtime; resolves to its count, which is the last line it prints. */
function runSuite(runtime, server, record) {
  console.log(`# ${runtime.name} ${runtime.version} on ${server.name}`)
  return new Promise((resolve, reject) => {
    const child = spawn(runtime.command, [...runtime.args, main], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        CONFORMANCE_HOSTS: server.hosts,
        CONFORMANCE_RUNTIME: runtime.name,
        RECORD: record ? "1" : "",
      },
    })
    let count
    let recorded = []
    let late
    let held = ""
    const limit = setTimeout(() => stop(`no result after ${SUITE_MS / 1000} s`), SUITE_MS)
    const stop = (why) => {
      child.kill("SIGKILL")
      finish(() => reject(new Error(why)))
    }
    const finish = (act) => {
      clearTimeout(limit)
      clearTimeout(late)
      act()
    }
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (held + text).split("\n")
      held = lines.pop()
      for (const line of lines) {
        if (line.startsWith("record ")) {
          recorded = JSON.parse(line.slice("record ".length))
          continue
        }
        console.log(line)
        const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line)
        if (!found) continue
        count = { passed: +found[1], failed: +found[2], skipped: +(found[3] ?? 0), record: recorded }
        late = setTimeout(() => stop(`still running ${END_MS / 1000} s after all clients were closed`), END_MS)
      }
    })
    child.on("error", (error) => finish(() => reject(error)))
    child.on("close", (code, signal) => {
      if (count && code === (count.failed ? 1 : 0)) finish(() => resolve(count))
      else finish(() => reject(new Error(`ended with ${signal ?? `code ${code}`}${count ? "" : " and no count"}`)))
    })
  })
}
