// The official Node client and this one, given the same cases: on the dev server and, when AEROSPIKE_HOSTS names one, on a
// real cluster. What the official client gets from a real server is recorded, so that the dev server can be held against it
// without one. All that differs is listed in `differences.mjs`, each with its reason: an unlisted difference fails, and so
// does a listed one that is none.
//
//   node tests/official/run.mjs                      on the dev server
//   AEROSPIKE_HOSTS=host:3000 node tests/official/run.mjs            and on a real cluster
//   AEROSPIKE_HOSTS=host:3000 node tests/official/run.mjs --record   writes recorded.jsonl anew
//
// The last line is `N passed, N failed`, with `, N skipped` where the official client cannot be loaded.

import { spawn } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { startDevServerProcess } from "../conformance/support/server.mjs"
import { cases } from "./cases/index.mjs"
import { clients, devServer } from "./differences.mjs"

const { AEROSPIKE_HOSTS } = process.env
const recording = new URL("./recorded.jsonl", import.meta.url)
const limitMs = 120_000
const processesMost = 4
const shownMost = Number(process.env.SHOWN ?? 30)

const why = unavailable()
if (why) {
  console.log(`skipped: the official client cannot be used here: ${why}`)
  console.log(`0 passed, 0 failed, ${cases.length} skipped`)
} else if (process.argv.includes("--record")) {
  await record()
} else {
  await check()
}

/** Its add-on is there only for some platforms and versions of Node. */
function unavailable() {
  try {
    createRequire(new URL("../peers/package.json", import.meta.url))("aerospike").releaseEventLoop()
  } catch (error) {
    return error.message.split("\n")[0]
  }
}

async function record() {
  if (!AEROSPIKE_HOSTS) throw new Error("AEROSPIKE_HOSTS has to name a real server")
  const found = await run("theirs", AEROSPIKE_HOSTS)
  const lines = cases.map(({ name }) => JSON.stringify({ name, outcomes: found.get(name) }))
  writeFileSync(recording, `${lines.join("\n")}\n`)
  console.log(`${lines.length} cases recorded`)
}

async function check() {
  const total = { passed: 0, failed: 0 }
  const recorded = existsSync(recording) ? parsed(readFileSync(recording, "utf8")) : new Map()
  const [theirs, ours] = await Promise.all([onDevServer("theirs"), onDevServer("ours")])
  compare("the official client, real server | dev server", recorded, theirs, devServer, total)
  compare("on the dev server: the official client | this client", theirs, ours, clients, total)
  compareWithPage(total)
  if (AEROSPIKE_HOSTS) {
    // One after the other: they use the same sets.
    const theirsThere = await run("theirs", AEROSPIKE_HOSTS)
    const oursThere = await run("ours", AEROSPIKE_HOSTS)
    compare(`the official client, recorded | ${AEROSPIKE_HOSTS}`, recorded, theirsThere, [], total)
    compare(`on ${AEROSPIKE_HOSTS}: the official client | this client`, theirsThere, oursThere, clients, total)
  }
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

/** What is listed is told to users, too, in the same words. */
function compareWithPage(total) {
  const page = new URL("../../docs/differences.md", import.meta.url)
  const told = readFileSync(page, "utf8").replace(/\s+/g, " ")
  const untold = clients.filter(({ reason }) => !told.includes(reason))
  total.passed += clients.length - untold.length
  total.failed += untold.length
  for (const { reason } of untold) console.log(`docs/differences.md does not tell: ${reason}`)
}

async function onDevServer(who) {
  const server = await startDevServerProcess()
  try {
    return await run(who, server.hosts)
  } finally {
    await server.close()
  }
}

/**
 * What became of each case, by its name. The official client crashes now and then: a process more goes on with what is
 * left, for so many times. What has no outcome by then has failed.
 */
async function run(who, hosts) {
  const found = new Map()
  for (let time = 0; time < processesMost && found.size < cases.length; time++) {
    const { output, ended } = await runOnce(who, hosts, [...found.keys()])
    for (const [name, outcomes] of parsed(output)) found.set(name, outcomes)
    // It may also crash when all is done.
    if (ended && found.size < cases.length)
      console.log(`${who} on ${hosts} ended early, after ${found.size} of ${cases.length} cases: ${ended}`)
  }
  return found
}

function runOnce(who, hosts, without) {
  return new Promise((resolve) => {
    const program = fileURLToPath(new URL("./lib/subject.mjs", import.meta.url))
    const child = spawn(process.execPath, [program, who, hosts], { stdio: ["pipe", "pipe", "inherit"] })
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs)
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (more) => {
      text += more
    })
    child.stdin.on("error", () => {})
    child.stdin.end(JSON.stringify(without))
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      const output = text.slice(0, text.lastIndexOf("\n") + 1)
      resolve({ output, ended: code === 0 ? undefined : (signal ?? `code ${code}`) })
    })
  })
}

function parsed(text) {
  const lines = text.trim().split("\n").filter(Boolean)
  return new Map(lines.map((line) => JSON.parse(line)).map(({ name, outcomes }) => [name, outcomes]))
}

/**
 * Each case is one test. Where the outcome of a step differs, exactly one row of `differences` has to know it: `knows`
 * tells by both outcomes. One that is `lasting` goes for the rest of its case, too: what was not done is not there later.
 * Each row is one test more: it has to be of use, but for what is so only `sometimes`.
 */
function compare(title, before, after, differences, total) {
  const used = new Map(differences.map((row) => [row, 0]))
  const failures = []
  for (const { name, steps } of cases) {
    const [left, right] = [before.get(name), after.get(name)]
    const wrong = []
    if (!left || !right) wrong.push(`no outcome of ${left ? "the second" : "the first"}`)
    let lasting
    for (const [i, step] of wrong.length > 0 ? [] : steps.entries()) {
      if (same(left[i], right[i])) continue
      const known = lasting
        ? [lasting]
        : differences.filter((row) =>
            row.knows({ name, step, left: left[i] ?? "nothing", right: right[i] ?? "nothing" }),
          )
      for (const row of known) used.set(row, used.get(row) + 1)
      lasting = known.find((row) => row.lasting)
      if (known.length === 1) continue
      wrong.push(`step ${i + 1}, ${step[0]}\n    ${shown(left[i])}\n    ${shown(right[i])}`)
      if (known.length > 1) wrong.push(`several rows know it: ${known.map(({ reason }) => reason).join(" / ")}`)
    }
    if (wrong.length > 0) failures.push(`${name}\n  ${wrong.join("\n  ")}`)
    total[wrong.length > 0 ? "failed" : "passed"]++
  }
  for (const [{ reason, sometimes }, times] of used) {
    if (sometimes) continue
    if (times === 0) failures.push(`listed, but there is no such difference any more: ${reason}`)
    total[times === 0 ? "failed" : "passed"]++
  }
  const known = [...used.values()].reduce((sum, times) => sum + times, 0)
  console.log(
    `${title}: ${cases.length} cases, ${known} listed differences of ${differences.length} kinds, ${failures.length} failed`,
  )
  for (const failure of failures.slice(0, shownMost)) console.log(`  ${failure}`)
  if (failures.length > shownMost) console.log(`  … and ${failures.length - shownMost} more`)
}

function same(left, right) {
  return JSON.stringify(left) === JSON.stringify(right)
}

function shown(outcome) {
  const text = JSON.stringify(outcome) ?? "nothing"
  return text.length > 300 ? `${text.slice(0, 300)} …` : text
}
