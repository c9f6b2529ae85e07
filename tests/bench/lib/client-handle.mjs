// A client in a process of its own, asked over the channel between the processes.

import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("client-process.mjs", import.meta.url))

/** Resolves to `{ ask(job), end() }` once the client has connected. */
export async function startClient(kind, hosts, execArgv = []) {
  const child = fork(program, [kind, hosts], { execArgv })
  const ended = new Promise((resolve) => child.once("close", resolve))
  const answer = () =>
    new Promise((resolve, reject) => {
      const onEnd = (code) => reject(new Error(`the process of the ${kind} client ended with code ${code}`))
      child.once("close", onEnd)
      child.once("message", (message) => {
        child.off("close", onEnd)
        if (message.error) reject(new Error(`${kind}: ${message.error}`))
        else resolve(message)
      })
    })
  await answer()
  return {
    ask(job) {
      const answered = answer()
      child.send(job)
      return answered
    },
    async end() {
      if (child.connected) child.send({ job: "end" })
      const limit = setTimeout(() => child.kill("SIGKILL"), 10_000)
      await ended
      clearTimeout(limit)
    },
  }
}
