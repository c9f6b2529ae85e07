// As metrics and spans call what an operation is: the names of the engine's table, in lower case.

import { operation } from "./core/generated.ts"

const names = new Map<number, string>(Object.entries(operation).map(([name, number]) => [number, name.toLowerCase()]))

/** Such as `batch_read`. */
export function operationName(number: number): string {
  return names.get(number) ?? "unknown"
}
