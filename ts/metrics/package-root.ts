// Where the package lies: its built files stand as deep in dist/ as this one in ts/.

/** The folder of `dist` and `pkg`, as they are installed. */
export const packageRoot = new URL("../../", import.meta.url)
