// A Chromium that the machine has: none is downloaded. `CHROMIUM` names one that is not on the path.

import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { type Browser, chromium } from "playwright-core"

const names = [
  ...["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
  ...["microsoft-edge", "microsoft-edge-stable"],
]
const elsewhere = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]

/** Why the tests in a browser are skipped, where there is none. */
export const noChromium =
  "the dashboard in a browser: no Chromium is on the path (apt install chromium, or CHROMIUM=/its/path)"

export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "")
  const places = [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...elsewhere]
  return process.env.CHROMIUM ?? places.find(isProgram)
}

export function launch(executablePath: string): Promise<Browser> {
  const quiet = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
  ]
  return chromium.launch({ executablePath, args: [...quiet, "--disable-component-update"] })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
