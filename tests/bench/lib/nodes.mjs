// The dev server in several processes, apart from this one, by its command line.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url))
const devserver = (...args) => [program, "devserver", ...args]

/** Resolves to `{ hosts, end(node, signal), start(node), close() }`. */
export async function startNodes(count, agreementMs) {
  const args = devserver("--processes", "--nodes", count, "--port", 0, "--agreement", agreementMs).map(String)
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
  const ended = once(server, "close")
  process.once("exit", () => server.kill())
  const pids = []
  const hosts = []
  let path
  for await (const line of createInterface({ input: server.stdout })) {
    const node = /^ {2}\w+ {2}(\S+) {2}process (\d+)$/.exec(line)
    if (node) {
      hosts.push(node[1])
      pids.push(Number(node[2]))
    }
    path ??= /--join (\S+)/.exec(line)?.[1]
    if (line.startsWith("Ctrl-C")) break
  }
  if (!path) throw new Error(`the dev server ended with code ${(await ended)[0]}`)
  return {
    hosts: hosts.join(","),
    end: (node, signal) => process.kill(pids[node], signal),
    start(node) {
      pids[node] = spawn(process.execPath, devserver("--join", path, "--node", String(node)), { stdio: "inherit" }).pid
    },
    async close() {
      server.kill()
      await ended
    },
  }
}
