/** Expressions of Lua, each with what servers answered: a value, or `{ failure }` with the words of the error. */
export function luaFacts(api: object): [code: string, answer: unknown][]
