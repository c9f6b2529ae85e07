// A server for tests, in a process of its own: the cluster that AEROSPIKE_HOSTS names, else a fresh dev server.

import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("./dev-server-process.mjs", import.meta.url))

/**
 * Resolves to `{ hosts, name, isDev, pid?, close() }`; `hosts` is a string for `connect`. With `record`, `close` of a dev server
 * resolves to the names of what it was asked for (`../entries`).
 */
export async function startServer({ nodes = 1, record = false } = {}) {
  const given = process.env.AEROSPIKE_HOSTS
  return given
    ? { hosts: given, name: given, isDev: false, close: async () => {} }
    : startDevServerProcess({ nodes, record })
}

/** A fresh dev server, whatever AEROSPIKE_HOSTS says. */
export async function startDevServerProcess({ nodes = 1, record = false } = {}) {
  const child = spawn(process.execPath, [program, String(nodes)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, RECORD: record ? "1" : "" },
  })
  const ended = new Promise((resolve) => child.once("close", resolve))
  let text = ""
  const hosts = await new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => reject(new Error(`the dev server ended with code ${code}`)))
    child.stdout.setEncoding("utf8").on("data", (more) => {
      text += more
      if (text.includes("\n")) resolve(text.split("\n")[0])
    })
  })
  const close = async () => {
    child.stdin.end()
    const limit = setTimeout(() => child.kill("SIGKILL"), 5000)
    await ended
    clearTimeout(limit)
    return record ? JSON.parse(text.split("\n")[1] || "[]") : undefined
  }
  return {
    hosts,
    name: `the dev server (${nodes} ${nodes === 1 ? "node" : "nodes"})`,
    isDev: true,
    pid: child.pid,
    close,
  }
}
