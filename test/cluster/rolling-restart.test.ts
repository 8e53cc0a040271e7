import { expect, test } from "vitest";
import { needsServices } from "./cluster.ts";
import { restartUnderLoad } from "./rolling.ts";

/** `ROUNDS=20 CLIENTS=50` for the long form, which restarts workers as well, under uploads. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 1);
const CLIENTS = Number(process.env["CLIENTS"] ?? 10);
const WORKERS = ROUNDS > 1 ? 2 : 0;

test.skipIf(needsServices)(
  "restarting the web processes in turn fails no call, and loses and doubles no event (needs DATABASE_URL and REDIS_URL)",
  async () => {
    const tally = await restartUnderLoad({ rounds: ROUNDS, clients: CLIENTS, workers: WORKERS });
    expect(tally).toMatchObject({ failures: [], wrong: [] });
    expect(tally.answers).toBeGreaterThan(CLIENTS);
    expect(tally.files).toBeGreaterThanOrEqual(WORKERS);
    expect(tally.calls).toBeGreaterThan(CLIENTS);
  },
  60_000 + ROUNDS * 60_000,
);
