// `npm run test:fuzz` and `npm run test:faults`: the suites of that name, as one table; `--long` for the long form.
import { spawn } from "node:child_process";
import { once } from "node:events";

const [suite = "", ...options] = process.argv.slice(2);
const others = options.filter((option) => option !== "--long");
const long = others.length < options.length ? { LONG: "1" } : {};
const suites = spawn("vitest", ["run", "--config", "vitest.suites.config.ts", ...others], {
  stdio: "inherit",
  env: { ...process.env, ...long, SUITE: suite },
});
const [code] = (await once(suites, "exit")) as [number | null];
process.exit(code ?? 1);
