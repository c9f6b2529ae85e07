// Writes the files that are generated: from the tables of numbers in rust/engine/src/{abi,proto,limits,command/ops,command/exp_ops}.rs;
// of the async client's classes, the types of the sync one; and the tables of the guides: see reference.mjs.
//
//   node scripts/gen.mjs           writes them
//   node scripts/gen.mjs --check   writes nothing; exits 1 and names each file that differs

import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { syncTypes } from "./sync-types.mjs"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const files = { ts: "ts/core/generated.ts", md: "docs/protocol-numbers.md", sync: "ts/sync/generated.ts" }

function generate(what) {
  if (what === "sync") return syncTypes(root)
  const args = ["run", "--quiet", "-p", "aerospike-sansio", "--example", "generate", "--", what]
  const options = { cwd: join(root, "rust"), encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }
  return execFileSync("cargo", args, options)
}

function current(file) {
  try {
    return readFileSync(join(root, file), "utf8")
  } catch (error) {
    if (error.code === "ENOENT") return undefined
    throw error
  }
}

const check = process.argv.includes("--check")
for (const [what, file] of Object.entries(files)) {
  const text = generate(what)
  if (text === current(file)) continue
  if (check) {
    console.error(`gen: ${file} is not what its sources say; run: npm run gen`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
    console.log(`gen: wrote ${file}`)
  }
}

await import("./reference.mjs")
