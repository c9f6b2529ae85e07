// Checks docs/features.md and counts its rows: each row says yes, partly or no; a yes names a case that shows it; each case
// that is named exists.
//
//   node scripts/features.mjs           writes the counts
//   node scripts/features.mjs --check   fails if they are others

import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const page = join(root, "docs", "features.md")
const text = readFileSync(page, "utf8")
const counted = /(<!-- counts -->\n)[\s\S]*?(<!-- \/counts -->)/

const faults = []
const counts = { yes: 0, partly: 0, no: 0 }
for (const line of text.split("\n").filter((line) => line.startsWith("| ") && !/^\| (feature|---) /.test(line))) {
  const [feature, state, proof] = line.split(" | ").map((cell) => cell.replace(/^\| /, ""))
  const [kind] = /^(yes$|partly: .|no, .)/.exec(state)?.[0].split(/[:,]/) ?? []
  if (kind) counts[kind]++
  else faults.push(`${feature}: the state is "${state}", not yes, "partly: what is missing" or "no, why"`)
  const links = [...proof.matchAll(/\]\((\S+) (["'])(.+?)\2\)/g)].map(([, path, , name]) => ({ path, name }))
  for (const link of links)
    if (!(await exists(link))) faults.push(`${feature}: there is no "${link.name}" in ${link.path}`)
  if (kind !== "yes") continue
  if (links.length === 0) faults.push(`${feature}: nothing shows it`)
  else if (!links.some(({ path }) => isConformance(path)) && !/\) \(.+\)$/.test(proof)) {
    faults.push(`${feature}: no conformance case shows it, and no reason is given`)
  }
}

const total = counts.yes + counts.partly + counts.no
const head = `**${total} rows: ${counts.yes} done, ${counts.partly} partly, ${counts.no} not done.**\n`
const right = text.replace(counted, `$1${head}$2`)
if (!counted.test(text)) faults.push("the place for the counts is missing")
if (process.argv.includes("--check") && right !== text)
  faults.push("the counts are out of date: node scripts/features.mjs")
else if (right !== text) writeFileSync(page, right)
for (const fault of faults) console.error(fault)
console.log(head.trim().replaceAll("*", ""))
process.exitCode = faults.length > 0 ? 1 : 0

function isConformance(path) {
  return path.includes("tests/conformance/cases/")
}

/** Cases that are made by a loop are found only when their file is run; the names of other tests stand in theirs. */
async function exists({ path, name }) {
  const file = join(dirname(page), path)
  if (!existsSync(file)) return false
  if (!path.includes("/cases/")) return readFileSync(file, "utf8").includes(name)
  const { default: told } = await import(pathToFileURL(file))
  return (told.cases ?? told).some((one) => one.name === name)
}
