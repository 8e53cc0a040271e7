import type { TenantContext } from "../context.ts";
import { wordsOf } from "../text/words.ts";
import { record } from "../ledger.ts";
import { inTenant } from "../../db/index.ts";

type Turn = { role: "user" | "assistant"; content: string };
type Leaning = { question: string; history: Turn[]; model: string };

/** Words that point back at what was said: English, German, Persian, Arabic. Chinese and others go by length alone. */
const POINTERS = new Set(
  `it its they them their this that these those he him his she her there one ones same other others also else then
  er sie es ihn ihm ihr dies diese dieser dieses das dort davon daran darin
  آن این او آنها اینها ان انها همان دیگر هو هي هم هذا هذه ذلک تلک هناک`.split(/\s+/),
);
const SHORT_WORDS = 4;

/** Whether a question cannot be understood, or searched for, without what was asked before it. */
export const leans = (question: string): boolean => {
  const words = wordsOf(question);
  return words.length <= SHORT_WORDS || words.some((word) => POINTERS.has(word));
};

const RULES = `Rewrite the last question so that it can be understood without the conversation. Keep its language.
Answer with the question alone.`;

/**
 * A question that leans on the conversation as one that stands alone: by the model, or, where the provider cannot, by
 * carrying the previous question along. Undefined when the question stands by itself.
 */
export const rewrite = async (
  ctx: TenantContext,
  { question, history, model }: Leaning,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const previous = history.findLast((turn) => turn.role === "user")?.content;
  if (previous === undefined || !leans(question)) return undefined;
  if (!ctx.app.model.rewrite) return `${previous} ${question}`;
  const conversation = history.map((turn) => `${turn.role}: ${turn.content}`).join("\n");
  const { text, ...tokens } = await ctx.app.model.rewrite(
    {
      model,
      messages: [
        { role: "system", content: RULES },
        { role: "user", content: `${conversation}\nuser: ${question}` },
      ],
    },
    signal,
  );
  await inTenant(ctx.app.db, ctx.tenantId, (trx) =>
    record(trx, { kind: "rewrite", model, userId: ctx.userId, ...tokens }),
  );
  return text.trim() || undefined;
};
