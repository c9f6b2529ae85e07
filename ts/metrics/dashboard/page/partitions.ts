// The map of the partitions: a cell each, in the colour of its node; those that moved within a minute have a dot.

import type { MapTick } from "../messages.ts"
import { colorOf, noColor, whenColorsChange } from "./colors.ts"
import { byId, count, fill, make, offer, setText } from "./dom.ts"

const side = 64
const partitions = side * side
/** How long a cell that moved is marked. */
const markMs = 60_000

interface Known {
  tick: MapTick
  /** By level and partition: when it moved to another node, or 0. */
  readonly moved: Float64Array[]
}

const known = new Map<string, Known>()
let chosen: number | undefined

const canvas = byId<HTMLCanvasElement>("map")
const mapOf = byId<HTMLSelectElement>("map-of")
const mapLevel = byId<HTMLSelectElement>("map-level")

/** A map, by its namespace and the clients that believe it. */
function nameOf({ namespace, clients }: MapTick, all: readonly MapTick[]): string {
  const several = all.some((other) => other.clients.join() !== clients.join())
  if (!several) return namespace
  return `${namespace}, client ${clients.length > 6 ? `${clients.slice(0, 5).join(", ")} and ${clients.length - 5} more` : clients.join(", ")}`
}

/** Takes over the maps. */
export function takeMaps(ticks: readonly MapTick[]): void {
  const now = Date.now()
  const before = new Map(known)
  known.clear()
  for (const tick of ticks) {
    const name = nameOf(tick, ticks)
    const old = before.get(name) ?? [...before.values()].find(({ tick: { namespace } }) => namespace === tick.namespace)
    const moved = tick.levels.map((owners, level) => {
      const when = old?.moved[level]?.slice() ?? new Float64Array(partitions)
      if (!old?.tick.levels[level]) return when
      const was = (partition: number) => nodeAt(old.tick, level, partition)?.name
      owners.forEach((_, partition) => {
        if (was(partition) !== nodeAt(tick, level, partition)?.name) when[partition] = now
      })
      return when
    })
    known.set(name, { tick, moved })
  }
  offer(
    mapOf,
    [...known.keys()].map((value) => ({ value, text: value })),
  )
  showMap()
}

/** The namespaces of which there is a map. */
export function namespaces(): string[] {
  return [...new Set([...known.values()].map(({ tick }) => tick.namespace))]
}

/** Who has a partition: the master first. */
export function ownersOf(namespace: string, partition: number): (MapTick["nodes"][number] | undefined)[] {
  const map = [...known.values()].find(({ tick }) => tick.namespace === namespace)?.tick
  return map?.levels.map((_, level) => nodeAt(map, level, partition)) ?? []
}

/** Marks a partition on the map. */
export function choose(partition: number, namespace?: string): void {
  chosen = partition
  const name = [...known].find(([, { tick }]) => tick.namespace === namespace)?.[0]
  if (name !== undefined && known.get(mapOf.value)?.tick.namespace !== namespace) mapOf.value = name
  showMap()
}

function nodeAt(map: MapTick, level: number, partition: number): MapTick["nodes"][number] | undefined {
  return map.nodes[map.levels[level]?.[partition] ?? -1]
}

const levelName = (level: number) => (level === 0 ? "master" : `copy ${level}`)

/** Draws it all anew. */
export function showMap(): void {
  const map = known.get(mapOf.value) ?? [...known.values()][0]
  const levels = map?.tick.levels.length ?? 0
  offer(
    mapLevel,
    Array.from({ length: levels }, (_, level) => ({ value: String(level), text: levelName(level) })),
  )
  const level = Number(mapLevel.value) || 0
  paint(map, level)
  showCell(map)
  showOwners(map, level)
}

function paint(map: Known | undefined, level: number): void {
  const context = canvas.getContext("2d")
  const cell = Math.max(2, Math.round((canvas.clientWidth * devicePixelRatio) / side))
  if (!context || canvas.clientWidth === 0) return
  const size = cell * side
  if (canvas.width !== size) {
    canvas.width = size
    canvas.height = size
  }
  context.clearRect(0, 0, size, size)
  const gap = cell > 5 ? 1 : 0
  const now = Date.now()
  const colors = new Map(map?.tick.nodes.map(({ name }) => [name, colorOf(name)]))
  const nobody = noColor()
  const page = getComputedStyle(canvas)
  for (let partition = 0; partition < partitions; partition++) {
    const [x, y] = [(partition % side) * cell, Math.floor(partition / side) * cell]
    const node = map && nodeAt(map.tick, level, partition)
    context.fillStyle = (node && colors.get(node.name)) ?? nobody
    context.fillRect(x, y, cell - gap, cell - gap)
    if (map && isMarked(map, level, partition, now)) {
      const dot = Math.max(2, Math.round(cell * 0.4))
      const at = Math.floor((cell - gap - dot) / 2)
      context.fillStyle = page.getPropertyValue("--card")
      context.fillRect(x + at, y + at, dot, dot)
    }
  }
  if (chosen === undefined) return
  const [x, y] = [(chosen % side) * cell, Math.floor(chosen / side) * cell]
  context.lineWidth = Math.max(2, Math.round(cell / 3))
  for (const [color, more] of [
    ["--card", context.lineWidth],
    ["--text", 0],
  ] as const) {
    context.strokeStyle = page.getPropertyValue(color)
    context.strokeRect(x - 1 - more, y - 1 - more, cell + 1 + 2 * more, cell + 1 + 2 * more)
  }
}

function isMarked({ moved }: Known, level: number, partition: number, now: number): boolean {
  const at = moved[level]?.[partition] ?? 0
  return at > now - markMs
}

function showCell(map: Known | undefined): void {
  const cell = byId("cell")
  if (chosen === undefined || !map) return setText(cell, "No partition is chosen.")
  const { tick, moved } = map
  const owners = tick.levels.map((_, level) => `${levelName(level)} ${nodeAt(tick, level, chosen!)?.name ?? "nobody"}`)
  const at = Math.max(0, ...moved.map((when) => when[chosen!]!))
  const when = at === 0 ? "" : `; moved at ${new Date(at).toLocaleTimeString()}`
  setText(cell, `Partition ${chosen} of ${tick.namespace}: ${owners.join(", ")}${when}`)
}

function showOwners(map: Known | undefined, level: number): void {
  const rows = new Map<string, { master: number; copies: number }>()
  for (const { name } of map?.tick.nodes ?? []) rows.set(name, { master: 0, copies: 0 })
  map?.tick.levels.forEach((owners, at) => {
    owners.forEach((_, partition) => {
      const name = nodeAt(map.tick, at, partition)?.name ?? "nobody"
      const row = rows.get(name) ?? { master: 0, copies: 0 }
      rows.set(name, row)
      row[at === 0 ? "master" : "copies"]++
    })
  })
  const all = [...rows].sort(([one], [other]) => (one < other ? -1 : 1))
  fill(
    byId("owners").querySelector("tbody")!,
    ...all.map(([name, { master, copies }]) => {
      const swatch = make("span", { classes: "swatch", "aria-hidden": "true" })
      swatch.style.background = name === "nobody" ? noColor() : colorOf(name)
      const cells = [
        make("th", { scope: "row" }, swatch, name),
        make("td", {}, count(master)),
        make("td", {}, count(copies)),
      ]
      return make("tr", { "data-owner": name }, ...cells)
    }),
  )
  const now = Date.now()
  const moved = (at: number) =>
    Array.from({ length: partitions }, (_, i) => i).filter((i) => map && isMarked(map, at, i, now)).length
  const masters = moved(0)
  const copies = (map?.moved ?? []).slice(1).reduce((sum, _, at) => sum + moved(at + 1), 0)
  const text =
    masters + copies === 0
      ? "Nothing has moved within a minute."
      : `Moved within a minute: ${count(masters)} masters, ${count(copies)} copies.`
  setText(byId("moves"), text)
  const owners = all.filter(([, { master }]) => master > 0).map(([name, { master }]) => `${name} ${master}`)
  canvas.setAttribute(
    "aria-label",
    `Owners of the 4096 partitions, ${levelName(level)}: ${owners.join(", ") || "none known"}`,
  )
}

const steps: Readonly<Record<string, (at: number) => number>> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at - side,
  ArrowDown: (at) => at + side,
  Home: () => 0,
  End: () => partitions - 1,
  PageUp: (at) => at - 8 * side,
  PageDown: (at) => at + 8 * side,
}

canvas.addEventListener("keydown", (event) => {
  const step = steps[event.key]
  if (!step) return
  event.preventDefault()
  const to = chosen === undefined ? 0 : step(chosen)
  if (to >= 0 && to < partitions) choose(to)
})

const point = ({ offsetX, offsetY }: MouseEvent) => {
  const cell = canvas.clientWidth / side
  const [column, row] = [Math.floor(offsetX / cell), Math.floor(offsetY / cell)]
  if (column >= 0 && column < side && row >= 0 && row < side) choose(row * side + column)
}
canvas.addEventListener("pointermove", (event) => {
  if (event.pointerType === "mouse") point(event)
})
canvas.addEventListener("click", point)
mapOf.addEventListener("change", showMap)
mapLevel.addEventListener("change", showMap)
addEventListener("resize", showMap)
whenColorsChange(showMap)
