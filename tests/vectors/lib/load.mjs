// Reads a folder of recorded exchanges: every *.jsonl in the format of ../README.md.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/**
 * The files of a folder as `{ family, file, client, exchanges }`, where `family` is the file's name before its first dot. A folder
 * that has no *.jsonl itself, but a `data` folder, stands for that.
 */
export function loadFolder(folder) {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
  if (!names.length && readdirSync(folder).includes("data")) return loadFolder(join(folder, "data"))
  const files = names.map((name) => loadFile(folder, name)).filter(({ exchanges }) => exchanges.length)
  if (!files.length) throw new Error(`no recorded exchanges in ${folder}`)
  noteOthers(files)
  return files
}

/** Gives each exchange `others`: the requests that other clients sent at the same step for the same description. */
function noteOthers(files) {
  const same = new Map()
  for (const { family, exchanges } of files) {
    for (const exchange of exchanges) {
      const of = `${family} ${exchange.scenario} ${exchange.step} ${exchange.part} ${sorted(exchange.what)}`
      same.set(of, [...(same.get(of) ?? []), exchange])
    }
  }
  for (const exchanges of same.values()) {
    for (const exchange of exchanges) {
      exchange.others = exchanges.filter((other) => other !== exchange).map(({ request }) => request)
    }
  }
}

function sorted(value) {
  return JSON.stringify(value, (_, item) =>
    item && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

function loadFile(folder, name) {
  const file = name.replace(/\.jsonl$/, "")
  const exchanges = readFileSync(join(folder, name), "utf8")
    .split("\n")
    .flatMap((line, i) => (line.trim() ? [parseLine(line, `${name}:${i + 1}`)] : []))
    // signatures.jsonl describes arguments and holds no exchange.
    .filter(({ scenario }) => scenario !== undefined)
  return { family: file.split(".")[0], file, exchanges }
}

function parseLine(line, where) {
  try {
    return { ...JSON.parse(line), where }
  } catch (error) {
    throw new Error(`${where}: ${error.message}`)
  }
}

/** The texts of the modules that were put, by file name. */
export function modulesOf(files) {
  const put = files.flatMap(({ exchanges }) => exchanges).filter(({ what }) => what?.kind === "udf_put")
  return new Map(put.map(({ what }) => [what.name, what.source]))
}

/** A file's exchanges by scenario, in the order of the file. */
export function scenariosOf({ exchanges }) {
  const scenarios = new Map()
  for (const exchange of exchanges) {
    const steps = scenarios.get(exchange.scenario)
    if (steps) steps.push(exchange)
    else scenarios.set(exchange.scenario, [exchange])
  }
  return scenarios
}

/** Which client recorded an exchange: `go`, `py`, `node` or `raw`. */
export function clientOf({ client = "" }) {
  return client.split(" ")[0]
}

/** Seconds that passed just before a step: a scenario says so in its note. */
export function pauseBefore({ step, note = "" }) {
  const found = /([\d.]+) s pass between steps (\d+) and (\d+)/.exec(note)
  return found && Number(found[3]) === step ? Number(found[1]) : 0
}
