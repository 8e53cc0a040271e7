import { expect, test } from "vitest";
import {
  createConversation,
  findOrCreateUser,
  finishAnswer,
  holdRunningAnswer,
  insertMessages,
  inTenant,
  listMessages,
  saveAnswers,
} from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";

const db = await openTestDb();

/** A tenant with so many answers that are being written. */
const startAnswers = async (count: number) => {
  const tenantId = await newTestTenant(db);
  const member = { id: newId(), email: `${newId()}@example.org`, role: "member" } as const;
  const { id: user } = await inTenant(db, tenantId, (trx) => findOrCreateUser(trx, member));
  const conversation = { id: newId(), user_id: user, title: "" };
  const ids = Array.from({ length: count }, () => newId());
  const common = { conversation_id: conversation.id, user_id: user, role: "assistant" as const, text: "", model: "m" };
  await inTenant(db, tenantId, async (trx) => {
    await createConversation(trx, conversation);
    await insertMessages(
      trx,
      ids.map((id) => ({ ...common, id, request_id: id })),
    );
  });
  const read = () =>
    inTenant(db, tenantId, (trx) => listMessages(trx, user, { conversationId: conversation.id, limit: 10 }));
  return { tenantId, ids, read };
};

const said = (id: string, text: string) => ({ id, text, sources: [{ n: 1 }], citations: [], promptTokens: 7 });

test("what running answers have said is kept together; one that has ended stays as it is", async () => {
  const { tenantId, ids, read } = await startAnswers(3);
  await inTenant(db, tenantId, (trx) => finishAnswer(trx, ids[1] ?? "", { text: "whole", outcome: "answered" }));
  await inTenant(db, tenantId, (trx) =>
    saveAnswers(
      trx,
      ids.map((id, index) => said(id, `so far ${index}`)),
    ),
  );
  const rows = await read();
  expect(rows.map((row) => row.text)).toEqual(["so far 0", "whole", "so far 2"]);
  expect(rows[2]).toMatchObject({ sources: [{ n: 1 }], citations: [], prompt_tokens: 7, outcome: null });
});

test("another tenant's answer is not touched", async () => {
  const [ours, theirs] = [await startAnswers(1), await startAnswers(1)];
  await inTenant(db, ours.tenantId, (trx) => saveAnswers(trx, [said(theirs.ids[0] ?? "", "stolen")]));
  expect((await theirs.read()).map((row) => row.text)).toEqual([""]);
});

// The embedded database runs one transaction after the other.
test.runIf(process.env["DATABASE_URL"])("one that is just being ended is not waited for", async () => {
  const { tenantId, ids, read } = await startAnswers(2);
  await inTenant(db, tenantId, async (trx) => {
    await holdRunningAnswer(trx, ids[0] ?? "");
    await inTenant(db, tenantId, (other) =>
      saveAnswers(
        other,
        ids.map((id) => said(id, "so far")),
      ),
    );
  });
  expect((await read()).map((row) => row.text)).toEqual(["", "so far"]);
});
