import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import type { ChatEvent } from "../../server/contract/chat.ts";
import { makePdf } from "../support/pdf.ts";
import { newId } from "../../server/id.ts";
import { openSocket } from "../http/socket.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, newRedisUrl, putDatabase } from "../support/database.ts";
import { heapOf, MEASURED } from "../support/heap.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { count, percentile, row } from "../support/row.ts";
import { startServerProcess, waitFor, type ServerProcess } from "../support/server-process.ts";

const STALLED = count("stalled", { short: 200, long: 200 });
const LIVE = 10;
const OPENED_AT_ONCE = 40;
/** An answer belongs to one user, who may have so many sockets. */
const ANSWERS = 3;
/** Words of an answer, which has to outlast the opening; it may have 1,500 tokens, so that nobody has more before it. */
const DELTAS = count("deltas", { short: 1_200, long: 1_500 });
/** ` 2.17`: the seventeenth of the second answer. */
const deltaOf = (answer: number, index: number): string => ` ${answer}.${index}`;
const EVERY_MS = 20;
const SETTLE_MS = 1_000;

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
  const { promise: follows, resolve: begin } = Promise.withResolvers<void>();
  const reader: Reader = { ws, ended, text: "", latencies: [], lastId: ask.lastEventId };
  ws.once("close", () => resolve());
  ws.on("message", (data: Buffer) => {
    const said = data.toString();
    if (said === "PING") return ws.send("PONG");
    const tracked = (JSON.parse(said) as Heard).result?.data?.json;
    if (!tracked) return;
    begin();
    reader.lastId = tracked.id;
    if (tracked.data.type === "delta") {
      reader.text += tracked.data.text;
      for (const [delta] of tracked.data.text.matchAll(/ \S+/g)) {
        const sent = sentAt.get(delta);
        if (sent !== undefined) reader.latencies.push(performance.now() - sent);
      }
    }
    if (tracked.data.type === "finished") resolve();
  });
  const input = { question: "What is there?", requestId: ask.requestId };
  const params = { path: "chat.ask", input, ...(ask.lastEventId ? { lastEventId: ask.lastEventId } : {}) };
  ws.send(JSON.stringify({ id: 1, method: "subscription", params }));
  await follows;
  return reader;
};

const gauge = async (server: ServerProcess, name: string): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
};

const start = async () => {
  let answers = 0;
  const write = (answer: number) => Array.from({ length: DELTAS }, (_, index) => deltaOf(answer, index)).join("");
  const vendor = await startOpenAiServer({
    answer: () => write(answers++),
    deltaDelayMs: EVERY_MS,
    onDelta: (delta) => sentAt.set(delta, performance.now()),
  });
  cleanUp(() => vendor.close());
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-slow-"));
  cleanUp(() => rm(dataDir, { recursive: true, force: true }));
  const database = await newDatabase();
  await putDatabase(dataDir);
  const server = await startServerProcess({
    ...MEASURED,
    DATA_DIR: dataDir,
    DATABASE_URL: "url" in database ? database.url : undefined,
    REDIS_URL: newRedisUrl(),
    OPENAI_BASE_URL: vendor.baseUrl,
  });
  const tokens = await Promise.all(
    Array.from({ length: ANSWERS }, (_, index) => server.signIn("acme", `reader${index}@example.org`)),
  );
  await uploadTo(server, tokens[0] ?? "");
  return { server, tokens };
};

/** Without a document no model is asked. */
const uploadTo = async (server: ServerProcess, token: string): Promise<void> => {
  const headers = { authorization: `Bearer ${token}` };
  const body = new FormData();
  body.set("file", new Blob([new Uint8Array(await makePdf(["Words are listed here."]))]), "words.pdf");
  const { id } = (await (await fetch(`${server.url}/v1/files`, { method: "POST", headers, body })).json()) as {
    id: string;
  };
  const isReady = async () => {
    const reply = await fetch(`${server.url}/v1/files/${id}`, { headers });
    return ((await reply.json()) as { status: string }).status === "ready" ? true : undefined;
  };
  await waitFor(isReady);
};

type Started = Awaited<ReturnType<typeof start>>;

/** Answers to each user at once, with so many readers in all; the live ones read to the end. */
const round = async ({ server, tokens }: Started, stalled: number) => {
  const asks = tokens.map((token) => ({ token, requestId: newId() }));
  const asked = (index: number) => asks[index % ANSWERS] ?? { token: "", requestId: "" };
  const live = await Promise.all(Array.from({ length: LIVE }, (_, index) => follow(server, asked(index))));
  const still: Reader[] = [];
  while (still.length < stalled) {
    const size = Math.min(OPENED_AT_ONCE, stalled - still.length);
    const more = await Promise.all(Array.from({ length: size }, (_, index) => follow(server, asked(index))));
    for (const { ws } of more) ws.pause();
    still.push(...more);
  }
  return { live, still, asked };
};

row(
  {
    area: "slow consumers",
    done: `${STALLED} stalled and ${LIVE} live readers of answers of ${DELTAS} words, ${1_000 / EVERY_MS} a second`,
  },
  async (measure) => {
    const started = await start();
    const { server } = started;
    const alone = await round(started, 0);
    await Promise.all(alone.live.map(({ ended }) => ended));
    const before = await heapOf(server);
    for (const { ws } of alone.live) ws.terminate();

    const { live, still, asked } = await round(started, STALLED);
    // What opening them costs is another matter: each is told all that was said before.
    await sleep(SETTLE_MS);
    const opening = percentile(
      live.flatMap(({ latencies }) => latencies),
      0.99,
    );
    for (const { latencies } of live) latencies.length = 0;
    await Promise.all(live.map(({ ended }) => ended));
    measure("memory that they hold MB", (await heapOf(server)) - before, { atMost: 64 });
    const aloneP99 = percentile(
      alone.live.flatMap(({ latencies }) => latencies),
      0.99,
    );
    measure("p99 of a live delta without them ms", aloneP99);
    const withP99 = percentile(
      live.flatMap(({ latencies }) => latencies),
      0.99,
    );
    measure("with them ms", withP99);
    measure("with them / without", withP99 / aloneP99, { atMost: 20 });

    measure("while they were opened ms", opening);

    // What they do not read waits with the kernel; a ping that nobody answers tells.
    const begun = performance.now();
    await waitFor(async () => ((await gauge(server, "docuchat_open_sockets")) <= LIVE ? true : undefined));
    measure("cut after the live ones' end, s", (performance.now() - begun) / 1_000);
    const [first] = still;
    if (!first) return;
    first.ws.resume();
    await first.ended;
    const resumed = await follow(server, { ...asked(0), lastEventId: first.lastId });
    await resumed.ended;
    const whole = live[0]?.text ?? "";
    measure("words of the whole", whole.trim().split(" ").length, { is: DELTAS });
    measure("lost or doubled by a stalled one that resumed by id", Number(first.text + resumed.text !== whole), {
      is: 0,
    });
    measure("exits", Number(!server.isRunning()), { is: 0 });
  },
);
