import { beginIngest, createFile, inTenant } from "../../db/index.ts";
import type { ExtractEvent, IndexedChunk } from "../../server/ingest/document.ts";
import { READER_VERSION } from "../../server/ingest/recipe.ts";
import type { Run } from "../../server/ingest/run.ts";
import { newId } from "../../server/id.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import type { TestApp, TestUser } from "./app.ts";
import { cleanUp } from "./clean-up.ts";
import { startOpenAiServer } from "./openai-server.ts";

/** A stand-in model server, and a model of it that takes `batchSize` texts a call. */
export const startVendor = async (batchSize: number) => {
  const vendor = await startOpenAiServer();
  cleanUp(() => vendor.close());
  const model = createOpenAiModel({
    apiKey: "test",
    baseUrl: vendor.baseUrl,
    models: ["gpt-4o-mini"],
    embeddingModel: "text-embedding-3-small",
    embeddingDimensions: 64,
    timeouts: { requestMs: 2_000, mostRetryWaitMs: 5 },
  });
  return { vendor, model: { ...model, embedding: { ...model.embedding, batchSize } } };
};

/** A run of a file that no job was sent for. */
export const beginRun = async ({ app }: TestApp, { tenantId, userId }: TestUser): Promise<Run> => {
  const name = "file.pdf";
  const file = { id: newId(), uploaded_by: userId, sha256: newId(), name, size_bytes: 1 };
  const attempt = await inTenant(app.db, tenantId, async (trx) => {
    await createFile(trx, file);
    return (await beginIngest(trx, file.id, { recipe: "test", readerVersion: READER_VERSION }))?.attempt ?? 0;
  });
  const { signal } = new AbortController();
  return {
    app,
    tenantId,
    fileId: file.id,
    attempt,
    name,
    uploadedBy: userId,
    slot: { short: false },
    long: false,
    lateMs: 0,
    signal,
    stopping: signal,
    isBounded: false,
    stored: new Set(),
    reading: { pageCount: 0, chunkCount: undefined, warnings: [] },
    announced: { at: 0 },
  };
};

export const pageEvent = (page: number): ExtractEvent => ({
  type: "page",
  page: { page, width: 600, height: 800, text: `Page ${page}.`, lines: [] },
});

export const chunkEvent = (ordinals: number[]): ExtractEvent => ({ type: "chunks", chunks: ordinals.map(chunkOf) });

const chunkOf = (ordinal: number): IndexedChunk => {
  const text = `Passage ${ordinal} of the harbour report.`;
  const spans = [{ page: ordinal + 1, start: 0, end: text.length }];
  return { ordinal, section: null, text, tokens: 8, spans, words: text.toLowerCase(), maxTokens: 12 };
};
