// What the page is told of one moment: the samples that `/metrics` has, added up by kind and by node, and what clients
// believe of their cluster.

import { watch } from "../../core/generated.ts"
import { liveClients, nobody, type Observable, type Place, watching } from "../../observe.ts"
import { collect, type Labels, type Sample, type Samples } from "../collect.ts"
import { families, memory, operationDuration } from "../families.ts"
import type { KindTick, MapTick, NodeNumber, NodeTick, Tick } from "./messages.ts"
import type { Recent } from "./recent.ts"

/** The metric of each number, with labels beside the node. Of a histogram it is how many. */
const metricOf: Readonly<Record<Exclude<NodeNumber, "tendSeconds">, readonly [name: string, labels?: Labels]>> = {
  idle: ["connections", { state: "idle" }],
  busy: ["connections", { state: "busy" }],
  opening: ["connections", { state: "opening" }],
  draining: ["connections", { state: "draining" }],
  inFlight: ["requests_in_flight"],
  queue: ["queue_length"],
  breakersOpen: ["breaker_open"],
  breakerOpened: ["breaker_opened_total"],
  retries: ["retries_total"],
  timeouts: ["timeouts_total"],
  inDoubt: ["in_doubt_writes_total"],
  rejected: ["queue_rejected_total"],
  opened: ["connections_opened_total"],
  openFailed: ["connections_failed_total"],
  tends: ["tend_seconds"],
  tendFailures: ["tend_failures_total"],
}

/** Everything that is told twice a second. */
export function snapshot(recent: Recent): Tick {
  const samples = collect()
  const clients = liveClients()
  const [now, sum] = [performance.now(), (name: string) => total(of(samples, name))]
  return {
    at: Date.now(),
    isCounting: (watching() & watch.COUNT) !== 0,
    clients: clients.length,
    connected: clients.filter((client) => client.isConnected).length,
    inFlight: sum("operations_in_flight"),
    memoryBytes: total([...samples.of(memory)]),
    kinds: kindsOf(samples),
    nodes: nodesOf(samples, clients),
    latencies: recent.latencies(now),
    slow: recent.slowest(now),
  }
}

function of(samples: Samples, name: string): Sample[] {
  const family = families.find((family) => family.name === `aerospike_client_${name}`)
  if (!family) throw new Error(`there is no metric ${name}`)
  return [...samples.of(family)]
}

function total(samples: readonly Sample[]): number {
  return samples.reduce((sum, { value, counts }) => sum + (counts ? added(counts) : value), 0)
}

function added(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

function kindsOf(samples: Samples): KindTick[] {
  const kinds = new Map<string, { count: number; seconds: number; errors: Record<string, number> }>()
  for (const { labels, value, counts = [] } of samples.of(operationDuration)) {
    const { db_operation_name: kind = "", error_type: error = "" } = labels
    const all = kinds.get(kind) ?? { count: 0, seconds: 0, errors: {} }
    kinds.set(kind, all)
    const count = added(counts)
    all.count += count
    all.seconds += value
    if (error !== "") all.errors[error] = (all.errors[error] ?? 0) + count
  }
  return [...kinds].map(([kind, all]) => ({ kind, ...all })).sort((one, other) => (one.kind < other.kind ? -1 : 1))
}

function nodesOf(samples: Samples, clients: readonly Observable[]): NodeTick[] {
  const known = new Map<string, { address: string; known: number; active: number }>()
  for (const node of clients.flatMap((client) => asked(() => client.nodes()))) {
    if (!node) continue
    const before = known.get(node.name) ?? { known: 0, active: 0 }
    const active = before.active + (node.active ? 1 : 0)
    known.set(node.name, { address: addressOf(node), known: before.known + 1, active })
  }
  const named = [...known].sort(([one], [other]) => (one < other ? -1 : 1))
  const nowhere = ["", { address: "", known: 0, active: 0 }] as const
  return [...named, nowhere].map(([name, node]) => ({ name, ...node, ...numbersOf(samples, name) }))
}

function numbersOf(samples: Samples, node: string): Record<NodeNumber, number> {
  const own = (metric: string, labels: Labels = {}) =>
    of(samples, metric).filter((sample) => {
      return Object.entries({ node, ...labels }).every(([label, value]) => sample.labels[label] === value)
    })
  const numbers = Object.entries(metricOf).map(([number, [name, labels]]) => [number, total(own(name, labels))])
  const tendSeconds = own("tend_seconds").reduce((sum, { value }) => sum + value, 0)
  return { ...Object.fromEntries(numbers), tendSeconds }
}

/** By when they were first seen. */
const numbers = new WeakMap<Observable, number>()
let lastNumber = 0

/** Who has which partition. What several clients believe alike is told once. */
export function partitionMaps(): MapTick[] {
  const maps = new Map<string, MapTick & { clients: number[] }>()
  for (const client of liveClients()) {
    const number = numbers.get(client) ?? ++lastNumber
    numbers.set(client, number)
    const known = asked(() => client.nodes())
    const nodes = known.flatMap((node) => (node ? [{ name: node.name, address: addressOf(node) }] : []))
    // Indices of the engine have holes.
    const places = new Map<number, number>()
    known.forEach((node, index) => {
      if (node) places.set(index, places.size)
    })
    for (const { namespace, levels } of asked(() => client.partitions())) {
      const level = (owners: Uint16Array) =>
        Array.from(owners, (owner) => (owner === nobody ? -1 : (places.get(owner) ?? -1)))
      const map = { namespace, nodes, levels: levels.map(level) }
      const key = JSON.stringify(map)
      const alike = maps.get(key)
      if (alike) alike.clients.push(number)
      else maps.set(key, { ...map, clients: [number] })
    }
  }
  return [...maps.values()].sort((one, other) => (one.namespace < other.namespace ? -1 : 1))
}

function addressOf({ host, port }: Place): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}

/** What a client says, if its engine has not trapped. */
function asked<T>(question: () => T[]): T[] {
  try {
    return question()
  } catch {
    return []
  }
}
