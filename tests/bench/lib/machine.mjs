// What the system knows of a process: its CPU time, peak memory, bytes on its sockets, system calls. All of it is asked of
// Linux; elsewhere, or where a tool is missing, the answer is undefined and the table says "unknown".

import { execFileSync, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { arch, cpus, platform, release, tmpdir, totalmem } from "node:os"
import { join } from "node:path"

const attempt = (what) => {
  try {
    return what()
  } catch {
    return undefined
  }
}

/** For whoever reads the figures. */
export function machine() {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split(".", 2).join(".")} ${arch()}`,
    node: process.version,
  }
}

/** Microseconds of CPU that processes have had, all their threads together; exact to less than a microsecond. */
export function cpuUsOf(pids) {
  const all = pids.map(cpuUsOfOne)
  return all.length === 0 || all.includes(undefined) ? undefined : all.reduce((sum, us) => sum + us)
}

function cpuUsOfOne(pid) {
  return attempt(() => {
    let ns = 0
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      ns += attempt(() => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0])) ?? 0
    }
    return ns / 1000
  })
}

/** From here on the peak memory of a process is counted anew. */
export function resetPeak(pid) {
  return attempt(() => writeFileSync(`/proc/${pid}/clear_refs`, "5"))
}

/** Most bytes of memory that a process has had at once since the last `resetPeak`. */
export function peakBytesOf(pid) {
  return attempt(() => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024)
}

/** Bytes that the open TCP sockets of a process have sent and received. */
export function socketBytesOf(pid) {
  return attempt(() => {
    const text = execFileSync("ss", ["-tinpOH", "state", "established"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 2 ** 26, // hundreds of connections a client
    })
    const total = { sent: 0, received: 0 }
    for (const line of text.split("\n")) {
      if (!line.includes(`pid=${pid},`)) continue
      total.sent += Number(/\bbytes_sent:(\d+)/.exec(line)?.[1] ?? 0)
      total.received += Number(/\bbytes_received:(\d+)/.exec(line)?.[1] ?? 0)
    }
    return total
  })
}

/** The processes that listen on the ports of the hosts; none, if not all are on this machine and may be looked at. */
export function listenersOf(hosts) {
  const pids = hosts.split(",").map((text) => {
    const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(text.trim())
    return listenerOf(host, port ?? 3000)
  })
  return pids.includes(undefined) ? [] : [...new Set(pids)]
}

function listenerOf(host, port) {
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) return undefined
  return attempt(() => {
    const hex = Number(port).toString(16).toUpperCase().padStart(4, "0")
    const inodes = new Set()
    for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
      for (const line of (attempt(() => readFileSync(file, "utf8")) ?? "").split("\n").slice(1)) {
        const words = line.trim().split(/\s+/)
        if (words[3] === "0A" && words[1].endsWith(`:${hex}`)) inodes.add(`socket:[${words[9]}]`)
      }
    }
    const holds = (pid) =>
      attempt(() => readdirSync(`/proc/${pid}/fd`))?.some((fd) =>
        inodes.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`))),
      )
    const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && holds(name))
    return pid && Number(pid)
  })
}

/** Whether system calls can be counted here. */
export const canTrace = () => spawnSync("strace", ["-V"], { stdio: "ignore" }).status === 0

/**
 * Counts the system calls of a process while something happens. It slows the process down, so that nothing else that is
 * measured meanwhile means anything. Resolves to `{ calls, result }`; `calls` is undefined if it could not be traced.
 */
export async function traced(pid, what) {
  const folder = mkdtempSync(join(tmpdir(), "aerospike-wasm-bench-"))
  const file = join(folder, "calls")
  const tracer = spawn("strace", ["-c", "-f", "-U", "calls,name", "-o", file, "-p", String(pid)], {
    stdio: ["ignore", "ignore", "pipe"],
  })
  const ended = new Promise((resolve) => tracer.once("close", resolve))
  tracer.once("error", () => {})
  await new Promise((resolve) => {
    tracer.stderr.on("data", (text) => /attached/.test(text) && resolve())
    ended.then(resolve)
  })
  try {
    const result = await what()
    tracer.kill("SIGINT")
    await ended
    const lines = (attempt(() => readFileSync(file, "utf8")) ?? "").split("\n")
    // Without a number there was no call in its time.
    const total = lines.map((line) => /(\d+)\s+total$/.exec(line)?.[1]).find((count) => count !== undefined)
    return { calls: total === undefined ? undefined : Number(total), result }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
