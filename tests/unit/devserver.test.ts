import { connect as connectTcp, type Socket } from "node:net"
import { afterEach, describe, expect, test, vi } from "vitest"
import { type DevServer, type DevServerOptions, startDevServer } from "../../ts/devserver/index.ts"

const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function start(options?: DevServerOptions): Promise<DevServer> {
  const server = await startDevServer(options)
  open.push(server)
  return server
}

/** A client that is only a socket. */
class Client {
  readonly socket: Socket
  #bytes: Uint8Array = new Uint8Array()
  #wake: () => void = () => {}
  ended: string | undefined

  constructor(port: number, host = "127.0.0.1") {
    this.socket = connectTcp({ port, host, noDelay: true })
    open.push({ close: () => this.socket.destroy() })
    this.socket.on("data", (chunk: Uint8Array) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#wake()
    })
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.ended = error.code
    })
    this.socket.on("close", () => {
      this.ended ??= "closed"
      this.#wake()
    })
  }

  /** The next frame's body, or how the connection ended. */
  async frame(): Promise<Buffer | string> {
    for (;;) {
      const bytes = Buffer.from(this.#bytes)
      if (bytes.length >= 8) {
        const end = 8 + bytes.readUIntBE(2, 6)
        if (bytes.length >= end) {
          this.#bytes = bytes.subarray(end)
          return bytes.subarray(8, end)
        }
      }
      if (this.ended) return this.ended
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async info(name: string): Promise<string> {
    this.socket.write(frame(1, Buffer.from(`${name}\n`)))
    const answer = await this.frame()
    return typeof answer === "string" ? answer : answer.toString().trimEnd().split("\t").slice(1).join("\t")
  }
}

function frame(kind: number, body: Uint8Array): Buffer {
  const header = Buffer.from([2, kind, 0, 0, 0, 0, 0, 0])
  header.writeUIntBE(body.length, 2, 6)
  return Buffer.concat([header, body])
}

function message(info1: number, info2: number, digest: number, ops: Buffer[]): Buffer {
  const header = Buffer.alloc(22)
  header.set([22, info1, info2])
  header.writeUInt16BE(2, 18)
  header.writeUInt16BE(ops.length, 20)
  const fields = [field(0, Buffer.from("test")), field(4, Buffer.alloc(20, digest))]
  return frame(3, Buffer.concat([header, ...fields, ...ops]))
}

function field(id: number, data: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, id])
  head.writeUInt32BE(data.length + 1)
  return Buffer.concat([head, data])
}

function blobOp(value: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 2, 4, 0, 1, "b".charCodeAt(0)])
  head.writeUInt32BE(value.length + 5)
  return Buffer.concat([head, value])
}

const put = (digest: number, value: Buffer) => message(0, 1, digest, [blobOp(value)])
const get = (digest: number) => message(3, 0, digest, [])

describe("startDevServer", () => {
  test("listens on loopback, on a free port, and says where", async () => {
    const server = await start()
    expect(server.nodes).toEqual([{ name: "A1", host: "127.0.0.1", port: expect.any(Number), alive: true }])
    expect(server.hosts).toBe(`127.0.0.1:${server.nodes[0]!.port}`)
    const client = new Client(server.nodes[0]!.port)
    expect(await client.info("node")).toBe("A1")
    expect(await client.info("service-clear-std")).toBe(server.hosts)
    expect(await client.info("namespaces")).toBe("test;bar")
  })

  test("nodes share records, know each other, and take over", async () => {
    const server = await start({ nodes: 3, clusterName: "lab" })
    const [first, second, third] = server.nodes.map((node) => node.port)
    const clients = [first, second, third].map((port) => new Client(port!))
    expect(await clients[0]!.info("cluster-name")).toBe("lab")
    expect(await clients[0]!.info("peers-clear-std")).toBe(
      `4,3000,[[A2,,[127.0.0.1:${second}]],[A3,,[127.0.0.1:${third}]]]`,
    )
    clients[2]!.socket.write(put(7, Buffer.from("x")))
    expect(((await clients[2]!.frame()) as Buffer)[5]).toBe(0)

    await server.kill(2)
    expect(server.nodes[2]!.alive).toBe(false)
    expect(await clients[2]!.frame()).toBe("ECONNRESET")
    expect(await new Client(third!).frame()).toBe("ECONNREFUSED")
    expect(await clients[0]!.info("peers-clear-std")).toBe(`5,3000,[[A2,,[127.0.0.1:${second}]]]`)
    clients[0]!.socket.write(get(7))
    expect(((await clients[0]!.frame()) as Buffer)[5]).toBe(0)

    await server.restart(2)
    expect(server.nodes[2]).toEqual({ name: "A3", host: "127.0.0.1", port: third, alive: true })
    expect(await new Client(third!).info("node")).toBe("A3")
    expect(await clients[0]!.info("peers-generation")).toBe("7")
  })

  test("requests may come in any pieces, and many at once", async () => {
    const server = await start()
    const client = new Client(server.nodes[0]!.port)
    const stream = Buffer.concat([put(1, Buffer.from("one")), get(1), get(2)])
    for (let at = 0; at < stream.length; at += 7) {
      client.socket.write(stream.subarray(at, at + 7))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const codes = []
    for (let i = 0; i < 3; i++) codes.push(((await client.frame()) as Buffer)[5])
    expect(codes).toEqual([0, 0, 2])

    client.socket.write(Buffer.concat(Array.from({ length: 5000 }, () => get(1))))
    for (let i = 0; i < 5000; i++) expect(((await client.frame()) as Buffer).length).toBe(34)
  })

  test("is an Enterprise Edition with racks and strong consistency, if it is told to", async () => {
    const namespaces = { test: { strongConsistency: true, mrtDuration: 20 }, bar: {} }
    const server = await start({ edition: "enterprise", nodes: 2, racks: [1, 2], namespaces })
    const client = new Client(server.nodes[1]!.port)
    expect(await client.info("edition")).toBe("Aerospike Enterprise Edition")
    expect(await client.info("rack-ids")).toBe("test:2;bar:2")
    expect(await client.info("replicas")).toMatch(/^test:1,2,[^;]+;bar:0,2,/)
    expect(await client.info("namespace/test")).toContain(";mrt-duration=20;")
  })

  test("a client that does not read holds back only itself", async () => {
    const server = await start()
    const [slow, quick] = [new Client(server.nodes[0]!.port), new Client(server.nodes[0]!.port)]
    slow.socket.write(put(1, Buffer.alloc(500_000, 1)))
    await slow.frame()
    slow.socket.pause()
    slow.socket.write(Buffer.concat(Array.from({ length: 200 }, () => get(1))))
    for (let i = 0; i < 20; i++) expect(await quick.info("node")).toBe("A1")
    slow.socket.resume()
    for (let i = 0; i < 200; i++) expect(((await slow.frame()) as Buffer).length).toBe(500_031)
  })

  test("what is not the protocol is reset, after the answers before it", async () => {
    const server = await start()
    const client = new Client(server.nodes[0]!.port)
    client.socket.write(Buffer.concat([get(1), Buffer.from("GET / HTTP/1.1\r\n")]))
    expect(((await client.frame()) as Buffer)[5]).toBe(2)
    expect(await client.frame()).toMatch(/ECONNRESET|closed/)
  })

  test("a port that is in use is named, and nothing stays behind", async () => {
    const taken = await start()
    const port = taken.nodes[0]!.port
    await expect(start({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: the port is in use`)
    const before = await startDevServer({ port: 0 })
    const free = before.nodes[0]!.port
    await before.close()
    if (free + 1 !== port) return
    await expect(start({ port: free, nodes: 2 })).rejects.toThrow(`127.0.0.1:${port}`)
  })

  test("ports follow the first one", async () => {
    const probe = await startDevServer()
    const port = probe.nodes[0]!.port
    await probe.close()
    const server = await start({ port, nodes: 2 }).catch(() => undefined)
    // Another program may have the next port.
    if (server) expect(server.nodes.map((node) => node.port)).toEqual([port, port + 1])
  })

  test("closes connections that nobody uses after protoFdIdleMs, and says so", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] })
    try {
      const server = await start({ protoFdIdleMs: 3000 })
      const [quiet, used] = [new Client(server.nodes[0]!.port), new Client(server.nodes[0]!.port)]
      await quiet.info("node")
      for (let second = 0; second < 8; second++) {
        expect((await used.info("get-config:context=service")).split(";")).toContain("proto-fd-idle-ms=3000")
        vi.advanceTimersByTime(1000)
      }
      expect(await quiet.frame()).toBe("closed")
      expect(await used.info("statistics")).toContain(";reaped_fds=1;")
      const still = await start()
      const client = new Client(still.nodes[0]!.port)
      await client.info("node")
      vi.advanceTimersByTime(100_000_000)
      expect(await client.info("get-config:context=service")).toContain(";proto-fd-idle-ms=0;")
    } finally {
      vi.useRealTimers()
    }
  })

  test("listens on every interface when it is told to", async () => {
    const server = await start({ host: "0.0.0.0" })
    expect(server.hosts).toBe(`127.0.0.1:${server.nodes[0]!.port}`)
    const addresses = await new Client(server.nodes[0]!.port).info("service")
    expect(addresses.split(";")).toContain(server.hosts)
  })

  test("options that are unknown, wrong or not there yet are named", async () => {
    const refused = (options: object) => expect(startDevServer(options as DevServerOptions)).rejects
    await refused({ nodes: 0 }).toThrow("nodes must be a whole number from 1 to 32")
    await refused({ nodes: "3" }).toThrow("nodes must be")
    await refused({ security: true }).toThrow('security needs edition: "enterprise"')
    const security = (options: object) => refused({ edition: "enterprise", security: options } as never)
    await security({ user: [] }).toThrow("there is no option security.user")
    await security({ users: [{ name: "a" }] }).toThrow("security.users[0].password must be text")
    await security({ users: [{ name: "a", password: "b", roles: ["c"] }] }).toThrow('has the role "c"')
    await security({ roles: [{ name: "a", privileges: ["fly"] }] }).toThrow('security.roles[0].privileges[0] "fly"')
    await refused({ edition: "standard" }).toThrow('edition must be "community" or "enterprise"')
    await refused({ racks: [1] }).toThrow('racks needs edition: "enterprise"')
    await refused({ edition: "enterprise", racks: [1, 2] }).toThrow("for each of the 1 nodes, and has 2")
    await refused({ namespaces: { test: { strongConsistency: true } } }).toThrow(
      "namespaces.test.strongConsistency needs edition",
    )
    await refused({ noodles: 1 }).toThrow("there is no option noodles")
    await refused({ namespaces: { test: { ttl: 1 } } }).toThrow("namespaces.test.ttl")
    await refused({ protoFdIdleMs: 1.5 }).toThrow("protoFdIdleMs must be a whole number from 0 to 2147483647")
    await refused({ port: 70_000 }).toThrow("options.port is 70000")
    await refused({ port: 65_535, nodes: 2 }).toThrow("options.port is 65535")
    await refused({ host: "" }).toThrow("options.host")
    await refused({ host: "203.0.113.7" }).toThrow("this machine has no such address")
  })

  test("is closed once, and then answers nothing", async () => {
    const server = await startDevServer()
    const client = new Client(server.nodes[0]!.port)
    expect(await client.info("node")).toBe("A1")
    await server.close()
    await server[Symbol.asyncDispose]()
    expect(await client.frame()).toBe("ECONNRESET")
    await expect(server.kill(0)).rejects.toThrow("closed")
  })
})
