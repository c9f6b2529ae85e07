import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    // The other folders under tests/ have runners of their own. The last two test what is built: `make dist` first.
    include: ["tests/{unit,property}/**/*.test.ts", "tests/{integration,package}/**/*.test.{ts,mjs}"],
  },
})
