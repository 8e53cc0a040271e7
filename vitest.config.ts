import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Suites of their own, for they are the same whatever the product runs on: `npm run test:browser`, `npm run test:package`. */
const APART = ["browser", "package"];
const suite = APART.find((name) => name === process.env["SUITE"]);

/** What waits for processes to die and come back begins first, so that the rest runs meanwhile. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const waits = ({ moduleId }: TestSpecification) => Number(moduleId.includes("/test/faults/"));
    return (await super.sort(files)).toSorted((a, b) => waits(b) - waits(a));
  }
}

/** What keeps people and tenants apart: sign-in, tenancy, quota, upload. */
const KEEPS_APART =
  "{db/tenancy,server/auth/*,server/{quota,rate-limit,idempotency},server/files/receive,server/http/{upload,multipart}}.ts";

/** Of what both worlds reach together: each has code that runs on it alone. */
const whole = process.env["COVERAGE"] === "whole";

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    include: [suite ? `test/${suite}/*.test.ts` : "test/**/*.test.ts"],
    exclude: suite ? [] : APART.map((name) => `test/${name}/**`),
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/setup.ts"],
    // One process runs many files: they share what takes long to load, and the app of those that need none of their own.
    isolate: false,
    // Long enough for a machine that ten programs share: a timeout ends what hangs, and judges nothing else.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    // Tests of killed and restarted processes wait on real timers: the gate gives a busy machine a second chance.
    retry: process.env["CI"] ? 1 : 0,
    maxWorkers: 3,
    // Node runs the sources as they are, as it does in production, and keeps what it compiled.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    coverage: {
      include: ["server/**", "db/**"],
      // What runs in processes and threads of its own, which are not counted.
      exclude: ["server/ingest/reader/**", "db/pglite/{thread,vacuum}.ts", "server/{main,serve,migrate,invite}.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      ...(whole ? { thresholds: { branches: 90, [KEEPS_APART]: { branches: 100 } } } : {}),
    },
  },
});
