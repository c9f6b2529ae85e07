// Runs the code of the README and of the guides in docs/, and the programs under examples/ on their runtimes, against one dev
// server or the cluster that AEROSPIKE_HOSTS names. A program must exit 0 and print exactly what its `// → text` comments say, in their order.
//
//   node scripts/examples.mjs         all
//   node scripts/examples.mjs deno    only those whose name contains the word

import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"
import { findRuntimes } from "../tests/conformance/support/runtimes.mjs"
import { startServer } from "../tests/conformance/support/server.mjs"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const only = process.argv[2] ?? ""
const limitMs = 60_000
const documents = ["README.md", ...guides()]
/** What the blocks import beside the package, as a reader would install it. */
const installed = ["prom-client", "pino", "@opentelemetry"]

const examples = [
  { runtime: "node", file: "examples/node/users.mjs", args: [] },
  { runtime: "node", file: "examples/node/columns.mjs", args: [] },
  { runtime: "node", file: "examples/node/slow-node.mjs", args: [] },
  { runtime: "deno", file: "examples/deno/users.ts", args: ["run", "--allow-net", "--allow-env", "--allow-read"] },
  { runtime: "bun", file: "examples/bun/users.ts", args: [] },
  // Client and dev server in one process, there too.
  { runtime: "deno", file: "examples/node/slow-node.mjs", args: ["run", "--allow-all"] },
  { runtime: "bun", file: "examples/node/slow-node.mjs", args: [] },
]

// The documents' blocks run where a reader would paste them: in a project of its own that has the package installed.
const project = mkdtempSync(join(tmpdir(), "aerospike-wasm-readme-"))
const count = { passed: 0, failed: 0 }
let server
try {
  mkdirSync(join(project, "node_modules"))
  symlinkSync(root, join(project, "node_modules", "aerospike-wasm"), "junction")
  for (const name of installed)
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name), "junction")
  server = await startServer({ nodes: 3 })
  for (const example of [...documents.flatMap(blocksOf), ...examples.map(fromFile)]) {
    if (example.name.includes(only)) await check(example)
  }
} catch (error) {
  console.log(`not ok ${error.stack ?? error}`)
  count.failed++
} finally {
  await server?.close()
  rmSync(project, { recursive: true, force: true })
}
console.log(`${count.passed} passed, ${count.failed} failed`)
process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0

function fromFile({ runtime, file, args }) {
  return { name: file, runtime, args, path: join(root, file), source: readFileSync(join(root, file), "utf8") }
}

/** The pages in docs/ that have blocks to run. */
function guides() {
  const pages = readdirSync(join(root, "docs"), { recursive: true }).map((path) => join("docs", String(path)))
  return pages
    .filter((path) => path.endsWith(".md") && readFileSync(join(root, path), "utf8").includes("<!-- runs: "))
    .sort()
}

/** The blocks of a document that stand behind `<!-- runs: name -->`, as files of the project. */
function blocksOf(document) {
  const text = readFileSync(join(root, document), "utf8")
  const blocks = [...text.matchAll(/^<!-- runs: (\S+) -->\n+```(js|ts)\n(.*?)^```$/gms)]
  return blocks.map(([, label, language, source]) => {
    const path = join(project, `${label}.mjs`)
    const here = source.replaceAll('"127.0.0.1:3000"', JSON.stringify(server.hosts))
    writeFileSync(path, language === "ts" ? javascript(here) : here)
    return { name: `${document} ${label}`, runtime: "node", args: [], path, source }
  })
}

/** Node 20 runs neither types nor `await using`. */
function javascript(source) {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
  return ts.transpileModule(source, { compilerOptions }).outputText
}

async function check({ name, runtime, args, path, source }) {
  const expected = [...source.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text)
  const [{ command, version }] = findRuntimes(runtime)
  const start = performance.now()
  const { code, stdout, stderr } = await run(command, [...args, path])
  const printed = stdout.split("\n").slice(0, -1)
  const problem =
    code !== 0
      ? `ended with ${code}`
      : expected.length === 0
        ? "has no `// → text` to compare with"
        : printed.join("\n") !== expected.join("\n")
          ? "printed something else"
          : undefined
  count[problem ? "failed" : "passed"]++
  const took = `${Math.round(performance.now() - start)} ms`
  console.log(`${problem ? "not ok" : "ok"} ${name} (${runtime} ${version}, ${took})${problem ? `: ${problem}` : ""}`)
  if (!problem) return
  for (const line of expected) console.log(`  expected | ${line}`)
  for (const line of printed) console.log(`  printed  | ${line}`)
  for (const line of stderr.split("\n").slice(0, -1)) console.log(`  stderr   | ${line}`)
}

/** What a program printed and its exit code, or the signal or error that ended it. */
function run(command, args) {
  return new Promise((resolve) => {
    const env = { ...process.env, AEROSPIKE_HOSTS: server.hosts, NO_COLOR: "1" }
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] })
    const limit = setTimeout(() => child.kill("SIGKILL"), limitMs)
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text
    })
    child.on("error", (error) => resolve({ code: error.message, stdout, stderr }))
    child.on("close", (code, signal) => {
      clearTimeout(limit)
      resolve({ code: code ?? signal, stdout, stderr })
    })
  })
}
