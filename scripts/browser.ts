// `npm run test:browser [-- words]`: the console's journey in a real Chromium, which is installed where it is missing.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installChromium } from "./browser/chromium.ts";

installChromium();
const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "test/browser", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, SUITE: "browser" },
});
process.exit(status ?? 1);
