import { createDocuChat, type DocuChat } from "../../client-sdk/src/index.ts";
import type { ChatEvent } from "../../server/contract/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";
import { startCluster, type Cluster } from "./cluster.ts";

const WORDS = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");

export type Tally = { answers: number; calls: number; files: number; failures: unknown[]; wrong: string[] };

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
      if (items[0]) await client.chat.rename({ conversationId: items[0].id, title: `Named ${tally.calls}` });
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

type Options = { rounds: number; clients: number; workers: number };

/** Two web processes and some workers, restarted in turn so many times under clients that ask and call without a pause. */
export const restartUnderLoad = async ({ rounds, clients, workers }: Options): Promise<Tally> => {
  const vendor = await startOpenAiServer({ answer: () => WORDS, deltaDelayMs: 30 });
  cleanUp(() => vendor.close());
  const cluster = await startCluster({ webs: 2, workers, env: { OPENAI_BASE_URL: vendor.baseUrl } });
  const url = cluster.proxy.url;
  const users = await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const token = await cluster.webs[0]?.signIn("acme", `user${index}@example.org`);
      return createDocuChat({ url, token });
    }),
  );
  cleanUp(async () => {
    await Promise.all(users.map((client) => client.close()));
  });
  const tally: Tally = { answers: 0, calls: 0, files: 0, failures: [], wrong: [] };
  const over = new AbortController();
  const lives = users.map((client) => live(client, tally, over.signal));
  if (workers > 0) lives.push(...users.slice(0, 2).map((client) => upload(client, tally, over.signal)));
  for (let round = 0; round < rounds; round++) await restartInTurn(cluster);
  over.abort();
  await Promise.all(lives);
  return tally;
};
