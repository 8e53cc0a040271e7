import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 60_000,
    // Tests of killed and restarted processes wait on real timers: the gate gives a busy machine a second chance.
    retry: process.env["CI"] ? 1 : 0,
    hookTimeout: 120_000,
    maxWorkers: 2,
    coverage: {
      include: ["server/**", "db/**"],
      exclude: ["server/files/extract/**", "db/pglite/thread.ts"],
      reporter: ["text-summary", "json-summary", "html"],
    },
  },
});
