import { recordUsage, type TenantDb } from "../db/index.ts";
import { newId } from "./id.ts";
import { costUsd } from "./model/prices.ts";

type Spent = {
  kind: "chat" | "rewrite" | "embedding";
  model: string;
  userId: string | null;
  /** One spending is counted once, however often it is recorded. */
  key?: string;
  promptTokens?: number;
  completionTokens?: number;
  embeddingTokens?: number;
};

/** Enters a call of a model into the ledger, in the transaction that keeps what it brought. */
export const record = (trx: TenantDb, { kind, model, userId, key, ...spent }: Spent): Promise<void> => {
  const id = newId();
  const tokens = { promptTokens: 0, completionTokens: 0, embeddingTokens: 0, ...spent };
  return recordUsage(trx, {
    id,
    user_id: userId,
    kind,
    model,
    prompt_tokens: tokens.promptTokens,
    completion_tokens: tokens.completionTokens,
    embedding_tokens: tokens.embeddingTokens,
    cost_usd: costUsd(model, tokens),
    key: key ?? id,
  });
};
