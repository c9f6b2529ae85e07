// Which class each result code has, and what messages say.

import { describe, expect, test } from "vitest"
import { code, codeText } from "../../ts/core/generated.ts"
import * as errors from "../../ts/errors.ts"
import { type AerospikeError, ClientError, errorOf, ServerError } from "../../ts/errors.ts"

describe("classes", () => {
  test("every code has the class that the table says", () => {
    const byClass: Record<string, string[]> = {}
    for (const [name, number] of Object.entries(code)) {
      const error = errorOf(number, "get")
      expect(error.codeName).toBe(name)
      ;(byClass[error.name] ??= []).push(name)
    }
    expect(byClass).toMatchSnapshot()
  })

  test("codes that are not known are the server's above zero and the client's below", () => {
    expect(errorOf(999, "get")).toBeInstanceOf(ServerError)
    expect(errorOf(-999, "get")).toBeInstanceOf(ClientError)
    expect(errorOf(999, "get").message).toBe(
      "get: the server answered with a code that this client does not know (CODE_999 999).",
    )
  })

  test("each class is named after itself, whatever a minifier makes of it", () => {
    for (const [name, type] of Object.entries(errors)) {
      if (!name.endsWith("Error")) continue
      expect((type as typeof AerospikeError).prototype.name).toBe(name)
      expect(String(new (type as typeof AerospikeError)(1, "x"))).toBe(`${name}: x`)
    }
  })

  test("every code has a sentence", () => {
    for (const number of Object.values(code)) expect(codeText[number]).toMatch(/\w/)
  })
})

describe("messages", () => {
  const key = ["test", "users", "alice"] as const

  test.each([
    [errorOf(code.BIN_TYPE, "increment"), "increment: the bin's type does not fit the operation (BIN_TYPE 12)."],
    [
      errorOf(code.TIMEOUT, "put", { node: "A 1:3000", attempts: 3, elapsedMs: 1000.4, inDoubt: true }),
      "put: it took longer than allowed (TIMEOUT 9, node A 1:3000, 3 attempts, 1000 ms). The write may have happened all the same. Raise totalTimeout",
    ],
    [errorOf(code.TIMEOUT, "put", { attempts: 0, elapsedMs: 1000 }), "It was never sent"],
    [
      errorOf(code.NAMESPACE, "get", {}, "the namespace nope does not exist"),
      "get: the namespace nope does not exist (NAMESPACE 20).",
    ],
  ])("%s", (error, text) => {
    expect(error.message).toContain(text)
  })

  test("details are fields, too", () => {
    const cause = new Error("why")
    expect(
      errorOf(code.TIMEOUT, "get", { key, node: "A", attempts: 2, elapsedMs: 5, inDoubt: true, cause }),
    ).toMatchObject({
      code: 9,
      codeName: "TIMEOUT",
      key,
      node: "A",
      attempts: 2,
      elapsedMs: 5,
      inDoubt: true,
      cause,
    })
    const bare = errorOf(code.CLOSED, "get")
    expect(bare).toMatchObject({ inDoubt: false, attempts: 0, elapsedMs: 0, node: undefined, key: undefined })
    expect("cause" in bare).toBe(false)
  })
})
