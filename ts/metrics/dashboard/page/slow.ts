// The slowest operations, each with a bar of its stages.

import { type SlowOperation, stages } from "../messages.ts"
import { byId, count, duration, fill, make, setText } from "./dom.ts"

/** What is shown already: a list that has not changed is left alone, for whoever reads it. */
let shown = ""

export function showSlow(slow: readonly SlowOperation[], now: number): void {
  const place = byId("slow")
  place.nextElementSibling?.toggleAttribute("hidden", slow.length > 0)
  byId("stages").toggleAttribute("hidden", slow.length === 0)
  const same = JSON.stringify(slow)
  if (same !== shown) fill(place, ...slow.map(row))
  shown = same
  place.querySelectorAll(".ago").forEach((element, i) => {
    setText(element, `${Math.max(0, Math.round((now - slow[i]!.at) / 1000))} s ago`)
  })
}

function row(operation: SlowOperation): HTMLElement {
  const { kind, place, records, key, node, requests, error, retries, ms } = operation
  const what = `${kind}${records > 0 ? ` of ${count(records)}` : ""}${place === "" ? "" : ` ${key ?? place}`}`
  const where = requests > 1 ? `${count(requests)} requests` : node
  const bar = make("div", { classes: "bar", "aria-hidden": "true" })
  const parts = operation.stages.flatMap((spent, i) => {
    if (spent <= 0) return []
    const piece = make("i", { classes: `stage${i}` })
    piece.style.flexGrow = String(spent)
    bar.append(piece)
    return spent >= 0.005 ? [`${stages[i]} ${duration(spent)}`] : []
  })
  const failed = error === "" ? [] : [make("span", { classes: "badge bad" }, error)]
  const again = retries.length === 0 ? "" : `; retried after ${retries.join(", ")}`
  return make(
    "li",
    {},
    make(
      "div",
      { classes: "what" },
      make("span", { classes: "ms" }, duration(ms)),
      make("span", { classes: "name" }, what),
      ...failed,
      make("span", { classes: "more" }, where),
      make("span", { classes: "more ago" }),
    ),
    bar,
    make("div", { classes: "more stage-text" }, parts.join(", ") + again),
  )
}

for (const [i, stage] of stages.entries()) {
  byId("stages").append(
    make("li", {}, make("span", { classes: `swatch stage${i}`, "aria-hidden": "true" }), ` ${stage}`),
  )
}
