// Values on their way between two threads. Structured clone carries plain data by itself, and loses classes: here alone is
// said which classes cross and how each is made again at the other end. What an object is made of is sent, never how it
// looks; what has no way of its own arrives as an object of a class of the same name, so that it is refused for what it is.
//
// A value that needs no care is given to structured clone as it is. Any other is a Set of [kind, parts], for no value that
// the client takes or gives is a Set.

import { BatchRow } from "../batch.ts"
import { type KeyColumn, RowKeys } from "../columns/keys.ts"
import { type Asked, ColumnTable, ColumnWrites } from "../columns/table.ts"
import { UserKeyColumn, Utf8Column } from "../columns/text.ts"
import { limit } from "../core/generated.ts"
import * as errors from "../errors.ts"
import { Expression } from "../exp/expression.ts"
import { INFINITY, Mark, Raw, WILDCARD } from "../exp/parts.ts"
import { Filter } from "../filter.ts"
import type { Key } from "../key.ts"
import { Ctx } from "../ops/ctx.ts"
import { QueryRecord } from "../query-record.ts"
import { Transaction } from "../transaction.ts"
import { Double, GeoJSON, HLL, KeyOrderedMap, KeyValueOrderedMap, OrderedList, TypedBlob } from "../values.ts"

/** What lives at one end and is only told of at the other. */
export type Live = "function" | "signal" | "transaction" | "job"

/** An end: what it tells of what lives there, and what it makes of what it is told. */
export interface End {
  tell(live: Live, value: never): unknown[]
  heed(live: Live, parts: never): unknown
}

/** How a class crosses: the parts of an object, and the object again. */
interface Kind {
  readonly parts: (value: never, packer: Packer) => readonly unknown[]
  readonly make: (parts: never, end: End) => unknown
}

function kind<T, P extends readonly unknown[]>(
  parts: (value: T, packer: Packer) => P,
  make: (parts: P, end: End) => unknown,
): Kind {
  return { parts: parts as Kind["parts"], make: make as Kind["make"] }
}

function live(name: Live): Kind {
  return { parts: (value, packer) => packer.end.tell(name, value), make: (parts, end) => end.heed(name, parts) }
}

// ── The classes ─────────────────────────────────────────────────────────────────────────────────────────────────────

const marks: readonly Mark[] = [INFINITY, WILDCARD]

/** By the class whose objects they are of; the order is the same at both ends. */
const classes: readonly (readonly [type: { readonly prototype: object }, kind: Kind])[] = [
  [
    Double,
    kind(
      ({ value }: Double) => [value] as const,
      ([value]) => new Double(value),
    ),
  ],
  [
    GeoJSON,
    kind(
      ({ text }: GeoJSON) => [text] as const,
      ([text]) => new GeoJSON(text),
    ),
  ],
  [
    HLL,
    kind(
      ({ bytes }: HLL) => [bytes] as const,
      ([bytes]) => new HLL(bytes),
    ),
  ],
  [
    TypedBlob,
    kind(
      ({ type, bytes }: TypedBlob) => [type, bytes] as const,
      ([type, bytes]) => new TypedBlob(type, bytes),
    ),
  ],
  [
    OrderedList,
    kind(
      ({ items }: OrderedList) => [items] as const,
      ([items]) => new OrderedList(items),
    ),
  ],
  [KeyValueOrderedMap, mapKind(KeyValueOrderedMap)],
  [KeyOrderedMap, mapKind(KeyOrderedMap)],
  [Map, mapKind(Map)],
  [
    Expression,
    kind(
      ({ type, code, args, value, packed }: Expression) => [type, code, args, value, packed] as const,
      (parts) => new Expression(...(parts as unknown as ConstructorParameters<typeof Expression>)),
    ),
  ],
  [
    Raw,
    kind(
      ({ text }: Raw) => [text] as const,
      ([text]) => new Raw(text),
    ),
  ],
  [
    Mark,
    kind(
      ({ tag }: Mark) => [tag] as const,
      ([tag]) => marks.find((mark) => mark.tag === tag),
    ),
  ],
  [
    Ctx,
    kind(
      ({ entries }: Ctx) => [entries] as const,
      ([entries]) => new Ctx(entries),
    ),
  ],
  [
    Filter,
    kind(
      ({ indexed, collection, type, begin, end }: Filter) => [indexed, collection, type, begin, end] as const,
      ([indexed, ...rest]) => new Filter("filter", indexed as never, ...rest),
    ),
  ],
  [
    BatchRow,
    kind(
      (row: BatchRow) => [row.key, row.code, row.gen, row.ttl, row.inDoubt, row.bins, row.value, row.error] as const,
      ([key, code, gen, ttl, inDoubt, bins, value, error]) =>
        new BatchRow(key, code, gen, ttl, inDoubt, bins, value, error && { verb: "", compressed: false, error }),
    ),
  ],
  [
    QueryRecord,
    kind(
      ({ bins, gen, ttl, key, digest }: QueryRecord) => [bins, gen, ttl, key, digest] as const,
      ([bins, gen, ttl, key, digest]) => {
        const [ns, set, user] = "ns" in key ? [key.ns, key.set, null] : key
        return new QueryRecord(bins, gen, ttl, ns, set, user, digest, 0)
      },
    ),
  ],
  [
    Utf8Column,
    kind(
      ({ offsets, bytes, valid }: Utf8Column) => [offsets, bytes, valid] as const,
      ([offsets, bytes, valid]) => Utf8Column.trusted(offsets, bytes, valid as Uint8Array),
    ),
  ],
  [
    UserKeyColumn,
    kind(
      ({ types, offsets, bytes }: UserKeyColumn) => [types, offsets, bytes] as const,
      ([types, offsets, bytes]) => new UserKeyColumn(types, offsets, bytes),
    ),
  ],
  [
    ColumnTable,
    kind(
      (table: ColumnTable, packer) => {
        const { schema, columns, valid, code, gen, ttl, mismatches, digests, userKeys, cursor } = table
        const asked = told(table.asked, packer)
        return [schema, columns, valid, code, gen, ttl, mismatches, digests, userKeys, cursor, asked] as const
      },
      ([schema, columns, valid, code, gen, ttl, mismatches, digests, userKeys, cursor, asked]) => {
        const fields = Object.keys(schema).map((name) => ({ name }))
        const both = fields.map(({ name }) => ({ values: columns[name], valid: valid[name]! }))
        const rest = { code, gen, ttl, mismatches, digests, userKeys, cursor, inDoubt: new Uint8Array(0) }
        return new ColumnTable(schema, fields as never, { ...rest, anyCode: true, columns: both }, heard(asked))
      },
    ),
  ],
  [
    ColumnWrites,
    kind(
      (writes: ColumnWrites, packer) =>
        [writes.code, writes.inDoubt, writes.gen, writes.ttl, told(writes.asked, packer)] as const,
      ([code, inDoubt, gen, ttl, asked]) => new ColumnWrites({ code, inDoubt, gen, ttl } as never, heard(asked)),
    ),
  ],
  [Error, kind(partsOfError, errorOfParts)],
  [Transaction, live("transaction")],
  [AbortSignal, live("signal")],
]

function mapKind(type: new (entries: [unknown, unknown][]) => object): Kind {
  return kind(
    mapParts,
    (parts) => new type(Array.from({ length: parts.length / 2 }, (_, i) => [parts[2 * i], parts[2 * i + 1]])),
  )
}

type ToldAsked = readonly [verb: string, given: readonly Key[] | KeyColumn | undefined]

/** Whose row is whose, the caller knows: it has the keys, and what it sent is not sent back but named. */
function told({ verb, given }: Asked, { isReply }: Packer): ToldAsked {
  return [verb, isReply ? given : undefined]
}

function heard([verb, given]: ToldAsked): Asked {
  let rows: RowKeys | undefined
  const keyOf = (row: number) => (given ? (rows ??= new RowKeys(given)).at(row) : undefined)
  return { verb, given, keyOf }
}

// ── Errors ──────────────────────────────────────────────────────────────────────────────────────────────────────────

type ErrorParts = readonly [type: string, message: string, fields: Record<string, unknown>]

const ownErrors = new Map<string, ErrorClass>()
for (const type of Object.values(errors)) {
  if (typeof type !== "function" || !(type.prototype instanceof Error)) continue
  ownErrors.set(type.prototype.name, type as unknown as ErrorClass)
}

type ErrorClass = new (message: string) => Error

/** Fields that errors do not show. */
const hiddenFields = ["cause", "errors"]

function partsOfError(error: Error): ErrorParts {
  const fields: Record<string, unknown> = {}
  // The stack is that of the other end; `rows` and the like are among these.
  for (const name of Object.getOwnPropertyNames(error)) {
    if (name !== "stack" && name !== "message") fields[name] = error[name as keyof Error]
  }
  const isOfPage = globalThis.DOMException !== undefined && error instanceof DOMException
  return [
    isOfPage ? "DOMException" : Object.getPrototypeOf(error).name,
    error.message,
    isOfPage ? { name: error.name } : fields,
  ]
}

function errorOfParts([type, message, fields]: ErrorParts): Error {
  if (type === "DOMException") return new DOMException(message, fields.name as string)
  const error: Error = Reflect.construct(Error, [message], classOfError(type))
  for (const [name, value] of Object.entries(fields)) {
    const enumerable = !hiddenFields.includes(name)
    Object.defineProperty(error, name, { value, enumerable, writable: true, configurable: true })
  }
  return error
}

function classOfError(name: string): ErrorClass {
  const found = ownErrors.get(name) ?? (globalThis as unknown as Record<string, unknown>)[name]
  const isError = typeof found === "function" && (found === Error || found.prototype instanceof Error)
  return isError ? (found as ErrorClass) : Error
}

// ── What has no class of ours ───────────────────────────────────────────────────────────────────────────────────────

/** What the caller sent and gets back: its place among the objects of the call. */
const REFERENCE = classes.length
const FUNCTION = REFERENCE + 1
const SYMBOL = FUNCTION + 1
const JOB = SYMBOL + 1
/** An object without a prototype. */
const BARE = JOB + 1
/** An object of another class: its name and fields. */
const FOREIGN = BARE + 1
/** What is only to be given back. */
const OPAQUE = FOREIGN + 1

const others: readonly Kind[] = [
  kind(
    (at: number) => [at] as const,
    () => undefined,
  ),
  live("function"),
  kind(
    (symbol: symbol) => [symbol.description] as const,
    ([description]) => Symbol(description),
  ),
  live("job"),
  kind(
    (bare: object) => [{ ...bare }] as const,
    ([fields]) => Object.assign(Object.create(null), fields),
  ),
  kind(
    (value: object) => [nameOf(value), { ...value }] as const,
    ([name, fields]) => {
      const type = { [name]: class {} }[name]!
      return Object.assign(Object.create(type.prototype), fields)
    },
  ),
  kind(
    () => [],
    () => ({}),
  ),
]

function nameOf(value: object): string {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === "string" ? name : ""
}

const kinds: readonly Kind[] = [...classes.map(([, kind]) => kind), ...others]
const kindOf = new Map<object, number>(classes.map(([{ prototype }], number) => [prototype, number]))

/** Objects that structured clone makes again as they were, by what they call themselves. */
const cloned: ReadonlySet<string> = new Set(
  ["Date", "RegExp", "ArrayBuffer", "SharedArrayBuffer", "Boolean", "Number", "String", "WebAssembly.Module"].map(
    (name) => `[object ${name}]`,
  ),
)

/** Levels of objects. What is deeper has more than a value may have, whatever is around it. */
const depthMax = limit.VALUE_DEPTH + 1000
/** Buffers from here on are handed over and not copied, when they are sent as results: below, a copy costs less. */
const movedBytesMin = 32 * 1024

/** See {@link Packer}. */
interface Packing {
  readonly given?: object[]
  readonly known?: ReadonlyMap<object, number> | undefined
  readonly moves?: boolean
}

/** Makes ready to be posted what belongs together: the parts of one message. */
export class Packer {
  readonly end: End
  /** Whether it goes back to the caller, who gets its own objects as they are. */
  readonly isReply: boolean
  /** What `postMessage` is to hand over. */
  readonly moved: Transferable[] = []
  /** The objects that were packed, in order. */
  readonly #given: object[] | undefined
  readonly #known: ReadonlyMap<object, number> | undefined
  readonly #moves: boolean
  #isTooDeep = false

  /**
   * `given`: of a call, where the objects are noted that are packed for it. `known`: of a reply, those that came with its
   * call. `moves`: nobody needs the buffers here any more.
   */
  constructor(end: End, { given, known, moves = false }: Packing = {}) {
    this.end = end
    this.isReply = known !== undefined
    this.#given = given
    this.#known = known
    this.#moves = moves
  }

  /** What the other end keeps, gives back, and does not look into. */
  opaque(value: unknown): unknown {
    if (!isObject(value) && typeof value !== "function") return this.pack(value)
    this.#given?.push(value)
    return new Set([OPAQUE, []])
  }

  pack(value: unknown, depth = 0): unknown {
    if (isObject(value)) return this.#object(value, depth)
    if (typeof value === "function") return this.#special(FUNCTION, value, depth)
    return typeof value === "symbol" ? this.#special(SYMBOL, value, depth) : value
  }

  #object(value: object, depth: number): unknown {
    // The other end refuses what is cyclic, at the place where the first way down leads. Others would take for ever.
    if (this.#isTooDeep || depth > depthMax) {
      this.#isTooDeep = true
      return null
    }
    const at = this.#known?.get(value)
    if (at !== undefined) return new Set([REFERENCE, [at]])
    this.#given?.push(value)
    if (Array.isArray(value)) return this.#array(value, depth)
    if (ArrayBuffer.isView(value)) return this.#view(value)
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return this.#plain(value as Record<string, unknown>, depth)
    if (prototype === null) return this.#special(BARE, value, depth)
    if (prototype === Map.prototype) return this.#map(value as Map<unknown, unknown>, depth)
    for (let of = prototype; of !== null; of = Object.getPrototypeOf(of)) {
      const number = kindOf.get(of)
      if (number !== undefined) return this.#special(number, value, depth)
    }
    const job = this.end.tell("job", value as never)
    if (job.length > 0) return new Set([JOB, job])
    if (cloned.has(Object.prototype.toString.call(value))) return value
    // Of another realm.
    if (Object.getPrototypeOf(prototype) === null) return this.#plain(value as Record<string, unknown>, depth)
    return this.#special(FOREIGN, value, depth)
  }

  #special(number: number, value: unknown, depth: number): unknown {
    const parts = kinds[number]!.parts(value as never, this).map((part) => this.pack(part, depth + 1))
    return new Set([number, parts])
  }

  /** The same array, unless something in it needs care. */
  #array(array: readonly unknown[], depth: number): unknown {
    let copy: unknown[] | undefined
    for (let i = 0; i < array.length; i++) {
      const item = array[i]
      const packed = this.pack(item, depth + 1)
      if (packed !== item) (copy ??= array.slice())[i] = packed
    }
    return copy ?? array
  }

  #plain(object: Record<string, unknown>, depth: number): unknown {
    let copy: Record<string, unknown> | undefined
    for (const name of Object.keys(object)) {
      const value = object[name]
      const packed = this.pack(value, depth + 1)
      if (packed !== value) set((copy ??= { ...object }), name, packed)
    }
    return copy ?? object
  }

  #map(map: Map<unknown, unknown>, depth: number): unknown {
    const parts = mapParts(map)
    const packed = parts.map((part) => this.pack(part, depth + 1))
    return packed.every((part, i) => part === parts[i]) ? map : new Set([kindOf.get(Map.prototype), packed])
  }

  /** Of a part of a buffer only that part is sent. */
  #view(view: ArrayBufferView): unknown {
    const { buffer, byteOffset, byteLength } = view
    if (byteLength < buffer.byteLength) {
      const part = buffer.slice(byteOffset, byteOffset + byteLength)
      return view instanceof DataView ? new DataView(part) : new (plainClass(view))(part)
    }
    if (this.#moves && byteLength >= movedBytesMin && buffer instanceof ArrayBuffer && !this.moved.includes(buffer)) {
      this.moved.push(buffer)
    }
    return view
  }
}

function mapParts(map: Map<unknown, unknown>): unknown[] {
  const parts: unknown[] = []
  for (const [key, value] of map) parts.push(key, value)
  return parts
}

/** Its own class, and of Node's Buffer that of other bytes. */
function plainClass(view: ArrayBufferView): new (buffer: ArrayBufferLike) => ArrayBufferView {
  const name = Object.prototype.toString.call(view).slice(8, -1)
  return (globalThis as never)[name]
}

/** Also a field that is called `__proto__`. */
function set(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
}

/** Makes what was posted into what was packed, in place. */
export class Unpacker {
  readonly #end: End
  /** Of a call, the objects that came with it, and their places. */
  readonly known: Map<object, number> | undefined
  readonly #given: readonly object[]
  readonly #shown: readonly object[]
  #count = 0
  #countShown = 0

  /** `given`: of a reply, the objects that were packed for its call; `shown`: those that its functions have seen. */
  constructor(end: End, given?: readonly object[], shown: readonly object[] = []) {
    this.#end = end
    this.#given = given ?? []
    this.#shown = shown
    this.known = given ? undefined : new Map()
  }

  /** Of a call: a function of the caller's sees these, and what it sees again is the same. */
  show(args: readonly unknown[]): void {
    for (const arg of args) if (isObject(arg) && !this.known!.has(arg)) this.known!.set(arg, -++this.#countShown)
  }

  unpack(value: unknown): unknown {
    return isObject(value) ? this.#object(value) : value
  }

  #object(value: object): unknown {
    if (value instanceof Set) return this.#special(value)
    this.known?.set(value, this.#count++)
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const item = value[i]
        if (isObject(item)) value[i] = this.#object(item)
      }
      return value
    }
    if (ArrayBuffer.isView(value)) return value
    if (value instanceof Map) {
      for (const [key, item] of value) {
        this.unpack(key)
        const made = this.unpack(item)
        if (made !== item) value.set(key, made)
      }
      return value
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return value
    for (const name of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[name]
      if (!isObject(item)) continue
      const made = this.#object(item)
      if (made !== item) set(value, name, made)
    }
    return value
  }

  #referred(at: number): unknown {
    return at < 0 ? this.#shown[-at - 1] : this.#given[at]
  }

  #special(special: Set<unknown>): unknown {
    const [number, parts] = [...special] as [number, unknown[]]
    if (number === REFERENCE) return this.#referred(parts[0] as number)
    const isCounted = number !== FUNCTION && number !== SYMBOL
    const at = this.#count
    if (isCounted) this.#count++
    for (let i = 0; i < parts.length; i++) parts[i] = this.unpack(parts[i])
    const made = kinds[number]!.make(parts as never, this.#end)
    if (isCounted && isObject(made)) this.known?.set(made, at)
    return made
  }
}

/** Whether something packed names an object that the other end has. */
export function isReference(packed: unknown): boolean {
  return packed instanceof Set && packed.values().next().value === REFERENCE
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null
}
