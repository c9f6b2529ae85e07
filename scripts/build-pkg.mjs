// Builds the committed .wasm files and their glue: rust/wasm → pkg/engine, rust/devserver-wasm → pkg/devserver.
//
//   node scripts/build-pkg.mjs           build, check what came out, replace pkg/, write pkg/STAMP
//   node scripts/build-pkg.mjs --check   exit 1 if the sources are not those that pkg/ was built from
//
// Needs scripts/toolchain.sh to have run; --check needs nothing but node.

import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const rust = join(root, "rust")
const pkg = join(root, "pkg")
const stampFile = join(pkg, "STAMP")
const withWasm = join(root, ".toolchain", "bin", "with-wasm")

const modules = [
  { crate: "wasm", out: "engine" },
  { crate: "devserver-wasm", out: "devserver" },
]

// Every runtime we support has these. The crates' Cargo.toml name the same ones to wasm-opt.
const features = [
  "+simd128",
  "+bulk-memory",
  "+nontrapping-fptoint",
  "+sign-ext",
  "+mutable-globals",
  "+multivalue",
  "+reference-types",
]

// All that wasm-bindgen needs to throw, and the table that holds what is thrown. Anything more would mean that
// the engine calls its shell, which it never does. The dev server calls one thing: what runs UDFs.
const importsAllowed =
  /^(__wbindgen_throw|__wbg___wbindgen_throw_[0-9a-f]+|__wbg_Error_[0-9a-f]+|__wbindgen_init_externref_table)$/
const importsOf = { devserver: /^__wbg_(ready|answer)_[0-9a-f]+$/ }

class Failure extends Error {}

try {
  if (process.argv.includes("--check")) check()
  else build()
} catch (error) {
  if (!(error instanceof Failure)) throw error
  console.error(`build-pkg: ${error.message}`)
  process.exitCode = 1
}

function check() {
  const recorded = existsSync(stampFile) ? readFileSync(stampFile, "utf8").trim() : "none"
  if (recorded !== stamp()) throw new Failure("pkg/ was not built from these sources; run: make pkg")
}

function build() {
  if (!existsSync(withWasm)) throw new Failure("the toolchain is missing; run: make pkg")
  // Taken before the build: a source that changes under it leaves the stamp stale.
  const built = stamp()
  mkdirSync(join(rust, "target"), { recursive: true })
  const stage = mkdtempSync(join(rust, "target", "pkg-stage-"))
  try {
    const flags = rustflags()
    for (const { crate, out } of modules) compile(crate, join(stage, out), flags)
    for (const { out } of modules) verify(join(stage, out), out)
    for (const { out } of modules) replace(join(stage, out), join(pkg, out))
    writeFileSync(stampFile, `${built}\n`)
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

// ── The stamp ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A hash over the path and the content of every source. */
function stamp() {
  const files = ["Cargo.toml", "Cargo.lock"].map((name) => join(rust, name))
  for (const crate of ["engine", "devserver", "wasm", "devserver-wasm"]) {
    files.push(join(rust, crate, "Cargo.toml"), join(rust, crate, "build.rs"), ...filesUnder(join(rust, crate, "src")))
  }
  const named = files.filter(existsSync).map((file) => [relative(root, file).split(sep).join("/"), file])
  named.sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash("sha256")
  for (const [name, file] of named) {
    // latin1 keeps every byte; a checkout with \r\n line ends must give the same stamp.
    const content = readFileSync(file, "latin1").replaceAll("\r\n", "\n")
    hash.update(`${name}\0${content.length}\0`).update(content, "latin1")
  }
  return hash.digest("hex")
}

function filesUnder(dir) {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}

// ── The build ──────────────────────────────────────────────────────────────────────────────────────────────────

function compile(crate, outDir, flags) {
  // no-install: wasm-pack takes wasm-bindgen and wasm-opt from PATH and fetches nothing.
  const options = "--mode no-install --target web --release --no-pack".split(" ")
  const ofCargo = ["--", "--locked", "--quiet"]
  run(
    withWasm,
    ["wasm-pack", "--log-level", "warn", "build", join(rust, crate), ...options, "--out-dir", outDir, ...ofCargo],
    {
      // Its own folder: native builds beside this one neither wait for its lock nor rebuild what it built.
      CARGO_TARGET_DIR: join(rust, "target", "pkg"),
      CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f"),
    },
  )
  for (const extra of [".gitignore", "package.json", "README.md", "LICENSE", "LICENSE.md"]) {
    rmSync(join(outDir, extra), { force: true })
  }
}

/**
 * The flags of rustc. Paths are remapped, so that the same sources and tools give the same bytes wherever the
 * repository and cargo's home are, and no name of a machine's folder or registry stands in a panic message.
 */
function rustflags() {
  const remaps = [
    [root, "/aerospike-wasm"],
    [cargoHome(), "/cargo"],
  ]
  run(withWasm, ["cargo", "fetch", "--locked", "--quiet", "--manifest-path", join(rust, "Cargo.toml")])
  const registries = join(cargoHome(), "registry", "src")
  for (const name of existsSync(registries) ? readdirSync(registries) : []) {
    remaps.push([join(registries, name), "/crates"])
  }
  // Of several that match, rustc takes the last.
  return [`-Ctarget-feature=${features.join(",")}`, ...remaps.map(([from, to]) => `--remap-path-prefix=${from}=${to}`)]
}

function cargoHome() {
  return process.env.CARGO_HOME ?? join(homedir(), ".cargo")
}

function run(command, args, env = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  })
  if (status === 0) return
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`)
  throw new Failure(`${args[0]} failed${error ? `: ${error.message}` : ""}`)
}

/** Writes only what differs, so that an unchanged build leaves every time of change alone. */
function replace(from, to) {
  mkdirSync(to, { recursive: true })
  const names = readdirSync(from)
  for (const old of readdirSync(to)) if (!names.includes(old)) rmSync(join(to, old), { recursive: true })
  for (const name of names) {
    const target = join(to, name)
    if (existsSync(target) && readFileSync(target).equals(readFileSync(join(from, name)))) continue
    cpSync(join(from, name), target)
  }
}

// ── The checks on what came out ────────────────────────────────────────────────────────────────────────────────

function verify(dir, out) {
  for (const name of readdirSync(dir).filter((file) => file.endsWith(".wasm"))) {
    const bytes = readFileSync(join(dir, name))
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map((entry) => entry.name)
    const foreign = imports.filter((entry) => !importsAllowed.test(entry) && !importsOf[out]?.test(entry))
    if (foreign.length > 0)
      throw new Failure(`pkg/${out}/${name} imports ${foreign.join(", ")}: it calls nothing else outside itself`)
    const folders = [root, homedir(), cargoHome()].filter((path) => path !== sep).map((path) => path + sep)
    const named = [...folders, "/registry/src/"].find((path) => bytes.includes(path))
    if (named) throw new Failure(`pkg/${out}/${name} names a folder of this machine: ${named}`)
    const kib = (length) => `${(length / 1024).toFixed(1)} KiB`
    console.log(
      `pkg/${out}/${name}: ${kib(bytes.length)}, ${kib(gzipSync(bytes, { level: 9 }).length)} gzipped, imports ${imports.length}`,
    )
  }
}
