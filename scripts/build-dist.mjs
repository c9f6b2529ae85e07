// Builds dist/: declarations as the compiler makes them, and the scripts joined into a few files. An import of the package
// then reads a dozen files in place of a hundred, which takes half the time.
//
// What programs and tests import by its name stays a file of that name. What these have in common goes to dist/shared,
// which lies as deep as they do, so that paths relative to a file stay true. What browsers load, the page of the dashboard, is
// joined by itself and has nothing of the client in it that it does not use.

import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

const root = fileURLToPath(new URL("..", import.meta.url))
const work = join(root, "dist.new")
const modules = join(work, "dist")
const joined = join(work, "joined")

/** What threads run, by the path of the file. */
const threads = ["entry/worker-node", "entry/worker-deno", "entry/worker-bun", "sync/worker"]
/** What tests look at from inside. */
const inner = [
  ...["sync/channel", "sync/client", "sync/messages", "sync/serve", "sync/values", "events", "log"],
  ...["core/generated", "devserver/udfs", "transport/node", "transport/deno", "transport/bun", "transport/tls"],
]

/** The script of the dashboard's page, and what it loads when it is needed. */
const page = ["metrics/dashboard/page/main", "metrics/dashboard/page/key-finder"]

/** Who bundles a program that builds ops or expressions and connects to nothing has no need of the client. */
const groups = [
  { name: "core", test: /dist\/(core\/(base64|check|generated|text|memory|names)|errors|values|key|log)\.js$/ },
  { name: "builders", test: /dist\/((exp|ops)\/\w+|filters?|core\/(reader|writer|codec))\.js$/ },
  { name: "client", test: /dist\/([\w-]+|core\/\w+|(admin|columns|lua)\/\w+)\.js$/ },
]

rmSync(work, { recursive: true, force: true })
// Not even the output folder is replaced when the compiler finds an error.
const { status } = spawnSync("npx", ["tsc", "-p", "tsconfig.build.json", "--outDir", modules], {
  cwd: root,
  stdio: "inherit",
})
if (status !== 0) {
  rmSync(work, { recursive: true, force: true })
  process.exit(1)
}
// The modules name the glue of the .wasm files by their place beside dist/.
symlinkSync(join(root, "pkg"), join(work, "pkg"), "junction")
await joinModules(entries(), {
  // What starts something when it is loaded has a name by which package.json can tell bundlers so.
  chunkFileNames: ({ moduleIds }) => (moduleIds.some(isEntry) ? "shared/entry-[name].js" : "shared/[name].js"),
  codeSplitting: { groups },
})
await joinModules(page, { chunkFileNames: `${dirname(page[0])}/[name].js` })
for (const path of scripts(modules)) rmSync(join(modules, path))
for (const path of scripts(joined)) {
  mkdirSync(dirname(join(modules, path)), { recursive: true })
  renameSync(join(joined, path), join(modules, path))
}
const dist = join(root, "dist")
rmSync(dist, { recursive: true, force: true })
renameSync(modules, dist)
rmSync(work, { recursive: true })

/** Names of the files that stay, without their ending. */
function entries() {
  const { exports, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const paths = (target) => (typeof target === "string" ? [target] : Object.values(target).flatMap(paths))
  const own = [...paths(exports), ...paths(bin)].map((path) => /^(?:\.\/)?dist\/(.*)\.js$/.exec(path)?.[1])
  return [...new Set([...own.filter((name) => name !== undefined), ...threads, ...inner])]
}

async function joinModules(names, output) {
  const build = await rolldown({
    cwd: work,
    input: Object.fromEntries(names.map((name) => [name, join(modules, `${name}.js`)])),
    platform: "neutral",
    // Files lie as deep as before: what they say is true.
    makeAbsoluteExternalsRelative: false,
    // The glue of a .wasm file has state: whoever imports it has to have the same.
    external: (id) => !/^([./]|[A-Z]:)/i.test(id) || /[/\\]pkg[/\\]/.test(id),
    onLog(level, log) {
      throw new Error(`${level}: ${log.message}`)
    },
  })
  await build.write({
    dir: joined,
    format: "esm",
    entryFileNames: "[name].js",
    // Documentation stands in the declarations; here it would be read at every start.
    comments: { legal: true, annotation: true, jsdoc: false },
    ...output,
  })
  await build.close()
}

function isEntry(path) {
  return path.startsWith(join(modules, "entry"))
}

function scripts(folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(".js"))
}
