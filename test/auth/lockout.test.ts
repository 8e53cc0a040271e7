import { describe, expect, test } from "vitest";
import { LIMITS } from "../../server/contract/limits.ts";
import { newId } from "../../server/id.ts";
import { LIMIT_RULES } from "../../server/rate-limit.ts";
import { codeIn, startTestApp } from "../support/app.ts";
import { waitFor } from "../support/server-process.ts";
import { codeFor, from, mailsTo, newMember, settle, signIn, wrongOf } from "../support/sign-in.ts";

/** The limits as they are by default: no test here may need more calls than a real server allows. */
const env = { RATE_LIMIT_PER_MINUTE: "50" };
const apps = {
  invited: await startTestApp({ env: { ...env, SIGN_UP: "invited" } }),
  open: await startTestApp({ env }),
};
const { invited } = apps;

describe.each(Object.entries(apps))("where SIGN_UP=%s", (_mode, app) => {
  test("eleven /64 networks of one /48, and many IPv4 addresses, keep no admin of the tenant out", async () => {
    const tenant = app.newTenant();
    const email = await newMember(app, tenant);
    const ask = (address: string) => from(app, tenant, address).auth.requestCode({ email: `${newId()}@example.org` });
    const v6 = Array.from({ length: 11 * 40 }, (_, n) => ask(`2001:db8:77:${n % 11}::${n}`));
    const refused = (await settle(v6)).filter((end) => end === "RATE_LIMITED").length;
    expect(refused).toBe(440 - 300);
    await settle(Array.from({ length: 400 }, (_, n) => ask(`198.51.100.${n % 250}`)));
    expect((await signIn(app, tenant, { email, address: "2001:db8:78::1" })).user.email).toBe(email);
  });

  test("five requests for a member's address from anywhere bring the owner the code that is valid for the owner too", async () => {
    const tenant = app.newTenant();
    const email = await newMember(app, tenant);
    for (let n = 0; n < 5; n++) await from(app, tenant).auth.requestCode({ email });
    await waitFor(() => mailsTo(app, email).length === 5 || undefined);
    const { challengeId } = await from(app, tenant).auth.requestCode({ email });
    await waitFor(() => mailsTo(app, email).length === 6 || undefined);
    expect(new Set(mailsTo(app, email).map(codeIn)).size).toBe(1);
    await from(app, tenant).auth.verifyCode({ challengeId, code: await codeFor(app, email) });
  });

  test("requests in other tenants' names leave a member its codes and its mails", async () => {
    const tenant = app.newTenant();
    const email = await newMember(app, tenant);
    for (let n = 0; n < 20; n++) await from(app, app.newTenant()).auth.requestCode({ email });
    const before = mailsTo(app, email).length;
    expect(before).toBeLessThanOrEqual(LIMIT_RULES.mailsToNewcomer().points);
    const { challengeId } = await from(app, tenant).auth.requestCode({ email });
    const mail = await waitFor(() => mailsTo(app, email)[before]);
    await from(app, tenant).auth.verifyCode({ challengeId, code: codeIn(mail) });
  });

  test("fifty junk verifications from one address refuse no colleague there, and are refused themselves then", async () => {
    const tenant = app.newTenant();
    const email = await newMember(app, tenant);
    const junk = () => from(app, tenant, "192.0.2.50").auth.verifyCode({ challengeId: newId(), code: "000000" });
    const ends = await settle(Array.from({ length: 60 }, junk));
    expect(ends.filter((end) => end === "CODE_EXPIRED")).toHaveLength(50);
    expect(ends.filter((end) => end === "RATE_LIMITED")).toHaveLength(10);
    await signIn(app, tenant, { email, address: "192.0.2.50" });
  });

  test("thirty-five employees of one office sign in at once from one address", async () => {
    const tenant = app.newTenant();
    const emails = await Promise.all(Array.from({ length: 35 }, () => newMember(app, tenant)));
    const office = from(app, tenant, "192.0.2.35");
    const asked = await Promise.all(emails.map((email) => office.auth.requestCode({ email })));
    const codes = await Promise.all(emails.map((email) => codeFor(app, email)));
    const entered = asked.map(({ challengeId }, n) => office.auth.verifyCode({ challengeId, code: codes[n] ?? "" }));
    expect((await Promise.all(entered)).map(({ user }) => user.email)).toEqual(emails);
  });

  test("a sign-in gives back all that it took, its wrong guesses too", async () => {
    const tenant = app.newTenant();
    const email = await newMember(app, tenant);
    const caller = from(app, tenant, "192.0.2.120");
    const fill = LIMIT_RULES.codesByClient().points - 1;
    await settle(Array.from({ length: fill }, () => caller.auth.requestCode({ email: `${newId()}@example.org` })));
    for (let n = 0; n < 6; n++) {
      const before = mailsTo(app, email).length;
      const { challengeId } = await caller.auth.requestCode({ email });
      const code = codeIn(await waitFor(() => mailsTo(app, email)[before]));
      const guesses = [0, 1, 2].map((guess) => caller.auth.verifyCode({ challengeId, code: wrongOf(code, guess) }));
      expect(await settle(guesses)).toEqual(["CODE_INVALID", "CODE_INVALID", "CODE_INVALID"]);
      await caller.auth.verifyCode({ challengeId, code });
    }
  });
});

test("a stranger's five wrong guesses at a challenge of its own leave the owner's challenge alone", async () => {
  const tenant = invited.newTenant();
  const email = await newMember(invited, tenant);
  const own = await from(invited, tenant).auth.requestCode({ email });
  const foreign = await from(invited, tenant, "192.0.2.9").auth.requestCode({ email });
  const code = await codeFor(invited, email);
  const guess = (n: number) =>
    from(invited, tenant, "192.0.2.9").auth.verifyCode({ challengeId: foreign.challengeId, code: wrongOf(code, n) });
  for (let n = 0; n < LIMITS.codeAttempts; n++) expect(await settle([guess(n)])).toEqual(["CODE_INVALID"]);
  expect(await settle([guess(9)])).toEqual(["TOO_MANY_ATTEMPTS"]);
  await from(invited, tenant).auth.verifyCode({ challengeId: own.challengeId, code });
});

test("whoever guesses from one network, over many challenges, leaves the owner guesses elsewhere", async () => {
  const tenant = invited.newTenant();
  const email = await newMember(invited, tenant);
  const stranger = (n: number) => from(invited, tenant, `2001:db8:99:${n}::1`);
  const ends = [];
  for (let n = 0; n < 6; n++) {
    const { challengeId } = await stranger(n).auth.requestCode({ email });
    const code = await codeFor(invited, email);
    for (let guess = 0; guess < LIMITS.codeAttempts; guess++)
      ends.push(...(await settle([stranger(n).auth.verifyCode({ challengeId, code: wrongOf(code, 5 * n + guess) })])));
  }
  expect(ends.filter((end) => end === "CODE_INVALID")).toHaveLength(LIMIT_RULES.guessesByAccountAndNetwork().points);
  expect(ends.filter((end) => end === "RATE_LIMITED")).toHaveLength(20);
  await signIn(invited, tenant, { email });
});

test("a code signs in once, in whichever challenge it stands, and the next one is another", async () => {
  const tenant = invited.newTenant();
  const email = await newMember(invited, tenant);
  const [one, other] = [
    await from(invited, tenant).auth.requestCode({ email }),
    await from(invited, tenant).auth.requestCode({ email }),
  ];
  const code = await codeFor(invited, email);
  const verify = ({ challengeId }: { challengeId: string }) =>
    from(invited, tenant).auth.verifyCode({ challengeId, code });
  const ends = await settle([verify(one), verify(other)]);
  expect([ends.filter((end) => end === "done"), ends.filter((end) => end === "CODE_EXPIRED")]).toEqual([
    ["done"],
    ["CODE_EXPIRED"],
  ]);
  await waitFor(() => mailsTo(invited, email).length === 2 || undefined);
  await from(invited, tenant).auth.requestCode({ email });
  const next = await waitFor(() => mailsTo(invited, email)[2]);
  expect(codeIn(next)).not.toBe(code);
});

describe("a browser that has signed in before", () => {
  /** Strangers of many networks use up every guess that anyone has at the account. */
  const useUpGuesses = async (tenant: string, email: string) => {
    for (let n = 0; n < 4; n++) {
      const stranger = from(invited, tenant, `203.0.113.${n}`);
      const { challengeId } = await stranger.auth.requestCode({ email });
      const code = await codeFor(invited, email);
      for (let guess = 0; guess < LIMITS.codeAttempts; guess++)
        await settle([stranger.auth.verifyCode({ challengeId, code: wrongOf(code, guess) })]);
    }
  };

  test("gets a code of its own, and guesses of its own, when strangers have used up everybody else's", async () => {
    const tenant = invited.newTenant();
    const email = await newMember(invited, tenant);
    const { browserToken } = await signIn(invited, tenant, { email });
    invited.printed.length = 0;
    await useUpGuesses(tenant, email);
    await expect(signIn(invited, tenant, { email })).rejects.toMatchObject({ cause: { reason: "RATE_LIMITED" } });
    const everybodys = await codeFor(invited, email);
    const { challengeId } = await from(invited, tenant).auth.requestCode({ email, browserToken });
    const mail = await waitFor(() => mailsTo(invited, email).findLast((line) => codeIn(line) !== everybodys));
    await from(invited, tenant).auth.verifyCode({ challengeId, code: codeIn(mail) });
  });

  test("is counted neither with the others of its address nor without bound", async () => {
    const tenant = invited.newTenant();
    const email = await newMember(invited, tenant);
    const { browserToken } = await signIn(invited, tenant, { email });
    const office = from(invited, tenant, "192.0.2.200");
    const ask = () => office.auth.requestCode({ email: `${newId()}@example.org` });
    await settle(Array.from({ length: LIMIT_RULES.codesByClient().points + 1 }, ask));
    await expect(ask()).rejects.toMatchObject({ cause: { reason: "RATE_LIMITED" } });
    const own = Array.from({ length: LIMIT_RULES.codesByBrowser().points }, () =>
      office.auth.requestCode({ email, browserToken }),
    );
    expect(new Set(await settle(own))).toEqual(new Set(["done"]));
    await expect(office.auth.requestCode({ email, browserToken })).rejects.toMatchObject({
      cause: { reason: "RATE_LIMITED" },
    });
  });

  test("has no other account's budget, nor one by a token that was changed, has expired or is of another tenant", async () => {
    const [tenant, elsewhere] = [invited.newTenant(), invited.newTenant()];
    const email = await newMember(invited, tenant);
    const other = await signIn(invited, tenant, { email: await newMember(invited, tenant) });
    const { browserToken = "" } = await signIn(invited, tenant, { email });
    const [expires = "", signature = ""] = browserToken.split(".");
    const past = (Number.parseInt(expires, 36) - 400 * 24 * 3_600_000).toString(36);
    const office = "192.0.2.201";
    const ask = (slug: string, token: string) =>
      from(invited, slug, office).auth.requestCode({ email, browserToken: token });
    await settle(
      Array.from({ length: 100 }, () =>
        from(invited, tenant, office).auth.requestCode({ email: `${newId()}@example.org` }),
      ),
    );
    const made = [
      other.browserToken ?? "",
      "",
      ".",
      "nonsense",
      `${past}.${signature}`,
      `${expires}.`,
      `zzzzzzzzzz.${signature}`,
    ];
    expect(new Set(await settle(made.map((token) => ask(tenant, token))))).toEqual(new Set(["RATE_LIMITED"]));
    expect(await settle([ask(elsewhere, browserToken)])).toEqual(["RATE_LIMITED"]);
    expect(await settle([ask(tenant, browserToken)])).toEqual(["done"]);
  });
});

test("what is refused, and when, is the same for members, for unknown addresses and in tenants that are not there", async () => {
  const tenant = invited.newTenant();
  const member = await newMember(invited, tenant);
  const ends = async (slug: string, email: string) => {
    const asked = [];
    for (let n = 0; n < 8; n++) asked.push(await from(invited, slug).auth.requestCode({ email }));
    const results = [];
    for (const { challengeId } of asked)
      for (let guess = 0; guess < 3; guess++)
        results.push(...(await settle([from(invited, slug).auth.verifyCode({ challengeId, code: "12345" + guess })])));
    return results;
  };
  const known = await ends(tenant, member);
  expect(new Set(known)).toEqual(new Set(["CODE_INVALID", "RATE_LIMITED"]));
  expect(await ends(tenant, `${newId()}@example.org`)).toEqual(known);
  expect(await ends(invited.newTenant(), member)).toEqual(known);
  // Mails go out after the answers, in their order.
  const last = await newMember(invited, tenant);
  await from(invited, tenant).auth.requestCode({ email: last });
  await codeFor(invited, last);
  expect(mailsTo(invited, member)).toHaveLength(1 + LIMIT_RULES.resendsByAccount().points);
});
