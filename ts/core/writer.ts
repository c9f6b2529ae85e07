// From JavaScript values to a command in linear memory: the block, the slots of the values, their texts and bytes.
// One pass; what cannot be written is refused with its place, such as `bins.profile.tags[3]`, and nothing is sent.
// The layout is that of `rust/engine/src/abi.rs`.

import type { Field } from "../columns/schema.ts"
import { type InvalidArgumentError, invalid } from "../errors.ts"
import { Expression } from "../exp/expression.ts"
import { Mark, Raw } from "../exp/parts.ts"
import type { Filter } from "../filter.ts"
import { type Key, type KeyDigest, someKey, someUserKey } from "../key.ts"
import type { Op } from "../ops/make.ts"
import type { PolicyWords } from "../policy.ts"
import { Double, GeoJSON, HLL, KeyOrderedMap, KeyValueOrderedMap, OrderedList, TypedBlob } from "../values.ts"
import { isPlainObject, show, wrong } from "./check.ts"
import type { Regions } from "./engine.ts"
import { commandKind, commandWord, expOp, limit, NONE, particle, policyFlag, tag, tagFlag } from "./generated.ts"
import type { Memory } from "./memory.ts"
import { NameKind, type Names } from "./names.ts"
import { encode, utf8Length, utf8LengthMax } from "./text.ts"

const blockSlots = commandWord.LENGTH / 4
/** Longer texts are measured before room is made for them; shorter ones get room for the worst case. */
const measuredFrom = 4096
const int64Min = -(2n ** 63n)
const int64Max = 2n ** 63n - 1n
const uint64Max = 2n ** 64n - 1n
const highWord = 2 ** 32
/** By their number in a where-clause. */
const indexTypes: readonly (Filter["collection"] | undefined)[] = [undefined, "list", "mapKeys", "mapValues"]

/** A function on the server, and what it is given. */
export interface Call {
  readonly module: string
  readonly name: string
  readonly args: readonly unknown[]
}

/** A field of a command on users and roles: its number, and text, a number, or a list of both. */
export type AdminField = readonly [id: number, value: string | number | readonly (string | number)[]]

/** A command that was written, as it lies in memory: the block with all that follows it, and the data region. */
export interface Command {
  readonly words: Uint32Array<ArrayBuffer>
  readonly data: Uint8Array<ArrayBuffer>
}

export class Writer {
  /** Whether it matters when commands begin, and when the last one did. */
  timed = false
  begunAt = 0
  readonly #engine: Regions
  readonly #memory: Memory
  readonly #names: Names | undefined
  /** A command is being written: accessors of a caller's objects might begin another. */
  #busy = false

  // Where the regions lie, and how much they hold. They move when they are made larger, and only then.
  #block = 0
  #slotsMax = 0
  #data = 0
  #dataMax = 0

  /** The block whose words are being written: the command's, or that of a group of a batch. */
  #head = 0
  /** Its first word, counted from the command's. */
  #headOffset = 0

  #slots = 0
  #used = 0
  #items = 0
  /** The first slot behind the block whose words are being written. */
  #first = 0
  /** Slots before those of the items. */
  #filterSlots = 0
  /** Of the groups of a batch: the first slot behind its block, and how many slots are before those of its items. */
  #groups: { readonly first: number; readonly filterSlots: number }[] = []
  /** The row whose key is being written, in a batch. */
  #row: number = NONE
  /** What the trail begins with. */
  #root = "bins"
  /** The way from the bin to the value that is being written, as far as `depth` says. */
  readonly #trail: unknown[] = []

  /** Without names, only what has none can be written: see {@link Writer.alone}. */
  constructor(engine: Regions, memory: Memory, names?: Names) {
    this.#engine = engine
    this.#memory = memory
    this.#names = names
    this.#locate()
  }

  /** Begins a command, of a transaction by its handle. It must be ended with `end`, whether or not it was written to the end. */
  begin(kind: number, policy: PolicyWords, txn = 0): void {
    if (this.#busy) throw invalid("An accessor of the value that is being written called the client.")
    this.#busy = true
    if (this.timed) this.begunAt = performance.now()
    this.#root = "bins"
    this.#memory.refresh()
    this.#headOffset = 0
    this.#head = this.#block
    this.#slots = 0
    this.#used = 0
    this.#row = NONE
    this.#groups.length = 0
    this.#beginBlock(kind, policy)
    this.#memory.words[this.#head + commandWord.TXN] = txn
  }

  /** Begins a block behind the finished one, and what belongs to that. */
  follow(kind: number, policy: PolicyWords): void {
    while (2 * blockSlots + this.#slots > this.#slotsMax) this.#growSlots()
    this.#headOffset = commandWord.LENGTH + this.#slots * 4
    this.#head = this.#block + this.#headOffset
    this.#slots += blockSlots
    this.#row = NONE
    this.#root = "bins"
    this.#beginBlock(kind, policy)
    this.#memory.words[this.#head + commandWord.TXN] = 0
  }

  /** Of the command that was begun: that there is no record is no error, where operations are counted. */
  absenceIsFine(): void {
    this.#memory.words[this.#head + commandWord.FLAGS]! |= policyFlag.ABSENT_IS_FINE
  }

  #beginBlock(kind: number, policy: PolicyWords): void {
    this.#first = this.#slots
    this.#items = 0
    const words = this.#memory.words
    words[this.#head + commandWord.KIND] = kind
    policy.copyTo(words, this.#head)
    words[this.#head + commandWord.FILTER_SLOTS] = 0
    this.#filterSlots = 0
    if (policy.filter !== undefined) this.#filter(policy.filter)
  }

  /** The command, or what a group of a batch has before its keys, is complete: its counts are written. */
  finish(): void {
    const words = this.#memory.words
    words[this.#head + commandWord.ITEMS] = this.#items
    words[this.#head + commandWord.SLOTS] = this.#slots - this.#first
  }

  end(): void {
    this.#busy = false
  }

  // ── From thread to thread ─────────────────────────────────────────────────────────────────────────────────────────

  /** A word of the command that was written. */
  word(word: number): number {
    return this.#memory.words[this.#block + word]!
  }

  /** A copy of the command that was written, for the engine of another thread. */
  copy(): Command {
    const { words, bytes } = this.#memory
    const end = this.#block + commandWord.LENGTH + this.#slots * 4
    return { words: words.slice(this.#block, end), data: bytes.slice(this.#data, this.#data + this.#used) }
  }

  /** The id of a name; new ones are introduced. */
  name(kind: NameKind, name: string): number {
    return this.#name(kind, name)
  }

  /** Takes a command that the writer of another thread has written, instead of writing one; `idOf` says what its names are here. */
  paste({ words, data }: Command, idOf: (id: number) => number): void {
    this.#groups.length = 0
    rename(words, idOf, (first, filterSlots) => this.#groups.push({ first, filterSlots }))
    this.#slots = (words.length - commandWord.LENGTH) / 4
    this.#first = 0
    this.#filterSlots = words[commandWord.FILTER_SLOTS]!
    this.#used = 0
    while (blockSlots + this.#slots > this.#slotsMax) this.#growSlots()
    this.#bytes(data)
    this.#memory.refresh()
    this.#memory.words.set(words, this.#block)
  }

  // ── Batches ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Begins a batch, of so many groups with so many rows in all. Its own block has no slots but those of a filter. */
  beginBatch(policy: PolicyWords, groups: number, rows: number, txn = 0): void {
    this.begin(commandKind.BATCH, policy, txn)
    const words = this.#memory.words
    policy.copyRestTo(words, this.#head)
    words[this.#head + commandWord.NAMESPACE] = NONE
    words[this.#head + commandWord.SET] = NONE
    words[this.#head + commandWord.ITEMS] = groups
    words[this.#head + commandWord.SLOTS] = this.#slots
    words[this.#head + commandWord.KEYS] = rows
  }

  /** Begins a group: its items follow, `finish`, and the keys of its rows, all of the namespace and set of this one. */
  group(kind: number, policy: PolicyWords, key: Key, rows: number): void {
    if (Array.isArray(key)) this.groupAt(kind, policy, key[0], key[1], rows)
    else this.groupAt(kind, policy, (key as KeyDigest).ns, (key as KeyDigest).set ?? null, rows)
  }

  /** The same; `keys` says how many slots its keys are. */
  groupAt(kind: number, policy: PolicyWords, namespace: string, set: string | null, keys: number): void {
    this.follow(kind, policy)
    this.#groups.push({ first: this.#first, filterSlots: this.#filterSlots })
    this.#place(namespace, set)
    this.#memory.words[this.#head + commandWord.KEYS] = keys
  }

  /** The key of a row of the group that was finished. */
  row(key: Key, row: number): void {
    this.#row = row
    if (!Array.isArray(key)) return this.#digest(key as KeyDigest)
    if (key.length !== 3) throw wrong("the key", key, someKey)
    this.#userKey(key[2])
  }

  /** The user key of a row of the group that was finished. */
  userKey(user: unknown, row: number): void {
    this.#row = row
    this.#userKey(user)
  }

  /** The keys of all rows of the group that was finished, `count` of one type: see `tag.KEYS`. */
  keys(type: number, count: number, ...parts: readonly Uint8Array[]): void {
    const at = this.#used
    for (const part of parts) this.#bytes(part)
    this.#pair(tag.KEYS | (type << 8), 0, at, count)
  }

  // ── Columns ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A column of a batch that was begun, or of a query. */
  column({ name, number, width }: Field): void {
    this.#pair(tag.COLUMN | (number << 8), this.#name(NameKind.BIN, name), width, 0)
  }

  /** What the last column writes: a byte a row that says whether there is a value (empty: all have one), and the values. */
  columnValues(valid: Uint8Array, values: Uint8Array, texts: Uint8Array): void {
    for (const part of [valid, values, texts]) this.#blob(tag.BLOB, NONE, part)
  }

  /** The same for texts that are strings yet; what is no string is no value. */
  columnTexts(valid: Uint8Array, texts: readonly unknown[]): void {
    const ends = new Uint32Array(texts.length + 1)
    const from = this.#used
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i]
      if (typeof text === "string") this.#text(text)
      ends[i + 1] = this.#used - from
    }
    const length = this.#used - from
    this.#blob(tag.BLOB, NONE, valid)
    this.#blob(tag.BLOB, NONE, bytesOf(ends))
    this.#pair(tag.BLOB, NONE, from, length)
  }

  /** All columns of a batch were written: its groups follow. */
  endColumns(): void {
    this.#memory.words[this.#head + commandWord.SLOTS] = this.#slots
  }

  /** Makes a query one that is gathered into columns; `flags` are those of `query_flag`. */
  queryColumns(fields: readonly Field[], flags: number): void {
    const words = this.#memory.words
    words[this.#head + commandWord.QUERY_FLAGS] = words[this.#head + commandWord.QUERY_FLAGS]! | flags
    for (const field of fields) this.column(field)
  }

  // ── Queries ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Begins a query of a namespace, or of a set of it. The where-clause follows, if there is one, and what is read. */
  beginQuery(policy: PolicyWords, namespace: string, set: string | null, flags: number): void {
    this.begin(commandKind.QUERY, policy)
    policy.copyRestTo(this.#memory.words, this.#head)
    this.#memory.words[this.#head + commandWord.QUERY_FLAGS]! |= flags
    this.#place(namespace, set)
    this.#memory.words[this.#head + commandWord.CURSOR_LENGTH] = 0
  }

  /** Where an earlier query left off. */
  cursor(bytes: Uint8Array): void {
    const words = this.#memory.words
    words[this.#head + commandWord.CURSOR_OFFSET] = this.#used
    words[this.#head + commandWord.CURSOR_LENGTH] = bytes.length
    this.#bytes(bytes)
  }

  where({ indexed, collection, type, begin, end }: Filter): void {
    const before = this.#slots
    const bin = indexed.bin === undefined ? NONE : this.#name(NameKind.BIN, indexed.bin)
    const way = indexed.bin !== undefined ? 0 : indexed.index !== undefined ? 1 : 2
    const steps = indexed.ctx?.entries ?? []
    const kind = tag.WHERE | (indexTypes.indexOf(collection) << 8) | (type << 16)
    this.#pair(kind, bin, way, steps.length > 0 ? 1 : 0)
    this.#root = "where"
    this.#trail[0] = undefined
    this.element(begin)
    this.element(end)
    if (indexed.index !== undefined) this.element(indexed.index)
    if (indexed.exp instanceof Expression) this.element(indexed.exp)
    else if (indexed.exp !== undefined) this.#blob(tag.PACKED, NONE, indexed.exp)
    if (steps.length > 0) this.#pair(tag.LIST, NONE, 2 * steps.length, 0)
    for (const [id, value] of steps) {
      this.#double(tag.INT, NONE, id)
      this.element(value)
    }
    this.#root = "bins"
    this.#memory.words[this.#head + commandWord.WHERE] = this.#slots - before
  }

  // ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  key(key: Key): void {
    if (Array.isArray(key)) {
      if (key.length !== 3) throw wrong("the key", key, someKey)
      this.#place(key[0], key[1])
      this.#userKey(key[2])
    } else {
      this.#digest(key)
    }
  }

  #place(namespace: string, set: string | null): void {
    const ns = this.#name(NameKind.NAMESPACE, namespace)
    const inSet = set === "" || set === null ? NONE : this.#name(NameKind.SET, set)
    const words = this.#memory.words
    words[this.#head + commandWord.NAMESPACE] = ns
    words[this.#head + commandWord.SET] = inSet
  }

  #userKey(user: unknown): void {
    if (typeof user === "string") {
      const at = this.#used
      this.#keyWords(particle.STRING, at, this.#text(user))
    } else if (typeof user === "number" && Number.isSafeInteger(user)) {
      this.#keyWords(particle.INTEGER, user, Math.floor(user / highWord))
    } else if (typeof user === "bigint" && user >= int64Min && user <= int64Max) {
      this.#keyWords(particle.INTEGER, Number(BigInt.asUintN(32, user)), Number(BigInt.asUintN(32, user >> 32n)))
    } else if (isBytes(user)) {
      const at = this.#used
      this.#keyWords(particle.BLOB, at, this.#bytes(user))
    } else {
      throw wrong("the user key, key[2],", user, someUserKey)
    }
  }

  #digest(key: unknown): void {
    if (!isPlainObject(key)) throw wrong("the key", key, someKey)
    const { ns, set, digest } = key
    if (!isBytes(digest) || digest.length !== limit.DIGEST) {
      throw wrong("the key's digest", digest, `a Uint8Array of ${limit.DIGEST} bytes`)
    }
    // The rows of a group share the place of the group.
    if (this.#row === NONE) this.#place(ns as string, (set ?? null) as string | null)
    const at = this.#used
    this.#keyWords(0, at, this.#bytes(digest))
  }

  #keyWords(type: number, a: number, b: number): void {
    if (this.#row !== NONE) return this.#pair(tag.KEY | (type << 8), this.#row, a, b)
    const words = this.#memory.words
    words[this.#head + commandWord.KEY_TYPE] = type
    words[this.#head + commandWord.KEY_A] = a
    words[this.#head + commandWord.KEY_B] = b
  }

  /** The text of an info command, and the index of the node that it is for. */
  info(command: string, node: number): void {
    const at = this.#used
    this.#keyWords(0, at, this.#text(command))
    this.#memory.words[this.#head + commandWord.SET] = node
  }

  /** A command on users and roles, and its fields. */
  admin(command: number, fields: readonly AdminField[]): void {
    this.#items = 1 + fields.length
    this.#double(tag.INT, NONE, command)
    for (const [id, value] of fields) {
      if (typeof value === "string" || typeof value === "number") {
        this.#adminValue(id, value)
        continue
      }
      this.#pair(tag.LIST, id, value.length, 0)
      for (const item of value) this.#adminValue(NONE, item)
    }
  }

  #adminValue(id: number, value: string | number): void {
    if (typeof value === "number") return this.#double(tag.INT, id, value)
    const at = this.#used
    const length = this.#text(value)
    this.#pair(tag.STRING, id, at, length)
  }

  /** Bins to be written. */
  bins(bins: object): void {
    if (!isPlainObject(bins)) throw wrong("the bins", bins, "an object of bin names and values")
    const names = Object.keys(bins)
    if (names.length === 0) throw wrong("the bins", bins, "an object with at least one bin")
    if (names.length > limit.BINS) throw wrong("the number of bins", names.length, `at most ${limit.BINS}`)
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!
      this.#trail[0] = name
      this.#value(bins[name], this.#bin(name), 0)
    }
  }

  /** Bins to be read, or, as all values of slots are nil, to be removed. */
  binNames(bins: readonly string[]): void {
    if (!Array.isArray(bins) || bins.length === 0) throw wrong("the bins", bins, "an array of at least one bin name")
    for (const name of bins) this.#slot(tag.NIL, this.#bin(name))
  }

  /** Numbers to be added to bins. */
  numbers(bins: object): void {
    this.#each(bins, "a number or a bigint", (value) => {
      return typeof value === "number" || typeof value === "bigint" || value instanceof Double
    })
  }

  /** Strings or bytes to be put to bins. */
  texts(bins: object): void {
    this.#each(bins, "text or a Uint8Array", (value) => typeof value === "string" || isBytes(value))
  }

  /** A call of a function on the server: its module and name, and the list of its arguments. */
  call({ module, name, args }: Call): void {
    this.#root = "args"
    this.#items = 3
    for (const [what, text] of [
      ["module", module],
      ["function", name],
    ] as const) {
      if (typeof text !== "string" || text === "" || utf8Length(text) > limit.UDF_NAME) {
        throw wrong(`the name of the ${what}`, text, `text of 1 to ${limit.UDF_NAME} bytes`)
      }
      const at = this.#used
      const length = this.#text(text)
      this.#pair(tag.STRING, NONE, at, length)
    }
    if (!Array.isArray(args)) throw wrong("the arguments", args, "an array")
    this.#pair(tag.LIST, NONE, args.length, 0)
    for (let i = 0; i < args.length; i++) {
      this.#trail[0] = i
      this.#value(args[i], NONE, 0)
    }
  }

  /** Ops of operate. What the builders have checked is not checked again; that the engine knows an op, it sees itself. */
  ops(ops: readonly Op[]): void {
    if (!Array.isArray(ops) || ops.length === 0) throw wrong("the ops", ops, "an array of at least one op")
    if (ops.length > limit.OPS) throw wrong("the number of ops", ops.length, `at most ${limit.OPS}`)
    this.#root = "ops"
    for (let i = 0; i < ops.length; i++) {
      this.#trail[0] = i
      this.#op(ops[i], i)
    }
  }

  #op(op: Op | undefined, index: number): void {
    if (!Number.isInteger(op?.kind) || !Array.isArray(op?.args)) {
      throw wrong(`ops[${index}]`, op, "an op made by op, list, map, bit, hll or string")
    }
    const { kind, bin, args, ctx } = op!
    const steps = ctx?.entries ?? []
    this.#items++
    const name = bin === undefined ? NONE : this.#name(NameKind.BIN, bin)
    this.#pair(tag.OP | (kind << 8), name, args.length, steps.length)
    this.#trail[1] = "ctx"
    for (const [id, value] of steps) {
      this.#double(tag.INT, NONE, id)
      this.element(value, 1)
    }
    for (let i = 0; i < args.length; i++) {
      this.#trail[1] = i
      this.element(args[i], 1)
    }
  }

  #each(bins: object, allowed: string, accepts: (value: unknown) => boolean): void {
    if (isPlainObject(bins)) {
      for (const name of Object.keys(bins)) {
        if (!accepts(bins[name])) throw wrong(`bins.${name}`, bins[name], allowed)
      }
    }
    this.bins(bins)
  }

  #bin(name: string): number {
    this.#items++
    return this.#name(NameKind.BIN, name)
  }

  #name(kind: NameKind, name: string): number {
    const names = this.#names!
    const known = names.known(kind, name)
    if (known !== undefined) return known
    const id = names.introduce(kind, name, this.#used)
    this.#locate()
    return id
  }

  // ── Values ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #value(value: unknown, bin: number, depth: number): void {
    switch (typeof value) {
      case "string": {
        const at = this.#used
        const length = this.#text(value)
        this.#pair(tag.STRING, bin, at, length)
        return
      }
      case "number":
        return this.#number(value, bin, depth)
      case "boolean":
        this.#slot(value ? tag.TRUE : tag.FALSE, bin)
        return
      case "bigint":
        return this.#bigint(value, bin, depth)
      case "object":
        if (value === null) this.#slot(tag.NIL, bin)
        else this.#object(value, bin, depth)
        return
      case "undefined":
        throw this.#refused(depth, "is undefined: use null to remove a bin, or for nothing in a list or map")
      default:
        throw this.#refused(depth, `is a ${typeof value}, which cannot be stored`)
    }
  }

  #number(value: number, bin: number, depth: number): void {
    let kind: number = tag.INT
    if (!Number.isSafeInteger(value)) {
      if (Number.isInteger(value)) {
        const advice = `write it as a bigint, or as double(${value})`
        throw this.#refused(depth, `is ${value}, beyond the whole numbers that are exact: ${advice}`)
      }
      kind = tag.DOUBLE
    }
    // Adding zero makes an integer of minus zero.
    this.#double(kind, bin, kind === tag.INT ? value + 0 : value)
  }

  #bigint(value: bigint, bin: number, depth: number): void {
    const signed = value <= int64Max && value >= int64Min
    // Lists and maps can hold unsigned integers of 64 bits, bins cannot.
    if (!signed && !(bin === NONE && value > 0n && value <= uint64Max)) {
      throw this.#refused(depth, `is ${value}, which does not fit into 64 bits`)
    }
    if (value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)) {
      this.#double(tag.INT, bin, Number(value))
    } else {
      const low = Number(BigInt.asUintN(32, value))
      this.#pair(signed ? tag.INT64 : tag.UINT64, bin, low, Number(BigInt.asUintN(32, value >> 32n)))
    }
  }

  #object(value: object, bin: number, depth: number): void {
    if (Array.isArray(value)) return this.#list(value, tag.LIST, bin, depth)
    if (value instanceof Uint8Array) return this.#blob(tag.BLOB, bin, value)
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return this.#entries(value, bin, depth)
    if (value instanceof Map) {
      return this.#map(value, tag.MAP | orderOf(value), bin, depth)
    }
    this.#classed(value, bin, depth)
  }

  #classed(value: object, bin: number, depth: number): void {
    if (value instanceof Double) return this.#double(tag.DOUBLE, bin, value.value)
    if (value instanceof GeoJSON) {
      const at = this.#used
      const length = this.#text(value.text)
      return this.#pair(tag.GEOJSON, bin, at, length)
    }
    if (value instanceof HLL) return this.#blob(tag.HLL, bin, value.bytes)
    if (value instanceof TypedBlob) return this.#blob(tag.BLOB | ((value.type & 0xff) << 8), bin, value.bytes)
    if (value instanceof OrderedList) return this.#list(value.items, tag.LIST | tagFlag.ORDERED, bin, depth)
    // The same classes of another realm, such as the sandbox of a test runner.
    if (isBytes(value)) return this.#blob(tag.BLOB, bin, value)
    if (isPlainObject(value)) return this.#entries(value, bin, depth)
    if (className(value) === "Map") return this.#map(value as Map<unknown, unknown>, tag.MAP, bin, depth)
    const advice = ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? ": write a Uint8Array of its bytes" : ""
    throw this.#refused(depth, `is ${show(value)}, which cannot be stored${advice}`)
  }

  // ── Expressions ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Writes one element with no command around it, and tells how many slots it took. */
  alone(element: unknown): number {
    this.#memory.refresh()
    this.#slots = 0
    this.#used = 0
    this.#outside("expression", element)
    return this.#slots
  }

  /** Writes what belongs to no bin. When it cannot be written, no command is. */
  #outside(root: string, element: unknown): void {
    this.#root = root
    this.#trail[0] = undefined
    try {
      this.element(element)
    } catch (error) {
      this.#busy = false
      throw error
    }
    this.#root = "bins"
  }

  /** Writes what only travels packed: an expression, what it is made of, a list of such, or a value. */
  element(element: unknown, depth = 0): void {
    if (element instanceof Expression) return this.#expression(element, depth)
    if (element instanceof Mark) {
      this.#slot(element.tag, NONE)
    } else if (element instanceof Raw) {
      const at = this.#used
      const length = this.#text(element.text)
      this.#pair(tag.RAW, NONE, at, length)
    } else if (Array.isArray(element)) {
      this.#pair(tag.LIST, NONE, element.length, 0)
      this.#elements(element, depth)
    } else {
      this.#value(element, NONE, depth)
    }
  }

  #elements(elements: readonly unknown[], depth: number): void {
    const inside = this.#enter(depth)
    for (let i = 0; i < elements.length; i++) {
      this.#trail[inside] = i
      this.element(elements[i], inside)
    }
  }

  #expression({ code, args, value, packed }: Expression, depth: number): void {
    if (packed !== undefined) return this.#blob(tag.PACKED, NONE, packed)
    if (code !== undefined) {
      this.#pair(tag.LIST, NONE, args.length + 1, 0)
      this.#double(tag.INT, NONE, code)
      return this.#elements(args, depth)
    }
    if (!Array.isArray(value) && !(value instanceof OrderedList)) return this.element(value, depth)
    // A list is an operator with its arguments unless it is quoted.
    this.#pair(tag.LIST, NONE, 2, 0)
    this.#double(tag.INT, NONE, expOp.QUOTE)
    this.#value(value, NONE, this.#enter(depth))
  }

  // ── Lists and maps ────────────────────────────────────────────────────────────────────────────────────────────────

  #list(items: readonly unknown[], kind: number, bin: number, depth: number): void {
    const length = items.length
    const inside = this.#enter(depth)
    this.#pair(kind, bin, length, 0)
    for (let i = 0; i < length; i++) {
      this.#trail[inside] = i
      this.#value(items[i], NONE, inside)
    }
  }

  #entries(object: object, bin: number, depth: number): void {
    const keys = Object.keys(object)
    const inside = this.#enter(depth)
    this.#pair(tag.MAP, bin, keys.length, 0)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      this.#trail[inside] = key
      const at = this.#used
      const length = this.#text(key)
      this.#pair(tag.STRING, NONE, at, length)
      this.#value((object as Record<string, unknown>)[key], NONE, inside)
    }
  }

  #map(map: ReadonlyMap<unknown, unknown>, kind: number, bin: number, depth: number): void {
    const inside = this.#enter(depth)
    this.#pair(kind, bin, map.size, 0)
    for (const [key, value] of map) {
      this.#trail[inside] = key
      if (typeof key !== "string" && typeof key !== "bigint" && !Number.isInteger(key) && !isBytes(key)) {
        const allowed = "text, a whole number, a bigint or a Uint8Array"
        throw this.#refused(depth, `has the map key ${show(key)}: a key must be ${allowed}`)
      }
      this.#value(key, NONE, inside)
      this.#value(value, NONE, inside)
    }
  }

  /** Goes one level deeper. */
  #enter(depth: number): number {
    if (depth >= limit.VALUE_DEPTH) {
      throw invalid(`${this.#path(3)}… is cyclic, or nested deeper than ${limit.VALUE_DEPTH} levels.`)
    }
    return depth + 1
  }

  #blob(kind: number, bin: number, bytes: Uint8Array): void {
    const at = this.#used
    const length = this.#bytes(bytes)
    this.#pair(kind, bin, at, length)
  }

  // ── Slots and data ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes the next slot and tells at which word it begins. */
  #slot(kind: number, bin: number): number {
    if (blockSlots + this.#slots >= this.#slotsMax) this.#growSlots()
    const at = this.#block + commandWord.LENGTH + this.#slots * 4
    this.#slots++
    const words = this.#memory.words
    words[at] = kind
    words[at + 1] = bin
    return at
  }

  #pair(kind: number, bin: number, a: number, b: number): void {
    const at = this.#slot(kind, bin)
    const words = this.#memory.words
    words[at + 2] = a
    words[at + 3] = b
  }

  #double(kind: number, bin: number, value: number): void {
    const at = this.#slot(kind, bin)
    this.#memory.doubles[at / 2 + 1] = value
  }

  /** Puts a text at the end of the data and tells how many bytes it took. */
  #text(text: string): number {
    this.#reserve(text.length < measuredFrom ? utf8LengthMax(text) : utf8Length(text))
    const length = encode(text, this.#memory.bytes, this.#data + this.#used)
    this.#used += length
    return length
  }

  #bytes(bytes: Uint8Array): number {
    this.#reserve(bytes.length)
    this.#memory.bytes.set(bytes, this.#data + this.#used)
    this.#used += bytes.length
    return bytes.length
  }

  #filter(filter: Expression | Uint8Array): void {
    if (filter instanceof Expression) {
      this.#outside("filterExpression", filter)
      this.#filterSlots = this.#slots - this.#first
      this.#memory.words[this.#head + commandWord.FILTER_SLOTS] = this.#filterSlots
      return
    }
    const words = this.#memory.words
    words[this.#head + commandWord.FILTER_OFFSET] = this.#used
    words[this.#head + commandWord.FILTER_LENGTH] = filter.length
    this.#bytes(filter)
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes
    if (needed <= this.#dataMax) return
    if (needed > limit.MESSAGE)
      throw invalid(`What is to be sent is larger than ${limit.MESSAGE} bytes, which no message can be.`)
    this.#engine.data_reserve(needed)
    this.#locate()
  }

  #growSlots(): void {
    this.#engine.command_reserve(this.#slotsMax * 2)
    this.#locate()
  }

  #locate(): void {
    this.#block = this.#engine.command_address() / 4
    this.#head = this.#block + this.#headOffset
    this.#slotsMax = this.#engine.command_capacity()
    this.#data = this.#engine.data_address()
    this.#dataMax = this.#engine.data_capacity()
    this.#memory.refresh()
  }

  // ── What cannot be written ────────────────────────────────────────────────────────────────────────────────────────

  #refused(depth: number, why: string): InvalidArgumentError {
    return invalid(`${this.#path(depth)} ${why}.`)
  }

  /** What a slot belongs to, for a refusal of the engine's: the bin, and in a batch the number of the group. */
  blame(slot: number): { bin: string | undefined; group: number | undefined } {
    const index = this.#groups.findLastIndex(({ first }) => first <= slot)
    const begin = this.#groups[index] ?? { first: this.#first, filterSlots: this.#filterSlots }
    return { bin: this.#binOf(slot, begin.first + begin.filterSlots), group: index < 0 ? undefined : index }
  }

  #binOf(slot: number, from: number): string | undefined {
    let name: string | undefined
    for (let at = from, nested = 0; at <= slot && at < this.#slots; at++) {
      const word = this.#block + commandWord.LENGTH + at * 4
      const [kind, bin, a, b] = this.#memory.words.subarray(word, word + 4)
      if (nested > 0) nested--
      else name = bin === NONE ? undefined : this.#names!.text(bin!)
      nested += { [tag.LIST]: a!, [tag.MAP]: 2 * a!, [tag.OP]: a! + 2 * b! }[kind! & 0xff] ?? 0
    }
    return name
  }

  #path(depth: number): string {
    let path = this.#root
    for (const step of this.#trail.slice(0, depth + 1)) {
      if (step === undefined) continue
      if (typeof step === "string" && /^[A-Za-z_$][\w$]*$/.test(step)) path += `.${step}`
      else path += `[${show(step)}]`
    }
    return path
  }
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && className(value) === "Uint8Array")
}

/** What an object's class calls itself, whichever realm it is of. */
function className(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** The bytes of an array of numbers. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** How the server is to keep a map. */
function orderOf(map: ReadonlyMap<unknown, unknown>): number {
  if (map instanceof KeyValueOrderedMap) return tagFlag.ORDERED | tagFlag.VALUE_ORDERED
  return map instanceof KeyOrderedMap ? tagFlag.ORDERED : 0
}

/** Puts other ids in the place of a command's names, and tells of the groups of a batch. */
function rename(words: Uint32Array, idOf: (id: number) => number, group: (first: number, filterSlots: number) => void) {
  const at = (word: number) => {
    const id = words[word]!
    if (id !== NONE) words[word] = idOf(id)
  }
  /** Of a block and the slots behind it, all of which have the name of a bin or none. Tells where they end. */
  const block = (head: number): number => {
    at(head + commandWord.NAMESPACE)
    at(head + commandWord.SET)
    const first = head + commandWord.LENGTH
    const end = first + words[head + commandWord.SLOTS]! * 4
    for (let slot = first; slot < end; slot += 4) at(slot + 1)
    return end
  }
  let next = block(0)
  if (words[commandWord.KIND] !== commandKind.BATCH) return
  for (let groups = words[commandWord.ITEMS]!; groups > 0; groups--) {
    const head = next
    group(head / 4, words[head + commandWord.FILTER_SLOTS]!)
    // Keys have the numbers of their rows where others have a name.
    next = block(head) + words[head + commandWord.KEYS]! * 4
  }
}
