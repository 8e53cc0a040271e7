import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant } from "../../db/index.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdfOfPages } from "../support/pdf.ts";

test("a large upload survives a storm of refusals: each chunk is embedded once, what failed is tried again", async () => {
  const vendor = await startOpenAiServer();
  cleanUp(() => vendor.close());
  const model = createOpenAiModel({
    apiKey: "test",
    baseUrl: vendor.baseUrl,
    models: ["gpt-4o-mini"],
    embeddingModel: "text-embedding-3-small",
    embeddingDimensions: 64,
    timeouts: { mostRetryWaitMs: 5 },
  });
  const small = { ...model, embedding: { ...model.embedding, batchSize: 10 } };
  const app = await startTestApp({ parts: { model: small } });
  const user = await app.signIn();
  // Enough to exhaust a request's own tries more than once, and with them whole runs of the job.
  vendor.script = { embeddingFault: { kind: "status", status: 429, retryAfter: "0", times: 24 } };
  const file = await ingestFile(app, user, { bytes: await makePdfOfPages(60) });
  expect(file).toMatchObject({ status: "ready", pageCount: 60 });

  const sent = vendor.requests.filter((request) => "input" in request.body);
  expect(sent.filter((request) => request.status === 429)).toHaveLength(24);
  const texts = sent
    .filter((request) => request.status === 200)
    .flatMap((request) => ("input" in request.body ? request.body.input : []));
  expect(texts).toHaveLength(file.progress.total);
  expect(new Set(texts).size).toBe(texts.length);
  const { rows } = await inTenant(app.app.db, user.tenantId, (trx) =>
    sql<{ vectors: number }>`select count(*)::int as vectors from chunk_embeddings`.execute(trx),
  );
  expect(rows).toEqual([{ vectors: file.progress.total }]);
});
