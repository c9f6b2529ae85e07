// Secondary indexes as they are asked for, by the version of the server, and as they are listed.

import { expect, test } from "vitest"
import { createIndex, listIndexes } from "../../ts/admin/indexes.ts"

/** Answers as a server of that version, and keeps what it was asked. */
function server(build: string, list = "") {
  const asked: string[] = []
  const answer = (command: string) => {
    asked.push(command)
    if (command === "build") return build
    if (command === "namespaces") return "test"
    return command.startsWith("sindex-list") ? list : "ok"
  }
  const result = (command: string) => ({ nodeName: "A1", response: answer(command) })
  return {
    asked,
    asker: {
      infoRandomNode: async (command: string) => result(command),
      infoAll: async (command: string) => [result(command)],
    } as never,
  }
}

const index = { ns: "test", set: "s", bin: "n", name: "i" } as const

test.each([
  ["5.7.0.1", "sindex-create:ns=test;set=s;indexname=i;indexdata=n,numeric"],
  ["8.0.0.9", "sindex-create:ns=test;set=s;indexname=i;indexdata=n,numeric"],
  ["8.1.2.0", "sindex-create:namespace=test;set=s;indexname=i;bin=n;type=NUMERIC"],
  ["8.1.3.0-rc1", "sindex-create:namespace=test;set=s;indexname=i;bin=n;type=INTEGER"],
  ["8.2.0.1", "sindex-create:namespace=test;set=s;indexname=i;bin=n;type=INTEGER"],
  ["10.0.0.1", "sindex-create:namespace=test;set=s;indexname=i;bin=n;type=INTEGER"],
])("an index of numbers is asked for as server %s knows it", async (build, command) => {
  const { asker, asked } = server(build)
  await createIndex(asker, { ...index, type: "numeric" })
  expect(asked.at(-1)).toBe(command)
})

test("other types are what they were", async () => {
  const { asker, asked } = server("8.1.3.0")
  await createIndex(asker, { ...index, type: "geo2dsphere", collection: "mapValues" })
  expect(asked.at(-1)).toContain("indextype=MAPVALUES;bin=n;type=GEO2DSPHERE")
  await createIndex(asker, { ns: "test", set: "s", name: "i", type: "set" })
  expect(asked.at(-1)).toBe("sindex-create:namespace=test;set=s;indexname=i;indextype=SET")
})

test("either name of an index of numbers is listed as one", async () => {
  const rows = ["numeric", "INTEGER", "string"].map(
    (type) => `ns=test:indexname=i:set=s:bin=n:type=${type}:indextype=default:context=null:exp=null:state=RW`,
  )
  const { asker } = server("8.1.3.0", rows.join(";"))
  expect((await listIndexes(asker, "test")).map(({ type }) => type)).toEqual(["numeric", "numeric", "string"])
})
