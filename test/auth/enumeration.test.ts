import { expect, test } from "vitest";
import { findOrCreateTenant, findOrCreateUser, inTenant, putInvitation } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { createCaller } from "../../server/router.ts";
import { contextOf, startTestApp } from "../support/app.ts";
import { createRandom } from "../support/random.ts";

/** Four thousand, in the long form, which holds 0.55. So few as here tell only what is plain to see. */
const SAMPLES = Number(process.env["TIMING_SAMPLES"] ?? 120);
const MOST = SAMPLES >= 4_000 ? 0.55 : 0.8;

/** The part of pairs in which the first took longer: 0.5 where time tells nothing. */
const areaUnderCurve = (a: number[], b: number[]): number => {
  const wins = a.reduce((sum, x) => sum + b.reduce((part, y) => part + (x > y ? 1 : x === y ? 0.5 : 0), 0), 0);
  const area = wins / (a.length * b.length);
  return Math.max(area, 1 - area);
};

test("the time of an answer does not tell who is known, or which tenant there is", async () => {
  const app = await startTestApp({ env: { SIGN_UP: "invited" } });
  const { db } = app.app;
  const slugs = Array.from({ length: 1 + SAMPLES / 100 }, () => app.newTenant());
  const tenants = await Promise.all(slugs.map((slug) => findOrCreateTenant(db, { id: newId(), slug })));
  const address = () => `${newId()}@example.org`;
  const kinds = {
    known: async (tenantId: string) => {
      const email = address();
      await inTenant(db, tenantId, (trx) => findOrCreateUser(trx, { id: newId(), email, role: "member" }));
      return email;
    },
    invited: async (tenantId: string) => {
      const email = address();
      await inTenant(db, tenantId, (trx) => putInvitation(trx, { email, role: "member", invited_by: null }));
      return email;
    },
    unknown: async () => address(),
    nowhere: async () => address(),
  };
  type Kind = keyof typeof kinds;
  const names = Object.keys(kinds) as Kind[];
  const next = createRandom(3);
  const asks: { kind: Kind; slug: string; email: string; order: number }[] = [];
  for (let n = 0; n < SAMPLES; n++) {
    const kind = names[n % names.length] ?? "known";
    const tenant = tenants[n % tenants.length];
    const slug = kind === "nowhere" ? app.newTenant() : (tenant?.slug ?? "");
    asks.push({ kind, slug, email: await kinds[kind](tenant?.id ?? ""), order: next() });
  }
  const times: Record<Kind, number[]> = { known: [], invited: [], unknown: [], nowhere: [] };
  for (const { kind, slug, email } of asks.toSorted((a, b) => a.order - b.order)) {
    const caller = createCaller(contextOf(app.app, { tenantSlug: slug }));
    const start = performance.now();
    await caller.auth.requestCode({ email });
    times[kind].push(performance.now() - start);
    // What is done after an answer is not to be in the next one's time.
    await new Promise((resolve) => setTimeout(resolve, SAMPLES >= 4_000 ? 60 : 5));
  }
  const areas = names.flatMap((one, index) =>
    names.slice(index + 1).map((other) => [`${one} ${other}`, areaUnderCurve(times[one], times[other])] as const),
  );
  if (SAMPLES >= 4_000) process.stdout.write(`${JSON.stringify(Object.fromEntries(areas))}\n`);
  for (const [pair, area] of areas) expect(area, pair).toBeLessThanOrEqual(MOST);
}, 1_200_000);
