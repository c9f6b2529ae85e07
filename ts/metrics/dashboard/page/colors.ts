// A colour a node, the same in cards, map and list: the first that were seen have those that are easiest to tell apart.

/** Hue and how light, in light and in dark. */
const first: readonly (readonly [hue: number, chroma: number, light: number, dark: number])[] = [
  ...([
    [250, 0.15, 0.58, 0.66],
    [60, 0.15, 0.72, 0.76],
    [165, 0.12, 0.6, 0.7],
  ] as const),
  ...([
    [350, 0.17, 0.6, 0.66],
    [300, 0.14, 0.5, 0.62],
    [110, 0.14, 0.74, 0.8],
  ] as const),
  ...([
    [210, 0.09, 0.72, 0.8],
    [30, 0.14, 0.48, 0.55],
  ] as const),
]

const order: string[] = []
const dark = matchMedia("(prefers-color-scheme: dark)")

/** Calls when colours change. */
export function whenColorsChange(call: () => void): void {
  dark.addEventListener("change", call)
}

export function colorOf(node: string): string {
  if (!order.includes(node)) order.push(node)
  const at = order.indexOf(node)
  const known = first[at]
  if (known) return `oklch(${dark.matches ? known[3] : known[2]} ${known[1]} ${known[0]})`
  // Neighbours by the golden angle, further ones lighter or darker.
  const lightness = 0.5 + ((at * 7) % 4) * 0.09
  return `oklch(${lightness} 0.13 ${(at * 137.5) % 360})`
}

/** Where no node is known. */
export function noColor(): string {
  return dark.matches ? "#2c333d" : "#c9d0d8"
}
