import { needsServices } from "../cluster/cluster.ts";
import { restartUnderLoad } from "../cluster/rolling.ts";
import { count, row } from "../support/row.ts";

const RESTARTS = count("restarts", { short: 4, long: 20 });
const CLIENTS = count("clients", { short: 20, long: 50 });

row(
  {
    area: "shutdown",
    done: `${RESTARTS} restarts of two web processes in turn under ${CLIENTS} clients`,
    needs: needsServices && "DATABASE_URL and REDIS_URL",
  },
  async (measure) => {
    const tally = await restartUnderLoad({ rounds: Math.ceil(RESTARTS / 2), clients: CLIENTS, workers: 0 });
    for (const fault of [...tally.failures, ...tally.wrong]) process.stdout.write(`  ${String(fault)}\n`);
    measure("answers", tally.answers, { atLeast: CLIENTS });
    measure("other calls", tally.calls, { atLeast: CLIENTS });
    measure("failed calls", tally.failures.length, { is: 0 });
    measure("events lost, doubled or out of order", tally.wrong.length, { is: 0 });
  },
);
