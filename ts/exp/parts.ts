// What the wire has in expressions beside values.

import { tag } from "../core/generated.ts"

/** A string that has no type byte when it is packed: a bin's name, a variable's, a pattern. */
export class Raw {
  readonly text: string

  constructor(text: string) {
    this.text = text
    Object.freeze(this)
  }
}

/** A condition that is no value: above all values, or equal to all. */
export class Mark {
  readonly tag: number

  constructor(tag: number) {
    this.tag = tag
    Object.freeze(this)
  }
}

export const INFINITY: Mark = new Mark(tag.INFINITY)
export const WILDCARD: Mark = new Mark(tag.WILDCARD)
