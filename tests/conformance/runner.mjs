// Runs subjects of cases against one server and prints what failed. Knows no runtime, no test framework and no
// behaviour: it is given the library (`api`), the hosts and a way to print.

import { cleanUp, common, makeContext } from "./support/context.mjs"
import { lacking, learn } from "./support/facts.mjs"

/** Milliseconds a case may take unless it says otherwise (`ms`). */
const CASE_MS = 30_000

/** `reasonToSkip` says of a title why it is left out, if it is. Resolves to `{ passed, failed, skipped, codes }`: the codes of the errors that cases expected. */
export async function runSubjects(subjects, { api, hosts, print, only = "", reasonToSkip = () => undefined }) {
  const count = { passed: 0, failed: 0, skipped: 0 }
  const shared = await api.connect({ hosts, ...common })
  const run = {
    api,
    hosts,
    client: shared,
    set: uniqueSet(),
    keys: [],
    facts: await learn(shared, api),
    codes: new Set(),
  }
  const reasons = new Map()

  for (const subject of subjects) {
    const cases = subject.cases.filter(({ name }) => `${subject.name}: ${name}`.includes(only))
    // Cases that mostly wait for the server's clock wait together.
    if (subject.together) await Promise.all(cases.map((one) => runCase(subject, one)))
    else for (const one of cases) await runCase(subject, one)
  }

  try {
    await cleanUp(run)
    await shared.close()
  } catch (error) {
    fail("clean-up", error)
  }
  for (const [reason, names] of reasons) print(`skipped, ${reason}: ${names.join("; ")}`)
  return { ...count, codes: run.codes }

  async function runCase(subject, one) {
    const title = `${subject.name}: ${one.name}`
    const reason = reasonToSkip(title) ?? lacking(one.needs ?? [], run.facts)
    if (reason) {
      count.skipped++
      reasons.set(reason, [...(reasons.get(reason) ?? []), title])
      return
    }
    const t = makeContext(run)
    try {
      await bounded(one.run(t), one.ms ?? CASE_MS)
      await t.end()
      count.passed++
    } catch (error) {
      fail(title, error)
      await t.end().catch((also) => fail(`${title}, when it ended`, also))
    }
  }

  function fail(title, error) {
    count.failed++
    const told = error?.stack ?? String(error)
    const cause = error?.cause ? `\ncause: ${error.cause?.stack ?? error.cause}` : ""
    print(`not ok ${title}\n${indent(told + cause)}`)
  }
}

/** A set that no other run uses. */
function uniqueSet() {
  return `c${Date.now().toString(36)}${Math.floor(Math.random() * 36 ** 4).toString(36)}`
}

async function bounded(promise, ms) {
  let timer
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${ms / 1000} s`)), ms)
  })
  try {
    await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}

function indent(text) {
  return text
    .split("\n")
    .slice(0, 30)
    .map((line) => `    ${line}`)
    .join("\n")
}
