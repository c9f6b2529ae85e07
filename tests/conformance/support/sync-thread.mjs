// The thread of a sync client under test: it does as it is told from the case's thread, one thing after the other, and
// sleeps while its client does. Functions of the case's are waited for, too.

import { receiveMessageOnPort, workerData } from "node:worker_threads"
import { setLogLevel, Transaction } from "aerospike-wasm"
import { connectSync } from "aerospike-wasm/sync"
import { eventTypes } from "../../../dist/events.js"
import { CONNECT, cell, ITERATE, TAKE } from "../../../dist/sync/messages.js"
import { Packer, Unpacker } from "../../../dist/sync/values.js"

const { port } = workerData
const cells = new Int32Array(workerData.cells)
const held = new Map()
const answers = new Map()
const signals = new Map()
const transactions = new Map()
const transactionNumbers = new Map()
let client
let numbers = 0

setInterval(() => Atomics.add(cells, cell.BEAT, 1), 500)
port.on("message", take)

function post(message, moved) {
  port.postMessage(message, moved ?? [])
  Atomics.add(cells, cell.POSTED, 1)
  Atomics.notify(cells, cell.POSTED)
}

function take(message) {
  if (message[0] === "call") call(message)
  else if (message[0] === "answer") answers.set(message[1], message)
  else if (message[0] === "abort") signals.get(message[1])?.abort(new Unpacker(new End(0)).unpack(message[2]))
  else if (message[1] === "held") {
    held.get(message[2])?.return?.()
    held.delete(message[2])
  }
}

function call([, number, level, packedTarget, name, packedArgs]) {
  setLogLevel(level)
  const end = new End(number)
  let [isOk, value] = [true, undefined]
  try {
    const target = end.unpacker.unpack(packedTarget)
    value = act(target, name, end.unpacker.unpack(packedArgs))
  } catch (error) {
    isOk = false
    value = error
  }
  const packer = new Packer(end, { known: end.unpacker.known, moves: true })
  const packed = packer.pack(value)
  const told = [...end.touched].map((one) => [one, stateOf(transactions.get(one))])
  post(["reply", number, isOk, packed, told], packer.moved)
}

function act(target, name, args) {
  if (name === CONNECT) return connectWith(...args)
  const object = find(target)
  if (name === ITERATE) return hold((args[0] ? object[args[0]](...args[1]) : object)[Symbol.iterator]())
  if (name === TAKE) {
    const { done, value } = object.next()
    return done ? [] : [value]
  }
  const value = object[name](...args)
  if (name !== "close") return value
  return { nodes: client.nodes(), stats: client.stats(), isConnected: client.isConnected() }
}

function connectWith(config, ...options) {
  const logger = (level, text, fields) => post(["log", level, text, new Packer(new End(0)).pack(fields)])
  const isPlain = typeof config === "object" && config !== null && config.logger === undefined
  client = connectSync(isPlain ? { ...config, logger } : config, ...options)
  for (const type of Object.keys(eventTypes)) client.on(type, ({ node }) => post(["event", type, node]))
}

function find([kind, what, args]) {
  if (kind === "client") return client
  if (kind === "admin") return client.admin
  if (kind === "held") return held.get(what)
  const query = queryOf(what)
  return kind === "query" ? query : query.aggregate(...args)
}

/** The query that asks for this, told again. */
function queryOf({ ns, set, where, bins, ops, policy, cursor }) {
  let query = client.query(ns, set)
  if (where) query = query.where(where)
  if (bins) query = query.select(...bins)
  if (ops) query = query.ops(...ops)
  if (policy) query = query.policy(policy)
  return cursor ? query.from(Buffer.from(cursor).toString("base64")) : query
}

function hold(object) {
  held.set(--numbers, object)
  return numbers
}

class End {
  touched = new Set()
  unpacker = new Unpacker(this)

  constructor(number) {
    this.number = number
  }

  tell(live, value) {
    if (live === "job") {
      if (typeof value.progress !== "function") return []
      return [value.constructor.name.replace("Remote", ""), hold(value), "id" in value ? { id: value.id } : {}]
    }
    if (live !== "transaction") return []
    if (!transactionNumbers.has(value)) this.#note(value, --numbers)
    const number = transactionNumbers.get(value)
    this.touched.add(number)
    return [number, value.timeout, stateOf(value)]
  }

  heed(live, parts) {
    if (live === "function") return (...args) => this.#ask(parts[0], args)
    if (live === "signal") return this.#signal(parts)
    const [number, timeout] = parts
    if (!transactions.has(number)) this.#note(new Transaction({ timeout }), number)
    this.touched.add(number)
    return transactions.get(number)
  }

  #signal([number, reason]) {
    if (number === 0) return AbortSignal.abort(reason)
    if (!signals.has(number)) signals.set(number, new AbortController())
    return signals.get(number).signal
  }

  #note(txn, number) {
    transactions.set(number, txn)
    transactionNumbers.set(txn, number)
  }

  /** Calls a function of the case's and waits for what it gives, and does meanwhile what that asks for. */
  #ask(fn, args) {
    const callback = --numbers
    const packed = args.map((arg) => new Packer(this, { known: this.unpacker.known }).pack(arg))
    this.unpacker.show(args)
    post(["callback", callback, this.number, fn, packed])
    while (!answers.has(callback)) {
      const posted = Atomics.load(cells, cell.LENGTH)
      const got = receiveMessageOnPort(port)
      if (got) take(got.message)
      else Atomics.wait(cells, cell.LENGTH, posted)
    }
    const [, , isOk, answer] = answers.get(callback)
    answers.delete(callback)
    const value = this.unpacker.unpack(answer)
    if (!isOk) throw value
    return value
  }
}

function stateOf({ id, namespace, state }) {
  return { id, namespace, state }
}
