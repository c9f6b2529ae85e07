// The password of a client: where it comes from, and what is made of it when the engine has to log in. It is never shown:
// nothing here is enumerable, and no message names it.

import { invalid } from "./errors.ts"

/** A password, or what gives it. */
export type PasswordSource = string | (() => string | Promise<string>)

/** How a client logs in, as its configuration says. */
export class Credentials {
  readonly user: string
  /** The password travels as it is, beside its hash. */
  readonly clear: boolean
  #source: PasswordSource
  /** The last password and its hash, which takes its time to make. */
  #last: { readonly password: string; readonly hash: string } | undefined

  constructor(user: string, source: PasswordSource, clear: boolean) {
    this.user = user
    this.#source = source
    this.clear = clear
  }

  /** What a login needs: the hash, and the password itself or nothing. */
  async ask(hash: (password: string) => string): Promise<{ hash: string; clear: string }> {
    const password = await this.password()
    if (this.#last?.password !== password) this.#last = { password, hash: hash(password) }
    return { hash: this.#last.hash, clear: this.clear ? password : "" }
  }

  /** The password itself. */
  async password(): Promise<string> {
    const password = typeof this.#source === "function" ? await this.#source() : this.#source
    if (!isPassword(password)) {
      throw invalid(
        `config.password gave ${typeof password === "string" ? "text" : typeof password} that is no password: it must give text without a zero character.`,
      )
    }
    return password
  }

  /** The user has a new password now. What gives passwords is asked again. */
  changed(password: string): void {
    if (typeof this.#source === "string") this.#source = password
  }
}

/** Whether a password can be one. Servers and the hash take what comes before a zero character for all of it. */
export function isPassword(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0")
}
