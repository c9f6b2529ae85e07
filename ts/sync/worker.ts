// The program of the thread that a sync client has: the async client of this runtime, served to the thread that waits.

import process from "node:process"
import { workerData } from "node:worker_threads"
import type { Connect } from "../connect.ts"
import type { Start } from "./messages.ts"
import { serve } from "./serve.ts"

const start = workerData as Start
const server = serve(start, async (config, options) => (await client()).connect(config, options))

// Stacks of this thread are seen by nobody, and errors of rows may be many. On Bun it would hold for all threads.
if (!("Bun" in globalThis)) Error.stackTraceLimit = 0

// Whoever waits has to learn why nothing will come any more.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => server.dies(error))
}
process.on("exit", (number) => server.dies(new Error(`its thread ended with code ${number}`)))

/** The package on this runtime. */
async function client(): Promise<{ connect: Connect }> {
  if ("Deno" in globalThis) return import("../entry/deno.ts")
  return "Bun" in globalThis ? import("../entry/bun.ts") : import("../entry/node.ts")
}
