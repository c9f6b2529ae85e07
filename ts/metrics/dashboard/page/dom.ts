// Small helpers to make elements and to write numbers. Text is only ever set as text: names come from the network.

type Child = Node | string

/** An element with classes, attributes and children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { classes = "", ...attributes }: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  if (classes !== "") made.className = classes
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** The same of a drawing. */
export function draw(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: Child[]
): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  made.append(...children)
  return made
}

/** The element with that id, which the page has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no #${id}`)
  return found as T
}

/** Sets a text only if it is another: screen readers speak of what changes. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Makes these the children of an element, keeping what is there and alike: readers and selections stay where they are. */
export function fill(place: Element, ...children: Child[]): void {
  const wanted = children.map((child) => (typeof child === "string" ? document.createTextNode(child) : child))
  wanted.forEach((now, i) => {
    const before = place.childNodes[i]
    if (before) become(before, now)
    else place.append(now)
  })
  while (place.childNodes.length > wanted.length) place.lastChild!.remove()
}

function become(before: ChildNode, now: Node): void {
  if (before.nodeName !== now.nodeName) return before.replaceWith(now)
  if (before instanceof Text) {
    if (before.data !== now.textContent) before.data = now.textContent ?? ""
    return
  }
  const [old, made] = [before as Element, now as Element]
  for (const name of old.getAttributeNames()) if (!made.hasAttribute(name)) old.removeAttribute(name)
  for (const name of made.getAttributeNames()) {
    const value = made.getAttribute(name)!
    if (old.getAttribute(name) === value) continue
    // The policy of the page forbids styles as attributes.
    if (name === "style") (old as HTMLElement).style.cssText = value
    else old.setAttribute(name, value)
  }
  fill(old, ...Array.from(made.childNodes))
}

/** What a select offers. */
export interface Choice {
  readonly value: string
  readonly text: string
}

/** Makes a select offer these, and keeps what is chosen if it can. */
export function offer(select: HTMLSelectElement, choices: readonly Choice[]): void {
  const same = JSON.stringify(choices)
  if (select.dataset.offered === same) return
  const before = select.value
  select.dataset.offered = same
  select.replaceChildren(...choices.map(({ value, text }) => make("option", { value }, text)))
  if (choices.some(({ value }) => value === before)) select.value = before
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 })

/** 1234567 as `1,234,567`. */
export function count(number: number): string {
  return whole.format(number)
}

/** A number a second. */
export function rate(number: number): string {
  return number === 0 || number >= 10 ? count(number) : number.toFixed(1)
}

/** Milliseconds with their unit. */
export function duration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms >= 100) return `${count(ms)} ms`
  return `${ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`
}

export function bytes(number: number): string {
  return number < 1 << 20 ? `${(number / 1024).toFixed(1)} KiB` : `${(number / 1048576).toFixed(1)} MiB`
}
