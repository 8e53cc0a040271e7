import { chooseWay, embeddingModelId, inTenant, openDb, searchChunks } from "../../db/index.ts";
import { SPACE } from "./space.ts";

type Options = { url: string; modelUrl: string; tenantId: string };

const LIMIT = 6;

/** The texts that fit a question best, by its vector from the model and by our own statement. */
export const createSearch = async ({ url, modelUrl, tenantId }: Options) => {
  const db = await openDb({ url });
  const space = { ...SPACE, id: await embeddingModelId(db, SPACE) };
  const embed = async (input: string): Promise<Float32Array> => {
    const body = JSON.stringify({ model: SPACE.name, input, encoding_format: "base64" });
    const headers = { "content-type": "application/json" };
    const reply = await fetch(`${modelUrl}/embeddings`, { method: "POST", headers, body });
    const { data } = (await reply.json()) as { data: [{ embedding: string }] };
    return new Float32Array(new Uint8Array(Buffer.from(data[0].embedding, "base64")).buffer);
  };
  return async (question: string): Promise<string[]> => {
    const semantic = { space, vector: await embed(question) };
    const query = { semantic, words: question, limit: LIMIT };
    const way = await chooseWay(db, tenantId, query);
    const rows = await inTenant(db, tenantId, (trx) => searchChunks(trx, { ...query, way }));
    return rows.map(({ text }) => text);
  };
};
