import { defineConfig } from "vitest/config";
import { table } from "./test/support/table.ts";

const suite = process.env["SUITE"] ?? "fuzz";

/** `npm run test:fuzz` and `npm run test:faults`: promises with their figures, one after another. */
export default defineConfig({
  test: {
    include: [`test/${suite}/**/*.${suite}.ts`],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/setup.ts"],
    reporters: ["default", table()],
    fileParallelism: false,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
