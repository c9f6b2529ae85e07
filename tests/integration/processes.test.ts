// The dev server with a process for each node: what a client sees when one is killed, stopped and started again, by the
// handle or by hand. `make dist` first.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { rmSync } from "node:fs"
import { connect as connectTcp } from "node:net"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { type Client, type ClusterEvent, connect, type Key, TimeoutError } from "aerospike-wasm"
import { type DevServer, type FaultThen, startDevServer } from "aerospike-wasm/devserver"
import { afterAll, beforeAll, expect, test, vi } from "vitest"

// Each process takes a moment to start.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url))
const keys: Key[] = Array.from({ length: 60 }, (_, i) => ["test", "processes", i])
const patient = { maxRetries: 20, totalTimeout: 20_000, socketTimeout: 2000 }
const pids = new Set<number>()
let server: DevServer
let client: Client
/** The end of the process that was started by hand. */
let handEnded: Promise<unknown>

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const pidOf = (node: number) => {
  const pid = server.nodes[node]!.pid!
  pids.add(pid)
  return pid
}

/** Resolves once the client has found, or lost, a node. */
const nodeEvent = (type: "nodeAdded" | "nodeRemoved", name: string) =>
  new Promise<void>((resolve) => {
    const listener = ({ node }: ClusterEvent) => {
      if (node?.name !== name) return
      client.off(type, listener)
      resolve()
    }
    client.on(type, listener)
  })

/** Reads all keys again and again with the default policy, until the other thing is done. */
async function readDuring(what: () => Promise<unknown>): Promise<void> {
  let over = false
  const reads = async () => {
    for (let i = 0; !over; i++) {
      const record = await client.get(keys[i % keys.length]!)
      expect(record.bins).toHaveProperty("value")
    }
  }
  const readers = [reads(), reads(), reads(), reads()]
  await Promise.race([what(), ...readers]).finally(() => {
    over = true
  })
  await Promise.all(readers)
}

const writeAll = (value: number) => Promise.all(keys.map((key) => client.put(key, { value }, patient)))

beforeAll(async () => {
  server = await startDevServer({ nodes: 3, processes: true, agreementMs: 300 })
  for (const node of [0, 1, 2]) pidOf(node)
  client = await connect({ hosts: server.hosts, tendInterval: 250, logger: () => {} })
  await writeAll(0)
})

afterAll(async () => {
  await client?.close()
  await server?.close()
})

test("each node is a process, and a client finds all", () => {
  expect(pids.size).toBe(3)
  expect(pids).not.toContain(process.pid)
  expect(client.nodeNames().sort()).toEqual(server.nodes.map(({ name }) => name))
})

test("faults strike nodes that are processes, too", async () => {
  const once = { maxRetries: 0, totalTimeout: 5000 }
  const spoil = (then: FaultThen) => server.faults.add({ when: { command: "read", times: 1 }, then })
  for (const then of [{ close: true }, { truncate: 20 }, { corrupt: [0] }, { code: 18 }] as const) {
    const fault = spoil(then)
    await expect(client.get(keys[0]!, once)).rejects.toThrow()
    expect(fault.struck).toBe(1)
  }
  const late = spoil({ delay: 300 })
  const begin = performance.now()
  await client.get(keys[0]!, once)
  expect(performance.now() - begin).toBeGreaterThan(290)
  const lost = spoil({ drop: true })
  await expect(client.get(keys[0]!, { maxRetries: 0, totalTimeout: 100 })).rejects.toThrow(TimeoutError)
  expect([late.struck, lost.struck]).toEqual([1, 1])
})

test("when a node is killed no read fails, and writes go on once the others agree", async () => {
  const removed = nodeEvent("nodeRemoved", server.nodes[1]!.name)
  await readDuring(async () => {
    process.kill(pidOf(1), "SIGKILL")
    await writeAll(1)
    await removed
  })
  expect(server.nodes.map(({ alive }) => alive)).toEqual([true, false, true])
  expect(server.nodes[1]!.pid).toBeUndefined()
})

test("a node that was killed returns to its port and to its partitions", async () => {
  const { name, port } = server.nodes[1]!
  const added = nodeEvent("nodeAdded", name)
  await readDuring(async () => {
    await server.restart(1)
    await added
    await writeAll(2)
  })
  expect(server.nodes[1]).toMatchObject({ port, alive: true })
  expect(isRunning(pidOf(1))).toBe(true)
  expect((await client.infoNode(name, "statistics")).response).toContain("cluster_size=3;")
  expect((await client.infoNode(name, "namespace/test")).response).toMatch(/;master_objects=[1-9]/)
})

test("a node that is stopped answers what it was asked, and one that is started by hand takes its place", async () => {
  const { name, port } = server.nodes[2]!
  const socket = connectTcp({ port, host: "127.0.0.1" })
  const answered = once(socket, "data")
  socket.write(Buffer.concat([Buffer.from([2, 1, 0, 0, 0, 0, 0, 5]), Buffer.from("node\n")]))
  expect(String((await answered)[0]).slice(8)).toBe(`node\t${name}\n`)
  const ended = once(socket, "end")
  const removed = nodeEvent("nodeRemoved", name)
  const pid = pidOf(2)
  await readDuring(async () => {
    await server.stop(2)
    await removed
  })
  await ended
  expect(isRunning(pid)).toBe(false)

  const added = nodeEvent("nodeAdded", name)
  const args = [program, "devserver", "--join", server.joinPath!, "--node", "2"]
  const front = spawn(process.execPath, args, { stdio: "ignore" })
  pids.add(front.pid!)
  handEnded = once(front, "exit")
  await added
  expect(server.nodes[2]).toMatchObject({ port, alive: true, pid: front.pid })
  await writeAll(3)
})

test("a node that is up cannot be joined a second time, nor one that is not there", async () => {
  for (const [node, reason] of [
    ["0", "node 0 is up"],
    ["3", "there is no node 3: they are 0 to 2"],
  ] as const) {
    const front = spawn(process.execPath, [program, "devserver", "--join", server.joinPath!, "--node", node])
    let said = ""
    front.stderr.on("data", (text) => {
      said += text
    })
    expect(await once(front, "close")).toEqual([1, null])
    expect(said).toBe(`${reason}\n`)
  }
})

test("when the server is closed, no process is left", async () => {
  await client.close()
  await server.close()
  await handEnded
  for (const pid of pids) expect(isRunning(pid)).toBe(false)
})

test("fronts end with the process that has the cluster, even if that is killed", async () => {
  const args = [program, "devserver", "--processes", "--nodes", "2", "--port", "0"]
  const hub = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
  let said = ""
  for await (const text of hub.stdout) {
    said += text
    if (said.includes("Ctrl-C")) break
  }
  const nodes = [...said.matchAll(/:(\d+) {2}process (\d+)$/gm)].map(([, port, pid]) => ({ port, pid }))
  expect(nodes.length).toBe(2)
  // Its connections end when the process does.
  const ends = nodes.map(async ({ port }) => {
    const socket = connectTcp({ port: Number(port), host: "127.0.0.1" })
    socket.on("error", () => {})
    await once(socket, "connect")
    return { closed: new Promise((resolve) => socket.once("close", resolve)) }
  })
  const sockets = await Promise.all(ends)
  hub.kill("SIGKILL")
  await Promise.all(sockets.map(({ closed }) => closed))
  // It could not clear up.
  rmSync(dirname(/--join (\S+)/.exec(said)![1]!), { recursive: true })
})
