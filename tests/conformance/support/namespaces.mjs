// The two namespaces the suite expects, as options of the dev server. A real cluster has them in its configuration.

export const NAMESPACES = {
  test: {}, // records expire
  bar: { nsupPeriod: 0 }, // records do not expire, and a time to live is refused
}
