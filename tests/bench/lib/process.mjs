// A program of JavaScript that is run to its end and prints one line of JSON.

import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

export async function askProcess(program, args, execArgv = []) {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...execArgv,
    fileURLToPath(program),
    ...args.map(String),
  ])
  return JSON.parse(stdout.trim().split("\n").at(-1))
}
