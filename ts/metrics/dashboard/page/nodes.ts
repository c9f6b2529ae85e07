// A card a node: whether it is well, its pool, its breaker, what waits for it, and the last looks at it.

import type { NodeTick } from "../messages.ts"
import { colorOf } from "./colors.ts"
import { byId, count, draw, duration, fill, make } from "./dom.ts"

/** How many looks are shown. */
const tendsShown = 60

interface Look {
  readonly isGood: boolean
  readonly ms: number
}

interface Known {
  tick: NodeTick
  /** When it was told of last. */
  at: number
  readonly looks: Look[]
}

const known = new Map<string, Known>()

/** Takes over what is told of nodes; those that are no longer told of stay for a while as gone. */
export function takeNodes(ticks: readonly NodeTick[], at: number): void {
  for (const tick of ticks) {
    if (tick.name === "") continue
    const before = known.get(tick.name)
    const node = before ?? { tick, at, looks: [] }
    known.set(tick.name, node)
    if (before) node.looks.push(...looksBetween(before.tick, tick))
    node.looks.splice(0, node.looks.length - tendsShown)
    node.tick = tick.known > 0 ? tick : { ...tick, address: node.tick.address }
    node.at = at
  }
  for (const [name, node] of known) if (node.at < at - 300_000) known.delete(name)
}

/** Looks since the tick before: how long each took is known when there was only one. */
function looksBetween(before: NodeTick, now: NodeTick): Look[] {
  const all = Math.max(0, now.tends - before.tends)
  const failed = Math.min(all, Math.max(0, now.tendFailures - before.tendFailures))
  const ms = all === 0 ? 0 : Math.max(0, ((now.tendSeconds - before.tendSeconds) * 1000) / all)
  return Array.from({ length: Math.min(all, tendsShown) }, (_, i) => ({ isGood: i >= failed, ms }))
}

export function showNodes(at: number): void {
  const place = byId("nodes")
  const all = [...known.values()].sort((one, other) => (one.tick.name < other.tick.name ? -1 : 1))
  fill(place, ...all.map((node) => card(node, node.at === at && node.tick.known > 0)))
  place.nextElementSibling?.toggleAttribute("hidden", all.length > 0)
}

/** `gone`, `down`, `breaker open` or `active`. */
function stateOf(tick: NodeTick, isThere: boolean): readonly [text: string, look: string] {
  if (!isThere) return ["gone", "bad"]
  if (tick.active === 0) return ["down", "bad"]
  if (tick.breakersOpen > 0) return ["breaker open", "bad"]
  const some = tick.active < tick.known ? `active for ${tick.active} of ${tick.known} clients` : "active"
  return [some, some === "active" ? "good" : "warn"]
}

function card({ tick, looks }: Known, isThere: boolean): HTMLElement {
  const [state, look] = stateOf(tick, isThere)
  const swatch = make("span", { classes: "swatch", "aria-hidden": "true" })
  swatch.style.background = colorOf(tick.name)
  const fact = (name: string, text: string, field: string) => [
    make("dt", {}, name),
    make("dd", { "data-field": field }, text),
  ]
  const breaker =
    tick.breakersOpen > 0 ? "open" : tick.breakerOpened > 0 ? `closed, opened ${count(tick.breakerOpened)}×` : "closed"
  return make(
    "article",
    { classes: isThere ? "node" : "node gone", "data-node": tick.name, "aria-label": `Node ${tick.name}` },
    make(
      "div",
      { classes: "top" },
      swatch,
      make("h3", {}, tick.name),
      make("span", { classes: `badge ${look}`, "data-field": "state" }, state),
    ),
    make("div", { classes: "address" }, tick.address),
    ...pool(tick),
    make(
      "dl",
      {},
      ...fact("in flight", count(tick.inFlight), "inFlight"),
      ...fact("queue", count(tick.queue), "queue"),
      ...fact("retries", count(tick.retries), "retries"),
      ...fact("timeouts", count(tick.timeouts), "timeouts"),
      ...fact("in doubt", count(tick.inDoubt), "inDoubt"),
      ...fact("rejected", count(tick.rejected), "rejected"),
      ...fact("breaker", breaker, "breaker"),
      ...fact("failed tends", count(tick.tendFailures), "tendFailures"),
    ),
    ...tends(looks),
  )
}

const poolParts = [
  ["busy", "busy"],
  ["idle", "idle"],
  ["opening", "opening"],
  ["draining", "closing"],
] as const

function pool(tick: NodeTick): HTMLElement[] {
  const bar = make("div", { classes: "pool", "aria-hidden": "true" })
  for (const [part] of poolParts) {
    const piece = make("i", { classes: part })
    piece.style.flexGrow = String(tick[part])
    bar.append(piece)
  }
  const texts = poolParts.map(([part, name]) => make("span", { "data-field": part }, `${count(tick[part])} ${name}`))
  const text = make("div", { classes: "pool-text" }, make("span", { classes: "unseen" }, "Connections: "))
  for (const [i, part] of texts.entries()) text.append(i > 0 ? ", " : "", part)
  return [bar, text]
}

/** The looks in words, and a bar a look, as high as the logarithm of how long it took. */
function tends(looks: readonly Look[]): Element[] {
  const failed = looks.filter(({ isGood }) => !isGood).length
  const last = looks.at(-1)
  const text = last
    ? `${looks.length} tends, ${failed === 0 ? "none" : count(failed)} failed, the last in ${duration(last.ms)}`
    : "no tend yet"
  const high = ({ isGood, ms }: Look) => (isGood ? 4 + 26 * Math.min(1, Math.log10(1 + ms) / 3) : 34)
  const bars = Array.from({ length: tendsShown }, (_, i) => {
    const look = looks[looks.length - tendsShown + i]
    const height = look ? high(look) : 0
    return draw("rect", { class: look?.isGood === false ? "bad" : "good", x: i * 5, y: 34 - height, width: 4, height })
  })
  const drawing = { class: "tends", viewBox: "0 0 300 34", preserveAspectRatio: "none", "aria-hidden": "true" }
  return [make("div", { classes: "pool-text", "data-field": "tends" }, text), draw("svg", drawing, ...bars)]
}
