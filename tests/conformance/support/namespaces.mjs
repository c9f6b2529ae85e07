// The two namespaces the suite expects, as options of the dev server. A real cluster has them in its configuration.

export const NAMESPACES = {
  test: {}, // in memory, records expire
  bar: { nsup: false }, // records do not expire, and a time to live is refused
}
