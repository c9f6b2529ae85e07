// The documents say what is there: paths, links, tasks and dependencies that they name exist.

import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

const root = fileURLToPath(new URL("../../", import.meta.url))
const documents = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/data/README.md"],
  ...["docs/features.md", "docs/differences.md", "docs/observability/README.md", "docs/testing.md"],
]
const read = (path) => readFileSync(join(root, path), "utf8")
const all = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, found]) => found))]

const doors = Object.keys(JSON.parse(read("package.json")).exports).map((door) => door.replace(".", "aerospike-wasm"))

describe.each(documents)("%s", (document) => {
  const text = read(document)

  test("links only to files that exist, and to headings of its own", () => {
    const links = all(text, /\]\((?!https?:)([^)\s]+)\)/g)
    const headings = all(text, /^#+ (.+)$/gm).map(
      (heading) =>
        `#${heading
          .toLowerCase()
          .replace(/[^\w -]/g, "")
          .replaceAll(" ", "-")}`,
    )
    const exists = (link) =>
      link.startsWith("#") ? headings.includes(link) : existsSync(join(root, dirname(document), link))
    expect(links.filter((link) => !exists(link))).toEqual([])
  })

  test("names only paths and tasks that exist", () => {
    // `conn/pool.rs` behind a longer path of the same cell is told from the engine's folder.
    const paths = all(text, /`((?:[\w.-]+\/)+[\w.-]*|[\w-]+\.(?:rs|ts))`/g)
    const places = [".", dirname(document), "rust/engine/src", "rust/engine/src/client", "ts"]
    const exists = (path) => places.some((place) => existsSync(join(root, place, path)))
    const isMade = (path) => path.startsWith("dist/") || path.startsWith(".toolchain")
    expect(paths.filter((path) => !exists(path) && !isMade(path) && !doors.includes(path))).toEqual([])
    const tasks = all(read("Makefile"), /^(\w+):/gm)
    expect(all(text, /(?:^|`)(?:\w+=\S+ )?make ([a-z]+)\b/gm).filter((task) => !tasks.includes(task))).toEqual([])
  })
})

test("docs/features.md counts its rows and names cases that there are", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/features.mjs", "--check"], { cwd: root })
  expect(stderr.toString()).toBe("")
  expect(status).toBe(0)
})

test("CONTRIBUTING.md gives the reason of every dependency, and of no other", () => {
  const npm = ["package.json", "tests/peers/package.json"].flatMap((path) => {
    const { dependencies, devDependencies } = JSON.parse(read(path))
    return Object.keys({ ...dependencies, ...devDependencies })
  })
  const manifests = ["", ...readdirSync(join(root, "rust"))]
    .map((folder) => join("rust", folder, "Cargo.toml"))
    .filter((path) => existsSync(join(root, path)))
  const crates = manifests.flatMap((path) =>
    [...read(path).matchAll(/^\[(?:.*[.])?(?:dev-)?dependencies\]\n((?:(?!\[).*\n)*)/gm)].flatMap(([, section]) =>
      all(section, /^([\w-]+)\s*(?:=|\.)/gm),
    ),
  )
  const own = crates.filter((name) => name.startsWith("aerospike-"))
  const table = read("CONTRIBUTING.md").split("## Dependencies")[1]
  const named = all(table, /^\| (`.*?) \|/gm).flatMap((cell) => all(cell, /`([^`]+)`/g))
  expect(named.sort()).toEqual([...new Set([...npm, ...crates])].filter((name) => !own.includes(name)).sort())
})
