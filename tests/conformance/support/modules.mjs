// Modules of functions on the servers, for cases that call them.

/** Puts a module, unless the servers have it already; every node has it then. One of the same text does no harm. */
export async function putModule(t, name, source) {
  const job = await t.client.udfPut(`${name}.lua`, source)
  await job.wait({ timeout: 10_000 })
}
