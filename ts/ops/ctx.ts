// The way into nested lists and maps: an immutable chain of steps.

import { fromBase64, toBase64 } from "../core/base64.ts"
import { check, flag, isPlainObject, oneOf, rule, unknownField, wrong } from "../core/check.ts"
import { pack, unpack } from "../core/codec.ts"
import { context } from "../core/generated.ts"
import { invalid } from "../errors.ts"
import { stepsOf } from "../exp/base64.ts"
import { Expression, type Part } from "../exp/expression.ts"
import type { MapKey } from "../values.ts"
import type { OpValue } from "./make.ts"
import { anyValue, mapKey, place } from "./rules.ts"

/** A step: its id and its value, as they travel. */
export type CtxStep = readonly [id: number, value: OpValue | Expression]

/** How a list is made that a step does not find. */
export interface CreateList {
  /** `"padded"`: unordered, and nil fills the gap before the index. Default: it is not made. */
  create?: "unordered" | "padded" | "ordered" | undefined
}

/** How a map is made that a step does not find. */
export interface CreateMap {
  /** Default: it is not made. */
  create?: "unordered" | "keyOrdered" | "keyValueOrdered" | undefined
  /** Store the index of the new map with it. */
  persistIndex?: boolean | undefined
}

const createList = {
  unordered: context.CREATE_UNORDERED,
  padded: context.CREATE_PADDED_OR_KEY_ORDERED,
  ordered: context.CREATE_ORDERED,
} as const

const createMap = {
  unordered: context.CREATE_UNORDERED,
  keyOrdered: context.CREATE_PADDED_OR_KEY_ORDERED,
  keyValueOrdered: context.CREATE_ORDERED,
} as const

/**
 * The way to a list or map inside of a bin's value. Each method gives a new, longer way and leaves the old one as it is,
 * so the beginning of several can be shared. Begin with `ctx`.
 *
 * @example
 * const orders = ctx.mapKey("orders")
 * list.append("customer", "blue", { ctx: orders.listIndex(-1).mapKey("colours") })
 */
export class Ctx {
  /** The steps, from the outside in. */
  readonly entries: readonly CtxStep[]

  /** @internal Use `ctx`. */
  constructor(entries: readonly CtxStep[]) {
    this.entries = entries
  }

  /**
   * The element of a list at an index; below zero it counts from the end.
   *
   * @param options - `create` makes a list at that index if there is no element.
   */
  listIndex(index: number, options?: CreateList): Ctx {
    check("ctx.listIndex: index", index, place)
    return this.#add(context.LIST_INDEX | creation("ctx.listIndex", options, createList), index)
  }

  /** The element of a list of a rank: 0 is the smallest, -1 the largest. */
  listRank(rank: number): Ctx {
    check("ctx.listRank: rank", rank, place)
    return this.#add(context.LIST_RANK, rank)
  }

  /** The first element of a list that equals a value. */
  listValue(value: OpValue): Ctx {
    check("ctx.listValue: value", value, anyValue)
    return this.#add(context.LIST_VALUE, value)
  }

  /** The value of a map at an index, by the order of keys; below zero it counts from the end. */
  mapIndex(index: number): Ctx {
    check("ctx.mapIndex: index", index, place)
    return this.#add(context.MAP_INDEX, index)
  }

  /** The value of a map of a rank: 0 is the smallest, -1 the largest. */
  mapRank(rank: number): Ctx {
    check("ctx.mapRank: rank", rank, place)
    return this.#add(context.MAP_RANK, rank)
  }

  /**
   * The value of a map under a key.
   *
   * @param options - `create` makes a map under that key if there is none, and the record and bin, too.
   */
  mapKey(key: MapKey, options?: CreateMap): Ctx {
    check("ctx.mapKey: key", key, mapKey)
    return this.#add(context.MAP_KEY | creation("ctx.mapKey", options, createMap), key)
  }

  /** The first value of a map that equals a value. */
  mapValue(value: OpValue): Ctx {
    check("ctx.mapValue: value", value, anyValue)
    return this.#add(context.MAP_VALUE, value)
  }

  /** @internal The same way, but what its last step does not find is made: for the ops that create. */
  creatingLast(bits: number): Ctx {
    const last = this.entries.at(-1)
    if (last === undefined) return this
    const [id, value] = last
    return new Ctx([...this.entries.slice(0, -1), [id | bits, value]])
  }

  /**
   * All elements of a list, or all entries of a map; with a filter, those for which it is true: see `loopVar`. Only paths
   * (`op.path`, `exp.selectByPath`) take a way that branches (server 8.1.1).
   *
   * @example
   * ctx.mapKey("scores").allChildren(exp.gt(exp.int.loopVar("value"), 10))
   */
  allChildren(filter?: Expression<"bool">): Ctx {
    if (filter !== undefined) check("ctx.allChildren: filter", filter, expression)
    return this.#add(context.EXPRESSION, filter ?? true)
  }

  /**
   * Of what the last step found, that for which a filter is true (server 8.1.2). For paths only.
   *
   * Behind `mapIndex` and `mapRank` it does not work on server 8.1.2, which then takes the wrong bytes: a path that selects is
   * answered with an error (`MALFORMED`), one that applies can spoil the bin.
   */
  where(filter: Expression<"bool">): Ctx {
    check("ctx.where: filter", filter, expression)
    return this.#add(context.EXPRESSION | context.AND, filter)
  }

  /** The entries of a map under any of some keys (server 8.1.2). For paths only. */
  mapKeys(keys: readonly MapKey[]): Ctx {
    check("ctx.mapKeys: keys", keys, someKeys)
    return this.#add(context.MAP_KEYS, keys)
  }

  /**
   * The way as base64 text, as lists of indexes have it and other clients read it. It needs the engine: see `loadEngine`
   * where there are no files.
   *
   * @throws InvalidArgumentError when it has no step.
   */
  toBase64(): string {
    if (this.entries.length === 0) throw invalid("A context without a step has no text.")
    return toBase64(pack(this.entries.flat()))
  }

  /**
   * This way, and then the one of a base64 text, of whichever client.
   *
   * @throws InvalidArgumentError when the text is no base64, or its bytes are no way.
   * @example
   * ctx.fromBase64((await client.indexList("test"))[0].context)
   */
  fromBase64(text: string): Ctx {
    const bytes = typeof text === "string" ? fromBase64(text) : undefined
    if (!bytes) throw wrong("ctx.fromBase64: text", text, "base64 text")
    const parts = stepsOf(unpack(bytes, "context") as Part)
    if (!Array.isArray(parts) || parts.length === 0 || parts.length % 2 === 1 || !parts.every(isIdOrValue))
      throw wrong("ctx.fromBase64: text", text, "a context: pairs of a step's number and its value")
    const steps = Array.from({ length: parts.length / 2 }, (_, at) => [parts[2 * at], parts[2 * at + 1]] as CtxStep)
    return new Ctx([...this.entries, ...steps])
  }

  #add(id: number, value: CtxStep[1]): Ctx {
    return new Ctx([...this.entries, [id, value]])
  }
}

function isIdOrValue(part: unknown, at: number): boolean {
  return at % 2 === 1 || (Number.isInteger(part) && (part as number) >= 0 && (part as number) <= 0xffff)
}

const expression = rule("an expression", (value) => value instanceof Expression)
const someKeys = rule(`an array, each ${mapKey.allowed}`, (keys) => Array.isArray(keys) && keys.every(mapKey.accepts))

/** The way that leads nowhere yet: the value of the bin itself. Every other begins with it. */
export const ctx: Ctx = /* @__PURE__ */ new Ctx([])

function creation(where: string, options: CreateMap | CreateList | undefined, creates: Record<string, number>): number {
  if (options === undefined) return 0
  const known = creates === createMap ? ["create", "persistIndex"] : ["create"]
  if (!isPlainObject(options)) throw wrong(`${where}: the options`, options, `an object of ${known.join(", ")}`)
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw unknownField(`${where}: options`, name, known)
  const { create, persistIndex } = options as CreateMap
  if (persistIndex !== undefined) check(`${where}: persistIndex`, persistIndex, flag)
  if (create === undefined) return 0
  check(`${where}: create`, create, oneOf(...Object.keys(creates)))
  return creates[create]! | (persistIndex ? context.CREATE_PERSIST_INDEX : 0)
}
