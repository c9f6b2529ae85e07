// The memory that operations of ours take, in a process of its own.

import { askProcess } from "./process.mjs"

export const IN_FLIGHT = 10_000

export function memory(hosts, { sequentialGets }) {
  return askProcess(new URL("memory-process.mjs", import.meta.url), [hosts, IN_FLIGHT, sequentialGets], ["--expose-gc"])
}
