import { sql } from "kysely";
import { expect, test } from "vitest";
import {
  createSession,
  findChunksAt,
  findLiveSession,
  findOrCreateUser,
  inTenant,
  searchChunks,
  type TenantDb,
} from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import { newId } from "../../server/id.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";
import { createCorpus, fillTenant, newSpace } from "../support/synthetic-chunks.ts";

const DIMENSIONS = 8;
const TABLES = ["chunks", "chunk_embeddings", "files", "sessions", "users", "tenants"];
const db = await openTestDb();
const space = await newSpace(db, DIMENSIONS);
const corpus = createCorpus(DIMENSIONS, { topics: 5 });

/** How often these tables have been read from end to end, in this transaction. */
const countScans = async (trx: TenantDb): Promise<number> => {
  const { rows } = await sql<{ scans: number }>`
    select sum(seq_scan)::int as scans from pg_stat_xact_user_tables where relname = any(${TABLES})`.execute(trx);
  return rows[0]?.scans ?? Number.NaN;
};

const newTenant = async (chunks: number) => {
  const tenantId = await newTestTenant(db);
  const { fileIds } = await fillTenant(db, { tenantId, space, corpus, chunks });
  const session = { id: newId(), user_id: newId(), user_agent: null, expires_at: new Date(Date.now() + 60_000) };
  await inTenant(db, tenantId, async (trx) => {
    await findOrCreateUser(trx, { id: session.user_id, email: "heron@example.org", role: "member" });
    await createSession(trx, session);
  });
  return { tenantId, session, place: { file_id: fileIds[0] ?? "", ordinal: 1 } };
};

type Tenant = Awaited<ReturnType<typeof newTenant>>;

const search = (trx: TenantDb) => {
  const semantic = { space, vector: corpus.vector() };
  return searchChunks(trx, { semantic, words: corpus.words(4), limit: 5, way: "few" });
};

const LOOKS: Record<string, (trx: TenantDb, tenant: Tenant) => Promise<unknown>> = {
  "a small tenant's search": search,
  "a passage's neighbours": (trx, { place }) => findChunksAt(trx, [place]),
  "a session": (trx, { session }) => findLiveSession(trx, session.id, session.user_id),
};

// In this order: the tables are small at first.
test("a plan that was made when the tables were small does not read all of them when they have grown", async () => {
  const small = await newTenant(3);
  for (const table of TABLES) await sql.raw(`vacuum analyze ${table}`).execute(kyselyOf(db));
  for (const tenant of [small, await newTenant(800)])
    for (const [name, look] of Object.entries(LOOKS))
      await inTenant(db, tenant.tenantId, async (trx) => {
        const before = await countScans(trx);
        expect(await look(trx, tenant), name).toBeDefined();
        expect((await countScans(trx)) - before, name).toBe(0);
      });
});
