import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/setup.ts"],
    // One process runs many files: they share what takes long to load, and the app of those that need none of their own.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Node runs the sources as they are, as it does in production, and keeps what it compiled.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
