// What is measured: the table of workloads. Each is done by every client that can, by turns.

export const FLIGHTS = [1, 32, 128, 512]

const singles = {
  get: "get",
  put: "put",
  operate: "operate: increment and read",
  mix: "half gets, half puts",
}

/** `set` is a shape of records.mjs; `rows` is how many records one operation is about; `job` is what a client is asked for. */
const many = [
  { id: "batch100", name: "batch of 100 records", job: "batch", set: "five", rows: 100, inFlight: 8 },
  { id: "batch1000", name: "batch of 1000, one integer", job: "batch", set: "ints", rows: 1000, inFlight: 8 },
  { id: "query", name: "query of all records, each as it comes", job: "query", set: "five", rows: "all", inFlight: 1 },
  { id: "query-flat", name: "query of all, no lists", job: "query", set: "flat", rows: "all", inFlight: 1 },
]

/** The workloads, for sets of so many records and so many operations in flight. */
export function workloads({ flights, manyRecords }) {
  const ofOne = Object.entries(singles).flatMap(([job, name]) =>
    flights.map((inFlight) => ({
      id: `${job}@${inFlight}`,
      group: job,
      name: `${name}, ${inFlight} in flight`,
      job,
      set: job === "operate" ? "counters" : "single",
      rows: 1,
      inFlight,
    })),
  )
  const ofMany = many.map((workload) => ({
    ...workload,
    group: workload.id,
    name: `${workload.name}${workload.inFlight > 1 ? `, ${workload.inFlight} in flight` : ""}`,
    rows: workload.rows === "all" ? manyRecords : workload.rows,
  }))
  return [...ofOne, ...ofMany]
}

/** Names that `--only` takes: `get`, `get@128`, `batch` (both), `batch1000`, `query` (both). */
export function isChosen({ id, group, job }, only) {
  return !only || only.some((name) => [id, group, job].includes(name))
}
