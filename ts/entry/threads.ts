// Threads of the runtime: Node, Deno and Bun all have those of node:worker_threads.

import { parentPort, type TransferListItem, Worker, workerData } from "node:worker_threads"
import type { Home, OpenThread } from "../threads/thread.ts"

/** Begins threads that run a file. */
export function threadsOf(file: URL): OpenThread {
  return (data, handlers) => {
    const worker = new Worker(file, { workerData: data, name: "aerospike-wasm" })
    let failure: unknown
    let isOver = false
    const end = () => {
      if (isOver) return
      isOver = true
      handlers.ended(failure)
    }
    worker.on("message", (message) => {
      if (!isOver) handlers.said(message)
    })
    worker.on("error", (error) => {
      failure ??= error
      end()
    })
    worker.on("exit", end)
    return {
      post: (message, transfer) => worker.postMessage(message, transfer as TransferListItem[]),
      end: async () => {
        isOver = true
        await worker.terminate()
      },
    }
  }
}

/** On a thread: what it was begun with. */
export const given: unknown = workerData

/** On a thread: the way to the one that began it. */
export const home: Home = {
  post: (message, transfer) => parentPort!.postMessage(message, transfer as TransferListItem[]),
  listen: (said) => void parentPort!.on("message", said),
}
