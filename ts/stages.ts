// How long the stages of operations take that happen in the shell: encoding, decoding, making values. It is there only while
// somebody wants to know; the engine measures the others and keeps all of them.

import type { Engine } from "./core/engine.ts"
import { opWord, stage } from "./core/generated.ts"

export class StageClock {
  /** By op id, of operations that were submitted since this began: what they are, and how long their values took yet. */
  readonly #operations: ({ readonly operation: number; materialize: number } | undefined)[] = []
  #done: { readonly operation: number; readonly materialize: number }[] = []
  /** Spent reading answers since an operation ended. */
  #decode = 0
  #begun = 0

  submitted(engine: Engine, op: number, begunAt: number): void {
    const operation = engine.op_word(op, opWord.OPERATION)
    this.#operations[op] = { operation, materialize: 0 }
    engine.spent(operation, stage.ENCODE, performance.now() - begunAt)
  }

  /** The engine has read what came since then. */
  decoded(since: number): void {
    this.#decode += performance.now() - since
  }

  /** Values are being made. */
  begin(): void {
    this.#begun = performance.now()
  }

  /** Of the operation, but not all of them. */
  end(op: number): void {
    const known = this.#operations[op]
    if (known) known.materialize += performance.now() - this.#begun
  }

  /** All of them. */
  done(op: number): void {
    this.end(op)
    const known = this.#operations[op]
    if (known) this.#done.push(known)
    this.#operations[op] = undefined
  }

  /** Tells the engine, when it may be called. What was read together is shared equally by the operations that ended with it. */
  tell(engine: Engine): void {
    if (this.#done.length === 0) return
    const share = this.#decode / this.#done.length
    for (const { operation, materialize } of this.#done) {
      engine.spent(operation, stage.DECODE, share)
      engine.spent(operation, stage.MATERIALIZE, materialize)
    }
    this.#done = []
    this.#decode = 0
  }
}
