// The package on Deno.

import { type Connect, connectOn } from "../connect.ts"
import { setLogLevelFromText } from "../log.ts"
import { denoTransport } from "../transport/deno.ts"
import { engineFrom } from "./load.ts"

export * from "../index.ts"

/** What this file needs of Deno, so that the rest compiles without its types. */
declare const Deno: {
  readFileSync(file: URL): Uint8Array<ArrayBuffer>
  env: { get(name: string): string | undefined }
  permissions: { querySync(descriptor: { name: "env"; variable: string }): { state: string } }
}

// Asking for a permission that was not given would stop the program with a question.
if (Deno.permissions.querySync({ name: "env", variable: "AEROSPIKE_LOG" }).state === "granted") {
  setLogLevelFromText(Deno.env.get("AEROSPIKE_LOG"))
}

/** Connects to a cluster. */
export const connect: Connect = connectOn({ transport: denoTransport, engine: engineFrom(Deno.readFileSync) })
