// A thread of the runtime: Node, Deno and Bun all have those of node:worker_threads. What is said to it and what runs there
// is not known here.

import { type TransferListItem, Worker } from "node:worker_threads"

/** What is heard of a thread. */
export interface ThreadHandlers {
  said(message: unknown): void
  /** Once: it runs no more, for a reason or because it was told to end. Nothing follows. */
  ended(error: unknown): void
}

/** A thread that runs. */
export interface Thread {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void
  /** Ends it at once. */
  end(): Promise<void>
}

/** Begins a thread with what it is to know. */
export type OpenThread = (data: unknown, handlers: ThreadHandlers) => Thread

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
