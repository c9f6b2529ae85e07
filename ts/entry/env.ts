// Environment variables, wherever there are some. No program is stopped by a question for a permission that it was not given.

/** What this file needs of Deno, so that the rest compiles without its types. */
interface DenoEnvironment {
  env: { get(name: string): string | undefined }
  permissions: { querySync(descriptor: { name: "env"; variable: string }): { state: string } }
}

/** The value of an environment variable, if it may be read. */
export function environment(name: string): string | undefined {
  const { Deno: deno } = globalThis as { Deno?: DenoEnvironment }
  if (deno === undefined) return globalThis.process?.env?.[name]
  return deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? deno.env.get(name)
    : undefined
}
