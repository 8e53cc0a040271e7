import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, newRedisUrl, putDatabase } from "../support/database.ts";
import { heapOf, MEASURED } from "../support/heap.ts";
import { startHealthyClient } from "./healthy-client.ts";
import { createRandom } from "../support/choices.ts";
import { count, row } from "../support/row.ts";
import { startServerProcess, waitFor, type ServerProcess } from "../support/server-process.ts";
import { blast, sendFrames, times } from "./blast.ts";
import { frame, makeBrokenFrame, makeFrame } from "./frames.ts";
import { makeRequest, makeUpgrade } from "./requests.ts";

const UPGRADES = count("upgrades", { short: 100_000, long: 1_000_000 });
const FRAMES = count("frames", { short: 300_000, long: 1_000_000 });
const HEADS = count("heads", { short: 20_000, long: 1_000_000 });
const FRAMES_PER_SOCKET = 100;
const IDLE_MS = 3_000;
const SETTLE_MS = 3_000;
const SAME_MB = 0.5;
/** Some of everything, so that what is loaded only once is loaded before the heap is measured. */
const WARM = { upgrades: 2_000, frames: 4_000, heads: 1_000 };

const random = createRandom();

const start = async (): Promise<ServerProcess> => {
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-fuzz-"));
  cleanUp(() => rm(dataDir, { recursive: true, force: true }));
  const database = await newDatabase();
  await putDatabase(dataDir);
  return startServerProcess({
    ...MEASURED,
    DATA_DIR: dataDir,
    DATABASE_URL: "url" in database ? database.url : undefined,
    REDIS_URL: newRedisUrl(),
    RATE_LIMIT_PER_MINUTE: "1500",
  });
};

const send = async (server: ServerProcess, token: string, amount: typeof WARM) => {
  const upgrades = await blast(server, amount.upgrades, () => makeUpgrade(random));
  const heads = await blast(server, amount.heads, () => makeRequest(random));
  await times(Math.ceil(amount.frames / FRAMES_PER_SOCKET), (turn) => {
    const data = random.pick([{ token }, { token }, { token: "a.b.c" }, null]);
    const hello = frame(Buffer.from(JSON.stringify({ method: "connectionParams", data })));
    // Without a fit first message tRPC hears no second one.
    const first = random.chance(0.97) ? hello : makeFrame(random);
    const frames = Array.from({ length: FRAMES_PER_SOCKET - 2 }, () => makeFrame(random));
    return sendFrames(server, Buffer.concat([first, ...frames]), makeBrokenFrame(random), turn);
  });
  return { upgrades, heads };
};

/** The heap once all sockets have closed, and what had come over them by then is worked off: it shrinks no more. */
const settledHeap = async (server: ServerProcess): Promise<number> => {
  await waitFor(async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return metrics.includes("docuchat_open_sockets 0\n") ? true : undefined;
  });
  for (let last = Infinity; ;) {
    await sleep(SETTLE_MS);
    const heap = await heapOf(server);
    if (heap > last - SAME_MB) return heap;
    last = heap;
  }
};

const done = `${UPGRADES.toLocaleString("en")} random upgrades, ${FRAMES.toLocaleString("en")} mutated frames, ${HEADS.toLocaleString("en")} HTTP heads to a server process (seed ${random.seed})`;

row({ area: "input", done }, async (measure) => {
  const server = await start();
  const token = await server.signIn("acme", "rough@example.org");
  const healthy = startHealthyClient(server.url, await server.signIn("other", "healthy@example.org"));
  await send(server, token, WARM);
  const before = await settledHeap(server);
  // What was called while the heap was measured tells nothing of an idle server.
  await sleep(IDLE_MS);
  await healthy.take();
  await sleep(IDLE_MS);
  const idle = await healthy.take();

  const { upgrades, heads } = await send(server, token, { upgrades: UPGRADES, frames: FRAMES, heads: HEADS });
  const busy = await healthy.take();
  measure("exits", Number(!server.isRunning()), { is: 0 });
  measure(
    "answers 5xx",
    [...upgrades, ...heads].reduce((sum, [code, n]) => sum + (code.startsWith("5") ? n : 0), 0),
    { is: 0 },
  );
  measure("accepted upgrades", upgrades.get("101") ?? 0, { atLeast: 1 });
  measure("heap grown MB", (await settledHeap(server)) - before, { atMost: 10 });
  measure("calls of a healthy client", busy.calls, { atLeast: 20 });
  measure("failed", busy.failures, { is: 0 });
  measure("their p99 idle ms", idle.p99Ms);
  // The load takes what this machine has: a slow one shows in the idle figure too.
  measure("their p99 meanwhile ms", busy.p99Ms);
  measure("meanwhile / idle", busy.p99Ms / idle.p99Ms, { atMost: 20 });
});
