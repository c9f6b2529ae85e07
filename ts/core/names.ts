// Names of namespaces, sets and bins. A name crosses the boundary once and is a number from then on.

import { errorOf, invalid } from "../errors.ts"
import { show } from "./check.ts"
import { type Engine, refusal } from "./engine.ts"
import { limit } from "./generated.ts"
import type { Memory } from "./memory.ts"
import { decodeUtf8, encode, utf8Length, utf8LengthMax } from "./text.ts"

/** What a name is for, as the engine's `name` takes it. */
export const NameKind = { NAMESPACE: 0, SET: 1, BIN: 2 } as const
export type NameKind = (typeof NameKind)[keyof typeof NameKind]

const lengthMax = [limit.NAMESPACE, limit.SET, limit.BIN]
const called = ["the key's namespace", "the key's set", "the bin name"]

export class Names {
  readonly #engine: Engine
  readonly #memory: Memory
  // A map a kind: a name that is good as a set may be too long for a bin.
  readonly #ids: readonly Map<string, number>[] = [new Map(), new Map(), new Map()]
  readonly #texts: (string | undefined)[] = []
  /** Every name that was introduced here, in that order. */
  readonly introduced: (readonly [id: number, kind: NameKind, text: string])[] = []

  constructor(engine: Engine, memory: Memory) {
    this.#engine = engine
    this.#memory = memory
  }

  /** The id of a name that was used before. */
  known(kind: NameKind, name: string): number | undefined {
    return this.#ids[kind]!.get(name)
  }

  /** All names from an id on, those that servers told among them. */
  since(from: number): string[] {
    const count = this.#engine.names()
    this.#memory.refresh()
    return Array.from({ length: count - from }, (_, i) => this.text(from + i))
  }

  /** The text of an id. */
  text(id: number): string {
    const known = this.#texts[id]
    return known !== undefined ? known : this.#learn(id)
  }

  /**
   * The id of a new name. It is written into the data region at `scratch`, which may move the region and detach views.
   */
  introduce(kind: NameKind, name: string, scratch: number): number {
    const max = lengthMax[kind]!
    const isText = typeof name === "string" && name !== ""
    if (!isText || name.length > max || utf8Length(name) > max) {
      throw invalid(`${called[kind]} is ${show(name)}: it must be text of 1 to ${max} bytes.`)
    }
    const engine = this.#engine
    if (engine.data_capacity() < scratch + utf8LengthMax(name)) engine.data_reserve(scratch + utf8LengthMax(name))
    this.#memory.refresh()
    const length = encode(name, this.#memory.bytes, engine.data_address() + scratch)
    const id = engine.name(kind, scratch, length)
    this.#memory.refresh()
    if (id < 0) throw errorOf(refusal(id), `${called[kind]} ${show(name)}`)
    this.#ids[kind]!.set(name, id)
    this.introduced.push([id, kind, name])
    return id
  }

  #learn(id: number): string {
    const address = this.#engine.name_address(id)
    const text = decodeUtf8(this.#memory.bytes, address, address + this.#engine.name_length(id))
    this.#texts[id] = text
    return text
  }
}
