import type { KyselyPlugin } from "kysely";
import { expect, test } from "vitest";
import { kyselyOf } from "../../db/open.ts";
import { ConversationId } from "../../server/contract/ids.ts";
import type { App } from "../../server/context.ts";
import { ReasonError } from "../../server/errors.ts";
import { newId } from "../../server/id.ts";
import { maintain } from "../../server/maintenance.ts";
import { startTestApp } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";

test("an answer is whole though another process clears up at the very moment that it begins", async () => {
  const app = await startTestApp();
  const user = await app.signIn();
  const { keyValue } = app.app;
  const hold = keyValue.hold.bind(keyValue);
  let cleared = 0;
  // The store is slow with the lease, and the other process looks meanwhile.
  keyValue.hold = async (...lease) => {
    if (cleared++ === 0) await maintain(app.app);
    return hold(...lease);
  };
  const got = await askFor(user, { question: "What was counted?" });
  expect(cleared).toBeGreaterThan(0);
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "no_answer" }]);
});

/** The leases that are held now. */
const leasesOf = ({ keyValue }: App): Set<string> => {
  const held = new Set<string>();
  const [hold, release] = [keyValue.hold.bind(keyValue), keyValue.release.bind(keyValue)];
  keyValue.hold = (lease, ...rest) => {
    held.add(lease);
    return hold(lease, ...rest);
  };
  keyValue.release = (lease, holder) => {
    held.delete(lease);
    return release(lease, holder);
  };
  return held;
};

test("an answer that could not be stored is held by nobody", async () => {
  const { app, signIn } = await startTestApp();
  const user = await signIn();
  const held = leasesOf(app);
  const gone = ConversationId.parse(newId());
  const refused = askFor(user, { question: "What was counted?", conversationId: gone });
  await expect(refused).rejects.toMatchObject({ reason: "NOT_FOUND" });
  expect(held).toEqual(new Set());
});

test("an answer that could not begin is held by nobody, and who comes back hears that it ended", async () => {
  const { app, signIn } = await startTestApp();
  const user = await signIn();
  const held = leasesOf(app);
  const append = app.local.append.bind(app.local);
  app.local.append = async () => {
    throw new ReasonError("SERVICE_UNAVAILABLE");
  };
  const ask = { question: "What was counted?", requestId: newId() };
  await expect(askFor(user, ask)).rejects.toMatchObject({ reason: "SERVICE_UNAVAILABLE" });
  expect(held).toEqual(new Set());
  app.local.append = append;
  expect(eventsOf(await askFor(user, ask), "finished")).toMatchObject([{ outcome: "interrupted" }]);
});

/** Ends of answers that are not sent, the first two, or whose success is not heard of. */
const losingEnds = (app: App, what: "ends" | "news of them"): { lost(): number } => {
  let lost = 0;
  const ends = new WeakSet<object>();
  const lose = () => {
    if (lost++ < 2) throw Object.assign(new Error("Connection terminated unexpectedly"), { code: "08006" });
  };
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      if (node.kind !== "UpdateQueryNode" || !JSON.stringify(node).includes('"messages"')) return node;
      ends.add(queryId);
      if (what === "ends") lose();
      return node;
    },
    transformResult: async ({ result, queryId }) => {
      if (what === "news of them" && ends.has(queryId)) lose();
      return result;
    },
  };
  app.db = Object.assign({ ...app.db }, { kysely: kyselyOf(app.db).withPlugin(plugin) });
  return { lost: () => lost };
};

for (const what of ["ends", "news of them"] as const)
  test(`an answer ends as it should though the database is away for a moment: ${what} are lost`, async () => {
    const { app, signIn } = await startTestApp();
    const user = await signIn();
    const losing = losingEnds(app, what);
    const got = await askFor(user, { question: "What was counted?" });
    expect(losing.lost()).toBeGreaterThan(1);
    expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "no_answer" }]);
    const conversationId = eventsOf(got, "started")[0]?.conversationId ?? "";
    const { items } = await user.caller.chat.messages({ conversationId: ConversationId.parse(conversationId) });
    expect(items.at(-1)).toMatchObject({ outcome: "no_answer" });
    expect(await user.caller.usage.summary()).toMatchObject({ last24h: { requests: 1 } });
  });
