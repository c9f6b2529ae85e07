// The bytes that each client packs an expression into.

import { expressions, ofHlls, told } from "./expressions.mjs"

export default [...expressions, ...ofHlls].map((expression) => ({
  name: told(expression),
  steps: [["packed", expression]],
}))
