// The documents say what is there: paths, links, tasks and dependencies that they name exist.

import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

const root = fileURLToPath(new URL("../../", import.meta.url))
const read = (path) => readFileSync(join(root, path), "utf8")
const guides = readdirSync(join(root, "docs"), { recursive: true })
  .map((path) => `docs/${String(path).replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".md") && !path.startsWith("docs/api/"))
  .sort()
const documents = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/data/README.md"],
  ...guides,
]
const all = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, found]) => found))]

const doors = Object.keys(JSON.parse(read("package.json")).exports).map((door) => door.replace(".", "aerospike-wasm"))

const withoutCode = (text) => text.replace(/^```.*?^```$/gms, "")

/** What a link may name behind its #, as GitHub makes it of a heading. */
function headingsOf(text) {
  return all(withoutCode(text), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  )
}

describe.each(documents)("%s", (document) => {
  const text = read(document)

  test("links only to files and headings that exist", () => {
    const links = all(withoutCode(text), /\]\((?!https?:)([^)\s]+)/g)
    const exists = (link) => {
      const [path, heading] = link.split("#")
      const target = path === "" ? document : join(dirname(document), path)
      if (!existsSync(join(root, target))) return false
      return (
        heading === undefined || headingsOf(read(statSync(join(root, target)).isFile() ? target : "")).includes(heading)
      )
    }
    expect(links.filter((link) => !exists(link))).toEqual([])
  })

  test("names only paths and tasks that exist", () => {
    // `conn/pool.rs` behind a longer path of the same cell is told from the engine's folder.
    // `http/json` is a protocol.
    const paths = all(text, /`(?!http\/)((?:[\w.-]+\/)+[\w.-]*|[\w-]+\.(?:rs|ts))`/g)
    const places = [".", dirname(document), "rust/engine/src", "rust/engine/src/client", "ts"]
    const exists = (path) => places.some((place) => existsSync(join(root, place, path)))
    const isMade = (path) => ["dist/", "docs/api", ".toolchain"].some((made) => path.startsWith(made))
    expect(paths.filter((path) => !exists(path) && !isMade(path) && !doors.includes(path))).toEqual([])
    const tasks = all(read("Makefile"), /^(\w+):/gm)
    expect(all(text, /(?:^|`)(?:\w+=\S+ )?make ([a-z]+)\b/gm).filter((task) => !tasks.includes(task))).toEqual([])
  })
})

describe.each(["README.md", ...guides])("the code of %s", (document) => {
  const blocks = [...read(document).matchAll(/(?:<!-- ([^\n]*?) -->\n+)?^```(\w*)\n(.*?)^```$/gms)]
  const programs = blocks.filter(([, , language]) => ["js", "ts", "mjs", "javascript", "typescript"].includes(language))

  test("is run by scripts/examples.mjs, or says why not", () => {
    const idle = programs.filter(([, mark = ""]) => !/^(?:runs: \S+|not run: .+)$/.test(mark))
    expect(idle.map(([, , , source]) => source.split("\n")[0])).toEqual([])
  })

  test("has names of its own", () => {
    const names = [...read(document).matchAll(/<!-- runs: (\S+) -->/g)].map(([, name]) => name)
    const others = ["README.md", ...guides].filter((other) => other !== document).map(read)
    expect(
      names.filter(
        (name, i) => names.indexOf(name) !== i || others.some((text) => text.includes(`<!-- runs: ${name} -->`)),
      ),
    ).toEqual([])
  })
})

test("docs/README.md leads to every page", () => {
  const links = all(read("docs/README.md"), /\]\(([^)\s#]+)/g).map((link) => join("docs", link))
  expect(guides.filter((guide) => guide !== "docs/README.md" && !links.includes(guide))).toEqual([])
})

test("the tables of the guides are what the source says", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/reference.mjs", "--check"], { cwd: root })
  expect(stderr.toString().replace(/^npm warn.*\n/gm, "")).toBe("")
  expect(status).toBe(0)
}, 60_000)

test("docs/configuration.md has every environment variable of ours that the source names", () => {
  const sources = readdirSync(join(root, "ts"), { recursive: true }).filter((path) => String(path).endsWith(".ts"))
  const named = sources.flatMap((path) => all(read(join("ts", String(path))), /\b(AEROSPIKE_[A-Z]+(?:_[A-Z]+)*)\b/g))
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => !read("docs/configuration.md").includes(`\`${name}\``))).toEqual([])
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
