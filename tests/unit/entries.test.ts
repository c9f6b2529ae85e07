// What the package gives, and what it says where it has no sockets.

import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import * as node from "../../ts/entry/node.ts"
import * as slim from "../../ts/entry/slim.ts"
import * as transport from "../../ts/transport/index.ts"
import { nodeTransport } from "../../ts/transport/node.ts"

const wasm = readFileSync(new URL("../../pkg/engine/aerospike_wasm_engine_bg.wasm", import.meta.url))
const nobody = { hosts: "127.0.0.1:1", failIfNotConnected: false }

test("the names of the package", () => {
  expect(Object.keys(node).sort()).toMatchSnapshot()
  expect(Object.keys(slim).sort()).toEqual(Object.keys(node).sort())
  expect(Object.keys(transport).sort()).toEqual(["SocketEnd", "socketEndOf"])
})

test("without sockets, connect says what it needs", async () => {
  await expect(slim.connect(nobody)).rejects.toThrow("There are no sockets here: give connect a transport")
  await expect(slim.connect({ ...nobody, transport: nodeTransport })).rejects.toThrow("config.wasm is missing")
})

test("bytes that are no engine are refused, and do not stand in the way of one that is", async () => {
  const config = { ...nobody, transport: nodeTransport }
  await expect(slim.connect({ ...config, wasm: new Uint8Array([1, 2, 3]) })).rejects.toThrow(WebAssembly.CompileError)
  await using client = await slim.connect({ ...config, wasm })
  expect(client).toBeInstanceOf(slim.Client)
  expect(client.isConnected()).toBe(false)
})

test("the engine refuses nothing that the configuration allows", async () => {
  const full = {
    hosts: [{ host: "::1", port: 1, tlsName: "name" }],
    clusterName: "c",
    pipelineDepth: 4,
    appId: "app",
    rackAware: true,
    rackIds: [1, 2],
    ipMap: { "10.0.0.1": "127.0.0.1" },
    singleNode: true,
    useServicesAlternate: true,
    connPoolsPerNode: 2,
    maxErrorRate: 0,
  }
  await expect(node.connect({ ...full, timeout: 500 })).rejects.toMatchObject({ name: "ClusterError" })
  await using client = await node.connect({ ...full, failIfNotConnected: false })
  expect(client).toBeInstanceOf(node.Client)
})
