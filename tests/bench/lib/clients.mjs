// Who is measured: the table of clients. A line more is a client more.
//
// A client is a process that speaks the protocol of client-process.mjs. One that is not there, because a peer is not
// installed or because this version's `connect` refuses the configuration, is left out with one line that says why.

import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { startClient } from "./client-handle.mjs"

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const node = here("client-process.mjs")
const install = "make bench-peers installs it"

/** A client of ours, by its configuration. */
const ours = (config, more) => ({ ...nodeClient("ours", config), isOurs: true, ...more })
const nodeClient = (kind, config) => ({ command: [process.execPath, node, kind], config })

/**
 * - `only`: the workloads (ids or groups) in which it takes part; else all.
 * - `bestOf`: of the clients with the same word, only the one that was fastest while warming up is measured in a workload,
 *   and it stands under that word.
 * - `isPeer`: one of the other official clients, of which the fastest is J.
 */
export const clients = [
  ours({ coalesce: "off" }, { id: "ours", label: "ours", name: "aerospike-wasm, coalescing off" }),
  ours({ coalesce: "auto" }, { id: "coalesce", label: "merged", name: "aerospike-wasm, coalescing" }),
  ours(
    { coalesce: "off", way: "columns" },
    { id: "columns", label: "columns", name: "aerospike-wasm, as columns", only: ["batch1000", "query-flat"] },
  ),
  ours(
    { coalesce: "off", metrics: true },
    { id: "metrics", label: "metrics", name: "aerospike-wasm, metrics on", only: ["get@128", "put@128"] },
  ),
  ours(
    // From so few rows on, so that the batches of the table are theirs.
    { coalesce: "off", workers: { count: 2, from: 100 } },
    {
      id: "workers",
      label: "workers",
      name: "aerospike-wasm, 2 workers",
      only: ["get@128", "get@512", "batch100", "batch1000", "query", "query-flat"],
    },
  ),
  {
    ...nodeClient("bare", {}),
    id: "bare",
    label: "bare",
    name: "a bare loop: requests made beforehand, answers decoded, nothing else",
    only: ["get@1", "get@32", "get@128", "get@512", "put@1", "put@32", "put@128", "put@512"],
  },
  { ...nodeClient("official", {}), id: "official", label: "Node", name: "official Node client, as it comes" },
  ...[16, 64].map((limit) => ({
    ...nodeClient("official", { commandQueue: limit }),
    id: `official-${limit}`,
    bestOf: "tuned",
    label: "tuned",
    name: `official Node client, command queue of ${limit}`,
  })),
  {
    id: "go",
    label: "Go",
    name: "official Go client, one thread",
    command: [here("../peers/go/bench")],
    env: { GOMAXPROCS: "1" },
    isPeer: true,
    needs: [here("../peers/go/bench"), install],
  },
  {
    id: "java",
    label: "Java",
    name: "official Java client, one event loop",
    command: [
      "java",
      "-Xshare:auto",
      "-cp",
      `${here("../peers/java/classes")}:${here("../peers/java/lib")}/*`,
      "Bench",
    ],
    isPeer: true,
    needs: [here("../peers/java/classes/Bench.class"), install],
  },
  {
    id: "rust",
    label: "Rust",
    name: "official Rust client, one thread",
    command: [here("../peers/rust/target/release/bench")],
    isPeer: true,
    needs: [here("../peers/rust/target/release/bench"), install],
  },
  {
    id: "python",
    label: "Python",
    name: "official Python client, a thread a caller",
    command: [here("../peers/python/venv/bin/python"), here("../peers/python/bench.py"), "aerospike"],
    isPeer: true,
    // It has threads, not callers: more of them only wait for each other.
    only: ["get@1", "get@32", "get@128", "put@1", "put@32", "operate@32", "mix@32", "batch100", "batch1000", "query"],
    needs: [here("../peers/python/venv/bin/python"), install],
  },
  {
    id: "aerospike-py",
    label: "aero-py",
    name: "aerospike-py, asyncio",
    command: [here("../peers/python/venv/bin/python"), here("../peers/python/bench.py"), "aerospike_py"],
    only: ["get@1", "get@32", "get@128", "put@1", "put@32", "operate@32", "mix@32", "batch100", "batch1000"],
    needs: [here("../peers/python/venv/bin/python"), install],
  },
]

/** As `startClient`, for a client that may not even be installed. */
export async function start(client, hosts) {
  const { needs } = client
  return needs && !existsSync(needs[0]) ? { absent: `not installed: ${needs[1]}` } : startClient(client, hosts)
}

/** The same, and gives it what it is to use: `sets` and `records`, see client-process.mjs. */
export async function startAndUse(client, hosts, use) {
  const handle = await start(client, hosts)
  if (!handle.absent) await handle.ask({ job: "use", ...use })
  return handle
}

export function takesPart({ only }, { id, group }) {
  return !only || only.includes(id) || only.includes(group)
}

/** The name under which its figures stand. */
export const column = ({ id, bestOf }) => bestOf ?? id
