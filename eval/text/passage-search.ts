import {
  advanceIngest,
  beginIngest,
  createFile,
  embeddingModelId,
  findOrCreateTenant,
  findOrServeModel,
  inTenant,
  insertChunks,
  openDb,
  searchChunks,
} from "../../db/index.ts";
import { READER_VERSION } from "../../server/ingest/recipe.ts";
import { describe } from "../../server/files/describe.ts";
import { newId } from "../../server/id.ts";
import { createOfflineModel } from "../../server/model/offline.ts";
import { wordsOf } from "../../server/text/words.ts";
import { countTokens } from "../../server/tokens.ts";
import type { Passage } from "./chunkers.ts";

const PER_INSERT = 50;

/** The product's index and search, on an embedded database of its own and with the offline embedding. */
export const openPassageSearch = async () => {
  const db = await openDb({});
  const model = createOfflineModel();
  const { model: name, dimensions } = model.embedding;
  const space = { id: await embeddingModelId(db, { name, dimensions }), name, dimensions };
  const tenantId = newId();
  await findOrCreateTenant(db, { id: tenantId, slug: tenantId });
  await inTenant(db, tenantId, (trx) => findOrServeModel(trx, space.id));

  const toRow = (fileId: string, name: string, { passage, ordinal }: { passage: Passage; ordinal: number }) => ({
    id: newId(),
    file_id: fileId,
    ordinal,
    section: passage.section,
    text: passage.text,
    tokens: countTokens(passage.text),
    page_from: 1,
    page_to: 1,
    spans: passage.ranges.map((range) => ({ page: 1, ...range })),
    words: wordsOf(describe(name, passage)).join(" "),
  });

  const add = async (name: string, passages: Passage[]): Promise<void> => {
    const file = { id: newId(), uploaded_by: newId(), sha256: newId(), name: `${name}.pdf`, size_bytes: 1 };
    const attempt = await inTenant(db, tenantId, async (trx) => {
      await createFile(trx, file);
      return (await beginIngest(trx, file.id, { recipe: "eval", readerVersion: READER_VERSION }))?.attempt ?? 0;
    });
    for (let at = 0; at < passages.length; at += PER_INSERT) {
      const batch = passages.slice(at, at + PER_INSERT);
      const { vectors } = await model.embed(
        batch.map((passage) => describe(file.name, passage)),
        "document",
      );
      const rows = batch.map((passage, i) => ({
        ...toRow(file.id, file.name, { passage, ordinal: at + i }),
        embedding: vectors[i] ?? new Float32Array(dimensions),
      }));
      await inTenant(db, tenantId, (trx) => insertChunks(trx, space.id, rows));
    }
    const run = { fileId: file.id, attempt };
    const total = passages.length;
    await inTenant(db, tenantId, (trx) =>
      advanceIngest(trx, run, { chunks: total, page: 1, pageCount: 1, total, isReady: true }),
    );
  };

  const find = async (query: string, limit: number) => {
    const { vectors } = await model.embed([query], "query");
    const [vector] = vectors;
    const semantic = vector && { space, vector };
    return inTenant(db, tenantId, (trx) =>
      searchChunks(trx, { ...(semantic ? { semantic } : {}), words: wordsOf(query).join(" "), limit }),
    );
  };

  return { add, find, close: () => db.close() };
};
