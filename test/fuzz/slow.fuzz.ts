import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import type { ChatEvent } from "../../server/contract/chat.ts";
import { newId } from "../../server/id.ts";
import { openSocket } from "../http/socket.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, newRedisUrl, putDatabase } from "../support/database.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { count, percentile, row } from "../support/row.ts";
import { startServerProcess, waitFor, type ServerProcess } from "../support/server-process.ts";

const STALLED = count("stalled", { short: 200, long: 200 });
const LIVE = 10;
/** An answer belongs to one user, who may have so many sockets. */
const ANSWERS = 3;
/** Well above what the kernel takes on the way of each socket. */
const DELTAS = count("deltas", { short: 700, long: 3_000 });
const FILLING = "x".repeat(6_000);
/** ` 2.17.xxx…`: the seventeenth of the second answer. */
const deltaOf = (answer: number, index: number): string => ` ${answer}.${index}.${FILLING}`;
const markOf = (delta: string): string => delta.trim().split("x")[0] ?? "";
const EVERY_MS = 20;

type Heard = { result?: { data?: { json: { id: string; data: ChatEvent } } } };
type Reader = { ws: WebSocket; ended: Promise<void>; text: string; latencies: number[]; lastId: string | undefined };

/** When the vendor sent each delta, by its mark. */
const sentAt = new Map<string, number>();

/** Follows an answer on a socket of its own and notes how long each delta took. */
const follow = async (
  server: ServerProcess,
  ask: { token: string; requestId: string; lastEventId?: string | undefined },
): Promise<Reader> => {
  const ws = await openSocket(server.url, { token: ask.token });
  ws.on("error", () => {});
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const reader: Reader = { ws, ended, text: "", latencies: [], lastId: ask.lastEventId };
  ws.once("close", () => resolve());
  ws.on("message", (data: Buffer) => {
    const tracked = (JSON.parse(data.toString()) as Heard).result?.data?.json;
    if (!tracked) return;
    reader.lastId = tracked.id;
    if (tracked.data.type === "delta") {
      reader.text += tracked.data.text;
      const sent = sentAt.get(markOf(tracked.data.text));
      if (sent !== undefined) reader.latencies.push(performance.now() - sent);
    }
    if (tracked.data.type === "finished") resolve();
  });
  const input = { question: "What is there?", requestId: ask.requestId };
  const params = { path: "chat.ask", input, ...(ask.lastEventId ? { lastEventId: ask.lastEventId } : {}) };
  ws.send(JSON.stringify({ id: 1, method: "subscription", params }));
  return reader;
};

const gauge = async (server: ServerProcess, name: string): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
};

/** The most memory that the server has while `work` runs, in MB. */
const peakMemory = async (server: ServerProcess, work: Promise<unknown>): Promise<number> => {
  let peak = 0;
  const over = new AbortController();
  const watch = async () => {
    for (; !over.signal.aborted; await sleep(200))
      peak = Math.max(peak, (await gauge(server, "process_resident_memory_bytes")) / 1024 / 1024);
  };
  const watching = watch();
  await work.finally(() => over.abort());
  await watching;
  return peak;
};

const start = async () => {
  let answers = 0;
  const write = (answer: number) => Array.from({ length: DELTAS }, (_, index) => deltaOf(answer, index)).join("");
  const vendor = await startOpenAiServer({
    answer: () => write(answers++),
    deltaDelayMs: EVERY_MS,
    onDelta: (delta) => sentAt.set(markOf(delta), performance.now()),
  });
  cleanUp(() => vendor.close());
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-slow-"));
  cleanUp(() => rm(dataDir, { recursive: true, force: true }));
  const database = await newDatabase();
  await putDatabase(dataDir);
  const server = await startServerProcess({
    DATA_DIR: dataDir,
    DATABASE_URL: "url" in database ? database.url : undefined,
    REDIS_URL: newRedisUrl(),
    OPENAI_BASE_URL: vendor.baseUrl,
  });
  const tokens = await Promise.all(
    Array.from({ length: ANSWERS }, (_, index) => server.signIn("acme", `reader${index}@example.org`)),
  );
  return { server, tokens };
};

type Started = Awaited<ReturnType<typeof start>>;

/** Answers to each user at once, with so many readers in all; the live ones read to the end. */
const round = async ({ server, tokens }: Started, stalled: number) => {
  const asks = tokens.map((token) => ({ token, requestId: newId() }));
  const asked = (index: number) => asks[index % ANSWERS] ?? { token: "", requestId: "" };
  const live = await Promise.all(Array.from({ length: LIVE }, (_, index) => follow(server, asked(index))));
  const still = await Promise.all(Array.from({ length: stalled }, (_, index) => follow(server, asked(index))));
  for (const { ws } of still) ws.pause();
  return { live, still, asked };
};

row(
  {
    area: "slow consumers",
    done: `${STALLED} stalled and ${LIVE} live readers of answers of ${Math.round((DELTAS * FILLING.length) / 1e6)} MB`,
  },
  async (measure) => {
    const started = await start();
    const { server } = started;
    const alone = await round(started, 0);
    const before = await peakMemory(server, Promise.all(alone.live.map(({ ended }) => ended)));
    for (const { ws } of alone.live) ws.terminate();

    const { live, still, asked } = await round(started, STALLED);
    const after = await peakMemory(server, Promise.all(live.map(({ ended }) => ended)));
    measure("memory above that of the live ones MB", after - before, { atMost: 64 });
    const aloneP99 = percentile(
      alone.live.flatMap(({ latencies }) => latencies),
      0.99,
    );
    measure("p99 of a live delta without them ms", aloneP99);
    measure(
      "with them ms",
      percentile(
        live.flatMap(({ latencies }) => latencies),
        0.99,
      ),
      { atMost: Math.max(100, 3 * aloneP99) },
    );

    const begun = performance.now();
    await waitFor(async () => ((await gauge(server, "docuchat_open_sockets")) <= LIVE ? true : undefined), 30_000);
    measure("cut after the live ones' end, s", (performance.now() - begun) / 1_000, { atMost: 20 });
    const [first] = still;
    if (!first) return;
    first.ws.resume();
    await first.ended;
    const resumed = await follow(server, { ...asked(0), lastEventId: first.lastId });
    await resumed.ended;
    const whole = live[0]?.text ?? "";
    measure("characters of the whole", whole.length, { atLeast: DELTAS * FILLING.length });
    measure("lost or doubled by a stalled one that resumed by id", Number(first.text + resumed.text !== whole), {
      is: 0,
    });
    measure("exits", Number(!server.isRunning()), { is: 0 });
  },
);
