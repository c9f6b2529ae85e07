import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    // The other folders under tests/ have runners of their own: they test what is built.
    include: ["tests/unit/**/*.test.ts", "tests/property/**/*.test.ts"],
  },
})
