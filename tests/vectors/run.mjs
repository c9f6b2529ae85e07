// Checks the client and the dev server against recorded exchanges with a real server, in the format of README.md.
//
//   node tests/vectors/run.mjs [folder]          default: the project's own
//   DIRECTION=encode node tests/vectors/run.mjs  one direction
//   SCENARIO=kv/ttl node tests/vectors/run.mjs   scenarios whose name contains the text
//   REASONS=1 node tests/vectors/run.mjs         also say what is not supported yet
//
// encode: what the client sends for a described command, against the recorded request. decode: what it gives for the
// recorded answer, against the recorded result. devserver: what the dev server answers to the recorded request, against
// the recorded answer. Exit code 1 when anything differs.

import { fileURLToPath } from "node:url"
import { api } from "./lib/client.mjs"
import { openClientSide } from "./lib/client-side.mjs"
import { openDevServerSide } from "./lib/dev-server-side.mjs"
import { loadFolder, modulesOf, scenariosOf } from "./lib/load.mjs"
import { Report } from "./lib/report.mjs"

const folder = process.argv[2] ?? fileURLToPath(new URL(".", import.meta.url))
const { DIRECTION: direction = "", SCENARIO: wanted = "", REASONS } = process.env

let files
try {
  files = loadFolder(folder)
} catch (error) {
  console.log(`not ok ${error.message}\n0 passed, 1 failed`)
  process.exit(1)
}
const report = new Report()
const clientSide = direction === "devserver" ? undefined : await openClientSide(api, modulesOf(files))
const devServer = direction && direction !== "devserver" ? undefined : await openDevServerSide(files)

for (const file of files) {
  const add = (outcome) => report.add({ family: file.family, file: file.file, ...outcome })
  const replay = devServer?.startFile(file)
  for (const [scenario, steps] of scenariosOf(file)) {
    const asked = scenario.includes(wanted)
    if (asked && clientSide) {
      for (const exchange of steps) {
        const outcomes = await clientSide.check(exchange)
        for (const outcome of outcomes) if (!direction || outcome.direction === direction) add({ exchange, ...outcome })
      }
    }
    // Every scenario is replayed, for one may need what another left behind.
    for (const outcome of replay?.(scenario, steps) ?? []) if (asked) add(outcome)
  }
  devServer?.endFile()
}
await clientSide?.close()

for (const line of report.failures()) console.log(line)
if (REASONS) for (const line of report.reasons()) console.log(line)
console.log(report.table())
console.log("later: not yet supported, decided from the request alone")
if (report.different) console.log(`beside these ${report.different} that cannot be as recorded, and are not compared`)
console.log(`${report.total("passed")} passed, ${report.total("failed")} failed`)
process.exitCode = report.total("failed") ? 1 : 0
