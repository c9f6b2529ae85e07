// The suite on the runtime that started this file. run.mjs sets CONFORMANCE_HOSTS; the last line is the count. With RECORD=1 the
// line before it has what of the protocol was exercised: the codes of the errors that cases expected, and what servers that
// cases started themselves were asked for.

import process from "node:process"
import * as api from "aerospike-wasm"
import { codeEntry } from "./entries/report.mjs"
import { runSubjects } from "./runner.mjs"
import { subjects } from "./subjects.mjs"

const seen = process.env.RECORD ? (await import("./entries/tap.mjs")).tapServers() : undefined

// Many cases make a client complain; what they look at is in errors and events.
api.setLogLevel(api.LogLevel.OFF)

// With SYNC=1 in the environment, a sync client in the place of each async one.
const sync = process.env.SYNC ? await import("./support/sync-client.mjs") : undefined
const { reasonToSkip, checkSkips } = sync ? await import("./support/sync-skips.mjs") : {}
checkSkips?.(subjects.flatMap(({ name, cases }) => cases.map((one) => `${name}: ${one.name}`)))

const count = await runSubjects(subjects, {
  api: sync ? { ...api, connect: sync.connect } : api,
  hosts: process.env.CONFORMANCE_HOSTS,
  print: (line) => console.log(line),
  only: process.env.CASES,
  reasonToSkip,
})
if (seen) console.log(`record ${JSON.stringify([...seen, ...[...count.codes].map(codeEntry)])}`)
const skipped = count.skipped ? `, ${count.skipped} skipped` : ""
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
// Not process.exit: that the process now ends by itself shows that nothing of the clients is left.
process.exitCode = count.failed ? 1 : 0
