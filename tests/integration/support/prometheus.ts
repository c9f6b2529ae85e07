// Reads Prometheus's text format, strictly: a line that is none of it is an error.

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Metrics {
  /** Those that have these labels at least. */
  samples(name: string, labels?: Readonly<Record<string, string>>): Sample[]
  /** Of the only one that has these labels. */
  value(name: string, labels: Readonly<Record<string, string>>): number
  sum(name: string, labels?: Readonly<Record<string, string>>): number
  /** Names of the metrics, as their types are told. */
  names(): string[]
}

export function parseMetrics(text: string): Metrics {
  const all: Sample[] = []
  const names: string[] = []
  for (const line of text.split("\n")) {
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/.exec(line)
    if (type) names.push(type[1]!)
    if (line === "" || line.startsWith("#")) continue
    const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([-+.\deE]+|NaN|[-+]?Inf)$/.exec(line)
    if (!found) throw new Error(`not a line of Prometheus: ${line}`)
    all.push({ name: found[1]!, labels: labelsOf(found[2] ?? ""), value: Number(found[3]) })
  }
  const samples = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    all.filter(
      (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    )
  return {
    samples,
    value(name, labels) {
      const found = samples(name, labels)
      if (found.length > 1) throw new Error(`${found.length} samples of ${name} ${JSON.stringify(labels)}`)
      return found[0]?.value ?? 0
    },
    sum: (name, labels) => samples(name, labels).reduce((sum, { value }) => sum + value, 0),
    names: () => names,
  }
}

function labelsOf(text: string): Record<string, string> {
  const pair = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(,|$)/gy
  const labels: Record<string, string> = {}
  for (let at = 0; at < text.length; at = pair.lastIndex) {
    const found = pair.exec(text)
    if (!found) throw new Error(`not labels of Prometheus: ${text}`)
    labels[found[1]!] = found[2]!.replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char))
  }
  return labels
}
