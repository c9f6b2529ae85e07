// Indexes, modules and truncation: what travels as info text.

import { contextOf } from "./expressions.mjs"

/** How the request of each kind begins. */
const VERBS = {
  index_create: "sindex-create",
  index_drop: "sindex-delete",
  truncate: "truncate",
  udf_list: "udf-list",
  udf_put: "udf-put",
  udf_remove: "udf-remove",
}

const COLLECTIONS = { list: "list", mapkeys: "mapKeys", mapvalues: "mapValues" }
const TYPES = ["numeric", "string", "blob", "geo2dsphere"]

/** What the request of a command begins with that the client surrounds with questions of its own; undefined for others. */
export function verbOf({ kind }) {
  return VERBS[kind]
}

/** Calls the client. */
export function callAdmin(client, what, { api, build }) {
  const { ns, set, name } = what
  switch (what.kind) {
    case "index_create": {
      const { bin, type, collection, ctx, expression } = what
      const of = expression ? { exp: build.expression(expression) } : { bin, ctx: ctx && contextOf(api, ctx, build) }
      return client.indexCreate({ ns, set, name, type, collection: COLLECTIONS[collection], ...of })
    }
    case "index_drop":
      return client.indexRemove(ns, name)
    case "truncate": {
      const { before_nanos: nanos } = what
      return client.truncate(ns, set, nanos === undefined ? {} : { before: BigInt(nanos) })
    }
    case "udf_list":
      return client.udfList()
    case "udf_put":
      return client.udfPut(name, what.source)
    case "udf_remove":
      return client.udfRemove(name)
  }
}

/** Why the client refuses such a command before it sends it, or undefined when it does not. */
export function adminRefusal({ kind, ns, set, name, bin, expression, type, source }, namespaces) {
  if (ns !== undefined && !namespaces.includes(ns)) return "unknown namespace"
  if (set?.length > 63) return "set name too long"
  if (kind === "index_create") {
    if (name === "" || name.length > 63) return "the name of the index"
    if (!expression && (bin === "" || bin.length > 15)) return "the name of the bin"
    if (!TYPES.includes(type)) return "the type of the index"
  }
  if (kind === "index_drop" && (name === "" || name.length > 63)) return "the name of the index"
  if (kind === "udf_put" && source === "") return "an empty module"
}
