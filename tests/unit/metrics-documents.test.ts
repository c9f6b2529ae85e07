// The guide, the rules of Prometheus and the dashboard of Grafana name metrics that there are, with labels that they have.

import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parse } from "yaml"
import { stat } from "../../ts/core/generated.ts"
import { type Family, families, nodeFamilies, statFamilies } from "../../ts/metrics/families.ts"

const folder = new URL("../../docs/observability/", import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), "utf8")

/** What Prometheus adds to what it scrapes. */
const added = ["job", "instance"]

interface Rule {
  record?: string
  alert?: string
  expr: string
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

const rules: Rule[] = parse(read("aerospike-wasm.rules.yml")).groups.flatMap((group: { rules: Rule[] }) => group.rules)

/** The metric that a series belongs to: a histogram is three of them. */
function familyOf(series: string): Family | undefined {
  const histogram = families.find(({ name, type }) => {
    return type === "histogram" && ["_bucket", "_sum", "_count"].some((end) => series === name + end)
  })
  return histogram ?? families.find(({ name, type }) => type !== "histogram" && name === series)
}

/** What is wrong with an expression: names of metrics and labels that there are not, and brackets that do not close. */
function faultsOf(expr: string, recorded: readonly string[] = []): string[] {
  const faults: string[] = []
  const bare = expr.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  const open: string[] = []
  for (const char of bare.replace(/[^()[\]{}]/g, "")) {
    if ("([{".includes(char)) open.push(char)
    else if ("([{"[")]}".indexOf(char)] !== open.pop()) faults.push("brackets")
  }
  if (open.length > 0) faults.push("brackets")
  const series = [...bare.matchAll(/\b((?:db_client|aerospike_client)_\w+)\b(?:\{([^}]*)\})?/g)]
  const labels = new Set<string>(added)
  for (const [, name, selector = ""] of series) {
    const family = familyOf(name!)
    if (!family) {
      faults.push(`no metric ${name}`)
      continue
    }
    const own = [...family.labels, ...added, ...(name!.endsWith("_bucket") ? ["le"] : [])]
    for (const label of own) labels.add(label)
    for (const [, label] of selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
      if (!own.includes(label!)) faults.push(`${name} has no label ${label}`)
    }
  }
  const records = [...bare.matchAll(/\b\w+(?::\w+)+\b/g)].map(([name]) => name)
  faults.push(...records.filter((name) => !recorded.includes(name)).map((name) => `no record ${name}`))
  if (series.length + records.length === 0) faults.push("no metric at all")
  if (records.length === 0) {
    for (const [, list] of bare.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)) {
      for (const label of list!.split(",").map((one) => one.trim())) {
        if (!labels.has(label)) faults.push(`nothing has the label ${label}`)
      }
    }
  }
  return faults
}

test("a check that finds nothing would be worth nothing", () => {
  expect(faultsOf("rate(db_client_operations_seconds[5m])")).toEqual(["no metric db_client_operations_seconds"])
  expect(faultsOf("sum(aerospike_client_clients")).toEqual(["brackets"])
  expect(faultsOf('aerospike_client_connections{stat="idle"}')).toEqual([
    "aerospike_client_connections has no label stat",
  ])
  expect(faultsOf("sum by (nod) (aerospike_client_breaker_open)")).toEqual(["nothing has the label nod"])
  expect(faultsOf("aerospike_client_tend_seconds")).toEqual(["no metric aerospike_client_tend_seconds"])
  expect(faultsOf("a:b:c > 1")).toEqual(["no record a:b:c"])
  expect(faultsOf("sum by (node) (aerospike_client_breaker_open)")).toEqual([])
})

describe("the rules of Prometheus", () => {
  const recorded = rules.flatMap(({ record }) => (record === undefined ? [] : [record]))

  test.each(rules.map((rule) => [rule.record ?? rule.alert, rule] as const))("%s", (_, rule) => {
    expect(faultsOf(rule.expr, recorded)).toEqual([])
    expect([rule.record, rule.alert].filter((name) => name !== undefined)).toHaveLength(1)
    if (rule.alert !== undefined) {
      expect(rule.annotations?.summary).toBeTruthy()
      expect(["warning", "critical"]).toContain(rule.labels?.severity)
    }
    if (rule.for !== undefined) expect(rule.for).toMatch(/^\d+[smh]$/)
  })

  test("have a name each", () => {
    const names = rules.map(({ record, alert }) => record ?? alert)
    expect(new Set(names).size).toBe(names.length)
    expect(recorded.every((name) => /^[a-z_]+(:\w+)+$/.test(name))).toBe(true)
  })
})

describe("the dashboard of Grafana", () => {
  interface Panel {
    id: number
    title: string
    type: string
    gridPos: { x: number; y: number; w: number; h: number }
    targets?: { expr: string; refId: string }[]
  }
  const dashboard = JSON.parse(read("grafana-dashboard.json")) as {
    panels: Panel[]
    templating: { list: { name: string; query: string | { query: string } }[] }
  }
  const panels = dashboard.panels.filter(({ type }) => type !== "row")

  test.each(panels.map((panel) => [panel.title, panel] as const))("%s", (_, { targets = [] }) => {
    expect(targets.length).toBeGreaterThan(0)
    const asPrometheus = (expr: string) => expr.replace(/\[\$__\w+\]/g, "[5m]")
    expect(targets.flatMap(({ expr }) => faultsOf(asPrometheus(expr)))).toEqual([])
  })

  test("has variables for all that its expressions name", () => {
    const names = dashboard.templating.list.map(({ name }) => name)
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?([a-z]\w*)\}?/g)].map(([, name]) => name!)
    expect([...new Set(used)].filter((name) => !names.includes(name))).toEqual([])
    for (const { query } of dashboard.templating.list) {
      if (typeof query === "string") continue
      const [, series] = /^label_values\((\w+)/.exec(query.query)!
      expect(familyOf(series!)).toBeDefined()
    }
  })

  test("has panels that do not lie on each other", () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24)
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`)
    })
    expect(new Set(cells).size).toBe(cells.length)
  })
})

test("the guide tells of every metric", () => {
  const row = ({ name, type, labels, help }: Family) =>
    `| \`${name}\` (${type}) | ${labels.map((label) => `\`${label}\``).join(" ") || "none"} | ${help} |`
  const lines = read("README.md").split("\n")
  expect(families.map(row).filter((line) => !lines.includes(line))).toEqual([])
  const told = lines.flatMap((line) => /^\| `((?:db|aerospike)_client_\w+)` \(/.exec(line)?.[1] ?? [])
  expect(told.filter((name) => !families.some((family) => family.name === name))).toEqual([])
})

describe("what the engine counts", () => {
  test("is a metric, all of it", () => {
    const byNode =
      /^(RETRIES|TIMEOUTS|IN_DOUBT|QUEUED|BYTES_(SENT|RECEIVED)|TENDS(_FAILED)?|CONNECTIONS_\w+|CLOSED_\w+)$/
    const withOperations = ["SUCCEEDED", "FAILED"]
    const names = Object.keys(stat).filter((name) => name !== "LENGTH" && !byNode.test(name))
    const own = names.filter((name) => !withOperations.includes(name))
    expect(statFamilies.map((family) => family.stat).sort()).toEqual(own.sort())
  })

  test("is called as Prometheus wants it: what only rises ends in _total, and nothing else does", () => {
    const wrong = families.filter(({ name, type }) => name.endsWith("_total") !== (type === "counter"))
    expect(wrong).toEqual([])
  })

  test("of nodes stands where no other metric does", () => {
    const words = nodeFamilies.map(({ word }) => word)
    expect(new Set(words).size).toBe(words.length)
  })
})

test("the guides name only metrics that there are", () => {
  const guides = [
    "docs/tuning.md",
    "docs/policies.md",
    "docs/errors.md",
    "docs/configuration.md",
    "docs/observability/README.md",
  ]
  const texts = guides.map((path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"))
  const named = texts.flatMap((text) => text.match(/\b(?:aerospike_client|db_client)_\w+\b/g) ?? [])
  expect(named.length).toBeGreaterThan(20)
  expect(
    [...new Set(named)].filter((name) => !familyOf(name) && !families.some((family) => family.name === name)),
  ).toEqual([])
})
