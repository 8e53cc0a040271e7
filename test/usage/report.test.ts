import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { record } from "../../server/ledger.ts";
import { sharedApp } from "../support/app.ts";
import { askFor } from "../support/chat.ts";
import { ingestFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";

const shared = await sharedApp();

test("an ingest and a question are in the sums of who caused them, and in an admin's view of the tenant", async () => {
  const tenant = shared.newTenant();
  const [admin, member] = [await shared.signIn({ tenant }), await shared.signIn({ tenant })];
  await ingestFile(shared, member, { bytes: await makePdf(["Herons nest on the northern shore."]) });
  const ingested = (await member.caller.usage.summary()).last24h;
  expect(ingested).toMatchObject({ requests: 0, promptTokens: 0, completionTokens: 0, costUsd: 0 });
  expect(ingested.embeddingTokens).toBeGreaterThan(0);

  await askFor(member, { question: "Where do herons nest?" });
  const mine = await member.caller.usage.summary();
  expect(mine.last24h.requests).toBe(1);
  expect(mine.last24h.promptTokens).toBeGreaterThan(0);
  expect(mine.last24h.embeddingTokens).toBeGreaterThan(ingested.embeddingTokens);
  expect(mine.last7d).toEqual(mine.last24h);
  expect(mine.tenant).toBeUndefined();

  const overseen = await admin.caller.usage.summary();
  expect(overseen.last24h.requests).toBe(0);
  expect(overseen.tenant?.last24h).toEqual(mine.last24h);
  const { items } = await admin.caller.admin.usageByMember();
  expect(items.map((item) => [item.user.email, item.last7d.requests])).toEqual([
    [admin.email, 0],
    [member.email, 1],
  ]);
});

test("a spending is counted once however often it is recorded, and costs what the price list says", async () => {
  const user = await shared.signIn();
  const spent = {
    kind: "chat",
    model: "gpt-4o-mini",
    userId: user.userId,
    key: newId(),
    promptTokens: 1_000_000,
  } as const;
  for (let n = 0; n < 3; n++) await inTenant(shared.app.db, user.tenantId, (trx) => record(trx, spent));
  const { last24h } = await user.caller.usage.summary();
  expect(last24h).toMatchObject({ requests: 1, promptTokens: 1_000_000 });
  expect(last24h.costUsd).toBeCloseTo(0.15, 6);
});

test("the windows end where they say, and the series has every bucket, the running one last", async () => {
  const user = await shared.signIn();
  const spend = (hoursAgo: number) =>
    inTenant(shared.app.db, user.tenantId, async (trx) => {
      const key = newId();
      await record(trx, { kind: "chat", model: "offline", userId: user.userId, key, promptTokens: 10 });
      await sql`update usage_events set created_at = now() - make_interval(hours => ${hoursAgo})
        where tenant_id = ${user.tenantId} and key = ${key}`.execute(trx);
    });
  for (const hoursAgo of [1, 30, 24 * 8]) await spend(hoursAgo);
  const { last24h, last7d } = await user.caller.usage.summary();
  expect([last24h.requests, last7d.requests]).toEqual([1, 2]);
  const byDay = (await user.caller.usage.series({ days: 7, by: "day" })).items;
  expect(byDay).toHaveLength(7);
  expect(byDay.reduce((sum, bucket) => sum + bucket.requests, 0)).toBe(2);
  const byHour = (await user.caller.usage.series({ days: 1, by: "hour" })).items;
  expect(byHour).toHaveLength(24);
  expect(byHour.at(-1)?.start.getTime()).toBe(Math.floor(Date.now() / 3_600_000) * 3_600_000);
});

test("a tenant that has used up its day is told when it may go on, and a removed bound lets it", async () => {
  const user = await shared.signIn();
  const unlimited = { requestsPerDay: null, tokensPerDay: null, files: null, bytes: null };
  await user.caller.admin.setQuotas({ ...unlimited, requestsPerDay: 1 });
  await askFor(user, { question: "First?" });
  await expect(askFor(user, { question: "Second?" })).rejects.toMatchObject({
    reason: "QUOTA_EXCEEDED",
    data: { resetsAt: expect.stringMatching(/^\d{4}-/) },
  });
  await user.caller.admin.setQuotas({ ...unlimited, files: 0 });
  await expect(ingestFile(shared, user, { bytes: await makePdf(["No room."]) })).rejects.toMatchObject({
    reason: "QUOTA_EXCEEDED",
  });
  await user.caller.admin.setQuotas(unlimited);
  await askFor(user, { question: "Third?" });
});
