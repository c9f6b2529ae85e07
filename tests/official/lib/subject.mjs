// Runs cases by one client, in a process of its own: `node subject.mjs ours|theirs hosts`, with the names of those to leave
// out as JSON on its input. Prints one line of JSON for each case: `{ name, outcomes }`. A native add-on that crashes or
// hangs takes only this process with it.

import { createHash } from "node:crypto"
import { readFileSync, writeSync } from "node:fs"
import { cases } from "../cases/index.mjs"
import { errorOf } from "./language.mjs"

const [who, hosts] = process.argv.slice(2)
const { open, errorShape } = await import(`./${who}.mjs`)
const { subject, close } = await open(hosts)
const ns = "test"
// Always the same sets: which partition a record is in is a part of what is compared. Nobody else may use them meanwhile.
const shared = "official"
const inFlight = 16

const without = new Set(JSON.parse(readFileSync(0, "utf8")))
const left = cases.filter(({ name }) => !without.has(name))
const together = left.filter(({ alone }) => !alone)
const alone = left.filter((one) => one.alone)
await empty(subject({ ns, set: shared }))
await Promise.all(Array.from({ length: inFlight }, () => work(together)))
await work(alone)
await subject({ ns, set: shared }).truncate()
await close()
// What the official client has given up waiting for would keep the process.
process.exit()

async function work(left) {
  for (let one = left.shift(); one; one = left.shift()) {
    const line = `${JSON.stringify({ name: one.name, outcomes: await run(one) })}\n`
    writeSync(1, line)
  }
}

async function run({ name, steps, own }) {
  const id = createHash("sha256").update(name).digest()
  const set = own ? `${shared}-${id.toString("hex").slice(0, 8)}` : shared
  const say = subject({ ns, set, keyOf: own ? (key) => key : (key) => keyOf(key, id) })
  say.truncateAll = () => truncateAll(say)
  if (own) await empty(say)
  const outcomes = []
  for (const [verb, ...args] of steps) {
    const outcome = await Promise.resolve()
      .then(() => say[verb](...args))
      .catch((error) => errorOf(error, errorShape))
    outcomes.push(outcome)
  }
  if (own) await say.truncate()
  return outcomes
}

/** Removes what a run that was stopped has left. */
async function empty(say) {
  if ((await say.queryCount({})) === 0) return
  await say.truncate()
  while ((await say.queryCount({})) > 0);
}

/** Records of the very millisecond outlive a truncation: it may take another. Gives how many are left. */
async function truncateAll(say) {
  for (let tries = 0; tries < 100; tries++) {
    await say.truncate()
    if ((await say.queryCount({})) === 0) return 0
  }
  return say.queryCount({})
}

/** A user key that no other case has, of the same type. */
function keyOf(key, id) {
  if (typeof key === "string") return `${id.toString("hex").slice(0, 8)} ${key}`
  if (key instanceof Uint8Array) return Uint8Array.from([...id.subarray(0, 4), ...key])
  return key
}
