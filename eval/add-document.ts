import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beginIngest, createFile, findOrServeModel, inTenant } from "../db/index.ts";
import { toBatches } from "../server/ingest/batches.ts";
import { chunkDocument } from "../server/ingest/chunk/chunk.ts";
import { toIndexed } from "../server/ingest/chunk/indexed.ts";
import type { ExtractEvent, IndexedChunk } from "../server/ingest/document.ts";
import { embedBatches } from "../server/ingest/embed-batches.ts";
import { READER_VERSION } from "../server/ingest/recipe.ts";
import type { ReadPage } from "../server/ingest/reader/pdf/layout/lines.ts";
import { insertBatch } from "../server/ingest/store-batch.ts";
import { receive } from "../server/files/receive.ts";
import { newId } from "../server/id.ts";
import type { Tenant } from "./product.ts";
import type { Document } from "./sets/set.ts";

/** Takes a document in; returns its id once it is ready. */
export const addDocument = (tenant: Tenant, document: Document): Promise<string> =>
  "pdf" in document ? addPdf(tenant, document) : addPages(tenant, document);

/** As an upload does once the body is on disk. */
const addPdf = async ({ ctx, caller }: Tenant, { name, pdf }: { name: string; pdf: Buffer }): Promise<string> => {
  const path = join(ctx.app.store.incomingDir, newId());
  await writeFile(path, pdf);
  const sha256 = createHash("sha256").update(pdf).digest("hex");
  const { id: fileId } = await receive(ctx, { path, name, sizeBytes: pdf.length, sha256 });
  let last: { status: string; failure?: { reason: string } | undefined } | undefined;
  for await (const state of await caller.files.watch({ fileId })) last = state;
  if (last?.status !== "ready") throw new Error(`${name} was not read: ${last?.failure?.reason}`);
  return fileId;
};

type Pages = Extract<Document, { pages: string[] }>;

/** Text goes the way of a PDF's from the moment its pages are read: the same chunks, vectors and words are stored. */
const addPages = async ({ ctx }: Tenant, { name, pages, cut }: Pages): Promise<string> => {
  const { app, tenantId, userId } = ctx;
  const { chunkTokens, overlapTokens } = app.config;
  const fileId = newId();
  const file = { id: fileId, uploaded_by: userId, sha256: newId(), name, size_bytes: 1 };
  const attempt = await inTenant(app.db, tenantId, async (trx) => {
    await createFile(trx, file);
    await findOrServeModel(trx, app.embeddingModelId);
    return (await beginIngest(trx, fileId, { recipe: "eval", readerVersion: READER_VERSION }))?.attempt ?? 0;
  });
  const { signal } = new AbortController();
  const turn = { slot: { short: false }, long: false, lateMs: 0, signal, stopping: signal };
  const reading = { pageCount: pages.length, chunkCount: undefined, warnings: [] };
  const state = { isBounded: false, stored: new Set<number>(), reading, announced: { at: 0 } };
  const run = { ...turn, ...state, app, tenantId, fileId, attempt, name, uploadedBy: userId };
  const read = pages.map((text, index) => toReadPage(text, index + 1));
  const toChunk = cut === "whole" ? [read] : read.map((page) => [page]);
  const chunks = toChunk
    .flatMap((part) => [...chunkDocument(part, { chunkTokens, overlapTokens })])
    .map((chunk, ordinal) => ({ ...chunk, ordinal }));
  const events = eventsOf(read, [...toIndexed(chunks, name)]);
  const { batchSize: size } = app.model.embedding;
  const last = await embedBatches(run, toBatches(events, { size, stored: run.stored, reading }));
  await inTenant(app.db, tenantId, (trx) => insertBatch(trx, run, { ...last, isReady: true }));
  return fileId;
};

async function* eventsOf(pages: ReadPage[], chunks: IndexedChunk[]): AsyncGenerator<ExtractEvent> {
  for (const page of pages) yield { type: "page", page };
  yield { type: "chunks", chunks };
}

const LINE_HEIGHT = 12;

/** A line of the text is a line of the page; an empty one is the gap between paragraphs. */
const toReadPage = (text: string, page: number): ReadPage => {
  const lines: ReadPage["lines"] = [];
  let start = 0;
  for (const [at, line] of text.split("\n").entries()) {
    const end = start + line.trimEnd().length;
    const box = { x: 0, y: at * LINE_HEIGHT, width: 600, height: LINE_HEIGHT };
    if (end > start) lines.push({ start, end, box, size: 10, font: "text", cells: 1, region: 0 });
    start += line.length + 1;
  }
  return { page, width: 600, height: 800, text, lines };
};
