import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Each test file compiles the embedded database anew, and few work it hard enough to gain by V8's slower compiler.
    execArgv: ["--liftoff-only"],
  },
});
