import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "../../server/id.ts";
import { maintain } from "../../server/maintenance.ts";
import { call } from "../cluster/http.ts";
import { startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, newRedisUrl, putDatabase } from "../support/database.ts";
import { findFaults } from "../support/invariants.ts";
import { makePdf } from "../support/pdf.ts";
import { createRandom } from "../support/choices.ts";
import { count, row } from "../support/row.ts";
import { startServerProcess, waitFor, type ServerProcess } from "../support/server-process.ts";

const KILLS = count("kills", { short: 4, long: 500 });
const CLIENTS = 3;
const LONGEST_LIFE_MS = 2_000;
/** The longest that no file ends while some have not. */
const STUCK_MS = 60_000;
const random = createRandom();

/** What was acknowledged and has to be there, by id; what was removed has to be gone. */
type Ledger = {
  files: Map<string, string>;
  removed: Set<string>;
  titles: Map<string, string>;
  answers: Map<string, string>;
  /** Asked to be removed without an answer: it may be there or not. */
  unsure: Set<string>;
};

const acknowledged = ({ files, removed, answers }: Ledger): number => files.size + removed.size + answers.size;

type World = { server: ServerProcess; token: string; ledger: Ledger; over: boolean };

const upload = async ({ server, token, ledger }: World): Promise<void> => {
  const bytes = await makePdf([`The crane ${newId()} was built in ${random.int(2_000)}.`]);
  const body = new FormData();
  body.set("file", new Blob([new Uint8Array(bytes)]), "crane.pdf");
  const reply = await fetch(`${server.url}/v1/files`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body,
  });
  const { id } = (await reply.json()) as { id: string };
  if (reply.ok) ledger.files.set(id, createHash("sha256").update(bytes).digest("hex"));
};

const ask = async ({ server, token, ledger }: World): Promise<void> => {
  const requestId = newId();
  const reply = await fetch(`${server.url}/v1/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ question: "When was the crane built?", requestId }),
  });
  const text = await reply.text();
  const conversationId = /"conversationId":"([^"]+)"/.exec(text)?.[1];
  const outcome = /"outcome":"(\w+)"/.exec(text)?.[1];
  if (conversationId && outcome) ledger.answers.set(conversationId, outcome);
};

const rename = async ({ server, token, ledger }: World): Promise<void> => {
  const [conversationId] = random.pick([...ledger.answers]);
  const title = newId();
  ledger.titles.delete(conversationId);
  await call(server.url, token, "chat.rename", { conversationId, title });
  ledger.titles.set(conversationId, title);
};

const remove = async ({ server, token, ledger }: World): Promise<void> => {
  const [fileId] = random.pick([...ledger.files]);
  ledger.files.delete(fileId);
  ledger.unsure.add(fileId);
  await call(server.url, token, "files.remove", { fileId });
  ledger.unsure.delete(fileId);
  ledger.removed.add(fileId);
};

/** One client's life: what fails because nobody is there is simply not acknowledged. One renames, and one removes. */
const live = async (world: World, client: number): Promise<void> => {
  const { answers, files } = world.ledger;
  while (!world.over) {
    const may = [upload, ask];
    if (client === 0 && answers.size > 0) may.push(rename);
    if (client === 1 && files.size > 3) may.push(remove);
    await random
      .pick(may)(world)
      .catch(() => sleep(50));
  }
};

type Listed = { items: { id: string; status: string; failure?: { reason: string } }[]; nextCursor?: string };
type Conversations = { items: { id: string; title: string }[]; nextCursor?: string };

const listAll = async <T extends { id: string }>({ server, token }: World, path: string): Promise<T[]> => {
  const all: T[] = [];
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const page: { items: T[]; nextCursor?: string } = await call(server.url, token, path, { limit: 100, cursor });
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
};

const countUnended = async (world: World): Promise<number> => {
  const files = await listAll<Listed["items"][number]>(world, "files.list");
  return files.filter(({ status }) => status !== "ready" && status !== "failed").length;
};

const fewerUnended = async (world: World, than: number): Promise<number | undefined> => {
  const left = await countUnended(world);
  return left < than ? left : undefined;
};

/** What was acknowledged and is not so. */
const lost = async (world: World): Promise<string[]> => {
  const { server, token, ledger } = world;
  const faults: string[] = [];
  const files = new Map((await listAll<Listed["items"][number]>(world, "files.list")).map((file) => [file.id, file]));
  for (const [id, sha256] of ledger.files) {
    const reply = await fetch(`${server.url}/v1/files/${id}/content`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const got = createHash("sha256")
      .update(Buffer.from(await reply.arrayBuffer()))
      .digest("hex");
    if (got !== sha256) faults.push(`a document lost: ${id}`);
    if (files.get(id)?.status !== "ready") faults.push(`a document ended as ${files.get(id)?.failure?.reason}: ${id}`);
  }
  for (const id of ledger.removed) if (files.has(id)) faults.push(`a removed document is back: ${id}`);
  const conversations = new Map(
    (await listAll<Conversations["items"][number]>(world, "chat.conversations")).map(({ id, title }) => [id, title]),
  );
  for (const [id, title] of ledger.titles) if (conversations.get(id) !== title) faults.push(`a title lost: ${id}`);
  for (const [conversationId, outcome] of ledger.answers) {
    const { items } = await call<{ items: { outcome: string | null }[] }>(server.url, token, "chat.messages", {
      conversationId,
    });
    if (items[1]?.outcome !== outcome)
      faults.push(`an answer told as ${outcome} is ${items[1]?.outcome}: ${conversationId}`);
  }
  return faults;
};

const engine = process.env["DATABASE_URL"] ? "PostgreSQL" : "PGlite";
row(
  {
    area: "crashes",
    done: `${KILLS} kills (-9) of server and worker at random moments, on ${engine} (seed ${random.seed})`,
  },
  async (measure) => {
    const dataDir = await mkdtemp(join(tmpdir(), "docuchat-kills-"));
    cleanUp(() => rm(dataDir, { recursive: true, force: true }));
    const database = await newDatabase();
    await putDatabase(dataDir);
    const url = "url" in database ? { DATABASE_URL: database.url } : {};
    const env = { DATA_DIR: dataDir, REDIS_URL: newRedisUrl(), ...url };
    const start = () => startServerProcess(env);
    const server = await start();
    const ledger: Ledger = {
      files: new Map(),
      removed: new Set(),
      titles: new Map(),
      answers: new Map(),
      unsure: new Set(),
    };
    const world: World = { server, token: await server.signIn("acme", "a@example.org"), ledger, over: false };
    const lives = Array.from({ length: CLIENTS }, (_, client) => live(world, client));
    for (let kill = 0; kill < KILLS; kill++) {
      // Something is acknowledged in each life, and then it ends at any moment.
      const seen = acknowledged(ledger);
      await waitFor(() => (acknowledged(ledger) > seen ? true : undefined), 30_000).catch(() => undefined);
      await sleep(random.int(LONGEST_LIFE_MS));
      await world.server.kill("SIGKILL");
      world.server = await start();
    }
    world.over = true;
    await Promise.all(lives);
    const begun = performance.now();
    let left = await countUnended(world);
    measure("files that had not ended", left);
    while (left > 0) left = await waitFor(() => fewerUnended(world, left), STUCK_MS);
    measure("all files ended after, s", (performance.now() - begun) / 1_000);
    const faults = await lost(world);
    await world.server.kill("SIGTERM");

    const app = await startTestApp({ dataDir, env: url });
    await maintain(app.app, { orphanAgeMs: 0 });
    faults.push(...(await findFaults(app.app.db, app.app.store)));
    for (const fault of faults) process.stdout.write(`  ${fault}\n`);
    measure("acknowledged documents", ledger.files.size + ledger.removed.size, { atLeast: 1 });
    measure("answers", ledger.answers.size, { atLeast: 1 });
    measure("titles", ledger.titles.size);
    measure("lost, doubled, stuck or left over", faults.length, { is: 0 });
  },
);
