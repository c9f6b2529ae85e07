// The one place where flags and environment become a configuration: they mean the same for every command. A password is
// never shown, and need not stand on a command line, where others can read it.

import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { Writable } from "node:stream"
import type { Config } from "../config.ts"
import type { TlsOptions } from "../tls.ts"
import { WrongCall } from "./wrong-call.ts"

const text = { type: "string" } as const

/** Who one is, for `parseArgs`. */
export const userFlags = { user: text, password: text, "password-file": text } as const

/** Flags of every command that connects, for `parseArgs`. */
export const connectionFlags = {
  hosts: text,
  ...userFlags,
  "auth-mode": text,
  tls: { type: "boolean" },
  "tls-ca": text,
  "tls-cert": text,
  "tls-key": text,
  "tls-name": text,
  "services-alternate": { type: "boolean" },
  timeout: text,
} as const

export const connectionUsage = `Connection:
  --hosts <list>           host:port or host:tls-name:port, with commas between;
                           any node finds the others (default 127.0.0.1:3000)
  --user <name>            log in; without a password below it is asked for
  --password-file <file>   holds the password; - is standard input
  --password <text>        others on this machine may see it: better the file,
                           or AEROSPIKE_PASSWORD
  --auth-mode <mode>       internal (default), external (LDAP) or pki
  --tls                    use TLS; so does each of these:
  --tls-ca <file>          whom to trust, PEM (default: whom the system trusts)
  --tls-cert <file>        own certificate, PEM
  --tls-key <file>         its private key, PEM
  --tls-name <name>        the name in the servers' certificates
  --services-alternate     nodes are reached by their alternate addresses
  --timeout <ms>           to connect, and for each request (default 1000)

Environment, where a flag does not say otherwise: AEROSPIKE_HOSTS,
AEROSPIKE_USER, AEROSPIKE_PASSWORD, AEROSPIKE_AUTH_MODE, AEROSPIKE_TLS (true),
AEROSPIKE_TLS_CA, AEROSPIKE_TLS_CERT, AEROSPIKE_TLS_KEY, AEROSPIKE_TLS_NAME, and
AEROSPIKE_TLS_PASSPHRASE for a key that is encrypted.`

/** What `parseArgs` has made of the flags. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>

export type Environment = Readonly<Record<string, string | undefined>>

/** A field of the configuration: the flag and the variable that say it. */
interface Field {
  readonly flag?: string
  readonly variable?: string
}

/** By the path in the configuration. */
export const fields = {
  hosts: { flag: "hosts", variable: "AEROSPIKE_HOSTS" },
  user: { flag: "user", variable: "AEROSPIKE_USER" },
  password: { flag: "password", variable: "AEROSPIKE_PASSWORD" },
  authMode: { flag: "auth-mode", variable: "AEROSPIKE_AUTH_MODE" },
  "tls.ca": { flag: "tls-ca", variable: "AEROSPIKE_TLS_CA" },
  "tls.cert": { flag: "tls-cert", variable: "AEROSPIKE_TLS_CERT" },
  "tls.key": { flag: "tls-key", variable: "AEROSPIKE_TLS_KEY" },
  "tls.tlsName": { flag: "tls-name", variable: "AEROSPIKE_TLS_NAME" },
  "tls.passphrase": { variable: "AEROSPIKE_TLS_PASSPHRASE" },
  tls: { flag: "tls", variable: "AEROSPIKE_TLS" },
  timeout: { flag: "timeout" },
} satisfies Record<string, Field>

type Path = keyof typeof fields

const tlsPaths = ["tls.ca", "tls.cert", "tls.key", "tls.tlsName", "tls.passphrase"] as const satisfies readonly Path[]

/** What is said of a connection, and where. */
export class Said {
  readonly #flags: Flags
  readonly #environment: Environment

  constructor(flags: Flags, environment: Environment = process.env) {
    this.#flags = flags
    this.#environment = environment
  }

  /** The configuration. Asks for the password if nothing says it and somebody can be asked. */
  async config(ask: (user: string) => Promise<string> = askPassword): Promise<Config> {
    const user = this.#text("user")
    const authMode = this.#text("authMode") as Config["authMode"]
    const password = this.password() ?? (user !== undefined && authMode !== "pki" ? await ask(user) : undefined)
    const tls = this.#tls()
    const timeout = this.timeout
    return {
      hosts: this.#text("hosts") ?? "127.0.0.1:3000",
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      ...(authMode !== undefined && { authMode }),
      ...(tls !== undefined && { tls }),
      ...(this.#flags["services-alternate"] && { useServicesAlternate: true }),
      ...(timeout !== undefined && { timeout }),
    }
  }

  /** Milliseconds. */
  get timeout(): number | undefined {
    const given = this.#flags.timeout
    return given === undefined ? undefined : whole("--timeout", given as string)
  }

  get user(): string | undefined {
    return this.#text("user")
  }

  /** From a file, a flag or the environment. */
  password(): string | undefined {
    const file = this.#flags["password-file"] as string | undefined
    if (file === undefined) return this.#text("password")
    if (this.#flags.password !== undefined) throw new WrongCall("--password and --password-file: give one of them.")
    // What is typed there would be shown.
    if (file === "-" && process.stdin.isTTY) return undefined
    try {
      return readFileSync(file === "-" ? 0 : file, "utf8").replace(/\r?\n$/, "")
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new WrongCall(`--password-file is ${JSON.stringify(file)}: it cannot be read (${code}).`)
    }
  }

  /** A message about the configuration in the words of who made it: `config.tls.ca` is `--tls-ca`, or its variable. */
  inOwnWords(message: string): string {
    return message.replace(/\bconfig\.(tls\.\w+|\w+)/g, (name, path) => {
      const field: Field | undefined = fields[path as Path]
      if (!field) return name
      if (path === "password" && this.#flags["password-file"] !== undefined) return "--password-file"
      const { flag, variable } = field
      const isVariable =
        flag === undefined || (this.#flags[flag] === undefined && this.#variable(variable) !== undefined)
      return isVariable ? variable! : `--${flag}`
    })
  }

  #tls(): boolean | TlsOptions | undefined {
    const options = tlsPaths.flatMap((path) => {
      const value = this.#text(path)
      return value === undefined ? [] : [[path.slice("tls.".length), value]]
    })
    if (options.length > 0) return Object.fromEntries(options)
    if (this.#flags.tls) return true
    const { variable } = fields.tls
    const value = this.#variable(variable)
    if (value !== undefined && !["0", "1", "false", "true"].includes(value)) {
      throw new WrongCall(`${variable} is ${JSON.stringify(value)}: it must be true or false.`)
    }
    return value === "1" || value === "true" ? true : undefined
  }

  #text(path: Path): string | undefined {
    const { flag, variable }: Field = fields[path]
    const given = flag === undefined ? undefined : this.#flags[flag]
    return typeof given === "string" ? given : this.#variable(variable)
  }

  /** One that is empty says nothing. */
  #variable(name: string | undefined): string | undefined {
    return name === undefined ? undefined : this.#environment[name] || undefined
  }
}

/** The number that a flag has. */
export function whole(flag: string, value: string, min = 0): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < min) {
    throw new WrongCall(
      `${flag} is ${JSON.stringify(value)}: it must be a whole number${min > 0 ? `, ${min} or more` : ""}.`,
    )
  }
  return Number(value)
}

/** Asks whoever sits at the terminal; what is typed is not shown. */
export function askPassword(
  user: string,
  input: NodeJS.ReadableStream & { isTTY?: boolean } = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<string> {
  if (!input.isTTY) {
    const why = "give AEROSPIKE_PASSWORD or --password-file: there is no terminal to ask for it"
    return Promise.reject(new WrongCall(`The password of ${JSON.stringify(user)} is missing: ${why}.`))
  }
  output.write(`Password of ${user}: `)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input, output: silent, terminal: true })
  return new Promise((resolve, reject) => {
    reader.once("SIGINT", () => reject(new WrongCall("No password was given.")))
    reader.once("close", () => reject(new WrongCall("No password was given.")))
    reader.question("", resolve)
  }).finally(() => {
    output.write("\n")
    reader.close()
  }) as Promise<string>
}
