// Counts outcomes by family and direction, and prints them so that they fit a terminal.

const DIRECTIONS = ["encode", "decode", "devserver"]
const STATUSES = ["passed", "failed", "later"]

export class Report {
  #families = new Map()
  #reasons = new Map()
  #failures = []
  #different = 0

  add({ family, file, exchange, direction, status, reason, details }) {
    if (status === "different") {
      this.#different++
      this.#count(`${direction}, not compared: ${reason}`)
      return
    }
    const counts = this.#families.get(family) ?? new Map()
    this.#families.set(family, counts)
    const cell = counts.get(direction) ?? { passed: 0, failed: 0, later: 0 }
    counts.set(direction, cell)
    cell[status]++
    if (status === "failed") this.#failures.push({ file, exchange, direction, details })
    if (status === "later") this.#count(`${direction}: ${reason}`)
  }

  /** How many answers were asked for and not compared, for they cannot be the recorded ones. */
  get different() {
    return this.#different
  }

  #count(reason) {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
  }

  total(status) {
    let sum = 0
    for (const counts of this.#families.values()) for (const cell of counts.values()) sum += cell[status]
    return sum
  }

  table() {
    const head = DIRECTIONS.map((direction) => direction.padStart(14).padEnd(20)).join("|")
    const sub = DIRECTIONS.map(() => STATUSES.map((status) => status.padStart(6)).join(" ")).join("|")
    const rows = [...this.#families].map(([family, counts]) => this.#row(family, counts))
    return [`${"".padEnd(12)}|${head}`, `${"family".padEnd(12)}|${sub}`, ...rows, this.#row("all", this.#sums())].join(
      "\n",
    )
  }

  #row(family, counts) {
    const cells = DIRECTIONS.map((direction) => {
      const cell = counts.get(direction)
      return STATUSES.map((status) => String(cell?.[status] || "·").padStart(6)).join(" ")
    })
    return `${family.slice(0, 12).padEnd(12)}|${cells.join("|")}`
  }

  #sums() {
    const sums = new Map(DIRECTIONS.map((direction) => [direction, { passed: 0, failed: 0, later: 0 }]))
    for (const counts of this.#families.values()) {
      for (const [direction, cell] of counts) for (const status of STATUSES) sums.get(direction)[status] += cell[status]
    }
    return sums
  }

  /** What is not supported yet, most first. */
  reasons() {
    return [...this.#reasons]
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${String(count).padStart(6)} ${name}`)
  }

  /** The first failures in full, the others by name. */
  failures(most = 20) {
    const lines = this.#failures
      .slice(0, most)
      .flatMap(({ file, exchange, direction, details }) => [
        `not ok ${direction} ${exchange.scenario} step ${exchange.step} (${file})`,
        `    ${cut(JSON.stringify(exchange.what), 200)}`,
        ...details.slice(0, 12).map((line) => `    ${cut(line, 300)}`),
      ])
    const rest = this.#failures.slice(most)
    const names = rest.map(
      ({ file, exchange, direction }) => `not ok ${direction} ${exchange.scenario} step ${exchange.step} (${file})`,
    )
    return [...lines, ...names.slice(0, 100), ...(names.length > 100 ? [`… and ${names.length - 100} more`] : [])]
  }
}

function cut(text, most) {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
