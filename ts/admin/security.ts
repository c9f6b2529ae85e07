// Users and roles of a cluster with security (Enterprise Edition). What travels is made and read by the engine; here are
// the names and the checks.

import { isPlainObject, show, wrong } from "../core/check.ts"
import { code, commandKind, limit, privilege, securityCommand, securityField } from "../core/generated.ts"
import { utf8Length } from "../core/text.ts"
import type { AdminField } from "../core/writer.ts"
import { Answer, type Driver } from "../driver.ts"
import { errorOf, invalid } from "../errors.ts"
import { isPassword } from "../login.ts"
import type { AdminPolicy, PolicyPacker } from "../policy.ts"

/**
 * What a role allows: administration of users, of the system, of data (indexes, modules, truncation, jobs), of modules, of
 * indexes; reading, writing, calling functions, truncation of records; masking (servers from 8.1.1 on).
 */
export type PrivilegeCode =
  | "user-admin"
  | "sys-admin"
  | "data-admin"
  | "udf-admin"
  | "sindex-admin"
  | "read"
  | "read-write"
  | "read-write-udf"
  | "write"
  | "truncate"
  | "masking-admin"
  | "read-masked"
  | "write-masked"

/** A privilege. From `"read"` on it may be for one namespace, or one set of it; default: all. */
export interface Privilege {
  readonly code: PrivilegeCode
  readonly namespace?: string | undefined
  readonly set?: string | undefined
}

/** Limits of a role, beside its privileges. */
export interface RoleLimits {
  /** Addresses or networks, such as `"10.0.0.0/8"`, from which its users may connect. Default: any. */
  readonly allowlist?: readonly string[] | undefined
  /** Records a second, 0 = no limit. Needs `enable-quotas` on the server. */
  readonly readQuota?: number | undefined
  /** The same of writes. */
  readonly writeQuota?: number | undefined
}

/** A role as the server tells of it. */
export interface Role {
  name: string
  privileges: Privilege[]
  /** Empty = any address. */
  allowlist: string[]
  readQuota: number
  writeQuota: number
}

/** What a user did, as the server counts it on the node that was asked. */
export interface UserRates {
  /** Records a second that are allowed, 0 = no limit. */
  quota: number
  /** Commands on single records, a second. */
  single: number
  /** Records of queries that have a limit, a second. */
  query: number
  /** Queries without a limit that run. */
  limitless: number
}

/** A user as the server tells of it. */
export interface User {
  name: string
  roles: string[]
  /** Open connections, on the node that was asked. */
  connections: number
  /** Absent where the server tells none. */
  reads?: UserRates
  writes?: UserRates
}

/** What PKI users have for a password: the word by which servers from 8.1 on know that there is none. */
const noPassword = "nopassword"

/** Users and roles: `client.admin`. All methods reject with an `AdminError` that has the server's code. */
export class Admin {
  readonly #driver: Driver
  readonly #packer: PolicyPacker

  /** @internal */
  constructor(driver: Driver, packer: PolicyPacker) {
    this.#driver = driver
    this.#packer = packer
  }

  /**
   * Creates a user. Needs the privilege user-admin, as all but `changePassword` and `queryUser` for oneself.
   *
   * @example
   * await client.admin.createUser("ada", password, ["read-write"])
   */
  async createUser(user: string, password: string, roles: readonly string[] = [], policy?: AdminPolicy): Promise<void> {
    checkPassword(password)
    await this.#change("createUser", user, policy, securityCommand.CREATE_USER, () => [
      userField(user),
      [securityField.PASSWORD, this.#driver.hash(password)],
      rolesField(roles),
    ])
  }

  /** Creates a user who is known by a certificate and has no password. Servers from 8.1 on. */
  async createPkiUser(user: string, roles: readonly string[] = [], policy?: AdminPolicy): Promise<void> {
    await this.#change("createPkiUser", user, policy, securityCommand.CREATE_USER, () => [
      userField(user),
      [securityField.PASSWORD, this.#driver.hash(noPassword)],
      rolesField(roles),
    ])
  }

  /** Removes a user. */
  async dropUser(user: string, policy?: AdminPolicy): Promise<void> {
    await this.#change("dropUser", user, policy, securityCommand.DROP_USER, () => [userField(user)])
  }

  /**
   * Changes a password. Changing one's own needs no privilege, and this client logs in with the new one from then on; if
   * `config.password` is a function, it has to give the old one up to then.
   */
  async changePassword(user: string, password: string, policy?: AdminPolicy): Promise<void> {
    checkPassword(password)
    const own = this.#driver.credentials
    const isOwn = own !== undefined && own.user === user
    const old = isOwn ? (await own.ask(this.#driver.hash)).hash : undefined
    const number = isOwn ? securityCommand.CHANGE_PASSWORD : securityCommand.SET_PASSWORD
    await this.#change("changePassword", user, policy, number, () => [
      userField(user),
      ...(old === undefined ? [] : [[securityField.OLD_PASSWORD, old] as const]),
      [securityField.PASSWORD, this.#driver.hash(password)],
    ])
    if (isOwn) own.changed(password)
  }

  /** Gives roles to a user. */
  async grantRoles(user: string, roles: readonly string[], policy?: AdminPolicy): Promise<void> {
    const fields = () => [userField(user), rolesField(roles, 1)]
    await this.#change("grantRoles", user, policy, securityCommand.GRANT_ROLES, fields)
  }

  /** Takes roles from a user. */
  async revokeRoles(user: string, roles: readonly string[], policy?: AdminPolicy): Promise<void> {
    const fields = () => [userField(user), rolesField(roles, 1)]
    await this.#change("revokeRoles", user, policy, securityCommand.REVOKE_ROLES, fields)
  }

  /** A user with roles and rates. Default: the one who asks. */
  async queryUser(user?: string, policy?: AdminPolicy): Promise<User> {
    const name = user ?? this.#driver.credentials?.user
    if (name === undefined) throw invalid("queryUser: say which user, for the client has none of its own.")
    const fields = () => [userField(name)]
    const [found] = await this.#ask("queryUser", name, policy, securityCommand.QUERY_USERS, fields)
    if (found === undefined) throw errorOf(code.INVALID_USER, asked("queryUser", name))
    return userOf(found)
  }

  /** All users. */
  async queryUsers(policy?: AdminPolicy): Promise<User[]> {
    const found = await this.#ask("queryUsers", undefined, policy, securityCommand.QUERY_USERS, () => [])
    return found.map(userOf)
  }

  /**
   * Creates a role.
   *
   * @example
   * await client.admin.createRole("reader", [{ code: "read", namespace: "test", set: "users" }], { readQuota: 1000 })
   */
  async createRole(
    role: string,
    privileges: readonly Privilege[],
    limits: RoleLimits = {},
    policy?: AdminPolicy,
  ): Promise<void> {
    if (!isPlainObject(limits)) throw wrong("the limits", limits, "an object of allowlist, readQuota, writeQuota")
    const { allowlist, readQuota, writeQuota } = limits as RoleLimits
    await this.#change("createRole", role, policy, securityCommand.CREATE_ROLE, () => {
      const fields: AdminField[] = [roleField(role)]
      if (privileges.length > 0) fields.push(privilegesField(privileges))
      if (allowlist !== undefined && allowlist.length > 0) fields.push(allowlistField(allowlist))
      if (readQuota) fields.push(quotaField("readQuota", securityField.READ_QUOTA, readQuota))
      if (writeQuota) fields.push(quotaField("writeQuota", securityField.WRITE_QUOTA, writeQuota))
      return fields
    })
  }

  /** Removes a role. */
  async dropRole(role: string, policy?: AdminPolicy): Promise<void> {
    await this.#change("dropRole", role, policy, securityCommand.DROP_ROLE, () => [roleField(role)])
  }

  /** Gives privileges to a role. */
  async grantPrivileges(role: string, privileges: readonly Privilege[], policy?: AdminPolicy): Promise<void> {
    const fields = () => [roleField(role), privilegesField(privileges)]
    await this.#change("grantPrivileges", role, policy, securityCommand.GRANT_PRIVILEGES, fields)
  }

  /** Takes privileges from a role. */
  async revokePrivileges(role: string, privileges: readonly Privilege[], policy?: AdminPolicy): Promise<void> {
    const fields = () => [roleField(role), privilegesField(privileges)]
    await this.#change("revokePrivileges", role, policy, securityCommand.REVOKE_PRIVILEGES, fields)
  }

  /** A role with its privileges and limits. */
  async queryRole(role: string, policy?: AdminPolicy): Promise<Role> {
    const [found] = await this.#ask("queryRole", role, policy, securityCommand.QUERY_ROLES, () => [roleField(role)])
    if (found === undefined) throw errorOf(code.INVALID_ROLE, asked("queryRole", role))
    return roleOf(found)
  }

  /** All roles, those of the server included. */
  async queryRoles(policy?: AdminPolicy): Promise<Role[]> {
    const found = await this.#ask("queryRoles", undefined, policy, securityCommand.QUERY_ROLES, () => [])
    return found.map(roleOf)
  }

  /** Says from where users of a role may connect; an empty list, or null, means from anywhere. */
  async setAllowlist(role: string, allowlist: readonly string[] | null, policy?: AdminPolicy): Promise<void> {
    const list = allowlist ?? []
    const fields = () => (list.length > 0 ? [roleField(role), allowlistField(list)] : [roleField(role)])
    await this.#change("setAllowlist", role, policy, securityCommand.SET_ALLOWLIST, fields)
  }

  /** Limits the users of a role to so many records a second; 0 = no limit. */
  async setQuotas(role: string, readQuota: number, writeQuota: number, policy?: AdminPolicy): Promise<void> {
    await this.#change("setQuotas", role, policy, securityCommand.SET_QUOTAS, () => [
      roleField(role),
      quotaField("readQuota", securityField.READ_QUOTA, readQuota),
      quotaField("writeQuota", securityField.WRITE_QUOTA, writeQuota),
    ])
  }

  async #change(
    verb: string,
    name: string,
    policy: AdminPolicy | undefined,
    command: number,
    fields: () => readonly AdminField[],
  ): Promise<void> {
    await this.#ask(verb, name, policy, command, fields)
  }

  async #ask(
    verb: string,
    name: string | undefined,
    policy: AdminPolicy | undefined,
    command: number,
    fields: () => readonly AdminField[],
  ): Promise<Map<number, unknown>[]> {
    const driver = this.#driver
    const what = asked(verb, name)
    // Before the command is begun: hashes are made here, and arguments looked at.
    driver.assertOpen(what)
    const written = fields()
    const words = this.#packer.pack("admin", policy)
    const writer = driver.writer
    let answer: Promise<unknown>
    let begun = false
    try {
      writer.begin(commandKind.ADMIN, words)
      begun = true
      const signal = words.signal
      writer.admin(command, written)
      writer.finish()
      answer = driver.submit(Answer.ADMIN, what, undefined, signal)
    } catch (error) {
      throw driver.thrown(error, what)
    } finally {
      if (begun) writer.end()
    }
    return ((await answer) as unknown[][]).map(fieldsOf)
  }
}

function asked(verb: string, name: string | undefined): string {
  return name === undefined ? `admin.${verb}` : `admin.${verb} ${show(name)}`
}

// ── What is asked ───────────────────────────────────────────────────────────────────────────────────────────────────

const names: readonly PrivilegeCode[] = Object.keys(privilege).map(
  (name) => name.toLowerCase().replaceAll("_", "-") as PrivilegeCode,
)
const codeOfName = new Map(names.map((name, i) => [name, Object.values(privilege)[i]!] as const))
const nameOfCode = new Map(names.map((name, i) => [Object.values(privilege)[i]! as number, name] as const))

function checkText(path: string, value: unknown, max: number, min = 1): asserts value is string {
  const is = typeof value === "string" && value.length >= min && utf8Length(value) <= max && !value.includes("\0")
  if (!is) throw wrong(path, value, `text of ${min} to ${max} bytes`)
}

/** What is wrong is said without the password. */
function checkPassword(password: unknown): void {
  if (!isPassword(password)) throw invalid("the password is none: it must be text without a zero character.")
}

function userField(user: string): AdminField {
  checkText("the user", user, limit.USER)
  return [securityField.USER, user]
}

function roleField(role: string): AdminField {
  checkText("the role", role, limit.ROLE)
  return [securityField.ROLE, role]
}

function rolesField(roles: readonly string[], min = 0): AdminField {
  if (!Array.isArray(roles) || roles.length < min || roles.length > limit.ROLES) {
    throw wrong("the roles", roles, `an array of ${min} to ${limit.ROLES} names of roles`)
  }
  roles.forEach((role, i) => void checkText(`roles[${i}]`, role, limit.ROLE))
  return [securityField.ROLES, roles]
}

function privilegesField(privileges: readonly Privilege[]): AdminField {
  if (!Array.isArray(privileges) || privileges.length === 0 || privileges.length > limit.ROLES) {
    throw wrong(
      "the privileges",
      privileges,
      `an array of 1 to ${limit.ROLES} such as { code: "read", namespace: "test" }`,
    )
  }
  return [securityField.PRIVILEGES, privileges.flatMap((item, i) => privilegeOf(item, `privileges[${i}]`))]
}

function privilegeOf(item: Privilege, path: string): (string | number)[] {
  if (!isPlainObject(item))
    throw wrong(path, item, 'an object such as { code: "read", namespace: "test", set: "users" }')
  const { code: name, namespace = "", set = "", ...more } = item as unknown as Privilege
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) throw invalid(`${path}.${unknown} is not known: it takes code, namespace, set.`)
  const number = codeOfName.get(name)
  if (number === undefined) throw wrong(`${path}.code`, name, `one of ${names.map((known) => `"${known}"`).join(", ")}`)
  checkText(`${path}.namespace`, namespace, limit.NAMESPACE, 0)
  checkText(`${path}.set`, set, limit.SET, 0)
  if (number < privilege.READ && (namespace !== "" || set !== "")) {
    throw invalid(`${path} has a namespace or set: ${name} is for the whole cluster.`)
  }
  if (set !== "" && namespace === "") throw invalid(`${path} has a set and no namespace: say which namespace's.`)
  return [number, namespace, set]
}

function allowlistField(allowlist: readonly string[]): AdminField {
  if (!Array.isArray(allowlist)) throw wrong("the allowlist", allowlist, "an array of addresses")
  allowlist.forEach((address, i) => {
    checkText(`allowlist[${i}]`, address, 64)
    if (/[,\s]/.test(address)) throw wrong(`allowlist[${i}]`, address, 'an address or network, such as "10.0.0.0/8"')
  })
  const text = allowlist.join(",")
  if (text.length > limit.ALLOWLIST) throw invalid(`the allowlist is longer than ${limit.ALLOWLIST} bytes.`)
  return [securityField.ALLOWLIST, text]
}

function quotaField(path: string, id: number, quota: number): AdminField {
  const is = Number.isInteger(quota) && quota >= 0 && quota <= 0x7fff_ffff
  if (!is) throw wrong(path, quota, "a whole number of records a second, 0 for no limit")
  return [id, quota]
}

// ── What is told ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Numbers may come as bigints, as the client was told to read integers. */
function fieldsOf(told: unknown[]): Map<number, unknown> {
  const fields = new Map<number, unknown>()
  for (let i = 0; i < told.length; i += 2) fields.set(Number(told[i]), told[i + 1])
  return fields
}

function userOf(fields: Map<number, unknown>): User {
  const user: User = {
    name: (fields.get(securityField.USER) as string | undefined) ?? "",
    roles: (fields.get(securityField.ROLES) as string[] | undefined) ?? [],
    connections: Number(fields.get(securityField.CONNECTIONS) ?? 0),
  }
  const reads = ratesOf(fields.get(securityField.READ_INFO))
  const writes = ratesOf(fields.get(securityField.WRITE_INFO))
  if (reads) user.reads = reads
  if (writes) user.writes = writes
  return user
}

function ratesOf(told: unknown): UserRates | undefined {
  if (told === undefined) return undefined
  const [quota = 0, single = 0, query = 0, limitless = 0] = (told as unknown[]).map(Number)
  return { quota, single, query, limitless }
}

function roleOf(fields: Map<number, unknown>): Role {
  const allowlist = (fields.get(securityField.ALLOWLIST) as string | undefined) ?? ""
  const told = (fields.get(securityField.PRIVILEGES) as unknown[] | undefined) ?? []
  const privileges: Privilege[] = []
  for (let i = 0; i < told.length; i += 3) {
    const number = Number(told[i])
    // One that is newer than this client keeps its number.
    const item: { code: PrivilegeCode; namespace?: string; set?: string } = {
      code: nameOfCode.get(number) ?? (String(number) as PrivilegeCode),
    }
    if (told[i + 1] !== "") item.namespace = told[i + 1] as string
    if (told[i + 2] !== "") item.set = told[i + 2] as string
    privileges.push(item)
  }
  return {
    name: (fields.get(securityField.ROLE) as string | undefined) ?? "",
    privileges,
    allowlist: allowlist.split(",").filter((address) => address !== ""),
    readQuota: Number(fields.get(securityField.READ_QUOTA) ?? 0),
    writeQuota: Number(fields.get(securityField.WRITE_QUOTA) ?? 0),
  }
}
