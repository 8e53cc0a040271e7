import { sql } from "kysely";
import { expect, test } from "vitest";
import { countOutdated, findFile, findRereadProgress, inTenant, openDb } from "../../db/index.ts";
import type { App } from "../../server/context.ts";
import type { FileId } from "../../server/contract/ids.ts";
import { newId } from "../../server/id.ts";
import { READER_VERSION } from "../../server/ingest/recipe.ts";
import { rereadFiles } from "../../server/ingest/reread.ts";
import { createLog } from "../../server/log.ts";
import { openModel } from "../../server/model/open.ts";
import { startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startVendor } from "../support/ingest.ts";
import { makePdf, makePdfOfPages } from "../support/pdf.ts";
import { databaseOf } from "../support/upgrade.ts";

/** Small chunks: each page has one of its own. */
const startApp = (options: Parameters<typeof startTestApp>[0] = {}) =>
  startTestApp({ ...options, env: { CHUNK_TOKEN_SIZE: "80", CHUNK_OVERLAP: "0", ...options.env } });

const BIRDS = ["herons", "ospreys", "avocets", "dunlins", "godwits"];
const pageOf = (bird: string) =>
  `The wardens of the northern harbour counted many ${bird} near the long wooden pier, where ${bird} rest at low tide ` +
  `among the stones and the old boats, and wrote the number of ${bird} into the book of the station every morning.`;
const makeReport = (title = "Report.") => makePdf(BIRDS.map((bird) => `${pageOf(bird)} ${bird}: ${title}`));

const run = <T>({ app }: Pick<TestApp, "app">, { tenantId }: TestUser, query: ReturnType<typeof sql<T>>) =>
  inTenant(app.db, tenantId, async (trx) => (await query.execute(trx)).rows);

/** As an older reader would have stored the file: "godwits" ran into other words, and the second page was read as two chunks. */
const makeOutdated = async (test: Pick<TestApp, "app">, user: TestUser, id: FileId) => {
  const broken = sql.raw("replace(text, 'godwits', 'god wits')");
  await run(test, user, sql`update pages set text = ${broken} where file_id = ${id}`);
  await run(test, user, sql`update chunks set text = ${broken} where file_id = ${id}`);
  await run(test, user, sql`update chunks set ordinal = ordinal + 100000 where file_id = ${id} and ordinal > 1`);
  await run(
    test,
    user,
    sql`insert into chunks (tenant_id, id, file_id, ordinal, section, text, tokens, page_from, page_to, spans, search)
      select tenant_id, ${newId()}, file_id, 2, section, 'Twice. ' || text, tokens, page_from, page_to, spans, search
      from chunks where file_id = ${id} and ordinal = 1`,
  );
  await run(
    test,
    user,
    sql`update files set reader_version = 0, warnings = '[{"reason": "PDF_NO_TEXT", "pages": [9]}]'
    where id = ${id}`,
  );
};

const addOutdated = async (test: TestApp, user: TestUser, bytes?: Buffer) => {
  const { id } = await ingestFile(test, user, { name: "birds.pdf", bytes: bytes ?? (await makeReport()) });
  const before = await chunksOf(test, user, id);
  await makeOutdated(test, user, id);
  return { id, before };
};

type StoredChunk = { id: string; ordinal: number; text: string; search: string; vector: string | null };
const chunksOf = (test: Pick<TestApp, "app">, user: TestUser, id: FileId) =>
  run(
    test,
    user,
    sql<StoredChunk>`select id, ordinal, text, page_from, spans, search::text, embedding::text as vector
      from chunks left join chunk_embeddings on chunk_id = id where chunks.file_id = ${id} order by ordinal`,
  );
const rowOf = ({ app }: Pick<TestApp, "app">, { tenantId }: TestUser, id: FileId) =>
  inTenant(app.db, tenantId, (trx) => findFile(trx, id));
const isOutdated = async (test: Pick<TestApp, "app">, user: TestUser, id: FileId) =>
  ((await rowOf(test, user, id))?.reader_version ?? READER_VERSION) < READER_VERSION;

const never = () => new AbortController().signal;
const spentOn = (test: TestApp, user: TestUser) =>
  run(
    test,
    user,
    sql<{ tokens: number; user_id: string | null }>`
    select embedding_tokens as tokens, user_id from usage_events where kind = 'embedding' order by id`,
  );

/** The same app, whose model counts what it embeds, and lets `before` come first. */
const watching = (app: App, before: (texts: readonly string[]) => Promise<void> | void = () => {}) => {
  const embedded: string[] = [];
  const embed: App["model"]["embed"] = async (texts, ...rest) => {
    await before(texts);
    embedded.push(...texts);
    return app.model.embed(texts, ...rest);
  };
  return { app: { ...app, model: { ...app.model, embed } }, embedded };
};

const birds = (texts: readonly string[]) => texts.map((text) => /many (\w+)/.exec(text)?.[1]);

test("text that an older reader has read is replaced; chunks that read the same keep their vectors", async () => {
  const own = await startApp();
  const user = await own.signIn();
  const { id, before } = await addOutdated(own, user);
  expect(before.length).toBe(BIRDS.length);
  const question = await askFor(user, { question: "Where did the wardens count ospreys?", fileIds: [id] });
  const [started] = eventsOf(question, "started");
  if (!started) throw new Error("not answered");
  const messages = () => user.caller.chat.messages({ conversationId: started.conversationId });
  const told = await messages();
  expect(told.items.at(-1)?.citations).not.toEqual([]);
  const paid = await spentOn(own, user);

  const { app, embedded } = watching(own.app);
  await rereadFiles(app, never());

  expect(birds(embedded)).toEqual(["godwits"]);
  const after = await chunksOf(own, user, id);
  expect(after.map(({ id: _, ...rest }) => rest)).toEqual(before.map(({ id: _, ...rest }) => rest));
  expect(after.slice(0, 4).map((chunk) => chunk.id)).toEqual(before.slice(0, 4).map((chunk) => chunk.id));
  expect(await run(own, user, sql`select 1 from chunk_embeddings where file_id = ${id}`)).toHaveLength(BIRDS.length);
  const page = await run(own, user, sql<{ text: string }>`select text from pages where file_id = ${id} and page = 5`);
  expect(page[0]?.text).toContain("godwits");
  const file = await user.caller.files.get({ fileId: id });
  expect(file).toMatchObject({ status: "ready", pageCount: 5 });
  expect(file).not.toHaveProperty("warnings");
  expect(await messages()).toEqual(told);
  // What was new is metered, and charged to no user.
  const spent = await spentOn(own, user);
  expect(spent.slice(paid.length)).toMatchObject([{ user_id: null }]);
  expect(spent.at(-1)?.tokens).toBeGreaterThan(0);

  const { hits } = await user.caller.files.search({ query: "godwits" });
  expect(hits[0]?.text).toContain("many godwits");
  await rereadFiles(app, never());
  expect(embedded).toHaveLength(1);
});

test("a document of many pages is replaced as a whole, in one transaction", async () => {
  const own = await startApp({ env: { CHUNK_TOKEN_SIZE: "200" } });
  const user = await own.signIn();
  const { id, before } = await addOutdated(own, user, await makePdfOfPages(210));
  expect(before.length).toBeGreaterThan(400);
  const transactions = async () => run(own, user, sql`select xmin::text from chunks where file_id = ${id} group by 1`);
  await rereadFiles(own.app, never());
  expect(await transactions()).toHaveLength(1);
  const strip = (chunks: StoredChunk[]) => chunks.map(({ id: _, ...rest }) => rest);
  expect(strip(await chunksOf(own, user, id))).toEqual(strip(before));
  expect(await run(own, user, sql`select 1 from pages where file_id = ${id}`)).toHaveLength(210);
});

test("the old text serves until the new one is complete, and a file that is removed meanwhile leaves nothing", async () => {
  const own = await startApp();
  const user = await own.signIn();
  const { id } = await addOutdated(own, user);
  const found = async () =>
    (await user.caller.files.search({ query: "wardens", limit: 20 })).hits.map(({ text }) => text);
  let during: string[] = [];
  const { app } = watching(own.app, async () => {
    during = await found();
  });
  await rereadFiles(app, never());
  expect(during.filter((text) => text.includes("god wits"))).toHaveLength(1);
  expect((await found()).filter((text) => /god wits|Twice/.test(text))).toEqual([]);

  await makeOutdated(own, user, id);
  const removing = watching(own.app, async () => void (await user.caller.files.remove({ fileId: id })));
  await rereadFiles(removing.app, never());
  expect(removing.embedded).toHaveLength(1);
  for (const table of ["files", "pages", "chunks", "chunk_embeddings"])
    expect(await run(own, user, sql`select 1 from ${sql.table(table)}`)).toEqual([]);
});

test("an answer that began before its document was read again quotes what it was written from", async () => {
  const model = await openModel(undefined, createLog("silent"));
  const before: (() => Promise<void>)[] = [];
  const chat: typeof model.chat = async function* (...call) {
    await before.pop()?.();
    yield* model.chat(...call);
  };
  const own = await startApp({ parts: { model: { ...model, chat } } });
  const user = await own.signIn();
  const { id } = await addOutdated(own, user);
  before.push(() => rereadFiles(own.app, never()));
  const got = await askFor(user, { question: "Where did the wardens count god wits?", fileIds: [id] });
  expect(before).toEqual([]);
  expect(await isOutdated(own, user, id)).toBe(false);
  const [citation] = eventsOf(got, "citation");
  expect(citation).toMatchObject({ page: 5, verified: true, boxes: [] });
  expect(citation?.quote).toContain("counted many god wits near");
});

test("two processes read each file once; its progress is a metric of each", async () => {
  const own = await startApp();
  const user = await own.signIn();
  const ids = [];
  for (const title of ["One.", "Two.", "Three."]) ids.push((await addOutdated(own, user, await makeReport(title))).id);
  const off = { ...own.app, config: { ...own.app.config, rereads: false } };
  await rereadFiles(off, never());
  const metrics = async () => (await fetch(`${own.url}/metrics`)).text();
  expect(await metrics()).toMatch(/^docuchat_files_outdated 3$/m);

  // The embedded database has one process.
  const processes = process.env["DATABASE_URL"] ? 2 : 1;
  await Promise.all(Array.from({ length: processes }, () => rereadFiles(own.app, never())));
  for (const id of ids) expect(await isOutdated(own, user, id)).toBe(false);
  expect(await findRereadProgress(own.app.db, READER_VERSION)).toEqual({ outdated: 0, replaced: 3, kept: 0 });
  expect(await metrics()).toMatch(/^docuchat_files_outdated 0$/m);
  expect(await metrics()).toMatch(/^docuchat_files_reread_total\{text="replaced"\} 3$/m);
});

test("tenants take turns, and wait for uploads", async () => {
  const own = await startApp();
  const users = [await own.signIn(), await own.signIn()];
  for (const [index, user] of users.entries())
    for (const title of ["One.", "Two.", "Three."])
      await addOutdated(own, user, await makeReport(`Tenant${index} ${title}`));
  let looks = 0;
  const isIngestDue = async () => {
    looks++;
    return looks < 4;
  };
  const { app, embedded } = watching(own.app, () => expect(looks).toBeGreaterThanOrEqual(4));
  await rereadFiles({ ...app, jobs: { ...app.jobs, pollMs: 1, isIngestDue } }, never());
  const order = embedded.map((text) => /Tenant(\d)/.exec(text)?.[1]);
  expect(order.map((tenant) => tenant === order[0])).toEqual([true, false, true, false, true, false]);
});

test("a document that the reader refuses keeps its text, and is not tried again", async () => {
  const own = await startApp();
  const user = await own.signIn();
  const { id } = await addOutdated(own, user);
  const before = await chunksOf(own, user, id);
  const strict = { ...own.app, config: { ...own.app.config, maxPages: 2 } };
  await rereadFiles(strict, never());
  expect(await chunksOf(own, user, id)).toEqual(before);
  expect(await user.caller.files.get({ fileId: id })).toMatchObject({ status: "ready" });
  expect(await isOutdated(own, user, id)).toBe(false);
  expect(await findRereadProgress(own.app.db, READER_VERSION)).toMatchObject({ outdated: 0, kept: 1 });
});

test("a document that ended its process three times keeps its text; a run that was stopped counts as no try", async () => {
  const own = await startApp();
  const user = await own.signIn();
  const { id } = await addOutdated(own, user);
  const stopping = new AbortController();
  const stopped = watching(own.app, () => stopping.abort(new Error("stopped")));
  await rereadFiles(stopped.app, stopping.signal).catch(() => {});
  expect(await rowOf(own, user, id)).toMatchObject({ reader_version: 0, reread_tries: 0 });

  await run(own, user, sql`update files set reread_tries = 3 where id = ${id}`);
  const { app, embedded } = watching(own.app);
  await rereadFiles(app, never());
  expect(embedded).toEqual([]);
  expect(await rowOf(own, user, id)).toMatchObject({ reader_version: READER_VERSION, reread_tries: 0 });
});

test("an outage of the model server, or a quota that is used up, leaves the old text until later", async () => {
  const { vendor, model } = await startVendor(8);
  const own = await startApp({ parts: { model } });
  const user = await own.signIn();
  const { id } = await addOutdated(own, user);
  const before = await chunksOf(own, user, id);
  const isLeft = async () => {
    expect(await chunksOf(own, user, id)).toEqual(before);
    expect(await rowOf(own, user, id)).toMatchObject({ status: "ready", reader_version: 0, reread_tries: 0 });
  };
  vendor.script = { embeddingFault: { kind: "status", status: 503, times: 100 } };
  await rereadFiles(own.app, never());
  await isLeft();
  vendor.script = {};
  const unlimited = { requestsPerDay: null, tokensPerDay: null, files: null, bytes: null };
  await user.caller.admin.setQuotas({ ...unlimited, tokensPerDay: 1 });
  // Another tenant goes on.
  const other = await own.signIn();
  const { id: theirs } = await addOutdated(own, other);
  await rereadFiles(own.app, never());
  await isLeft();
  expect(await isOutdated(own, other, theirs)).toBe(false);
  await user.caller.admin.setQuotas(unlimited);
  await rereadFiles(own.app, never());
  expect(await isOutdated(own, user, id)).toBe(false);
});

test("a worker reads them by itself after its start, unless REREAD is off", async () => {
  const own = await startApp({ ownDatabase: true, env: { REREAD: "off" } });
  const user = await own.signIn();
  const { id } = await addOutdated(own, user);
  await own.close();
  const again = await startApp({ dataDir: own.dataDir });
  await expect.poll(() => isOutdated(again, user, id), { timeout: 60_000 }).toBe(false);
});

test("ready files of an older database count as outdated", async () => {
  const { place, old } = await databaseOf("0013-file-warnings");
  const tenantId = newId();
  await sql`insert into tenants (id, slug, name) values (${tenantId}, 'old', 'old')`.execute(old);
  await sql`select set_config('app.tenant_id', ${tenantId}, false)`.execute(old);
  await sql`insert into files (tenant_id, id, sha256, name, size_bytes, status, recipe)
    values (${tenantId}, ${newId()}, 'a', 'old.pdf', 1, 'ready', '2:400:40:1')`.execute(old);
  await old.destroy();
  const db = await openDb(place);
  cleanUp(() => db.close());
  expect(await inTenant(db, tenantId, (trx) => countOutdated(trx, READER_VERSION))).toBe(1);
});
