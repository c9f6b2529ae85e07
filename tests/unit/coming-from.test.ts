// The pages for those who come from other clients: what they call ours exists here, and each name of the others is answered.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { Admin } from "../../ts/admin/security.ts"
import { fields as config } from "../../ts/config.ts"
import { code, columnType } from "../../ts/core/generated.ts"
import * as exported from "../../ts/index.ts"
import { families } from "../../ts/metrics/families.ts"
import * as metrics from "../../ts/metrics/index.ts"
import { policyFields, policyTakes } from "../../ts/policy.ts"
import * as tracing from "../../ts/tracing/index.ts"
import { theirNames } from "./support/their-names.ts"

const root = new URL("../../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")
const folder = "docs/coming-from"
const pages = readdirSync(new URL(folder, root)).filter((name) => name.endsWith(".md"))

/** What stands in backticks in a column of all tables of a page. */
function quotedIn(page: string, column: number): string[] {
  const lines = read(`${folder}/${page}`).split("\n")
  const rows = lines.filter((line) => line.startsWith("| ") && !/^\| (?:---|there|advice)/.test(line))
  return rows.flatMap((row) => [...row.split("|")[column + 1]!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!))
}

/** The names of an interface's fields, which are not there when a program runs. */
function fieldsOf(path: string, name: string): string[] {
  const body = new RegExp(`(?:interface|class) ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(read(path))![1]!
  return [...body.matchAll(/^ {2}(?:declare )?(?:readonly )?(\w+)\??:/gm)].map(([, field]) => field!)
}

const members = (type: { readonly prototype: object }) => Object.getOwnPropertyNames(type.prototype)

/** What may stand behind a name and a point. */
const inside: Record<string, readonly string[]> = {
  policies: Object.keys(policyTakes),
  tls: fieldsOf("ts/tls.ts", "TlsOptions"),
  admin: members(Admin),
  query: members(exported.Query),
  ...Object.fromEntries(
    Object.entries(exported)
      .filter(([, value]) => typeof value === "object" && value !== null)
      .map(([name, value]) => [name, Object.keys(value)]),
  ),
}

const known = new Set([
  ...Object.keys(config),
  ...Object.keys(policyFields),
  ...members(exported.Client),
  ...members(exported.Query),
  ...members(Admin),
  ...[exported, metrics, tracing].flatMap(Object.keys),
  ...Object.keys(inside),
  // What each runtime's entry adds.
  "connect",
  ...fieldsOf("ts/entry/env.ts", "Environment"),
  ...fieldsOf("ts/errors.ts", "AerospikeError"),
  ...fieldsOf("ts/errors.ts", "BackpressureError"),
  ...fieldsOf("ts/columns/table.ts", "ColumnTable"),
  ...fieldsOf("ts/columns/send.ts", "MismatchOption"),
  ...fieldsOf("ts/record.ts", "AerospikeRecord"),
  ...fieldsOf("ts/admin/indexes.ts", "IndexDefinition"),
  ...fieldsOf("ts/metrics/server.ts", "MetricsServerOptions"),
  ...Object.keys(code),
  ...Object.keys(columnType).map((name) => name.toLowerCase()),
  ...families.flatMap(({ name, labels }) => [name, ...labels]),
  // Stages, of metrics and as events of spans.
  ...["encode", "queue", "connect", "send", "wait", "decode", "materialize"],
  // Of options.
  ...["before", "console", "drain", "unique", "noFail", "order", "eq", "gt", "begin", "count", "ns", "set", "ids"],
  // Of the language.
  ...[
    "await",
    "for",
    "const",
    "of",
    "record",
    "config",
    "n",
    "true",
    "false",
    "Object",
    "fromEntries",
    "Map",
    "groupBy",
  ],
  ...["Promise", "all", "Float32Array"],
])

/** Words that a field may have, as its rule says them, and a few of other places. */
const words = new Set(
  [...Object.values(config), ...Object.values(policyFields)].flatMap(({ rule }) =>
    [...rule.allowed.matchAll(/"(\w+)"/g)].map(([, word]) => word!),
  ),
)
for (const word of ["numeric", "string", "geo2dsphere", "read-write", "key"]) words.add(word)

/** Names of no code: packages, protocols and exports. */
const others = [
  "prom-client",
  "/healthz",
  "aerospike-wasm",
  "aerospike-wasm/metrics",
  "aerospike-wasm/tracing",
  "otlp",
  "console",
  "none",
  "bytes[n]",
]

function faultsOf(text: string): string[] {
  if (others.includes(text) || /^-?\d+$/.test(text)) return []
  const said = [...text.matchAll(/"([^"]*)"/g)].map(([, word]) => word!).filter((word) => !words.has(word))
  const paths = [...text.replace(/"[^"]*"/g, "").matchAll(/[A-Za-z_]\w*(?:\.\w+)*/g)].map(([path]) => path)
  const unknown = paths.filter((path) => {
    const [head, next] = path.split(".")
    if (!known.has(head!)) return true
    return next !== undefined && inside[head!] !== undefined && !inside[head!]!.includes(next)
  })
  return [...said, ...unknown].map((name) => `${name} in \`${text}\``)
}

describe.each(pages)("coming from %s", (page) => {
  test("what is called ours exists", () => {
    expect(quotedIn(page, 1).flatMap(faultsOf)).toEqual([])
  })

  test("every name of theirs is answered", () => {
    const answered = new Set(quotedIn(page, 0).flatMap((text) => [text, ...text.split(/[ .]/)]))
    const names = theirNames[page.replace(".md", "")]
    expect(names?.length).toBeGreaterThan(20)
    expect(names!.filter((name) => !answered.has(name))).toEqual([])
  })
})

const official = "tests/peers/node_modules/aerospike/lib/"

test.skipIf(!existsSync(new URL(official, root)))(
  "the official Node client that is installed has no field beside these",
  () => {
    const policies = readdirSync(new URL(`${official}policies`, root)).map((name) => `${official}policies/${name}`)
    const fields = [`${official}config.js`, ...policies].flatMap((path) =>
      [...read(path).matchAll(/this\.(\w+) = (?:config|props?)\.\w+/g)].map(([, field]) => field!),
    )
    expect(fields.length).toBeGreaterThan(60)
    expect([...new Set(fields)].filter((field) => !theirNames.node!.includes(field))).toEqual([])
  },
)
