import { afterEach, expect, test, vi } from "vitest";
import { findOrCreateTenant, findOrCreateUser, inTenant } from "../../db/index.ts";
import { requestCode, verifyCode } from "../../server/auth/login.ts";
import { openDelivery } from "../../server/auth/deliver.ts";
import type { App, RequestContext } from "../../server/context.ts";
import { toReasonError } from "../../server/errors.ts";
import { newId } from "../../server/id.ts";
import { createMemoryKeyValue } from "../../server/key-value/memory.ts";
import { LIMIT_RULES } from "../../server/rate-limit.ts";
import { sharedApp } from "../support/app.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

afterEach(() => {
  vi.useRealTimers();
});

const shared = await sharedApp();

/** Asking for codes and guessing them, with a store of its own whose clock the test moves. */
const signInParts = async () => {
  const keyValue = createMemoryKeyValue();
  const mails: number[] = [];
  const app: App = {
    ...shared.app,
    keyValue,
    local: keyValue,
    delivery: await openDelivery({ print: () => mails.push(Date.now()) }),
  };
  return { app, mails };
};

/** The most of these moments that lie within a day of each other. */
const mostInADay = (moments: number[]): number =>
  Math.max(0, ...moments.map((from) => moments.filter((at) => at >= from && at < from + DAY_MS).length));

/** Each minute another client asks for a code of the victim, and guesses. */
const attackForADay = async (app: App, slugOf: (minute: number) => string) => {
  const guesses: number[] = [];
  const attack = async (minute: number) => {
    const client = { address: `10.0.${minute % 250}.${minute % 199}`, userAgent: null };
    const ctx: RequestContext = { app, requestId: newId(), client, tenantSlug: slugOf(minute), accessToken: undefined };
    const asked = await requestCode(ctx, { email: "victim@example.org" }).catch(() => undefined);
    if (!asked) return;
    for (let guess = 0; guess < 12; guess++) {
      const code = String(100_000 + guess);
      const { reason } = await verifyCode(ctx, { challengeId: asked.challengeId, code }).then(
        () => ({ reason: "signed in" }),
        toReasonError,
      );
      if (reason === "CODE_INVALID") guesses.push(Date.now());
    }
  };
  // One code opens the windows of a day; the rest comes at their end and at the beginning of the next.
  await attack(0);
  vi.advanceTimersByTime(DAY_MS - 90 * MINUTE_MS);
  for (let minute = 1; minute < 26 * 60; minute += minute < 180 ? 1 : 20) {
    await attack(minute);
    vi.advanceTimersByTime((minute < 180 ? 1 : 20) * MINUTE_MS);
  }
  return guesses;
};

test("whoever guesses at an account from everywhere has at most thirty guesses a day, and sends twenty mails", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const { app, mails } = await signInParts();
  const slug = shared.newTenant();
  const tenant = await findOrCreateTenant(app.db, { id: newId(), slug });
  const victim = { id: newId(), email: "victim@example.org", role: "member" } as const;
  await inTenant(app.db, tenant.id, (trx) => findOrCreateUser(trx, victim));
  const guesses = await attackForADay(app, () => slug);
  const { guessesByAccount, codesByAccount, resendsByAccount } = LIMIT_RULES;
  expect(guesses.length).toBeGreaterThan(guessesByAccount().points);
  expect(mostInADay(guesses)).toBeLessThanOrEqual(2 * guessesByAccount().points);
  expect(mails.length).toBeGreaterThan(5);
  expect(mostInADay(mails)).toBeLessThanOrEqual(2 * (codesByAccount().points + resendsByAccount().points));
  await app.keyValue.close();
});

test("whoever asks in ever other tenants' names sends ten mails a day to one address", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const { app, mails } = await signInParts();
  await attackForADay(app, (minute) => `t-${minute}`);
  expect(mails.length).toBeGreaterThan(5);
  expect(mostInADay(mails)).toBeLessThanOrEqual(10);
  await app.keyValue.close();
});

test("of two hundred guesses at once at one code, five are compared", async () => {
  const { app } = await signInParts();
  const context = (n: number): RequestContext => ({
    app,
    requestId: newId(),
    client: { address: `client ${n}`, userAgent: null },
    tenantSlug: "acme",
    accessToken: undefined,
  });
  const { challengeId } = await requestCode(context(0), { email: "victim@example.org" });
  const reasons = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      verifyCode(context(n), { challengeId, code: String(200_000 + n) }).then(
        () => "signed in",
        (error: unknown) => toReasonError(error).reason,
      ),
    ),
  );
  expect(reasons.filter((reason) => reason === "CODE_INVALID")).toHaveLength(5);
  expect(new Set(reasons)).toEqual(new Set(["CODE_INVALID", "TOO_MANY_ATTEMPTS", "RATE_LIMITED"]));
  await app.keyValue.close();
});
