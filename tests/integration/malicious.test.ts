// One of three nodes is malicious, over real sockets, in every way that `support/malicious-peer.mjs` knows: what is asked of
// it fails in time with an error of ours, the other nodes are as they were, memory is bounded, and nothing is left open.
// `make dist` first.

import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
// @ts-expect-error it is JavaScript
import { findRuntimes } from "../conformance/support/runtimes.mjs"
import { type ServerApart, startDevServerApart } from "./support/apart.ts"
// @ts-expect-error it is JavaScript
import { handshakes, misdeeds, startPeer } from "./support/malicious-peer.mjs"

interface Misdeed {
  codes?: string[]
  again?: string[]
  log?: RegExp
  writes?: boolean
  seeds?: boolean
}

/** What became of a misdeed, as `malicious-checks.mjs` says it. */
interface Result {
  failed?: string
  alone: string[]
  meanwhile: string[]
  rows: string[]
  query: string[]
  again: string[]
  isGivenUp: boolean
  isPolluted: boolean
  took: number
  left: { inFlight: number; queued: number; open: number }
  opened: number
  log: string[]
  seed?: { connected: boolean; error: string; took: number; open: number }
  memory: number
  heap: number
}

const script = fileURLToPath(new URL("support/malicious-checks.mjs", import.meta.url))
const all = Object.entries(misdeeds as Record<string, Misdeed>)
const insteadOfTls = Object.entries(handshakes as Record<string, Misdeed>).map(
  ([name, misdeed]) => [`with TLS: ${name}`, misdeed] as const,
)
const peers: Record<string, { port: number; close(): void }> = {}
let server: ServerApart

beforeAll(async () => {
  server = await startDevServerApart({ nodes: 3 })
  for (const [name, misdeed] of all) peers[name] = await startPeer(server.nodes[2]!.port, misdeed)
  for (const [name, misdeed] of insteadOfTls) peers[name] = await startPeer(0, misdeed)
})

afterAll(async () => {
  for (const peer of Object.values(peers)) peer.close()
  await server.close()
})

/** Lets a client on that runtime live with each of the peers. */
async function play(runtime: { name: string; command: string; args: string[] }): Promise<Record<string, Result>> {
  const asked = all.map(([name, { codes, writes }]) => [name, { port: peers[name]!.port, writes, info: !codes }])
  const encrypted = insteadOfTls.map(([name]) => [name, { port: peers[name]!.port, tls: true }])
  const seed = server.hosts.split(",")[0]
  const told = { seed, victim: server.nodes[2]!.port, peers: Object.fromEntries([...asked, ...encrypted]) }
  const child = spawn(runtime.command, [...runtime.args, script, runtime.name, JSON.stringify(told)], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const results: Record<string, Result> = {}
  for await (const line of createInterface(child.stdout)) {
    const [name, result] = JSON.parse(line)
    results[name] = result
  }
  return results
}

function judge(name: string, { codes, again = ["OK"], log, writes, seeds }: Misdeed, result: Result): void {
  expect(result.failed, name).toBeUndefined()
  expect(result.meanwhile, `${name}: other nodes`).toEqual(["OK"])
  expect(result.left, `${name}: left over`).toEqual({ inFlight: 0, queued: 0, open: 0 })
  expect(result.isPolluted, `${name}: prototypes`).toBe(false)
  // Deadlines are 300 to 600 ms; the rest is for a busy machine.
  expect(result.took, `${name}: time`).toBeLessThan(20_000)
  expect(result.opened, `${name}: connections`).toBeLessThan(20_000)
  expect(result.memory, `${name}: MiB of linear memory`).toBeLessThan(1024)
  expect(result.heap, `${name}: MiB of heap`).toBeLessThan(1024)
  // A batch or a query that was told less than it asked for says so.
  const many = [...(codes ?? ["OK"]), "NO_RESPONSE"]
  const among = (got: string[], allowed: string[], what: string) =>
    expect(
      got.filter((code) => !allowed.includes(code)),
      `${name}: ${what}`,
    ).toEqual([])
  among(result.alone, codes ?? ["OK"], "operations")
  among(result.rows, many, "a batch")
  among(result.query, [...many, "MALFORMED", ...(result.isGivenUp ? ["OK"] : [])], "a query")
  if (!writes) among(result.again, again, "with replicas")
  if (log) expect(result.log.join("\n"), `${name}: the reason`).toMatch(log)
  judgeSeed(name, seeds ?? false, result)
}

/** The peer was all that there was to connect to. */
function judgeSeed(name: string, connects: boolean, { failed, seed, memory }: Result): void {
  expect(failed, name).toBeUndefined()
  if (!seed) return
  expect(seed.connected, `${name}: as the only seed`).toBe(connects)
  if (!connects) expect(seed.error, name).toMatch(/^(NOT_CONNECTED|TLS): /)
  expect(seed.took, `${name}: time to connect`).toBeLessThan(10_000)
  expect(seed.open, `${name}: sockets`).toBe(0)
  expect(memory, `${name}: MiB of linear memory`).toBeLessThan(1024)
}

for (const runtime of findRuntimes()) {
  test(runtime.name, { timeout: 300_000 }, async () => {
    const results = await play(runtime)
    expect(Object.keys(results)).toEqual([...all, ...insteadOfTls].map(([name]) => name))
    for (const [name, misdeed] of all) judge(name, misdeed, results[name]!)
    for (const [name] of insteadOfTls) judgeSeed(name, false, results[name]!)
  })
}
