// The page's script: takes what the server tells and shows it. It asks for nothing else, and sends nothing.

import type { KindTick, MapTick, Tick } from "../messages.ts"
import { chart, chartMs } from "./chart.ts"
import { byId, bytes, count, duration, fill, make, offer, rate, setText } from "./dom.ts"
import { History } from "./history.ts"
import { showNodes, takeNodes } from "./nodes.ts"
import { choose, namespaces, ownersOf, showMap, takeMaps } from "./partitions.ts"
import { showSlow } from "./slow.ts"

/** Rates are over so long. */
const rateMs = 2500

const history = new History(chartMs)
const pause = byId<HTMLButtonElement>("pause")
const finder = byId<HTMLFormElement>("finder")
let last: Tick | undefined
let isPaused = false
let isConnected = false

// ── What is told ────────────────────────────────────────────────────────────────────────────────────────────────────

const events = new EventSource("/events")

events.addEventListener("tick", ({ data }) => {
  const tick = JSON.parse(data) as Tick
  last = tick
  isConnected = true
  history.add(tick.at, countersOf(tick))
  takeNodes(tick.nodes, tick.at)
  if (!isPaused) show(tick)
})

events.addEventListener("maps", ({ data }) => {
  takeMaps(JSON.parse(data) as MapTick[])
  offer(
    finder.elements.namedItem("namespace") as HTMLSelectElement,
    namespaces().map((value) => ({ value, text: value })),
  )
})

events.addEventListener("error", () => {
  isConnected = false
  showStatus()
})

pause.addEventListener("click", () => {
  isPaused = !isPaused
  pause.setAttribute("aria-pressed", String(isPaused))
  setText(pause, isPaused ? "Go on" : "Pause")
  if (last) show(last)
})

// Moved cells lose their mark when nothing else moves.
setInterval(() => {
  if (!isPaused) showMap()
}, 5000)

// ── What is shown ───────────────────────────────────────────────────────────────────────────────────────────────────

const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0)
const failedOf = ({ errors }: KindTick) => sum(Object.values(errors))

/** What is kept of a tick, to tell how fast it grows. */
function countersOf({ kinds, latencies, memoryBytes }: Tick): Record<string, number> {
  const p99 = Math.max(0, ...latencies.map(({ p99 }) => p99))
  const counters: Record<string, number> = { all: sum(kinds.map(({ count }) => count)), p99, memoryBytes }
  for (const { kind, count } of kinds) counters[`kind ${kind}`] = count
  for (const [error, count] of errorsOf(kinds)) counters[`error ${error}`] = count
  return counters
}

function errorsOf(kinds: readonly KindTick[]): [error: string, count: number][] {
  const errors = new Map<string, number>()
  for (const [error, count] of kinds.flatMap(({ errors }) => Object.entries(errors))) {
    errors.set(error, (errors.get(error) ?? 0) + count)
  }
  return [...errors].sort(([, one], [, other]) => other - one)
}

function show(tick: Tick): void {
  showStatus()
  showTotals(tick)
  showKinds(tick)
  showErrors(tick)
  showNodes(tick.at)
  showSlow(tick.slow, tick.at)
  chart(byId("rate-chart"), history.rates("all"), tick.at, rate)
  chart(byId("latency-chart"), history.values("p99"), tick.at, duration)
}

function showStatus(): void {
  const badge = byId("status").firstElementChild!
  const [text, look] = statusOf()
  setText(badge, text)
  badge.className = `badge ${look}`
  const notice = byId("notice")
  const said = noticeOf()
  setText(notice, said)
  notice.hidden = said === ""
}

function statusOf(): readonly [text: string, look: string] {
  if (!isConnected) return ["no connection to the program", "bad"]
  const { clients = 0, connected = 0 } = last ?? {}
  if (clients === 0) return ["no client is open", "warn"]
  const all = clients === 1 ? "1 client" : `${count(clients)} clients`
  if (connected === clients) return [`${all} connected`, "good"]
  return [clients === 1 ? "the client has no node" : `${count(connected)} of ${all} connected`, "bad"]
}

function noticeOf(): string {
  const time = last ? new Date(last.at).toLocaleTimeString() : ""
  if (!isConnected) return last ? `The program cannot be reached. What is shown is of ${time}.` : ""
  if (isPaused) return `Paused. What is shown is of ${time}.`
  return last?.isCounting === false ? "Operations are not counted: setMetricsEnabled(true) begins." : ""
}

function showTotals({ kinds, nodes, inFlight, memoryBytes, latencies }: Tick): void {
  const all = sum(kinds.map(({ count }) => count))
  const p99 = Math.max(0, ...latencies.map(({ p99 }) => p99))
  const ofNodes = (field: "retries" | "timeouts" | "inDoubt" | "queue") => count(sum(nodes.map((node) => node[field])))
  const tiles: readonly (readonly [id: string, name: string, text: string])[] = [
    ["rate", "Operations/s", rate(history.rate("all", rateMs))],
    ["count", "Operations", count(all)],
    ["failed", "Failed", count(sum(kinds.map(failedOf)))],
    ["p99", "p99 of slowest kind", latencies.length > 0 ? duration(p99) : "–"],
    ["inFlight", "In flight", count(inFlight)],
    ["queue", "Queued", ofNodes("queue")],
    ["retries", "Retries", ofNodes("retries")],
    ["timeouts", "Timeouts", ofNodes("timeouts")],
    ["inDoubt", "In doubt", ofNodes("inDoubt")],
    ["memory", "Linear memory", bytes(memoryBytes)],
  ]
  const place = byId("totals")
  for (const [id, name, text] of tiles) {
    const known = place.querySelector(`[data-total=${id}]`)
    if (known) setText(known, text)
    else place.append(make("div", {}, make("dt", {}, name), make("dd", { "data-total": id }, text)))
  }
}

function showKinds({ kinds, latencies }: Tick): void {
  const rows = kinds.map((kind) => {
    const latency = latencies.find((one) => one.kind === kind.kind)
    const ms = (value: number | undefined) => (value === undefined ? "–" : duration(value))
    const failed = failedOf(kind)
    const cells: readonly (readonly [field: string, text: string])[] = [
      ["rate", rate(history.rate(`kind ${kind.kind}`, rateMs))],
      ["count", count(kind.count)],
      ["failed", count(failed)],
      ["p50", ms(latency?.p50)],
      ["p95", ms(latency?.p95)],
      ["p99", ms(latency?.p99)],
      ["max", ms(latency?.max)],
    ]
    const isBad = (field: string) => field === "failed" && failed > 0
    const made = cells.map(([field, text]) =>
      make("td", { "data-field": field, classes: isBad(field) ? "bad-text" : "" }, text),
    )
    return make("tr", { "data-kind": kind.kind }, make("th", { scope: "row" }, kind.kind), ...made)
  })
  const none = make("tr", {}, make("td", { colspan: "8", classes: "empty" }, "None yet."))
  fill(byId("kinds").querySelector("tbody")!, ...(rows.length > 0 ? rows : [none]))
}

function showErrors({ kinds }: Tick): void {
  const table = byId("errors")
  const errors = errorsOf(kinds)
  table.hidden = errors.length === 0
  table.nextElementSibling?.toggleAttribute("hidden", errors.length > 0)
  fill(
    table.querySelector("tbody")!,
    ...errors.map(([error, number]) => {
      const cells = [rate(history.rate(`error ${error}`, rateMs)), count(number)].map((text) => make("td", {}, text))
      return make("tr", { "data-error": error }, make("th", { scope: "row" }, error), ...cells)
    }),
  )
}

// ── The key finder ──────────────────────────────────────────────────────────────────────────────────────────────────

finder.addEventListener("submit", async (event) => {
  event.preventDefault()
  const value = (name: string) => (finder.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement).value
  const [namespace, found] = [value("namespace"), byId("found")]
  try {
    const { find } = await import("./key-finder.ts")
    const { digest, partition } = await find(namespace, value("set"), value("type"), value("key"))
    const owners = ownersOf(namespace, partition).map((node) => (node ? `${node.name} (${node.address})` : "nobody"))
    const fact = (field: string, name: string, text: string) => [
      make("dt", {}, name),
      make("dd", { "data-field": field, classes: field }, text),
    ]
    const list = make(
      "dl",
      {},
      ...fact("digest", "digest", digest),
      ...fact("partition", "partition", String(partition)),
    )
    list.append(...fact("master", "master", owners[0] ?? "not known"))
    if (owners.length > 1) list.append(...fact("copies", "copies", owners.slice(1).join(", ")))
    found.replaceChildren(list)
    choose(partition, namespace)
  } catch (error) {
    found.replaceChildren(make("span", { classes: "bad-text" }, (error as Error).message))
  }
})
