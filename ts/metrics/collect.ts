// Gathers, when somebody scrapes, what the engines of all clients of this process have counted. Clients that have ended count
// on: what they had counted is kept, so that no counter ever goes down.

import { code, metricsHead, NONE, nodeWord, seriesWord, stage, stageWord, watch } from "../core/generated.ts"
import { errorClass } from "../errors.ts"
import { droppedLogCount } from "../log.ts"
import { type Counted, liveClients, type Observable, observers, watching } from "../observe.ts"
import { operationName } from "../operation-names.ts"
import {
  batchRecords,
  clients,
  droppedLines,
  type Family,
  internalStage,
  memory,
  nodeFamilies,
  operationDuration,
  stagesEnabled,
  statFamilies,
} from "./families.ts"

/** Labels and their values. */
export type Labels = Readonly<Record<string, string>>

/** One time series. */
export interface Sample {
  readonly labels: Labels
  /** Of a histogram: the sum. */
  value: number
  /** Of a histogram: how many fell under each bound and above the one before; the last is above all. */
  counts: number[] | undefined
  bounds: readonly number[]
}

/** What there is of each metric at one moment. */
export class Samples {
  readonly #families = new Map<Family["name"], Map<string, Sample>>()

  of(family: Family): Iterable<Sample> {
    return this.#families.get(family.name)?.values() ?? []
  }

  add(
    { name }: Family,
    labels: Labels,
    value: number,
    counts?: readonly number[],
    bounds: readonly number[] = [],
  ): void {
    const samples = this.#families.get(name) ?? new Map<string, Sample>()
    this.#families.set(name, samples)
    const key = JSON.stringify(labels)
    const known = samples.get(key)
    if (!known) {
      samples.set(key, { labels, value, counts: counts && [...counts], bounds })
      return
    }
    known.value += value
    counts?.forEach((count, i) => {
      known.counts![i]! += count
    })
  }

  addAll(others: Samples, takes: (family: Family) => boolean, all: readonly Family[]): void {
    for (const family of all) {
      if (!takes(family)) continue
      for (const { labels, value, counts, bounds } of others.of(family)) this.add(family, labels, value, counts, bounds)
    }
  }
}

/** Names of stages, by their number. */
const stageNames = new Map<number, string>(Object.entries(stage).map(([name, number]) => [number, name.toLowerCase()]))

const counters: readonly Family[] = [
  ...[operationDuration, internalStage, batchRecords],
  ...new Map([...nodeFamilies, ...statFamilies].map((family) => [family.name, family])).values(),
].filter(({ type }) => type !== "gauge")

/** Of clients that have ended. */
const ended = new Samples()
/** What was read last of each client, should it end in a way that it cannot be asked any more. */
const lastRead = new WeakMap<Observable, Samples>()

observers.gone = (client) => {
  const last = read(client) ?? lastRead.get(client)
  if (last) ended.addAll(last, () => true, counters)
}

/** Gathers everything. */
export function collect(): Samples {
  const all = new Samples()
  all.addAll(ended, () => true, counters)
  const live = liveClients()
  let bytes = 0
  for (const client of live) {
    const samples = read(client)
    if (!samples) continue
    lastRead.set(client, samples)
    all.addAll(samples, () => true, everyFamilyOfClients)
    for (const { value } of samples.of(memory)) bytes = Math.max(bytes, value)
  }
  all.add(clients, {}, live.length)
  all.add(memory, {}, bytes)
  all.add(stagesEnabled, {}, (watching() & watch.STAGES) === 0 ? 0 : 1)
  all.add(droppedLines, {}, droppedLogCount())
  return all
}

const everyFamilyOfClients: readonly Family[] = [
  ...counters,
  ...new Map(
    [...nodeFamilies, ...statFamilies].filter(({ type }) => type === "gauge").map((family) => [family.name, family]),
  ).values(),
]

function read(client: Observable): Samples | undefined {
  let counted: Counted | undefined
  try {
    counted = client.counted()
  } catch {
    // An engine that has trapped.
  }
  if (!counted) return undefined
  const samples = samplesOf(counted)
  // Its worker threads have memories of their own, and know no other nodes.
  const isAdded = (family: Family) => family === memory || !onlyItsOwn.has(family.name)
  for (const helped of client.helped()) samples.addAll(samplesOf(helped), isAdded, [...everyFamilyOfClients, memory])
  return samples
}

const onlyItsOwn: ReadonlySet<string> = new Set(["aerospike_client_nodes", "aerospike_client_node_active"])

function samplesOf(counted: Counted): Samples {
  const samples = new Samples()
  const { doubles } = counted
  let at: number = metricsHead.LENGTH
  const take = (length: number) => {
    at += length
    return Array.from(doubles.subarray(at - length, at))
  }
  const bounds = take(doubles[metricsHead.BOUNDS]!)
  const stageBounds = take(doubles[metricsHead.STAGE_BOUNDS]!)
  for (let i = 0; i < doubles[metricsHead.SERIES]!; i++) addSeries(samples, counted, bounds, take(seriesWord.LENGTH))
  for (let i = 0; i < doubles[metricsHead.STAGES]!; i++) {
    const row = take(stageWord.LENGTH)
    const labels = {
      stage: stageNames.get(row[stageWord.STAGE]!) ?? "unknown",
      db_operation_name: operationName(row[stageWord.OPERATION]!),
    }
    samples.add(internalStage, labels, row[stageWord.SUM]!, row.slice(stageWord.COUNTS), stageBounds)
  }
  for (let i = 0; i < doubles[metricsHead.NODES]!; i++) addNode(samples, counted, bounds, take(nodeWord.LENGTH))
  for (const family of statFamilies) samples.add(family, {}, counted.stats[family.stat] ?? 0)
  samples.add(memory, {}, counted.memoryBytes)
  return samples
}

function addSeries(samples: Samples, counted: Counted, bounds: readonly number[], row: readonly number[]): void {
  // Below zero: one of those for which there was no room.
  const name = (id: number) => (id === NONE ? "" : id < 0 ? "other" : counted.name(id))
  const number = row[seriesWord.CODE]!
  const where = {
    db_namespace: name(row[seriesWord.NAMESPACE]!),
    db_collection_name: name(row[seriesWord.SET]!),
    db_operation_name: operationName(row[seriesWord.OPERATION]!),
  }
  const labels = {
    db_system_name: "aerospike",
    ...where,
    error_type: number === code.OK ? "" : errorClass(number),
  }
  samples.add(operationDuration, labels, row[seriesWord.SUM]!, row.slice(seriesWord.COUNTS), bounds)
  if (row[seriesWord.RECORDS]! > 0) samples.add(batchRecords, where, row[seriesWord.RECORDS]!)
}

function addNode(samples: Samples, counted: Counted, bounds: readonly number[], row: readonly number[]): void {
  const index = row[nodeWord.NODE]!
  const node = index === NONE ? "" : counted.node(index)
  for (const family of nodeFamilies) {
    if (index === NONE && !family.anywhere) continue
    const labels = { node, ...family.more }
    const value = row[family.word]!
    if (family.type !== "histogram") samples.add(family, labels, value)
    else samples.add(family, labels, value, row.slice(family.word + 1, family.word + 2 + bounds.length), bounds)
  }
}
