// What counting operations costs. Two processes of one program differ by a tenth of their speed by themselves, and so does
// one from minute to minute; so here one process counts and does not, in turns of some tens of milliseconds.

import { askProcess } from "./process.mjs"

/** By job, `{ speed, cpu }`: with counting, to without; and `cpuUs`, of an operation without. */
export async function counting(hosts, { countingRounds }) {
  const all = {}
  for (const job of ["get", "put"]) {
    all[job] = await askProcess(new URL("counting-process.mjs", import.meta.url), [hosts, job, countingRounds])
  }
  return all
}
