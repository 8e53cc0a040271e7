import { defineConfig } from "vitest/config";

/** `npm run mutations`: the tests of what keeps people and tenants apart, as Stryker runs them. */
export default defineConfig({
  test: {
    include: [
      "test/{auth,isolation}/*.test.ts",
      "test/{rate-limit,usage/quota,usage/quota-bounds,db/tenancy,files/receive,files/storm}.test.ts",
      "test/http/{idempotency,multipart,upload}.test.ts",
    ],
    // What measures time, and what tries thousands of random bodies and tokens, is too slow to run for every change.
    exclude: ["test/auth/{enumeration,token-mutants}.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/setup.ts"],
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
