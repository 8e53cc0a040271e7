import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddingModelId, findTenantBySlug, openDb } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { databaseUrl, dropDatabase, onServer } from "../../test/support/database.ts";
import { createCorpus, fillTenant, vacuum } from "../../test/support/synthetic-chunks.ts";
import { startProgram, type Program } from "./program.ts";
import { SPACE } from "./space.ts";

export type User = { id: string; token: string };
export type Place = { url: string; program: Program };
/** Our server and two bare ones over the same database and the same model; `searching` answers from passages, as ours. */
export type World = { ours: Place; bare: Place; searching: Place; users: User[] };
/** Of the stand-in: how many words an answer has, and the pause before each. */
export type Pace = { words: number; delayMs: number };

const TENANT = "layers";
/** So many sockets of one user are let in. */
const SOCKETS_PER_USER = 100;
const CHUNKS = 500;

const { DATABASE_URL = "", REDIS_URL } = process.env;

export const withWorld = async (pace: Pace, sockets: number, work: (world: World) => Promise<void>): Promise<void> => {
  const name = `layers_${newId().replaceAll("-", "")}`;
  await onServer(DATABASE_URL, `create database ${name}`);
  const url = databaseUrl(DATABASE_URL, name);
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-layers-"));
  const programs: Program[] = [];
  const start = async (path: string, env: Record<string, string | undefined>): Promise<Place> => {
    const program = startProgram(path, env);
    programs.push(program);
    return { program, url: await program.printed(/listens on (\S+?)\/?\n/) };
  };
  try {
    const model = { WORDS: `${pace.words}`, DELAY_MS: `${pace.delayMs}` };
    const vendor = await start("bench/layers/stand-in-model.ts", model);
    const shared = { DATABASE_URL: url, OPENAI_BASE_URL: vendor.url };
    const limits = { RATE_LIMIT_PER_MINUTE: "1000000", LOG_LEVEL: "error" };
    const own = { REDIS_URL, DATA_DIR: dataDir, PORT: "0", ROLE: "web" };
    const ours = await start("server/main.ts", { ...shared, ...limits, ...own });
    const users: User[] = [];
    while (users.length * SOCKETS_PER_USER < sockets) users.push(await signIn(ours, `user${users.length}@example.org`));
    const ids = { TENANT_ID: await fill(url), USER_ID: users[0]?.id };
    const startBare = (env = {}) => start("bench/layers/bare-server.ts", { ...shared, ...ids, ...env });
    await work({ ours, bare: await startBare(), searching: await startBare({ SEARCHES: "1" }), users });
  } finally {
    for (const program of programs.toReversed()) await program.stop();
    await rm(dataDir, { recursive: true, force: true });
    await dropDatabase(DATABASE_URL, name);
  }
};

/** The code is what the server has printed. */
const signIn = async ({ url, program }: Place, email: string): Promise<User> => {
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const headers = { "content-type": "application/json", "x-tenant-id": TENANT };
    const reply = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(await reply.text());
    return (await reply.json()) as T;
  };
  type SignedIn = { accessToken: string; user: { id: string } };
  const { challengeId } = await post<{ challengeId: string }>("/v1/auth/request-code", { email });
  const code = await program.printed(new RegExp(`code for ${email}.*?(\\d{6})`));
  const { accessToken, user } = await post<SignedIn>("/v1/auth/verify-code", { challengeId, code });
  return { id: user.id, token: accessToken };
};

/** Gives the tenant chunks to search, in the space that the server embeds in; returns the tenant's id. */
const fill = async (url: string): Promise<string> => {
  const db = await openDb({ url });
  const tenantId = (await findTenantBySlug(db, TENANT))?.id ?? "";
  const space = { ...SPACE, id: await embeddingModelId(db, SPACE) };
  const corpus = createCorpus(SPACE.dimensions, { topics: 20 });
  await fillTenant(db, { tenantId, space, corpus, chunks: CHUNKS, wordsPerChunk: 200 });
  await vacuum(db);
  await db.close();
  return tenantId;
};
