import { askTenant, listHistory } from "../../db/index.ts";
import type { TenantContext } from "../context.ts";
import { countTokens } from "../tokens.ts";
import type { Turn } from "./prompt.ts";
import { withoutRemovedAnswers } from "./removed.ts";
import { HISTORY_TOKENS } from "./spending.ts";

const HISTORY_MESSAGES = 6;
/** More than are used, for questions whose answers failed are left out. */
const READ_MESSAGES = 20;

/**
 * The last questions with their answers, as many as fit, oldest first. A question whose answer has no words, as one that
 * failed, is left out with it: many servers refuse a conversation whose roles do not alternate.
 */
export const loadHistory = async (
  { app, tenantId, userId }: TenantContext,
  { conversationId, questionId }: { conversationId: string; questionId: string },
): Promise<Turn[]> => {
  const stored = await askTenant(app.db, tenantId, (trx) =>
    listHistory(trx, userId, { conversationId, before: questionId, limit: READ_MESSAGES }),
  );
  const rows = withoutRemovedAnswers(stored);
  const turns: Turn[] = [];
  let tokens = 0;
  for (let at = rows.length - 1; at > 0 && turns.length < HISTORY_MESSAGES; at--) {
    const [question, answer] = [rows[at - 1], rows[at]];
    if (question?.role !== "user" || answer?.role !== "assistant" || !question.text.trim() || !answer.text.trim())
      continue;
    tokens += countTokens(question.text) + countTokens(answer.text);
    if (tokens > HISTORY_TOKENS) break;
    turns.unshift({ role: "user", content: question.text }, { role: "assistant", content: answer.text });
    at--;
  }
  return turns;
};
