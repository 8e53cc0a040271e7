import { defineConfig } from "vitest/config";

/** Set by `npm run browser`, which installs the browser first; the rest needs none. */
const inBrowser = Boolean(process.env["BROWSER"]);

export default defineConfig({
  test: {
    include: [inBrowser ? "test/browser/*.test.ts" : "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", ...(inBrowser ? [] : ["test/browser/**"])],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/setup.ts"],
    // One process runs many files: they share what takes long to load, and the app of those that need none of their own.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Tests of killed and restarted processes wait on real timers: the gate gives a busy machine a second chance.
    retry: process.env["CI"] ? 1 : 0,
    maxWorkers: 2,
    // Node runs the sources as they are, as it does in production, and keeps what it compiled.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    coverage: {
      include: ["server/**", "db/**"],
      exclude: ["server/files/extract/**", "db/pglite/thread.ts"],
      reporter: ["text-summary", "json-summary", "html"],
    },
  },
});
