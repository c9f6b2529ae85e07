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
    "concurrency: maxQueuedOperations refuses what is too much with BackpressureError, at once",
    "connections: requests are pipelined on one connection, and answered to their callers",
    "connections: an idle connection is closed before the server closes it, as the server says",
    "connections: a connection that was idle for idleTimeout is closed",
    "retries: an operation that no connection was free for in time was never sent",
    "retries: operationQueueTimeoutMs ends the wait for a slot with BackpressureError",
    "lifecycle: close without drain rejects what is in flight, reads and writes",
  ],
  "no signal is raised while the thread that could raise it sleeps": [
    "connecting: a signal gives connecting up at once, with its reason, and every socket is closed",
    "columns: what is given up rejects, and tells what had come",
    "queries in the background: waiting ends by time or signal, and the job goes on; aborting ends it, and waiting says so",
    "lifecycle: an AbortSignal ends a read at once, and the client goes on",
    "lifecycle: an AbortSignal that ends a write leaves it in doubt",
    "lifecycle: an AbortSignal may be given with every call, and ends it before it is sent and under way",
    "lifecycle: a signal of many operations is no warning, and each of them is ended by it",
  ],
  "what crosses threads has a buffer of its own": [
    'value options: blobs "shared" reads the same bytes into buffers that several share',
  ],
  "a function that is called while a thread sleeps gives a value and no promise": [
    "security: a password that cannot be had fails the connect, with the reason as its cause",
  ],
  "the suite's sync client waits on another thread than the case, whose stack it cannot have": [
    "errors: an error can be logged and keeps the stack of its caller",
  ],
  "its jobs are of classes of their own": [
    "queries in the background: another client finds the job by its number, as a bigint or as text",
  ],
  "starting its threads takes a part of the time that is measured": [
    "connecting: a host that refuses is a ClusterError that names it, at once",
  ],
  "metrics and traces are of the clients of their own thread": [
    "dashboard: it is told what is counted, and only what happened since of the slowest, without keys",
    "dashboard: keys are shown where that is asked for, and no values",
    "dashboard: the nodes that it names for a partition are those that say so themselves",
    "metrics: every operation is counted once, by what it was and how it ended",
    "metrics: a batch is one operation of so many records",
    "metrics: nodes tell of their connections, tends and bytes",
    "metrics: what a client counted stays when it is closed",
    "metrics: stages are measured while a function runs",
    "metrics: a server is scraped by HTTP, in either format",
    "tracing: each operation is a span, and a failure says what it was",
    "tracing: a span is the child of the one that is active",
  ],
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
