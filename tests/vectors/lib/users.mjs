// Commands on users and roles: security messages.

import { bytesOf, TYPE } from "./frame.mjs"

/** By name: a call of the client. Logins are no commands of a caller; they are compared where the engine is tested. */
const COMMANDS = {
  create_user: (admin, { user, password, roles }) => admin.createUser(user, password, roles),
  create_pki_user: (admin, { user, roles }) => admin.createPkiUser(user, roles),
  change_password: (admin, { user, password }) => admin.changePassword(user, password),
  query_user: (admin, { user }) => admin.queryUser(user),
  query_users: (admin) => admin.queryUsers(),
  create_role: (admin, { role, privileges, whitelist, read_quota, write_quota }) =>
    admin.createRole(role, privileges.map(privilegeOf), {
      allowlist: whitelist,
      readQuota: read_quota,
      writeQuota: write_quota,
    }),
  grant_privileges: (admin, { role, privileges }) => admin.grantPrivileges(role, privileges.map(privilegeOf)),
  revoke_privileges: (admin, { role, privileges }) => admin.revokePrivileges(role, privileges.map(privilegeOf)),
  query_role: (admin, { role }) => admin.queryRole(role),
  query_roles: (admin) => admin.queryRoles(),
  set_whitelist: (admin, { role, whitelist }) => admin.setAllowlist(role, whitelist),
  set_quotas: (admin, { role, read_quota, write_quota }) => admin.setQuotas(role, read_quota, write_quota),
}

const CREATE_ROLE = 10

export function isAboutUsers({ kind }) {
  return kind === "admin"
}

/** Why the client does not have a command, or undefined when it has. */
export function usersNotYet({ cmd }) {
  return Object.hasOwn(COMMANDS, cmd) ? undefined : cmd
}

/** Calls the client. */
export function callUsers(client, what) {
  return COMMANDS[what.cmd](client.admin, what)
}

/** An answer that ends such a command: of a question, that this was all. */
export function emptyUsersAnswer({ cmd }) {
  return bytesOf(`02020000000000100${cmd.startsWith("query") ? "032" : "000"}${"00".repeat(14)}`)
}

/** What of a request counts: the Go client does not count a field of CREATE_ROLE that is a list of one. */
export function usersBody({ type, body }) {
  if (type !== TYPE.SECURITY || body[2] !== CREATE_ROLE) return body
  const counted = Buffer.from(body)
  counted[3] = 0
  return counted
}

function privilegeOf([code, namespace, set]) {
  return { code, ...(namespace && { namespace }), ...(set && { set }) }
}
