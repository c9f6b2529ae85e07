// Views of linear memory. Growing it detaches them all, and any call into the engine may grow it: `refresh` after a
// call costs one comparison when nothing has changed.

export class Memory {
  bytes!: Uint8Array
  words!: Uint32Array
  doubles!: Float64Array
  #memory: { readonly buffer: ArrayBuffer }
  #buffer!: ArrayBuffer

  constructor(memory: { readonly buffer: ArrayBuffer }) {
    this.#memory = memory
    this.refresh()
  }

  refresh(): void {
    const buffer = this.#memory.buffer
    if (buffer === this.#buffer) return
    this.#buffer = buffer
    this.bytes = new Uint8Array(buffer)
    this.words = new Uint32Array(buffer)
    this.doubles = new Float64Array(buffer)
  }
}
