import { finishAnswer, holdRunningAnswer, type TenantDb } from "../../db/index.ts";
import { record } from "../ledger.ts";
import { settle } from "../quota.ts";
import { countTokens } from "../tokens.ts";
import { spendingKey } from "./spending.ts";

/**
 * Ends an answer that nobody writes any more as interrupted, and counts what it had spent when it was last saved. Does
 * nothing to one that has ended.
 */
export const endAbandoned = async (trx: TenantDb, messageId: string): Promise<void> => {
  const answer = await holdRunningAnswer(trx, messageId);
  if (!answer) return;
  const { user_id: userId, text } = answer;
  const usage = { promptTokens: answer.prompt_tokens ?? 0, completionTokens: countTokens(text) };
  const key = spendingKey(messageId);
  await record(trx, { kind: "chat", model: answer.model ?? "", userId, key, ...usage });
  await settle(trx, key);
  await finishAnswer(trx, messageId, { outcome: "interrupted", cause: "restart", ...usage });
};
