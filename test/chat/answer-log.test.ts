import { expect, test } from "vitest";
import { readAnswerLog } from "../../server/chat/answer-log.ts";
import type { App } from "../../server/context.ts";
import { newId } from "../../server/id.ts";
import { createMemoryKeyValue } from "../../server/key-value/memory.ts";

test("who comes to an answer whose own log has just been dropped is told the rest from the shared one", async () => {
  const local = createMemoryKeyValue();
  const keyValue = createMemoryKeyValue();
  const answer = { tenantId: newId(), messageId: newId() };
  const log = `answer:${answer.tenantId}:${answer.messageId}`;
  const events = [1, 2, 3].map((seq) => ({ seq, event: { type: "delta", text: `word${seq}` } }));
  for (const { seq, event } of events) await keyValue.append(log, { id: seq, value: JSON.stringify(event) }, 60_000);
  const app = { local, keyValue, answers: new Map([[answer.messageId, {}]]) } as unknown as App;
  const told = [];
  for await (const logged of readAnswerLog(app, answer, 1, AbortSignal.abort())) told.push(logged);
  expect(told).toEqual(events.slice(1));
  await Promise.all([local.close(), keyValue.close()]);
});
