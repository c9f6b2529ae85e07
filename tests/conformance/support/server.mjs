// A server for tests, in a process of its own: the cluster that AEROSPIKE_HOSTS names, else a fresh dev server.

import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("./dev-server-process.mjs", import.meta.url))

/** Resolves to `{ hosts, name, isDev, pid?, close() }`; `hosts` is a string for `connect`. */
export async function startServer({ nodes = 1 } = {}) {
  const given = process.env.AEROSPIKE_HOSTS
  return given ? { hosts: given, name: given, isDev: false, close: async () => {} } : startDevServerProcess({ nodes })
}

/** A fresh dev server, whatever AEROSPIKE_HOSTS says. */
export async function startDevServerProcess({ nodes = 1 } = {}) {
  const child = spawn(process.execPath, [program, String(nodes)], { stdio: ["pipe", "pipe", "inherit"] })
  const ended = new Promise((resolve) => child.once("close", resolve))
  const hosts = await new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => reject(new Error(`the dev server ended with code ${code}`)))
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (more) => {
      text += more
      if (text.includes("\n")) resolve(text.trim())
    })
  })
  const close = async () => {
    child.stdin.end()
    const limit = setTimeout(() => child.kill("SIGKILL"), 5000)
    await ended
    clearTimeout(limit)
  }
  return {
    hosts,
    name: `the dev server (${nodes} ${nodes === 1 ? "node" : "nodes"})`,
    isDev: true,
    pid: child.pid,
    close,
  }
}
