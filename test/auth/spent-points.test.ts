import type { KyselyPlugin } from "kysely";
import { expect, test } from "vitest";
import { findOrCreateTenant, inTenant, putInvitation } from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import { ReasonError } from "../../server/errors.ts";
import { newId } from "../../server/id.ts";
import { LIMIT_RULES } from "../../server/rate-limit.ts";
import { codeIn, startTestApp } from "../support/app.ts";
import { waitFor } from "../support/server-process.ts";
import { codeFor, from, mailsTo, newMember, settle, signIn, wrongOf } from "../support/sign-in.ts";

const env = { RATE_LIMIT_PER_MINUTE: "50" };
const invited = await startTestApp({ env: { ...env, SIGN_UP: "invited" } });

test("who mistypes a code is told so, also behind an address whose other calls are refused", async () => {
  const tenant = invited.newTenant();
  const email = await newMember(invited, tenant);
  const office = from(invited, tenant, "192.0.2.51");
  const junk = () => office.auth.verifyCode({ challengeId: newId(), code: "000000" });
  expect((await settle(Array.from({ length: 51 }, junk))).at(-1)).toBe("RATE_LIMITED");
  const { challengeId } = await office.auth.requestCode({ email });
  const code = await codeFor(invited, email);
  expect(await settle([office.auth.verifyCode({ challengeId, code: wrongOf(code, 0) })])).toEqual(["CODE_INVALID"]);
  await office.auth.verifyCode({ challengeId, code });
});

test("a code in another tenant's name is no guess, and works in its own", async () => {
  const tenant = invited.newTenant();
  const email = await newMember(invited, tenant);
  const { challengeId } = await from(invited, tenant).auth.requestCode({ email });
  const code = await codeFor(invited, email);
  const elsewhere = () => from(invited, invited.newTenant()).auth.verifyCode({ challengeId, code });
  for (let n = 0; n < LIMIT_RULES.guessesByAccount().points + 1; n++)
    expect(await settle([elsewhere()])).toEqual(["TENANT_MISMATCH"]);
  await from(invited, tenant).auth.verifyCode({ challengeId, code });
});

test("requests from before somebody was invited leave a mail for the next one", async () => {
  const tenant = invited.newTenant();
  const email = `${newId()}@example.org`;
  for (let n = 0; n < 8; n++) await from(invited, tenant).auth.requestCode({ email });
  const { id } = await findOrCreateTenant(invited.app.db, { id: newId(), slug: tenant });
  await inTenant(invited.app.db, id, (trx) => putInvitation(trx, { email, role: "member", invited_by: null }));
  expect((await signIn(invited, tenant, { email })).user.email).toBe(email);
});

test("mails that could not be sent leave those of the next hour to who signs up", async () => {
  let down = true;
  const mailed: string[] = [];
  const sendCode = async ({ code }: { code: string }) => {
    if (down) throw new ReasonError("SERVICE_UNAVAILABLE");
    mailed.push(code);
  };
  const app = await startTestApp({ env, parts: { delivery: { sendCode, close: () => {} } } });
  const [tenant, email] = [app.newTenant(), `${newId()}@example.org`];
  const ask = () => from(app, tenant).auth.requestCode({ email });
  for (let n = 0; n < 8; n++) expect(await settle([ask()])).toEqual(["SERVICE_UNAVAILABLE"]);
  down = false;
  const { challengeId } = await ask();
  await from(app, tenant).auth.verifyCode({ challengeId, code: mailed[0] ?? "" });
});

test("a database that fails while codes are verified takes no codes from their owner", async () => {
  const app = await startTestApp({ env });
  const tenant = app.newTenant();
  const email = await newMember(app, tenant);
  let down = false;
  const failing: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (down) throw Object.assign(new Error("Connection terminated unexpectedly"), { code: "08006" });
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  app.app.db = Object.assign({ ...app.app.db }, { kysely: kyselyOf(app.app.db).withPlugin(failing) });
  const address = "192.0.2.60";
  for (let n = 0; n < LIMIT_RULES.codesByAccountAndNetwork().points + 1; n++) {
    const { challengeId } = await from(app, tenant, address).auth.requestCode({ email });
    const code = codeIn(await waitFor(() => mailsTo(app, email)[n]));
    down = true;
    const ends = await settle([from(app, tenant, address).auth.verifyCode({ challengeId, code })]);
    down = false;
    expect(ends).not.toEqual(["done"]);
  }
  await signIn(app, tenant, { email, address });
});
