// A line over the last two minutes.

import { draw, fill, make } from "./dom.ts"

/** How far back charts go. */
export const chartMs = 120_000

export interface ChartPoint {
  readonly at: number
  readonly value: number
}

/** Draws the points into a place of the page; `show` writes a value with its unit. */
export function chart(
  place: HTMLElement,
  points: readonly ChartPoint[],
  now: number,
  show: (value: number) => string,
): void {
  const top = niceTop(Math.max(...points.map(({ value }) => value), 0))
  const [width, height] = [600, 100]
  const x = (at: number) => ((at - now + chartMs) / chartMs) * width
  const y = (value: number) => height - (value / top) * height
  const line = points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`)
  const last = points.at(-1)?.value ?? 0
  const ends =
    points.length > 1 ? [`${line[0]!.split(",")[0]},${height}`, `${line.at(-1)!.split(",")[0]},${height}`] : []
  const label = `Now ${show(last)}, at most ${show(Math.max(...points.map(({ value }) => value), 0))} within two minutes`
  const drawing = draw(
    "svg",
    {
      class: "chart",
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    draw("line", { class: "axis", x1: 0, x2: width, y1: height, y2: height }),
    draw("line", { class: "axis", x1: 0, x2: width, y1: 0, y2: 0 }),
    draw("polygon", { class: "area", points: ends.length > 0 ? [ends[0], ...line, ends[1]].join(" ") : "" }),
    draw("polyline", { class: "line", points: line.join(" ") }),
  )
  const scale = (left: string, right: string) =>
    make("div", { classes: "scale", "aria-hidden": "true" }, make("span", {}, left), make("span", {}, right))
  fill(place, scale(show(top), ""), drawing, scale("2 minutes ago", "now"))
}

/** The next 1, 2 or 5 times a power of ten. */
function niceTop(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value)!
}
