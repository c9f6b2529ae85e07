// Writes the tables of the guides in docs/ that say what stands in the source: fields of configuration and policies with
// what they may be, their defaults and what they do; environment variables; flags. Each stands between
// `<!-- table: name -->` and `<!-- /table -->`.
//
//   node scripts/reference.mjs           writes them
//   node scripts/reference.mjs --check   writes nothing; exits 1 and names each page that differs, and each default of a
//                                        comment, or of the engine, that is not the one in force

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { rolldown } from "rolldown"
import ts from "typescript"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path) => readFileSync(join(root, path), "utf8")
const faults = []

/** Where fields of policies are explained; of two the first counts. */
const policyInterfaces = [
  ...["BasePolicy", "RecordPolicy", "ReadPolicy", "RemovePolicy", "WritePolicy", "OperatePolicy", "BatchPolicy"],
  ...["QueryPolicy", "BackgroundPolicy"],
]
/** Columns of their own in the table of kinds. */
const common = ["totalTimeout", "socketTimeout", "maxRetries", "sleepBetweenRetries"]

/** Of docs/performance: what work of ours costs. */
const costs = [
  ["a read at a time", "get@1", "ours"],
  ['128 reads at once, `coalesce: "off"`', "get@128", "ours"],
  ['128 reads at once, `coalesce: "auto"`', "get@128", "coalesce"],
  ["the first of these two with metrics", "get@128", "metrics"],
  ["128 writes at once", "put@128", "ours"],
  ["`batchRead` of 100 records", "batch100", "ours"],
  ["`batchRead` of 1000 records, one integer", "batch1000", "ours"],
  ["`batchReadColumns` of the same", "batch1000", "columns"],
  ["a query, record by record", "query-flat", "ours"],
  ["`query(…).columns(…)` of the same", "query-flat", "columns"],
]

const { config, policy, connection, errors } = await sources({
  config: "ts/config.ts",
  policy: "ts/policy.ts",
  connection: "ts/cli/connection.ts",
  errors: "ts/errors.ts",
})
const engineDefaults = defaultsOfEngine()

const tables = {
  config: () => configTable(),
  coalesce: () => memberTable("ts/config.ts", "CoalesceOptions", "coalesce."),
  workers: () => memberTable("ts/config.ts", "WorkersOptions", "workers."),
  tls: () => memberTable("ts/tls.ts", "TlsOptions", "tls."),
  environment: () => environmentTable(),
  "tracing-environment": () => environmentTable("OTEL_"),
  "command-line": () => commandLineTable(),
  "metrics-server": () => memberTable("ts/metrics/server.ts", "MetricsServerOptions"),
  push: () => memberTable("ts/metrics/push.ts", "PushOptions"),
  devserver: () => memberTable("ts/devserver/index.ts", "DevServerOptions"),
  policies: () => policyTable(),
  "policy-kinds": () => kindTable(),
  "policy-rows": () => rowTable(),
  errors: () => errorTable(),
  "error-fields": () => factTable("ts/errors.ts", "AerospikeError"),
  "row-fields": () => factTable("ts/batch.ts", "BatchRow"),
  costs: () => costTable(),
  "memory-costs": () => memoryTable(),
}

const check = process.argv.includes("--check")
const used = new Set()
for (const path of pages()) {
  const text = read(path)
  const right = text.replace(/(<!-- table: (\S+) -->\n)[\s\S]*?(<!-- \/table -->)/g, (all, begin, name, end) => {
    if (!Object.hasOwn(tables, name)) {
      faults.push(`${path}: there is no table ${name}`)
      return all
    }
    used.add(name)
    return `${begin}\n${tables[name]()}\n\n${end}`
  })
  if (right === text) continue
  if (check) faults.push(`${path} is not what the source says; run: npm run gen`)
  else {
    writeFileSync(join(root, path), right)
    console.log(`reference: wrote ${path}`)
  }
}
for (const name of Object.keys(tables)) if (!used.has(name)) faults.push(`the table ${name} is on no page`)
for (const fault of faults) console.error(`reference: ${fault}`)
if (faults.length > 0) process.exitCode = 1

function pages() {
  const found = readdirSync(join(root, "docs"), { recursive: true }).map((path) => join("docs", String(path)))
  return found.filter((path) => path.endsWith(".md") && !path.startsWith(join("docs", "api")))
}

// ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function configTable() {
  const told = members("ts/config.ts", "Config")
  const rows = Object.entries(config.fields).map(([name, field]) => {
    const inEngine = engineDefaults[field.engine]
    const inForce = field.default ?? (inEngine === undefined ? undefined : inEngine / (field.scale ?? 1))
    if (field.engine && field.default !== undefined) checkEngine(name, field, inEngine)
    return row(`config.${name}`, name, field.rule.allowed, told[name], inForce)
  })
  return table(["field", "what it may be", "default", "what it does"], rows)
}

/** The fields of an interface that has no rules to read. */
function memberTable(path, name, prefix = "") {
  const rows = Object.entries(members(path, name)).map(([field, told]) =>
    row(`${name}.${field}`, `${prefix}${field}`, code(told.type), told, undefined),
  )
  return table(["field", "what it may be", "default", "what it does"], rows)
}

function environmentTable(prefix = "") {
  const variables = Object.entries(members("ts/entry/env.ts", "Environment")).filter(([name]) =>
    name.startsWith(prefix),
  )
  const rows = variables.map(([name, told]) => {
    const [text, said] = withoutDefault(told.doc)
    return [code(name), said ?? "–", text]
  })
  return table(["variable", "default", "what it does"], rows)
}

function commandLineTable() {
  const rows = Object.entries(connection.fields).map(([path, { flag, variable }]) => [
    flag ? code(`--${flag}`) : "–",
    variable ? code(variable) : "–",
    code(path),
  ])
  return table(["flag", "variable", "field"], rows)
}

function policyTable() {
  const told = Object.assign({}, ...policyInterfaces.map((name) => members("ts/policy.ts", name)).reverse())
  const { policyFields, policyTakes, policyDefaults } = policy
  const kinds = Object.keys(policyTakes)
  const rows = Object.entries(policyFields).map(([name, field]) => {
    const takers = kinds.filter((kind) => policyTakes[kind].includes(name))
    const first = policyDefaults[takers[0]]?.[name]
    const [title, allowed, said, text] = row(`policy.${name}`, name, field.rule.allowed, told[name], first)
    return [title, allowed, said, listed(takers, kinds), text]
  })
  return table(["field", "what it may be", "default", "of", "what it does"], rows)
}

/** Which kinds take a field, said shortly. */
function listed(takers, all) {
  const others = all.filter((kind) => !takers.includes(kind))
  if (others.length === 0) return "all"
  if (others.length <= 3) return `all but ${others.map(code).join(" ")}`
  return takers.map(code).join(" ")
}

function kindTable() {
  const told = members("ts/policy.ts", "Policies")
  const rows = Object.entries(policy.policyDefaults).map(([kind, defaults]) => {
    const others = Object.entries(defaults).filter(([name]) => !common.includes(name) && name !== "sleepMultiplier")
    const cells = common.map((name) => (defaults[name] === undefined ? "–" : literal(defaults[name])))
    const rest = others.map(([name, value]) => `${code(name)} ${literal(value)}`).join(", ")
    return [code(kind), told[kind].doc, ...cells, rest || "–"]
  })
  return table(["kind", "of", ...common.map(code), "other"], rows)
}

function rowTable() {
  const rows = Object.entries(policy.rowTakes).map(([kind, names]) => [
    code(`batch.${kind}`),
    names.map(code).join(" "),
  ])
  return table(["rows", "fields"], rows)
}

/** The classes of errors as a tree, each with its codes. */
function errorTable() {
  const file = ts.createSourceFile("errors.ts", read("ts/errors.ts"), ts.ScriptTarget.Latest, true)
  const classes = file.statements
    .filter((one) => ts.isClassDeclaration(one))
    .map((one) => ({
      name: one.name.text,
      parent: one.heritageClauses?.[0].types[0].expression.getText(),
      doc: commentOf(one),
    }))
  const rows = []
  const add = (parent, depth) => {
    for (const { name, doc } of classes.filter((one) => one.parent === parent)) {
      const numbers = errors.errorClasses.filter(([type]) => type === errors[name]).flatMap(([, ...codes]) => codes)
      const codes = runsOf(numbers).map(namedCodes).join(", ")
      rows.push([`${"– ".repeat(depth)}${code(name)}`, doc, codes || (depth === 0 ? "" : "others")])
      add(name, depth + 1)
    }
  }
  const root = classes.find(({ parent }) => parent === "Error")
  rows.push([code(root.name), root.doc, ""])
  add(root.name, 1)
  return table(["class", "when", "codes"], rows)
}

/** Numbers as runs of neighbours. */
function runsOf(numbers) {
  const runs = []
  for (const number of numbers) {
    if (runs.at(-1)?.at(-1) === number - 1) runs.at(-1).push(number)
    else runs.push([number])
  }
  return runs
}

/** Long runs have codes among them that no server has yet. */
function namedCodes(run) {
  if (run.length > 4) return `${run[0]} to ${run.at(-1)}`
  return run.map((number) => `${code(errors.codeName(number))} ${number}`).join(", ")
}

/** What an object tells. */
function factTable(path, name) {
  return table(
    ["field", "type", "what it tells"],
    Object.entries(members(path, name)).map(([field, told]) => [code(field), code(told.type), told.doc]),
  )
}

function costTable() {
  const { figures } = JSON.parse(read("docs/performance/server.json"))
  const rows = costs.flatMap(([what, workload, client]) => {
    const figure = figures[workload]?.[client]
    // A run may have measured less.
    if (figure === undefined) return []
    const { perSecond, cpuUs, serverCpuUs, p99Ms } = figure
    const thousands = `${Math.round(perSecond / 1000)} k`
    return [[what, thousands, cpuUs.toFixed(2), serverCpuUs.toFixed(2), String(Number(p99Ms.toPrecision(2)))]]
  })
  return table(["what", "records/s", "CPU µs a record, client", "server", "p99 ms, of a call"], rows)
}

function memoryTable() {
  const { memory } = JSON.parse(read("docs/performance/server.json"))
  if (!memory) return "The last run that was published measured none of it."
  return table(
    ["what", "bytes"],
    [
      ["an operation in flight", grouped(String(Math.round(memory.bytesAnOpInFlight)))],
      ["an idle connection", grouped(String(Math.round(memory.bytesAConnection)))],
      ["linear memory of the engine, at the end of that run", grouped(String(memory.linear))],
    ],
  )
}

// ── Cells ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A field's row; a default that its comment says must be the one in force. */
function row(path, name, allowed, told, inForce) {
  if (told === undefined) {
    faults.push(`${path} has no comment`)
    return [code(name), allowed, "", ""]
  }
  const [text, said] = withoutDefault(told.doc)
  if (text === "") faults.push(`${path}: the comment does not say what it does`)
  if (said !== undefined && inForce !== undefined && !agrees(said, inForce)) {
    faults.push(`${path}: the comment says that the default is ${said}, and it is ${literal(inForce)}`)
  }
  return [code(name), grouped(allowed), said === undefined ? standard(inForce) : shown(said), text]
}

function standard(value) {
  return value === undefined ? "–" : literal(value)
}

/** A number or flag at the beginning of a default as it is written elsewhere. */
function shown(said) {
  return said.replace(
    /^-?\d[\d,]*(?=$|[:,; ])|^(?:true|false)(?=$|[:,; ])/,
    (value) => code(grouped(value.replaceAll(",", ""))) + (value.endsWith(",") ? "," : ""),
  )
}

/** "It does that. Default 5: often." → ["It does that.", "5: often"] */
function withoutDefault(doc) {
  const found = /(?:^|\s)Default:? ((?:`[^`]*`|[^`])+?)\.(?=\s|$)/.exec(doc)
  if (!found) return [doc, undefined]
  const text = `${doc.slice(0, found.index)} ${doc.slice(found.index + found[0].length)}`
  return [text.replace(/\s+/g, " ").trim(), found[1]]
}

function agrees(said, value) {
  const first = said.replaceAll("`", "").replace(/(\d),(?=\d)/g, "$1")
  const text =
    typeof value === "string" ? JSON.stringify(value) : Array.isArray(value) ? JSON.stringify(value) : String(value)
  return first === text || [":", ",", " "].some((end) => first.startsWith(text + end))
}

function literal(value) {
  return code(typeof value === "number" ? grouped(String(value)) : JSON.stringify(value))
}

function grouped(text) {
  return text.replace(/\d{5,}/g, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ","))
}

function code(text) {
  return `\`${text}\``
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")
}

// ── Sources ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The members of an interface, or public ones of a class, with their comments, on one line each, and their types as they are written. */
function members(path, name) {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)
  const isIt = (one) => (ts.isInterfaceDeclaration(one) || ts.isClassDeclaration(one)) && one.name.text === name
  const found = file.statements.find(isIt)
  if (!found) throw new Error(`${path} has no interface ${name}`)
  const isField = (one) => ts.isPropertySignature(one) || ts.isPropertyDeclaration(one) || ts.isGetAccessor(one)
  const isPublic = (one) => !ts.isPrivateIdentifier(one.name)
  return Object.fromEntries(
    found.members
      .filter((one) => isField(one) && isPublic(one))
      .map((member) => {
        const type = member.type.getText().replace(/\s+/g, " ")
        return [
          member.name.getText(),
          { doc: commentOf(member), type: member.questionToken ? type.replace(/ \| undefined$/, "") : type },
        ]
      }),
  )
}

function commentOf(node) {
  const [jsDoc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const doc = ts.getTextOfJSDocComment(jsDoc?.comment) ?? ""
  return doc
    .replace(/\{@link ([^}]+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim()
}

/** Imports modules of ts/ as they stand. */
async function sources(input) {
  const entries = Object.fromEntries(Object.entries(input).map(([name, path]) => [name, join(root, path)]))
  const folder = mkdtempSync(join(tmpdir(), "aerospike-wasm-reference-"))
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
    const bundle = await rolldown({ input: entries, platform: "node", logLevel: "silent" })
    await bundle.write({ dir: folder })
    await bundle.close()
    const load = async (name) => [name, await import(pathToFileURL(join(folder, `${name}.js`)))]
    return Object.fromEntries(await Promise.all(Object.keys(input).map(load)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Numbers, flags and texts of `impl Default for Config`. */
function defaultsOfEngine() {
  const [, body] = /impl Default for Config \{[\s\S]*?Config \{\n([\s\S]*?)\n {8}\}/.exec(
    read("rust/engine/src/client/config.rs"),
  )
  const simple = [...body.matchAll(/^ {12}(\w+): ([\d._* ]+|true|false),$/gm)]
  const value = (text) => {
    if (text === "true" || text === "false") return Number(text === "true")
    return text
      .replaceAll("_", "")
      .split("*")
      .map(Number)
      .reduce((product, factor) => product * factor, 1)
  }
  return Object.fromEntries(simple.map(([, name, text]) => [name, value(text)]))
}

function checkEngine(name, field, inEngine) {
  if (inEngine === undefined) return
  const ours = Number(field.default) * (field.scale ?? 1)
  if (ours !== inEngine) faults.push(`config.${name} is ${ours} by default, and ${inEngine} in the engine`)
}
