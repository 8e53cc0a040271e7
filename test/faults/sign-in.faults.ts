import { hasReason } from "../../server/errors.ts";
import { newId } from "../../server/id.ts";
import { createCaller } from "../../server/router.ts";
import { codeIn, contextOf, startTestApp, type TestApp } from "../support/app.ts";
import { count, row } from "../support/row.ts";

const ROUNDS = count("verifies", { short: 500, long: 500 });
const GUESSES = 200;
const CHALLENGES = count("guessed", { short: 20, long: 100 });
const AT_ONCE = 10;
const store = process.env["REDIS_URL"] ? "Redis" : "this process";

/** Whoever calls comes from an address of its own, so that what holds is the challenge's own count. */
const stranger = ({ app }: TestApp, tenantSlug: string) => createCaller(contextOf(app, { tenantSlug }));

const challenge = async (app: TestApp, tenant: string) => {
  const email = `${newId()}@example.org`;
  const { challengeId } = await stranger(app, tenant).auth.requestCode({ email });
  const code = codeIn(app.printed.findLast((line) => line.includes(email)));
  return { challengeId, code };
};

/** What comes of so many calls that are made at once. */
const atOnce = async (times: number, work: (turn: number) => Promise<unknown>): Promise<string[]> => {
  const results = await Promise.allSettled(Array.from({ length: times }, (_, turn) => work(turn)));
  return results.map((result) => {
    if (result.status === "fulfilled") return "signed in";
    const { cause } = result.reason as { cause?: unknown };
    return hasReason(cause, "CODE_INVALID")
      ? "compared"
      : hasReason(cause, "TOO_MANY_ATTEMPTS") || hasReason(cause, "CODE_EXPIRED") || hasReason(cause, "RATE_LIMITED")
        ? "refused"
        : "failed";
  });
};

row(
  { area: "sign-in", done: `${ROUNDS} codes, each verified 20 times at once, codes kept in ${store}` },
  async (measure) => {
    const app = await startTestApp();
    let [winners, wrong, failed] = [0, 0, 0];
    for (let round = 0; round < ROUNDS; round += AT_ONCE) {
      const tenant = app.newTenant();
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, ROUNDS - round) }, async () => {
          const { challengeId, code } = await challenge(app, tenant);
          const ends = await atOnce(20, () => stranger(app, tenant).auth.verifyCode({ challengeId, code }));
          const signedIn = ends.filter((end) => end === "signed in").length;
          winners += signedIn;
          wrong += Number(signedIn !== 1);
          failed += ends.filter((end) => end === "failed").length;
        }),
      );
    }
    measure("sessions", winners, { is: ROUNDS });
    measure("codes of which another number than one signed in", wrong, { is: 0 });
    measure("unforeseen failures", failed, { is: 0 });
  },
);

row(
  { area: "sign-in", done: `${GUESSES} guesses at once at each of ${CHALLENGES} codes, kept in ${store}` },
  async (measure) => {
    const app = await startTestApp();
    const tenant = app.newTenant();
    let [most, failed] = [0, 0];
    for (let round = 0; round < CHALLENGES; round++) {
      const { challengeId, code } = await challenge(app, tenant);
      const guess = (turn: number) => String((Number(code) + 1 + turn) % 1_000_000).padStart(6, "0");
      const ends = await atOnce(GUESSES, (turn) =>
        stranger(app, tenant).auth.verifyCode({ challengeId, code: guess(turn) }),
      );
      most = Math.max(most, ends.filter((end) => end === "compared").length);
      failed += ends.filter((end) => end === "failed" || end === "signed in").length;
    }
    measure("compared of one code, at most", most, { atMost: 5 });
    measure("unforeseen", failed, { is: 0 });
  },
);
