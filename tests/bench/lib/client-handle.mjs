// A client in a process of its own, in whatever language, asked by lines of JSON (see client-process.mjs).

import { spawn } from "node:child_process"
import { createInterface } from "node:readline"

/** What ends the processes that still run. */
const running = new Set()
process.once("exit", () => {
  for (const kill of running) kill()
})

/**
 * Starts a client of the table. Resolves to `{ pid, version, ask(job), end() }` once it has connected, or to `{ absent }`, why
 * it is not to be had.
 */
export async function startClient({ id, command, config, env }, hosts, execArgv = []) {
  const [program, ...args] = command
  const child = spawn(program, [...execArgv, ...args, hosts, ...(config ? [JSON.stringify(config)] : [])], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  })
  const waiting = []
  let ending
  const ended = new Promise((resolve) => {
    const end = (why) => {
      ending ??= why
      for (const { reject } of waiting.splice(0)) reject(new Error(`the process of ${id} ended: ${ending}`))
      resolve()
    }
    child.once("error", (error) => end(error.message))
    child.once("close", (code, signal) => end(signal ?? `code ${code}`))
  })
  child.stdin.on("error", () => {}) // it has ended, which is told above
  createInterface({ input: child.stdout }).on("line", (line) => {
    // A library may say something on its own.
    if (line.startsWith("{")) waiting.shift()?.resolve(JSON.parse(line))
  })
  const answer = () =>
    new Promise((resolve, reject) => {
      if (ending !== undefined) reject(new Error(`the process of ${id} ended: ${ending}`))
      else waiting.push({ resolve, reject })
    })
  const kill = () => child.kill("SIGKILL")
  running.add(kill)
  const end = async () => {
    if (ending === undefined) child.stdin.end(`${JSON.stringify({ job: "end" })}\n`)
    const limit = setTimeout(kill, 10_000)
    await ended
    clearTimeout(limit)
    running.delete(kill)
  }

  let first
  try {
    first = await answer()
  } catch (error) {
    first = { absent: error.message }
  }
  if (!first.ready) {
    await end()
    return { absent: String(first.absent).split("\n")[0] }
  }
  return {
    pid: child.pid,
    version: first.version,
    server: first.server,
    async ask(job) {
      const answered = answer()
      child.stdin.write(`${JSON.stringify(job)}\n`)
      const said = await answered
      if (said.error) throw new Error(`${id}: ${said.error}`)
      return said
    },
    end,
  }
}
