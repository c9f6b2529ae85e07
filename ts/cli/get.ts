// `aerospike-wasm get`: one record as a line of JSON.

import { RecordNotFoundError } from "../errors.ts"
import { describeKey, type Key } from "../key.ts"
import { type AskingCommand, done, noRecord, runCommand, say, writeLine } from "./command.ts"
import { recordLine } from "./json.ts"
import { WrongCall } from "./wrong-call.ts"

const command: AskingCommand = {
  name: "get",
  operands: "<ns> <set> <key>",
  about: 'Reads a record; the set may be "". Prints a line of JSON.',
  usage: `Options:
  --key-type <type>        string (default), integer, bytes or digest; the last
                           two in hexadecimal
  --bins <names>           only these, with commas between`,
  flags: { "key-type": { type: "string" }, bins: { type: "string" } },
  plan([ns, set, key], { "key-type": type = "string", bins }) {
    const place = keyOf(ns!, set!, key!, type as string)
    return async (client, policy) => {
      const names = binsOf(bins)
      const record = await (names ? client.select(place, names, policy) : client.find(place, policy)).catch(notFound)
      if (!record) {
        say("get", `There is no record ${describeKey(place)}.`)
        return noRecord
      }
      await writeLine(recordLine(record))
      return done
    }
  },
}

export function run(argv: string[]): Promise<number> {
  return runCommand(command, argv)
}

function notFound(error: unknown): undefined {
  if (!(error instanceof RecordNotFoundError)) throw error
}

/** Names with commas between them. */
export function binsOf(given: string | boolean | undefined): string[] | undefined {
  return typeof given === "string" ? given.split(",") : undefined
}

function keyOf(ns: string, set: string, key: string, type: string): Key {
  const is = (allowed: string) => new WrongCall(`The key is ${JSON.stringify(key)}: it must be ${allowed}.`)
  switch (type) {
    case "string":
      return [ns, set, key]
    case "integer": {
      const isInteger = /^-?\d{1,19}$/.test(key) && BigInt.asIntN(64, BigInt(key)) === BigInt(key)
      if (!isInteger) throw is("an integer of 64 bits, as --key-type says")
      return [ns, set, BigInt(key)]
    }
    case "bytes":
      if (!/^([0-9a-f]{2})+$/i.test(key)) throw is("bytes in hexadecimal, as --key-type says")
      return [ns, set, bytesOf(key)]
    case "digest":
      if (!/^[0-9a-f]{40}$/i.test(key)) throw is("20 bytes in hexadecimal, as --key-type says")
      return { ns, set, digest: bytesOf(key) }
    default:
      throw new WrongCall(`--key-type is ${JSON.stringify(type)}: it must be string, integer, bytes or digest.`)
  }
}

function bytesOf(hexadecimal: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hexadecimal, "hex"))
}
