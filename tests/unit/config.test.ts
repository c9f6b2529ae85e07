// What `connect` accepts, how the engine is told, and the text of every refusal.

import { inspect } from "node:util"
import { describe, expect, test } from "vitest"
import { type Config, configFields, settingsOf } from "../../ts/config.ts"
import { InvalidArgumentError } from "../../ts/errors.ts"

const settings = (config: object) => settingsOf({ hosts: "a", ...config } as Config)
const lines = (config: object) => settings(config).engine.split("\n")

describe("hosts", () => {
  test.each([
    ["127.0.0.1:3000", ["127.0.0.1\t3000\t"]],
    ["a", ["a\t3000\t"]],
    ["a:1, b:tls:2 ,c", ["a\t1\t", "b\t2\ttls", "c\t3000\t"]],
    ["[::1]:3100,[fe80::1%eth0]", ["::1\t3100\t", "fe80::1%eth0\t3000\t"]],
    ["[::1]:name:4333", ["::1\t4333\tname"]],
    [
      ["a:1", "b"],
      ["a\t1\t", "b\t3000\t"],
    ],
    [
      [
        ["a", 1],
        ["b", 2, "tls"],
      ],
      ["a\t1\t", "b\t2\ttls"],
    ],
    [
      [{ host: "a" }, { host: "b", port: 2, tlsName: "tls" }],
      ["a\t3000\t", "b\t2\ttls"],
    ],
  ])("%j", (hosts, expected) => {
    expect(lines({ hosts }).filter((line) => line.startsWith("host="))).toEqual(expected.map((host) => `host=${host}`))
  })

  test.each([
    [undefined, "config.hosts is missing: give seeds, such as"],
    ["", 'config.hosts is "": it must be seeds such as'],
    [[], "config.hosts is an empty array: it must be at least one seed."],
    [3000, "config.hosts is 3000: it must be text or an array"],
    ["::1", 'config.hosts is "::1": it must be seeds such as'],
    ["a:http", 'config.hosts is "a:http": it must be seeds'],
    ["a:", 'config.hosts is "a:"'],
    ["a,,b", 'config.hosts is "a,,b"'],
    ["a:0", "config.hosts port is 0: it must be a whole number from 1 to 65535."],
    ["a:99999", "config.hosts port is 99999"],
    ["a b:1", 'config.hosts host is "a b": it must be a host name or an IP address.'],
    [["a\n:1"], "config.hosts[0] host is"],
    [[["a", "3000"]], 'config.hosts[0] port is "3000": it must be a whole number from 1 to 65535.'],
    [["a", 3000], "config.hosts[1] is 3000: it must be"],
    [[[]], "config.hosts[0] is an empty array"],
    [[{ port: 1 }], "config.hosts[0] host is undefined"],
    [[{ host: "a", prot: 1 }], "config.hosts[0].prot is not known: did you mean port?"],
    [[{ host: "a", tlsName: 1 }], "config.hosts[0] tlsName is 1"],
  ])("%j is refused", (hosts, message) => {
    const act = () => settings({ hosts })
    expect(act).toThrow(InvalidArgumentError)
    expect(act).toThrow(message)
  })
})

describe("fields", () => {
  test("the engine is told defaults and units of its own", () => {
    expect(lines({})).toMatchInlineSnapshot(`
      [
        "host=a	3000	",
        "cluster_name=",
        "auth_mode=internal",
        "timeout=1000",
        "idle_timeout=55000",
        "max_conns_per_node=256",
        "min_conns_per_node=0",
        "conn_pools_per_node=1",
        "tend_interval=1000",
        "use_services_alternate=0",
        "single_node=0",
        "fail_if_not_connected=1",
        "rack_aware=0",
        "rack_ids=0",
        "max_concurrent_operations=0",
        "operation_queue_timeout=0",
        "max_queued_operations=0",
        "max_queued_bytes_per_node=268435456",
        "max_error_rate=100",
        "error_rate_window=1",
        "adaptive_depth=1",
        "coalesce=1",
        "coalesce_from=8",
        "coalesce_writes=0",
        "",
      ]
    `)
  })

  test.each([
    [{ idleTimeout: 5 }, "idle_timeout=5000"],
    [{ singleNode: true }, "single_node=1"],
    [{ rackIds: [3, 1] }, "rack_ids=3,1"],
    [{ ipMap: { "10.0.0.1": "127.0.0.1" } }, "ip_map=10.0.0.1\t127.0.0.1"],
    [{ appId: "shop" }, "app_id=shop"],
    [{ pipelineDepth: 1 }, "pipeline_depth=1"],
    [{ pipelining: "adaptive" }, "adaptive_depth=1"],
    [{ clusterName: "prod" }, "cluster_name=prod"],
    [{ maxErrorRate: 0 }, "max_error_rate=0"],
    [{ operationQueueTimeoutMs: 7 }, "operation_queue_timeout=7"],
    [{ coalesce: { from: 2 } }, "coalesce_from=2"],
    [{ coalesce: { writes: true } }, "coalesce_writes=1"],
  ])("%j", (config, line) => {
    expect(lines(config)).toContain(line)
  })

  test("what is undefined is not given", () => {
    const undefineds = Object.fromEntries(
      configFields.filter((name) => name !== "hosts").map((name) => [name, undefined]),
    )
    expect(settings(undefineds).engine).toBe(settings({}).engine)
  })

  test("what only says that something later is off is accepted", () => {
    expect(() => settings({ tls: false, coalesce: "off", workers: 0, authMode: "internal" })).not.toThrow()
  })

  test.each([
    [{ clusterName: 7 }, "config.clusterName is 7: it must be text of at most 64 bytes without control characters."],
    [{ clusterName: "a\nhost=evil\t1\t" }, "without control characters"],
    [{ appId: "ж".repeat(128) }, "config.appId is"],
    [{ authMode: "ldap" }, 'config.authMode is "ldap": it must be one of "internal", "external", "pki".'],
    [{ authMode: "external" }, 'config.authMode "external" needs config.tls: the password would travel as it is.'],
    [{ authMode: "pki" }, 'config.authMode "pki" needs config.tls'],
    [{ user: "me" }, "config.password is missing: config.user needs it."],
    [{ password: "secret" }, "config.user is missing: config.password needs it."],
    [{ user: "me", password: 7 }, "config.password is no password"],
    [{ user: "me", password: "a\0b" }, "config.password is no password"],
    [{ user: "x".repeat(64), password: "secret" }, "config.user is"],
    [{ tls: 1 }, "config.tls is a number: it must be true, false or an object of ca, cert, key"],
    [{ tls: { ca: "x" } }, 'config.tls.ca is "x": it must be PEM with a CERTIFICATE, as text or bytes.'],
    [{ coalesce: "on" }, 'config.coalesce is "on": it must be "auto", "off" or an object { from, writes }.'],
    [{ coalesce: { from: 0 } }, "config.coalesce.from is 0: it must be a whole number from 1 to 100000."],
    [{ coalesce: { reads: true } }, "config.coalesce.reads"],
    [{ workers: 65 }, "config.workers is 65: it must be a whole number from 0 to 64, or an object { count, from }."],
    [{ workers: "2" }, 'config.workers is "2"'],
    [{ workers: {} }, "config.workers.count is undefined: it must be a whole number from 0 to 64."],
    [{ workers: { count: 2, from: 0 } }, "config.workers.from is 0: it must be a whole number from 1 to 100000."],
    [{ workers: { count: 2, threads: 2 } }, "config.workers"],
    [{ workers: 2, maxConnsPerNode: 2 }, "config.workers is 2: it must be at most maxConnsPerNode (2) less 1"],
    [{ timeout: 0 }, "config.timeout is 0: it must be a whole number of milliseconds from 1 to 2147483647."],
    [{ timeout: "1s" }, 'config.timeout is "1s"'],
    [{ timeout: Number.NaN }, "config.timeout is NaN"],
    [{ timeout: 5n }, "config.timeout is 5n"],
    [{ timeout: null }, "config.timeout is null"],
    [{ idleTimeout: 0.5 }, "config.idleTimeout is 0.5: it must be a whole number of seconds from 1 to 86400."],
    [{ maxConnsPerNode: 0 }, "config.maxConnsPerNode is 0: it must be a whole number from 1 to 32767."],
    [{ minConnsPerNode: 9, maxConnsPerNode: 3 }, "config.minConnsPerNode is 9: it must be at most maxConnsPerNode, 3."],
    [{ pipelineDepth: 0 }, "config.pipelineDepth is 0"],
    [{ tendInterval: 1 }, "config.tendInterval is 1: it must be a whole number of milliseconds from 10"],
    [{ tls: { tlsname: "a" } }, "config.tls.tlsname is not known: did you mean tlsName?"],
    [{ useServicesAlternate: "yes" }, 'config.useServicesAlternate is "yes": it must be true or false.'],
    [{ ipMap: { a: 7 } }, "config.ipMap is an object: it must be an object that maps addresses to addresses."],
    [{ ipMap: { "a\tb": "c" } }, "config.ipMap is"],
    [{ ipMap: [] }, "config.ipMap is an empty array"],
    [{ rackIds: [] }, "config.rackIds is an empty array: it must be an array of whole numbers"],
    [{ rackIds: [1.5] }, "config.rackIds is an array of 1"],
    [{ int64: "string" }, 'config.int64 is "string": it must be one of "auto", "bigint", "number".'],
    [{ logger: { log: console.log } as never }, "config.logger is"],
    [{ transport: {} }, "config.transport is an object: it must be an object with a function open"],
    [{ wasm: "file.wasm" }, 'config.wasm is "file.wasm": it must be a WebAssembly.Module or the bytes of one.'],
    [{ max_conns_per_node: 1 }, "config.max_conns_per_node is not known: did you mean maxConnsPerNode?"],
    [{ maxConPerNode: 1 }, "config.maxConPerNode is not known: did you mean maxConnsPerNode?"],
    [{ tendinterval: 1 }, "did you mean tendInterval?"],
    [{ wholly: 1 }, "config.wholly is not known: it takes hosts, clusterName,"],
    [{ constructor: 1 }, "config.constructor is not known"],
    [JSON.parse('{"__proto__":1}'), "config.__proto__ is not known"],
    [{ policies: [] }, "config.policies is an empty array"],
    [{ policies: { constructor: {} } }, "config.policies.constructor is not known"],
    [{ policies: { reed: {} } }, "config.policies.reed is not known: did you mean read?"],
    [{ policies: { admin: { ttl: 1 } } }, "config.policies.admin.ttl"],
    [{ policies: { read: 7 } }, "config.policies.read is 7: it must be an object of policy fields."],
    [{ policies: { read: { totalTimeout: "1s" } } }, 'config.policies.read.totalTimeout is "1s"'],
    [
      { policies: { read: { signal: new AbortController().signal } } },
      "config.policies.read.signal is not a default: give it to a call.",
    ],
  ])("%o is refused", (config, message) => {
    const act = () =>
      settings(
        Object.hasOwn(config, "__proto__")
          ? Object.defineProperty({ hosts: "a" }, "__proto__", { value: 1, enumerable: true })
          : config,
      )
    expect(act).toThrow(InvalidArgumentError)
    expect(act).toThrow(message)
  })

  test.each([[null], ["127.0.0.1:3000"], [undefined], [[]]])("the configuration %j is refused", (config) => {
    expect(() => settingsOf(config as never)).toThrow('it must be an object such as { hosts: "127.0.0.1:3000" }.')
  })

  test("a refusal never shows a password", () => {
    for (const given of [
      { password: "hunter2" },
      { user: "me", password: "hunter2\0" },
      { user: "", password: "hunter2" },
    ]) {
      expect(() => settings(given)).toThrow("config.")
      expect(() => settings(given)).not.toThrow("hunter2")
    }
  })

  test("the settings of a client do not show its password", async () => {
    const { credentials, engine } = settings({ user: "me", password: "hunter2" })
    expect(inspect(credentials, { depth: 9, showHidden: true }) + JSON.stringify(credentials) + engine).not.toContain(
      "hunter2",
    )
    expect(await credentials?.ask((password) => `hash of ${password.length}`)).toEqual({ hash: "hash of 7", clear: "" })
    expect(inspect(credentials, { depth: 9, showHidden: true })).not.toContain("hash of 7")
  })
})
