// A cluster of one node behind a fake transport: it answers the client's looks at the cluster by itself, and everything
// else as it was told. No socket, no clock.

import { cutFrames, TYPE } from "./frame.mjs"

const ALL_PARTITIONS = Buffer.alloc(512, 0xff).toString("base64")

const TEND = {
  node: "BB9000000000001",
  build: "8.1.2.0",
  edition: "Aerospike Community Edition",
  "cluster-name": "recorded",
  "partition-generation": "1",
  "peers-generation": "0",
  "rebalance-generation": "1",
  "service-clear-std": "127.0.0.1:3000",
  "service-clear-alt": "",
  "peers-clear-std": "0,3000,[]",
  "peers-clear-alt": "0,3000,[]",
  namespaces: "test;bar",
  features: "batch-any;peers;pipelining;pquery;pscans;query-show;replicas",
  replicas: `test:0,1,${ALL_PARTITIONS};bar:0,1,${ALL_PARTITIONS}`,
}

export class FakeCluster {
  /** Frames that the client has sent since `expect`. */
  captured = []
  #answers
  #isAsked

  /**
   * From now on frames of which `isAsked` are captured; the first is answered with these bytes, those after it not at all. Other
   * info is answered as at rest.
   */
  expect(answer, isAsked) {
    this.captured = []
    this.#isAsked = isAsked
    this.#answers = [answer]
  }

  /** Back to answering the client's looks at the cluster. */
  rest() {
    this.#answers = undefined
  }

  get transport() {
    return { open: (_, handlers) => this.#open(handlers) }
  }

  #open(handlers) {
    let held = Buffer.alloc(0)
    let alive = true
    const tell = (act) => queueMicrotask(() => alive && act())
    tell(() => handlers.opened())
    return {
      write: (bytes) => {
        const { frames, rest } = cutFrames(Buffer.concat([held, bytes]))
        held = rest
        for (const frame of frames) {
          const answer = this.#answer(frame)
          if (answer) tell(() => handlers.received(answer))
        }
        return true
      },
      pause() {},
      resume() {},
      destroy() {
        alive = false
      },
    }
  }

  #answer(frame) {
    if (!this.#answers) return frame.type === TYPE.INFO ? infoAnswer(frame.body) : undefined
    if (!this.#isAsked(frame)) return infoAnswer(frame.body)
    this.captured.push(Buffer.from(frame.bytes))
    return this.#answers.shift()
  }
}

/** What is known besides, by how its name begins. No index is there: the client looks until one that it removed is gone. */
const OTHERS = { "udf-list": "", "user-agent-set": "ok", "sindex-stat": "ERROR:201:no index" }

function infoAnswer(body) {
  const names = body.toString("latin1").split("\n").filter(Boolean)
  const value = (name) => TEND[name] ?? OTHERS[name.split(":")[0]] ?? "ERROR:4:unrecognized command"
  return infoFrame(names.map((name) => `${name}\t${value(name)}\n`).join(""))
}

/** A text as an info frame. */
export function infoFrame(content) {
  const text = Buffer.from(content)
  const head = Buffer.alloc(8)
  head.writeUInt8(2, 0)
  head.writeUInt8(TYPE.INFO, 1)
  head.writeUIntBE(text.length, 2, 6)
  return new Uint8Array(Buffer.concat([head, text]))
}
