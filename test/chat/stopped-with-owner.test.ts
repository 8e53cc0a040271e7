import { expect, test } from "vitest";
import type { ConversationId } from "../../server/contract/ids.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

// Left alone, an answer goes on for minutes.
const vendor = await startOpenAiServer({ answer: () => "And so it goes on. ".repeat(2_000), deltaDelayMs: 100 });
cleanUp(() => vendor.close());
const app = await startTestApp({ env: { OPENAI_BASE_URL: vendor.baseUrl } });

type Removal = (who: { admin: TestUser; member: TestUser; conversationId: ConversationId }) => Promise<unknown>;
const REMOVALS: [string, Removal][] = [
  ["its conversation is removed", ({ member, conversationId }) => member.caller.chat.remove({ conversationId })],
  ["its member is removed", ({ admin, member }) => admin.caller.admin.removeMember({ userId: member.userId })],
];

test.for(REMOVALS)("an answer stops, and its request to the model, when %s", async ([, remove]) => {
  const admin = await app.signIn();
  const member = await app.signIn({ tenant: admin.tenant });
  await ingestFile(app, admin, { bytes: await makePdf(["It goes on."]) });
  vendor.requests.length = 0;
  const got = await askFor(member, { question: "How does it go on?" }, ({ type }) => type === "delta");
  const [started] = eventsOf(got, "started");
  if (!started) throw new Error("the answer has begun");
  await remove({ admin, member, conversationId: started.conversationId });
  await expect.poll(() => app.app.answers.size).toBe(0);
  expect(vendor.requests.find(({ path }) => path.endsWith("/chat/completions"))?.aborted).toBe(true);
});
