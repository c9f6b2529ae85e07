// Lets the clients do each workload by turns, and takes the figures.
//
// A client that fails in a workload is left out of it, is told of in one line, and is started anew for the next.

import { column, startAndUse, takesPart } from "./clients.mjs"
import { canTrace, cpuUsOf, peakBytesOf, resetPeak, socketBytesOf, traced } from "./machine.mjs"
import { medians, workloadTable } from "./report.mjs"

const warmUp = { id: "warming up", job: "get", set: "single", rows: 1, inFlight: 32 }

/**
 * Fills `result.figures`. `running` are clients with their `handle`; `use` is what they were told to use; `options` say how
 * long and how often.
 */
export async function measure(result, running, { hosts, use, serverPids, options }) {
  const traces = canTrace()
  if (!traces) console.log("system calls are not counted: there is no strace")

  /** Gives what came of it, or undefined. */
  const attempt = async (client, workload, what) => {
    if (client.failedIn === workload.id) return undefined
    try {
      return await what()
    } catch (error) {
      client.failedIn = workload.id
      const line = `${client.name}, ${workload.id}: ${error.message.split("\n")[0]}`
      result.absent.push(line)
      console.log(`absent: ${line}`)
      if (client.isOurs) process.exitCode = 1
      return undefined
    }
  }

  const revive = async () => {
    for (const client of [...running]) {
      if (client.failedIn === undefined) continue
      await client.handle.end()
      client.failedIn = undefined
      client.handle = await startAndUse(client, hosts, use).catch(({ message }) => ({ absent: message }))
      if (client.handle.absent) running.splice(running.indexOf(client), 1)
    }
  }

  /** Warms everybody up; of those that are variants of one, the faster stays. */
  const best = async (workload) => {
    const fastest = new Map()
    for (const client of running.filter((client) => takesPart(client, workload))) {
      const run = await attempt(client, workload, () => oneRun(client, workload, options.warmMs))
      const before = fastest.get(column(client))
      if (run && !(before?.perSecond > run.perSecond)) fastest.set(column(client), { client, perSecond: run.perSecond })
    }
    return [...fastest.values()].map(({ client }) => client)
  }

  for (const client of running) {
    await attempt(client, { id: "what was loaded" }, () => client.handle.ask({ job: "use", ...use }))
  }
  await revive()
  // Who compiles while it runs has had time to, whichever workload comes first.
  for (const client of running) await attempt(client, warmUp, () => oneRun(client, warmUp, 2 * options.warmMs))
  for (const workload of result.workloads) {
    await revive()
    const part = await best(workload)
    const rounds = new Map(part.map((client) => [client, []]))
    for (let round = 0; round < options.rounds; round++) {
      for (const [client, all] of rounds) {
        all.push(await attempt(client, workload, () => oneRound(client, workload, serverPids, options.ms)))
      }
    }
    const figures = {}
    for (const [client, all] of rounds) {
      const calls = traces
        ? await attempt(client, workload, () => callsOf(client, workload, options.traceMs))
        : undefined
      if (client.failedIn === workload.id) continue
      figures[column(client)] = { ...(client.bestOf ? { as: client.name } : {}), ...medians(all), calls, rounds: all }
    }
    result.figures[workload.id] = figures
    console.log(`\n${workloadTable(workload, figures, result.clients)}`)
  }
}

async function oneRun({ handle }, { job, set, rows, inFlight }, ms) {
  const said = await handle.ask({ job: "run", what: job, set, rows, inFlight, ms })
  const { ops, tookMs, cpuUs, p50Ms, p99Ms, p999Ms } = said
  const records = ops * rows
  return { records, perSecond: (records / tookMs) * 1000, cpuUs: cpuUs / records, p50Ms, p99Ms, p999Ms }
}

async function oneRound(client, workload, serverPids, ms) {
  const { pid } = client.handle
  resetPeak(pid)
  const bytes = socketBytesOf(pid)
  const cpu = cpuUsOf(serverPids)
  const { records, ...run } = await oneRun(client, workload, ms)
  const spent = cpuUsOf(serverPids)
  const after = socketBytesOf(pid)
  // A socket that was closed meanwhile takes its count with it.
  const moved = (way) => (bytes && after && after[way] > bytes[way] ? (after[way] - bytes[way]) / records : undefined)
  return {
    ...run,
    serverCpuUs: cpu === undefined || spent === undefined ? undefined : (spent - cpu) / records,
    peakBytes: peakBytesOf(pid),
    sentBytes: moved("sent"),
    receivedBytes: moved("received"),
  }
}

/** System calls a record, of all threads of the process. */
async function callsOf(client, workload, ms) {
  const { calls, result } = await traced(client.handle.pid, () => oneRun(client, workload, ms))
  return calls === undefined ? undefined : calls / result.records
}
