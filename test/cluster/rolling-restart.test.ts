import { expect, test } from "vitest";
import { createDocuChat, type DocuChat } from "../../client-sdk/src/index.ts";
import type { ChatEvent } from "../../server/contract/chat.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";
import { needsServices, startCluster, type Cluster } from "./cluster.ts";

/** `ROUNDS=20 CLIENTS=50` for the long form, which restarts workers as well, under uploads. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 1);
const CLIENTS = Number(process.env["CLIENTS"] ?? 10);
const WORKERS = ROUNDS > 1 ? 2 : 0;
const WORDS = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");

type Tally = { answers: number; calls: number; files: number; failures: unknown[]; wrong: string[] };

/** Restarts every process in turn: another takes its place before the next one goes. */
const restartInTurn = async (cluster: Cluster): Promise<void> => {
  for (const [role, processes] of [["web", cluster.webs] as const, ["worker", cluster.workers] as const])
    for (const [index, old] of [...processes].entries()) {
      await old.kill("SIGTERM");
      processes[index] = await cluster.start(role);
    }
};

/** What does not fit: an event lost, doubled or out of order, or a text that is not the answer. */
const faultOf = (events: ChatEvent[]): string | undefined => {
  const types = events.map(({ type }) => type);
  const text = events.map((event) => (event.type === "delta" ? event.text : "")).join("");
  const last = events.at(-1);
  const once = (["started", "sources", "finished"] as const).every(
    (type) => types.filter((own) => own === type).length === 1,
  );
  const answered = last?.type === "finished" && last.outcome === "answered";
  return once && answered && text === WORDS && !types.includes("snapshot")
    ? undefined
    : `${types.join(" ")}: ${text} ${JSON.stringify(last)}`;
};

/** Asks, and calls something else meanwhile, until told to stop. */
const live = async (client: DocuChat, tally: Tally, stop: AbortSignal): Promise<void> => {
  const asking = async () => {
    while (!stop.aborted) {
      const events: ChatEvent[] = [];
      for await (const event of client.chat.ask({ question: "Which words?" })) events.push(event);
      const fault = faultOf(events);
      if (fault) tally.wrong.push(fault);
      tally.answers += 1;
    }
  };
  const calling = async () => {
    while (!stop.aborted) {
      const { items } = await client.chat.conversations({ limit: 1 });
      const key = { idempotencyKey: newId() };
      if (items[0]) await client.chat.rename({ conversationId: items[0].id, title: `Named ${tally.calls}` }, key);
      tally.calls += 2;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await Promise.all([asking(), calling()].map((work) => work.catch((error: unknown) => tally.failures.push(error))));
};

/** Uploads one document after the other, each until it is ready. */
const upload = async (client: DocuChat, tally: Tally, stop: AbortSignal): Promise<void> => {
  try {
    while (!stop.aborted) {
      const pdf = new Blob([new Uint8Array(await makePdf([`Document ${tally.files} tells of herons.`]))]);
      await client.files.upload(pdf, { name: "herons.pdf" }).ready;
      tally.files += 1;
    }
  } catch (error) {
    tally.failures.push(error);
  }
};

test.skipIf(needsServices)(
  "restarting the web processes in turn fails no call, and loses and doubles no event (needs DATABASE_URL and REDIS_URL)",
  async () => {
    const vendor = await startOpenAiServer({ answer: () => WORDS, deltaDelayMs: 30 });
    cleanUp(() => vendor.close());
    const cluster = await startCluster({ webs: 2, workers: WORKERS, env: { OPENAI_BASE_URL: vendor.baseUrl } });
    const url = cluster.proxy.url;
    // More of them would be more sign-ins from one address than are let in.
    const users = Array.from({ length: Math.min(CLIENTS, 25) }, (_, n) => `user${n}@example.org`);
    const tokens = await Promise.all(users.map((email) => cluster.signInWithDocument("acme", email)));
    const clients = Array.from({ length: CLIENTS }, (_, n) =>
      createDocuChat({ url, token: tokens[n % tokens.length] }),
    );
    cleanUp(async () => {
      await Promise.all(clients.map((client) => client.close()));
    });
    const tally: Tally = { answers: 0, calls: 0, files: 0, failures: [], wrong: [] };
    const over = new AbortController();
    const lives = clients.map((client) => live(client, tally, over.signal));
    if (WORKERS > 0) lives.push(...clients.slice(0, 2).map((client) => upload(client, tally, over.signal)));
    for (let round = 0; round < ROUNDS; round++) await restartInTurn(cluster);
    over.abort();
    await Promise.all(lives);
    expect(tally).toMatchObject({ failures: [], wrong: [] });
    expect(tally.answers).toBeGreaterThan(CLIENTS);
    expect(tally.files).toBeGreaterThanOrEqual(WORKERS);
    expect(tally.calls).toBeGreaterThan(CLIENTS);
  },
  60_000 + ROUNDS * 60_000,
);
