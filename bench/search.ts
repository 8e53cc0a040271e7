// `node bench/search.ts [chunks, chunks …]`: how long a search of one tenant takes on the embedded database with the
// offline provider, from the question to the passages, in a folder of its own that it removes. The server is started anew
// when all is in: it then holds as many pages in memory as there are.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findOrCreateTenant, findOrCreateUser, inTenant } from "../db/index.ts";
import { startApp } from "../server/app.ts";
import { readConfig } from "../server/config.ts";
import type { TenantContext } from "../server/context.ts";
import { configuredSpace } from "../server/embedder.ts";
import { newId } from "../server/id.ts";
import { createLog } from "../server/log.ts";
import { retrieve } from "../server/retrieval/search.ts";
import { createCorpus, fillTenant } from "../test/support/synthetic-chunks.ts";
import { median, percentile } from "./figures.ts";

const sizes = process.argv.slice(2).map(Number);
const QUERIES = 100;
/** By then what a start sets off is over, and the code is compiled. */
const WARM_QUERIES = 100;
const WORDS_PER_CHUNK = 200;
const WORDS_PER_QUERY = 8;
/** By then the embedded database has taken its statistics of what was filled in. */
const VACUUMED_MS = 10_000;

const print = (...cells: (string | number)[]) =>
  process.stdout.write(`${cells.map((cell) => `${cell}`.padStart(10)).join("")}\n`);
const ms = (value: number) => `${value.toFixed(1)} ms`;

const dataDir = await mkdtemp(join(tmpdir(), "docuchat-search-"));
const config = readConfig({ DATA_DIR: dataDir, PORT: "0", LOG_LEVEL: "error" });
const start = () => startApp(config, { log: createLog("error") });
let running = await start();
try {
  const space = configuredSpace(running.app);
  print("chunks", "median", "p95");
  for (const chunks of sizes.length > 0 ? sizes : [1_000, 10_000]) {
    const slug = `search-${chunks}`;
    const { db } = running.app;
    const { id: tenantId } = await findOrCreateTenant(db, { id: newId(), slug });
    const user = { id: newId(), email: "bench@example.org", role: "admin" } as const;
    const { id: userId } = await inTenant(db, tenantId, (trx) => findOrCreateUser(trx, user));
    const corpus = createCorpus(space.dimensions);
    await fillTenant(db, { tenantId, space, corpus, chunks, wordsPerChunk: WORDS_PER_CHUNK });
    await sleep(VACUUMED_MS);
    await running.close();
    running = await start();
    const { app } = running;
    const signedIn = { tenantId, tenantSlug: slug, userId, role: user.role, sessionId: newId(), expiresAt: new Date() };
    const client = { address: "", userAgent: null };
    const ctx: TenantContext = { ...signedIn, app, requestId: newId(), client };
    const took: number[] = [];
    for (let n = 0; n < WARM_QUERIES + QUERIES; n++) {
      const asked = performance.now();
      await retrieve(ctx, { query: corpus.words(WORDS_PER_QUERY), limit: app.config.topK });
      if (n >= WARM_QUERIES) took.push(performance.now() - asked);
    }
    print(chunks, ms(median(took)), ms(percentile(took, 0.95)));
  }
} finally {
  await running.close();
  await rm(dataDir, { recursive: true, force: true });
}
