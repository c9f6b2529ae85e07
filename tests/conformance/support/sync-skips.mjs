// Cases that say nothing of a sync client: of each, why.

const SKIPS = {
  "a sync client does one thing at a time": [
    "coalescing: reads of one turn share requests and find what they find alone",
    "coalescing: a record that many want at once is fetched once",
    "coalescing: writes share requests and end as they would alone",
    "coalescing: who gives up leaves the others their answers",
    "coalescing: auto is the default, and off means requests of their own",
    "queries: a query that is aborted on the server ends with QueryAbortedError",
    "transactions: commands of one turn, and commands that are not awaited, are all part of it",
    "lifecycle: close without drain rejects what is in flight, reads and writes",
  ],
  "no signal is raised while the thread that could raise it sleeps": [
    "connecting: a signal gives connecting up at once, with its reason, and every socket is closed",
    "columns: what is given up rejects, and tells what had come",
    "lifecycle: an AbortSignal ends a read at once, and the client goes on",
    "lifecycle: an AbortSignal that ends a write leaves it in doubt",
    "lifecycle: an AbortSignal may be given with every call, and ends it before it is sent and under way",
    "lifecycle: a signal of many operations is no warning, and each of them is ended by it",
  ],
  "a function that is called while a thread sleeps gives a value and no promise": [
    "security: a password that cannot be had fails the connect, with the reason as its cause",
  ],
  "metrics and traces are of clients of one thread": [],
}

const reasons = new Map(Object.entries(SKIPS).flatMap(([reason, titles]) => titles.map((title) => [title, reason])))

/** Why a case is left out; undefined when it is not. */
export function reasonToSkip(title) {
  return reasons.get(title)
}

/** Fails when one of them is no case. */
export function checkSkips(titles) {
  const unknown = [...reasons.keys()].filter((title) => !titles.includes(title))
  if (unknown.length > 0) throw new Error(`no such case: ${unknown.join("; ")}`)
}
