// `npm run coverage`: the suite embedded, then on PostgreSQL and Redis, and what of the code the two reach together.
// Fails below the thresholds of `vitest.config.ts`.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

const REPORTS = "test-output/coverage";

const vitest = (args: string[], { services = false, whole = false } = {}): void => {
  const command = [...(services ? ["node", "scripts/services.ts"] : []), "vitest", ...args, "--coverage"];
  const env = { ...process.env, ...(whole ? { COVERAGE: "whole" } : {}) };
  const { status } = spawnSync(command[0] ?? "", command.slice(1), { stdio: "inherit", env });
  if (status !== 0) process.exit(status ?? 1);
};

rmSync(REPORTS, { recursive: true, force: true });
const suite = (name: string) => [
  "run",
  "--reporter=default",
  "--reporter=blob",
  `--outputFile.blob=${REPORTS}/${name}.json`,
];
vitest(suite("embedded"));
vitest(suite("services"), { services: true });
vitest(["run", `--merge-reports=${REPORTS}`], { whole: true });
