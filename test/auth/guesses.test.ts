import { afterEach, expect, test, vi } from "vitest";
import { requestCode, verifyCode } from "../../server/auth/login.ts";
import { openDelivery } from "../../server/auth/deliver.ts";
import { deriveKey } from "../../server/auth/secret.ts";
import { readConfig } from "../../server/config.ts";
import type { App, RequestContext } from "../../server/context.ts";
import { toReasonError } from "../../server/errors.ts";
import { newId } from "../../server/id.ts";
import { createMemoryKeyValue } from "../../server/key-value/memory.ts";
import { createLog } from "../../server/log.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

afterEach(() => {
  vi.useRealTimers();
});

/** As much of the server as asking for codes and guessing them needs: of a wrong guess the database never hears. */
const signInParts = async () => {
  const keyValue = createMemoryKeyValue();
  const mails: number[] = [];
  const app = {
    config: readConfig({ NODE_ENV: "test" }),
    keyValue,
    local: keyValue,
    log: createLog("silent"),
    codeKey: deriveKey("a secret", "login-code"),
    delivery: await openDelivery({ print: () => mails.push(Date.now()) }),
  } as Partial<App> as App;
  return { app, mails };
};

/** The most of these moments that lie within a day of each other. */
const mostInADay = (moments: number[]): number =>
  Math.max(0, ...moments.map((from) => moments.filter((at) => at >= from && at < from + DAY_MS).length));

test("whoever guesses at an account from everywhere has at most fifty guesses a day, and sends ten mails", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance", "setTimeout", "setInterval", "clearTimeout", "clearInterval"] });
  const { app, mails } = await signInParts();
  const guesses: number[] = [];
  const attack = async (minute: number) => {
    // Every minute another client and another tenant's name.
    const client = { address: `10.0.${minute % 250}.${minute % 199}`, userAgent: null };
    const ctx = {
      app,
      requestId: newId(),
      client,
      tenantSlug: `t-${minute}`,
      accessToken: undefined,
    } as RequestContext;
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
  // One code opens the window of a day; the rest comes at its end and at the beginning of the next.
  await attack(0);
  vi.advanceTimersByTime(DAY_MS - 90 * MINUTE_MS);
  for (let minute = 1; minute < 26 * 60; minute++) {
    await attack(minute);
    vi.advanceTimersByTime(MINUTE_MS);
  }
  expect(guesses.length).toBeGreaterThan(20);
  expect(mostInADay(guesses)).toBeLessThanOrEqual(50);
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
  expect(reasons.filter((reason) => reason === "TOO_MANY_ATTEMPTS")).toHaveLength(195);
  await app.keyValue.close();
});
