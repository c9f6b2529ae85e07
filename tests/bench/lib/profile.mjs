// Where the time of a V8 CPU profile went, function by function, without what called it.

import { readFileSync } from "node:fs"
import { basename } from "node:path"

export function summarise(path, rows = 25) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path, "utf8"))
  const named = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const self = new Map()
  for (const [i, id] of samples.entries()) {
    const name = named.get(id)
    self.set(name, (self.get(name) ?? 0) + timeDeltas[i])
  }
  self.delete("(idle)")
  const total = [...self.values()].reduce((sum, time) => sum + time, 0)
  return [...self]
    .sort(([, a], [, b]) => b - a)
    .slice(0, rows)
    .map(([name, time]) => `${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}`)
    .join("\n")
}

function nameOf({ functionName, url, lineNumber }) {
  const name = functionName || "(anonymous)"
  return url ? `${name}  ${basename(url)}:${lineNumber + 1}` : name
}
