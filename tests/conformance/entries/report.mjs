// What the suite has left out: entries that no case has exercised and that are not excepted, and exceptions that are none.

import { code } from "../../../dist/core/generated.js"
import { entries, unknownTables } from "./entries.mjs"
import { EXCEPTIONS } from "./exceptions.mjs"

/** The entry of a code that an error had. */
export function codeEntry(value) {
  return `code.${Object.keys(code).find((name) => code[name] === value) ?? value}`
}

/** `{ covered, excepted, all, faults }` of the names that were seen; each fault is a sentence. */
export function report(seen) {
  const all = new Set(entries())
  const excepted = new Map()
  for (const [reason, names] of Object.entries(EXCEPTIONS)) for (const name of names) excepted.set(name, reason)
  const faults = unknownTables().map((table) => `the table ${table} is not in tests/conformance/entries/entries.mjs`)
  const uncovered = [...all].filter((name) => !seen.has(name) && !excepted.has(name))
  faults.push(...uncovered.map((name) => `no case exercises ${name}`))
  for (const [name, reason] of excepted) {
    if (!all.has(name)) faults.push(`${name} is excepted (${reason}), and is no entry`)
    else if (seen.has(name)) faults.push(`${name} is excepted (${reason}), and a case exercises it`)
  }
  const covered = [...all].filter((name) => seen.has(name)).length
  return { covered, excepted: excepted.size, all: all.size, faults }
}
