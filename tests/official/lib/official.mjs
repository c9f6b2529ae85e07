// The official Node client, which is installed apart, and numbers and rules that all of what speaks to it needs.

import { createRequire } from "node:module"

export const Aerospike = createRequire(new URL("../../peers/package.json", import.meta.url))("aerospike")

/** What cannot be said to it at all. */
export class Unsayable extends Error {}

export const mapOrders = { unordered: 0, keyOrdered: 1, keyValueOrdered: 3 }
export const listOrders = { unordered: 0, ordered: 1 }
export const modes = { update: 0, createOnly: 1, updateOnly: 2 }

/** Its constants are called as this package's options, in capitals: `reverseIndex` is `REVERSE_INDEX`. */
export const constant = (name) => name.replace(/[A-Z]/g, "_$&").toUpperCase()

export const listFlags = ({ unique, bounded, noFail, partial }) =>
  (unique ? 1 : 0) | (bounded ? 2 : 0) | (noFail ? 4 : 0) | (partial ? 8 : 0)
export const mapFlags = ({ mode = "update", noFail, partial }) => modes[mode] | (noFail ? 4 : 0) | (partial ? 8 : 0)
export const expFlags = ({ mode = "update", allowDelete, noFail, evalNoFail }) =>
  modes[mode] | (allowDelete ? 4 : 0) | (noFail ? 8 : 0) | (evalNoFail ? 16 : 0)
export const selectFlags = ({ returnType = "values", noFail }) =>
  ({ tree: 0, values: 1, mapKeys: 2, keyValues: 3 })[returnType] | (noFail ? 16 : 0)

export const has = (options, ...names) => names.some((name) => options[name] !== undefined)
