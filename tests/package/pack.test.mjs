// What a user gets: the repository is packed, the tarball is installed into an empty project, and everything below
// happens there. dist/ must have been built. No registry is asked: the package has no dependency.

import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { findRuntimes } from "../conformance/support/runtimes.mjs"
import { startServer } from "../conformance/support/server.mjs"

const root = fileURLToPath(new URL("../../", import.meta.url))
// A fortieth of the official client's. Half of it is the two modules, and the dev server's is the greater.
const unpackedBytesMax = 3_000_000

// Compilers and package managers are slow on a busy machine; nothing here is about time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const optionalPeers = ["prom-client", "@opentelemetry/api"]

let project
let packed
let manifest
let server

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "aerospike-wasm-pack-"))
  // Without scripts: building dist/ here would pull it from under the tests that run beside this one.
  packed = JSON.parse(npm(root, "pack", "--json", "--ignore-scripts", "--pack-destination", project))[0]
  write("package.json", { name: "user", version: "1.0.0", type: "module", private: true })
  npm(project, "install", "--offline", "--no-audit", "--no-fund", join(project, packed.filename))
  manifest = JSON.parse(readFileSync(installed("package.json"), "utf8"))
  server = await startServer()
})

afterAll(async () => {
  await server?.close()
  rmSync(project, { recursive: true, force: true })
})

describe("the package", () => {
  test("has no dependency and runs nothing at install", () => {
    expect(manifest).not.toHaveProperty("dependencies")
    expect(manifest).not.toHaveProperty("optionalDependencies")
    const peers = Object.keys(manifest.peerDependencies ?? {})
    expect(peers.filter((name) => manifest.peerDependenciesMeta?.[name]?.optional !== true)).toEqual([])
    const scripts = Object.keys(manifest.scripts ?? {})
    expect(scripts.filter((name) => /^(pre|post)?install$/.test(name))).toEqual([])
  })

  test(`is smaller than ${unpackedBytesMax / 1e6} MB`, () => {
    console.log(`tarball ${packed.size} bytes, unpacked ${packed.unpackedSize} bytes, ${packed.files.length} files`)
    expect(packed.unpackedSize).toBeLessThan(unpackedBytesMax)
  })

  test("holds what a user needs and nothing of its own making", () => {
    const paths = packed.files.map((file) => file.path)
    expect(paths).toEqual(expect.arrayContaining(["README.md", "LICENSE", "package.json"]))
    expect(paths.filter((path) => /^(tests|examples|rust|scripts|node_modules|\.)/.test(path))).toEqual([])
  })

  test("has every file that its exports and its bin name", () => {
    const targets = [...leaves(manifest.exports), ...leaves(manifest.bin)]
    expect(targets.length).toBeGreaterThan(2)
    expect(targets.filter((target) => !existsSync(installed(target)))).toEqual([])
  })
})

describe("a bundle", () => {
  test.each([
    [`list.append("tags", "x", { unique: true })`, "list", ["list"]],
    // An expression may have any other in it.
    [`exp.eq(exp.int.bin("a"), 5)`, "exp", ["bit", "exp", "hll", "list", "map", "string"]],
    [`filter.equals("a", 1)`, "filter", ["filter"]],
  ])("with %s has no client, and no builder of another kind", async (source, name, doors) => {
    const { code } = await bundle("browser", `import { ${name} } from "aerospike-wasm"\nexport const made = ${source}`)
    expect(code).toMatch(classOf("InvalidArgumentError"))
    expect(code).not.toMatch(classOf("(Client|Query|Driver|Transaction|ColumnTable)"))
    expect(doorsIn(code)).toEqual(doors)
  })

  test("with connect has neither metrics nor tracing, nor asks for what they need", async () => {
    const { parts } = await bundle("node", `export * from "aerospike-wasm"`)
    expect(
      parts.filter((path) => /dist\/(metrics|tracing)\/|node_modules\/(prom-client|@opentelemetry)/.test(path)),
    ).toEqual([])
  })

  test("with connect has the client, and no builder that is not used", async () => {
    const { code, parts } = await bundle("node", `export { connect } from "aerospike-wasm"`)
    expect(
      parts.some((path) => path.endsWith("dist/entry/node.js") || path.endsWith("dist/shared/entry-node.js")),
    ).toBe(true)
    expect(code).toMatch(classOf("Client"))
    expect(doorsIn(code)).toEqual([])
  })

  const classOf = (name) => new RegExp(`^(var|let|const) ${name} = class|^class ${name} `, "m")

  /** The doors to builders of which anything is left. */
  function doorsIn(code) {
    const doors = code.matchAll(/^(?:var|const) (\w+)_exports(?:\$\d)? = /gm)
    return [...doors].map(([, name]) => name.replace(/s$/, "")).sort()
  }

  /** The code, and the files of which anything is left. */
  async function bundle(platform, source) {
    write("bundled.mjs", source)
    const conditionNames = platform === "node" ? ["node", "import"] : ["browser", "import", "default"]
    const options = {
      cwd: project,
      input: "./bundled.mjs",
      platform,
      resolve: { conditionNames },
      external: ["wasmoon"],
    }
    const made = await rolldown(options)
    const { output } = await made.generate({ format: "esm" })
    await made.close()
    const modules = output.flatMap((chunk) => Object.entries(chunk.modules ?? {}))
    const parts = modules.filter(([, { renderedLength }]) => renderedLength > 0).map(([path]) => path)
    return { parts, code: output.map((chunk) => chunk.code ?? "").join("") }
  }
})

test("a browser's bundle is told at once that it cannot wait", async () => {
  write("wait-bundled.mjs", `export { connectSync } from "aerospike-wasm/sync"`)
  const conditionNames = ["browser", "import", "default"]
  const made = await rolldown({
    cwd: project,
    input: "./wait-bundled.mjs",
    platform: "browser",
    resolve: { conditionNames },
  })
  const { output } = await made.generate({ format: "esm", file: join(project, "wait-browser.mjs") })
  await made.close()
  write("wait-browser.mjs", output[0].code)
  const { connectSync } = await import(join(project, "wait-browser.mjs"))
  expect(() => connectSync({ hosts: "127.0.0.1" })).toThrow(/needs Node, Deno or Bun/)
})

describe("without what is optional", () => {
  test.each([
    ["aerospike-wasm/metrics", "prom-client"],
    ["aerospike-wasm/tracing", "@opentelemetry/api"],
  ])("the door %s says that %s is to be installed", (door, peer) => {
    write("door.mjs", `import(${JSON.stringify(door)}).catch((error) => console.log(error.name, error.message))`)
    const { status, stdout } = run("node", "door.mjs")
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `ClientError ${door} needs ${peer}, which is not installed: npm install ${peer}\n`,
    })
  })
})

describe.each(["node", "deno", "bun"])("on %s", (runtime) => {
  test("writes and reads a record", () => {
    write(
      "use.mjs",
      `import { connect } from "aerospike-wasm"
       const client = await connect({ hosts: ${JSON.stringify(server.hosts)} })
       const key = ["test", "pack", "${runtime}"]
       await client.put(key, { n: 1, text: "çay", list: [1.5, { deep: true }] })
       console.log(JSON.stringify((await client.get(key)).bins))
       await client.remove(key)
       await client.close()`,
    )
    expect(run(runtime, "use.mjs")).toEqual({
      status: 0,
      stdout: '{"n":1,"text":"çay","list":[1.5,{"deep":true}]}\n',
      stderr: "",
    })
  })

  test("writes and reads a record, and waits for it", () => {
    write(
      "wait.mjs",
      `import { connectSync } from "aerospike-wasm/sync"
       const client = connectSync({ hosts: ${JSON.stringify(server.hosts)} })
       const key = ["test", "pack", "${runtime} waits"]
       client.put(key, { n: 1, list: [1.5, { deep: true }] })
       console.log(JSON.stringify(client.get(key).bins))
       client.remove(key)
       client.close()`,
    )
    expect(run(runtime, "wait.mjs")).toEqual({ status: 0, stdout: '{"n":1,"list":[1.5,{"deep":true}]}\n', stderr: "" })
  })

  test("resolves every door", () => {
    // What the doors to metrics and tracing need, as a user installs it.
    for (const name of optionalPeers) link(name)
    const doors = Object.keys(manifest.exports).map((door) => door.replace(/^\./, "aerospike-wasm"))
    const imports = doors.filter((door) => !/\.(wasm|json)$/.test(door))
    write(
      "doors.mjs",
      `for (const door of ${JSON.stringify(imports)}) console.log(door, Object.keys(await import(door)).length > 0)`,
    )
    const { status, stdout, stderr } = run(runtime, "doors.mjs")
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toBe(imports.map((door) => `${door} true\n`).join(""))
  })
})

test("several threads of a process each have a client", () => {
  write(
    "threads.mjs",
    `import { isMainThread, Worker } from "node:worker_threads"
     import { connect } from "aerospike-wasm"
     if (isMainThread) for (let i = 0; i < 2; i++) new Worker(new URL(import.meta.url))
     const client = await connect({ hosts: ${JSON.stringify(server.hosts)} })
     console.log(await client.exists(["test", "pack", "nobody"]))
     await client.close()`,
  )
  expect(run("node", "threads.mjs")).toEqual({ status: 0, stdout: "undefined\n".repeat(3), stderr: "" })
})

test("a client has worker threads, in a thread of the program as well, and the process ends when it is closed", () => {
  write(
    "workers.mjs",
    `import { isMainThread, Worker } from "node:worker_threads"
     import { connect } from "aerospike-wasm"
     if (isMainThread) new Worker(new URL(import.meta.url))
     const client = await connect({ hosts: ${JSON.stringify(server.hosts)}, workers: { count: 2, from: 1 } })
     const { code } = await client.batchReadColumns({ ns: "test", set: "pack", ids: [1, 2] }, { a: "i8" })
     console.log(code.join())
     await client.close()`,
  )
  expect(run("node", "workers.mjs")).toEqual({ status: 0, stdout: "2,2\n".repeat(2), stderr: "" })
})

describe("the types", () => {
  const strict = {
    target: "ES2022",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    skipLibCheck: false,
    noEmit: true,
  }
  const readme = readFileSync(join(root, "README.md"), "utf8")
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, source]) => source)

  test.each([
    ["with Node's types", { module: "NodeNext", lib: ["ES2023", "ESNext.Disposable"], types: ["node"] }],
    [
      "with the DOM's types, through a bundler",
      { module: "ESNext", moduleResolution: "bundler", lib: ["ES2023", "ESNext.Disposable", "DOM"], types: [] },
    ],
  ])("compile in a strict project %s", (_name, options) => {
    blocks.forEach((source, i) => {
      write(`readme${i}.ts`, source)
    })
    write(
      "use.ts",
      `import { connect, type Client } from "aerospike-wasm"
       import { startDevServer } from "aerospike-wasm/devserver"
       export async function use(): Promise<number> {
         const server = await startDevServer({ nodes: 2 })
         const client: Client = await connect({ hosts: server.hosts, policies: { read: { maxRetries: 1 } } })
         const users = client.set<{ name: string; age: number }>("test", "users")
         await users.put(1, { name: "A", age: 2 }, { ttl: 60 })
         // @ts-expect-error: a bin that the set does not have
         await users.put(1, { nam: "A" })
         // @ts-expect-error: no such policy
         await users.get(1, { totalTimeuot: 5 })
         const age: number = (await users.get(1)).bins.age
         await client.close()
         return age
       }`,
    )
    write(
      "use-observers.ts",
      `import { type MetricsServer, pushMetrics, registry, startMetricsServer } from "aerospike-wasm/metrics"
       import { initTracing, shutdownTracing } from "aerospike-wasm/tracing"
       export async function use(): Promise<string> {
         await initTracing()
         const server: MetricsServer = await startMetricsServer({ port: 0 })
         // @ts-expect-error: no such option
         await pushMetrics(server.url, { jop: "a" })
         await shutdownTracing()
         return registry.metrics()
       }`,
    )
    write(
      "use-sync.ts",
      `import { connectSync, type SyncClient } from "aerospike-wasm/sync"
       export function use(): number {
         const client: SyncClient = connectSync({ hosts: "127.0.0.1" })
         const users = client.set<{ name: string; age: number }>("test", "users")
         users.put(1, { name: "A", age: 2 })
         // @ts-expect-error: a bin that the set does not have
         users.put(1, { nam: "A" })
         let sum: number = client.get<{ age: number }>(["test", "users", 1]).bins.age
         for (const { bins } of users.query().select("age")) sum += bins.age ?? 0
         const { columns } = client.batchReadColumns([["test", "users", 1]], { age: "i32" })
         const ages: Int32Array = columns.age
         client.close()
         return sum + ages[0]!
       }`,
    )
    write("tsconfig.json", { compilerOptions: { ...strict, ...options }, include: ["*.ts"] })
    mkdirSync(join(project, "node_modules", "@types"), { recursive: true })
    for (const name of ["@types/node", "undici-types", ...optionalPeers]) link(name)
    const { status, stdout } = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."], {
      cwd: project,
      encoding: "utf8",
    })
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" })
  })
})

describe("the command line", () => {
  test("npx aerospike-wasm --help says how to start a dev server", () => {
    expect(npm(project, "exec", "--offline", "--", "aerospike-wasm", "--help")).toMatch(/devserver/)
  })

  test("an unknown command exits with an error that names it", () => {
    const bin = Object.values(manifest.bin)[0]
    const { status, stderr } = spawnSync(process.execPath, [installed(bin), "devsrever"], { encoding: "utf8" })
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/devsrever/)
  })
})

function npm(cwd, ...args) {
  return execFileSync("npm", args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  })
}

function installed(path) {
  return join(project, "node_modules", "aerospike-wasm", path)
}

function write(name, content) {
  writeFileSync(join(project, name), typeof content === "string" ? content : JSON.stringify(content))
}

/** A package that this repository has installed, for the user's project. */
function link(name) {
  const place = join(project, "node_modules", name)
  mkdirSync(dirname(place), { recursive: true })
  if (!existsSync(place)) symlinkSync(join(root, "node_modules", name), place, "junction")
}

function run(runtime, file) {
  const { command, args } = findRuntimes(runtime)[0]
  const env = { ...process.env, NO_COLOR: "1" }
  const { status, stdout, stderr } = spawnSync(command, [...args, file], { cwd: project, encoding: "utf8", env })
  return { status, stdout, stderr }
}

function leaves(tree) {
  if (typeof tree === "string") return [tree]
  return Object.values(tree ?? {}).flatMap(leaves)
}
