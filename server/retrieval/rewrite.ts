import type { TenantContext } from "../context.ts";
import { record } from "../ledger.ts";
import { inTenant } from "../../db/index.ts";
import { ReasonError } from "../errors.ts";
import { leans } from "./leans.ts";

type Turn = { role: "user" | "assistant"; content: string };
type Leaning = { question: string; history: Turn[]; model: string };

const RULES = `Rewrite the last question so that it can be understood without the conversation. Keep its language.
Answer with the question alone.`;

/**
 * A question that leans on the conversation as one that stands alone: by the model, or, where the provider cannot, by
 * carrying the question along that it leans on. Undefined when the question stands by itself.
 */
export const rewrite = async (
  ctx: TenantContext,
  { question, history, model }: Leaning,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const asked = history.filter((turn) => turn.role === "user").map((turn) => turn.content);
  if (asked.length === 0 || !leans(question)) return undefined;
  return (await askModel(ctx, { question, history, model }, signal)) ?? carryAlong(asked, question);
};

/** Undefined where the provider cannot rewrite, or does not now: a question is answered without. */
const askModel = async (
  ctx: TenantContext,
  { question, history, model }: Leaning,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const { app, tenantId, userId } = ctx;
  if (!app.model.rewrite) return undefined;
  const conversation = history.map((turn) => `${turn.role}: ${turn.content}`).join("\n");
  const messages = [
    { role: "system" as const, content: RULES },
    { role: "user" as const, content: `${conversation}\nuser: ${question}` },
  ];
  try {
    const { text, ...tokens } = await app.model.rewrite({ model, messages }, signal);
    await inTenant(app.db, tenantId, (trx) => record(trx, { kind: "rewrite", model, userId, ...tokens }));
    return text.trim() || undefined;
  } catch (error) {
    if (signal.aborted || !(error instanceof ReasonError)) throw error;
    app.log.warn("question not rewritten", { requestId: ctx.requestId, reason: error.reason, error });
    return undefined;
  }
};

const MOST_CARRIED = 3;

/** The last question that stands by itself, and those that lean on it. */
const carryAlong = (asked: readonly string[], question: string): string => {
  const recent = asked.slice(-MOST_CARRIED);
  const from = Math.max(
    0,
    recent.findLastIndex((earlier) => !leans(earlier)),
  );
  return [...recent.slice(from), question].join(" ");
};
