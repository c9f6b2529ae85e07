// Charts as SVG: panels of bars, one bar a client, each with its figure, so that no legend and no axis is needed. Light or
// dark as the reader's system is.

const WIDTH = 880
const MARGIN = 20
const GUTTER = 36
const TOP = 80
const BAR = 14
const STEP = 19
const LABEL = 66
const VALUE = 64

const style = `
    svg { color-scheme: light dark; --surface: #ffffff; --ink: #1b1f24; --soft: #59636e; --ours: #1f6feb; --base: #b35900; --other: #a8b1bb; }
    @media (prefers-color-scheme: dark) {
      svg { --surface: #0d1117; --ink: #e6edf3; --soft: #9198a1; --ours: #4493f8; --base: #e08a3c; --other: #565f6a; }
    }
    text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink); }
    .title { font-size: 16px; font-weight: 600; }
    .note, .value { fill: var(--soft); }
    .panel { font-weight: 600; }
    .value { font-variant-numeric: tabular-nums; }
    .surface { fill: var(--surface); } .ours { fill: var(--ours); } .base { fill: var(--base); } .other { fill: var(--other); }`

/**
 * `panels` are `{ title, bars: [{ label, value, kind, text }] }`, two in a row, each with a scale of its own; `kind` is `"ours"`,
 * `"base"` or `"other"`.
 */
export function barChart({ title, note, panels }) {
  const width = (WIDTH - 2 * MARGIN - GUTTER) / 2
  const shapes = []
  let y = TOP
  for (let at = 0; at < panels.length; at += 2) {
    const row = panels.slice(at, at + 2)
    for (const [column, panel] of row.entries())
      shapes.push(panelAt(panel, MARGIN + column * (width + GUTTER), y, width))
    y += 26 + STEP * Math.max(...row.map(({ bars }) => bars.length)) + 18
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">
  <title>${escaped(title)}</title>
  <style>${style}
  </style>
  <rect class="surface" width="${WIDTH}" height="${y}" rx="8"/>
  <text class="title" x="${MARGIN}" y="30">${escaped(title)}</text>
  <text class="note" x="${MARGIN}" y="49">${escaped(note)}</text>
${shapes.join("\n")}
</svg>
`
}

function panelAt({ title, bars }, x, y, width) {
  const most = Math.max(...bars.map(({ value }) => value))
  const room = width - LABEL - VALUE
  const lines = bars.map(({ label, value, kind, text }, i) => {
    const top = y + 14 + i * STEP
    const long = Math.max(1, (value / most) * room)
    const middle = top + BAR - 3
    return [
      `  <text x="${x + LABEL - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
      `  <rect class="${kind}" x="${x + LABEL}" y="${top}" width="${long.toFixed(1)}" height="${BAR}" rx="2"/>`,
      `  <text class="value" x="${(x + LABEL + long + 6).toFixed(1)}" y="${middle}">${escaped(text)}</text>`,
    ].join("\n")
  })
  return [`  <text class="panel" x="${x}" y="${y}">${escaped(title)}</text>`, ...lines].join("\n")
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
