// An engine that does what a test tells it: `polls` holds what the next polls give, `calls` what was called. Its memory is
// real and can grow in any call, and its regions move when they are made larger, as those of the real one do.

import type { Engine, EngineModule } from "../../../ts/core/engine.ts"
import { commandWord, NONE, output, txnWord } from "../../../ts/core/generated.ts"

export interface GrowingMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

export class FakeEngine implements Engine {
  readonly memory: GrowingMemory = new WebAssembly.Memory({ initial: 4 })
  readonly calls: unknown[][] = []
  /** What the next polls give: records, each the words after the first. */
  readonly polls: (() => FakeOutputs)[] = []
  readonly namesGiven: string[] = []
  deadline = Number.POSITIVE_INFINITY
  isFinished = false
  refuse: { code: number; slot: number; text: string } | undefined
  /** Names of the methods that trap. */
  readonly traps = new Set<string>()
  /** Names of the methods that make the memory grow. */
  readonly grows = new Set<string>()
  nodes: string[] = []
  /** Op ids that the next submits give; then 0, 1, 2 … */
  nextOp = 0
  /** The handle that was given last to a transaction. */
  nextTxn = 0

  #top = 1024
  #command: Region
  #data: Region
  #staging: Region
  #output = 0
  #tape = 0
  #text = 0
  #scratch = 0

  constructor({ slots = 16, data = 32 } = {}) {
    this.#command = this.#region(slots * 16)
    this.#data = this.#region(data)
    this.#staging = this.#region(16)
  }

  get module(): EngineModule {
    const made = (config: string) => {
      this.calls.push(["new", config])
      return this
    }
    class Engine {
      constructor(config: string) {
        // biome-ignore lint/correctness/noConstructorReturn: the test's engine is made before its client is.
        return made(config)
      }
    }
    return {
      Engine: Engine as unknown as EngineModule["Engine"],
      hash_password: (password) => `hash of ${password.length}`,
      memory: this.memory,
    }
  }

  called(name: string): unknown[][] {
    return this.calls.filter(([called]) => called === name).map(([, ...args]) => args)
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer)
  }

  get words(): Uint32Array {
    return new Uint32Array(this.memory.buffer)
  }

  get doubles(): Float64Array {
    return new Float64Array(this.memory.buffer)
  }

  text(address: number, length: number): string {
    return new TextDecoder().decode(this.bytes.slice(address, address + length))
  }

  /** Puts bytes somewhere and tells where. */
  place(bytes: Uint8Array): number {
    const region = this.#region(bytes.length)
    this.bytes.set(bytes, region.address)
    return region.address
  }

  #region(bytes: number): Region {
    const address = this.#top
    // Odd gaps, so that nothing follows anything by chance.
    this.#top = Math.ceil((address + bytes + 24) / 16) * 16
    while (this.#top > this.memory.buffer.byteLength) this.memory.grow(1)
    return { address, bytes }
  }

  #call(name: string, ...args: unknown[]): void {
    this.calls.push([name, ...args])
    if (this.grows.has(name)) this.memory.grow(1)
    if (this.traps.has(name)) {
      // The real thing: a module whose only function is `unreachable`.
      const trap = new Uint8Array([
        0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11,
      ])
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(trap))
      ;(exports.t as () => void)()
    }
  }

  #grown(region: Region, bytes: number): Region {
    const grown = this.#region(bytes)
    this.bytes.copyWithin(grown.address, region.address, region.address + region.bytes)
    this.bytes.fill(0xee, region.address, region.address + region.bytes)
    return grown
  }

  command_address = () => this.#command.address
  command_capacity = () => this.#command.bytes / 16
  command_reserve(slots: number): number {
    this.#call("command_reserve", slots)
    if (slots * 16 > this.#command.bytes) this.#command = this.#grown(this.#command, slots * 16)
    return this.#command.address
  }

  data_address = () => this.#data.address
  data_capacity = () => this.#data.bytes
  data_reserve(bytes: number): number {
    this.#call("data_reserve", bytes)
    if (bytes > this.#data.bytes) this.#data = this.#grown(this.#data, bytes)
    return this.#data.address
  }

  name(_kind: number, offset: number, length: number): number {
    this.#call("name")
    const name = this.text(this.#data.address + offset, length)
    const known = this.namesGiven.indexOf(name)
    return known >= 0 ? known : this.namesGiven.push(name) - 1
  }
  name_address = (id: number) => this.place(new TextEncoder().encode(this.namesGiven[id]))
  name_length = (id: number) => new TextEncoder().encode(this.namesGiven[id]).length
  names = () => this.namesGiven.length

  submit(): number {
    this.#call("submit")
    return this.refuse ? -2 : this.nextOp++
  }
  /** After so many submits without a poll it wants one. */
  patience = Number.POSITIVE_INFINITY
  wants_poll = () => this.called("submit").length >= this.patience
  refused_code = () => this.refuse?.code ?? 0
  refused_slot = () => this.refuse?.slot ?? NONE
  refused_text = () => this.#tell(this.refuse?.text ?? "")
  scratch_address = () => this.#scratch
  credential(hash: string, clear: string, _now: number): void {
    this.calls.push(["credential", hash, clear])
  }

  no_credential(_now: number): void {
    this.calls.push(["no_credential"])
  }

  cancel(op: number): void {
    this.#call("cancel", op)
  }
  consumed(op: number, records: number): void {
    this.#call("consumed", op, records)
  }
  txn_begin(timeout: number): number {
    this.#call("txn_begin", timeout)
    return ++this.nextTxn
  }
  txn_end(txn: number): void {
    this.#call("txn_end", txn)
  }
  /** An id of which all bits but one are set. */
  txn_word = (_txn: number, word: number) => (word === txnWord.ID_LOW ? 0xffff_fffe : 0xffff_ffff)

  receive_reserve(length: number): number {
    this.#call("receive_reserve", length)
    if (length > this.#staging.bytes) this.#staging = this.#region(length)
    return this.#staging.address
  }
  opened(conn: number): void {
    this.#call("opened", conn)
  }
  received(conn: number, length: number): void {
    this.#call("received", conn, this.bytes.slice(this.#staging.address, this.#staging.address + length))
  }
  writable(conn: number): void {
    this.#call("writable", conn)
  }
  closed(conn: number, end: number): void {
    this.#call("closed", conn, end)
  }
  time(): void {
    this.#call("time")
  }

  poll(): number {
    this.#call("poll")
    const outputs = this.polls.shift()?.()
    if (!outputs) return 0
    const text = new TextEncoder().encode(outputs.texts.join(""))
    this.#text = this.place(text)
    this.#tape = outputs.tape ?? 0
    const words = outputs.records.flatMap(([kind, ...rest]) => [kind | ((rest.length + 1) << 8), ...rest])
    this.#output = this.place(new Uint8Array(new Uint32Array(words).buffer))
    return words.length
  }
  output_address = () => this.#output
  tape_address = () => this.#tape
  text_address = () => this.#text
  next_deadline = () => this.deadline

  close(drainMs: number): void {
    this.#call("close", drainMs)
  }
  finished = () => this.isFinished
  free(): void {
    this.#call("free")
  }

  is_connected = () => this.nodes.length > 0
  node_count = () => this.nodes.length
  watch = (bits: number) => this.#call("watch", bits)
  op_word = (op: number, word: number) => {
    this.#call("op_word", op, word)
    return 1
  }
  spent = (operation: number, stage: number, ms: number) => this.#call("spent", operation, stage, ms)
  metrics = () => {
    this.#call("metrics")
    return this.place(new Uint8Array(new Float64Array(5).buffer))
  }
  node_text = (index: number) => this.#tell(this.nodes[index] ?? "")
  stat = (index: number) => index
  /** Partition maps as the engine writes them. */
  maps: Uint8Array[] = []
  partition_map = (namespace: number) => this.#tell(this.maps[namespace] ?? "")

  #tell(said: string | Uint8Array): number {
    const bytes = typeof said === "string" ? new TextEncoder().encode(said) : said
    this.#scratch = this.place(bytes)
    return bytes.length
  }

  // ── What tests look at ──────────────────────────────────────────────────────────────────────────────────────────

  /** A word of the command block. */
  block(word: number): number {
    return this.words[this.#command.address / 4 + word]!
  }

  /** The value slots of the command, as `[tag, bin, a, b]`. */
  slots(): number[][] {
    const first = this.#command.address / 4 + commandWord.LENGTH
    return Array.from({ length: this.block(commandWord.SLOTS) }, (_, i) => [
      ...this.words.slice(first + i * 4, first + i * 4 + 4),
    ])
  }

  /** The value words of a slot as a double. */
  slotDouble(index: number): number {
    return this.doubles[(this.#command.address / 4 + commandWord.LENGTH + index * 4) / 2 + 1]!
  }

  /** Bytes of the data region. */
  dataAt(offset: number, length: number): Uint8Array {
    return this.bytes.slice(this.#data.address + offset, this.#data.address + offset + length)
  }

  /** Where the value slots of the command lie, as a tape. */
  get slotsAddress(): number {
    return this.#command.address + commandWord.LENGTH * 4
  }
}

interface Region {
  address: number
  bytes: number
}

/** What one poll gives. */
export interface FakeOutputs {
  /** `[kind, words…]`. */
  records: [number, ...number[]][]
  texts: string[]
  tape?: number
}

/** One poll that gives these records. */
export function outputs(...records: [number, ...number[]][]): () => FakeOutputs {
  return () => ({ records, texts: [] })
}

/** A DONE record without bins. */
export function done(
  op: number,
  code = 0,
  { node = NONE, attempts = 1, inDoubt = false, elapsed = 0 } = {},
): [number, ...number[]] {
  return [output.DONE, op, code >>> 0, node, attempts, inDoubt ? 1 : 0, 1, 0xffffffff, 0, 0, 0, elapsed]
}

/** One poll in which connecting ends. */
export function ready(code = 0, text = ""): () => FakeOutputs {
  return () => ({ records: [[output.READY, code >>> 0, 0, new TextEncoder().encode(text).length]], texts: [text] })
}
