import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Email } from "../../server/contract/email.ts";
import { createCaller } from "../../server/router.ts";
import { codeIn, contextOf, startTestApp } from "../support/app.ts";

const JOINER = "\u200c";

/** As it is written, and the one text that stands for its mailbox. */
const ACCEPTED = [
  ["Ada@Example.org", "ada@example.org"],
  ["jürgen@münchen.example", "jürgen@xn--mnchen-3ya.example"],
  ["JU\u0308RGEN@MÜNCHEN.example", "jürgen@xn--mnchen-3ya.example"],
  ["jürgen@XN--MNCHEN-3YA.example", "jürgen@xn--mnchen-3ya.example"],
  ["x@xn--mnchen-3ya.example", "x@xn--mnchen-3ya.example"],
  ["r&d@example.org", "r&d@example.org"],
  ["!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"],
  ["o'neil'@example.org", "o'neil'@example.org"],
  ["علی@مثال.ایران", "علی@xn--mgbh0fb.xn--mgba3a4f16a"],
  [`نامه${JOINER}ها@example.ir`, `نامه${JOINER}ها@example.ir`],
  [`a@نامه${JOINER}ای.ir`, "a@xn--mgba3gch31f060k.ir"],
  ["用户@例え。jp", "用户@xn--r8jz45g.jp"],
  ["Иван@почта.рф", "иван@xn--80a1acny.xn--p1ai"],
  ["अजय@डाटा.भारत", "अजय@xn--c2bd1gb.xn--h2brj9c"],
  [`${"x".repeat(242)}@example.org`, `${"x".repeat(242)}@example.org`],
] as const;

const REFUSED = [
  "",
  "@",
  "ada",
  "@example.org",
  "ada@",
  "ada@localhost",
  "ada@example..org",
  "ada@-example.org",
  "ada@example.org.",
  "ada@[192.0.2.1]",
  "ada@192.0.2.1",
  "ada@example.org:25",
  "ada@example.org/x",
  "ada@%65xample.org",
  "ada@exa mple.org",
  ".ada@example.org",
  "ada.@example.org",
  "a..da@example.org",
  "a da@example.org",
  '"a da"@example.org',
  '"ada"@example.org',
  "a@b@example.org",
  "a＠b@example.org",
  "ａda@example.org",
  "ada@example.org, eve@example.org",
  "Ada <ada@example.org>",
  "ada(comment)@example.org",
  "ada@example.org\r\nBcc: eve@example.org",
  "ada\r\nBcc: eve@example.org",
  "a\u0000da@example.org",
  "a\u007fda@example.org",
  "a\u0085da@example.org",
  "a\u2028da@example.org",
  "a\u00a0da@example.org",
  "a\u202eda@example.org",
  "a\u2066da@example.org",
  "a\u200eda@example.org",
  "a\u061cda@example.org",
  "ada@ex\u202eample.org",
  "a\u200bda@example.org",
  "a\u00adda@example.org",
  "a\u3164da@example.org",
  "\u200cada@example.org",
  "ada@exam\u200cple.org",
  "\ud800@example.org",
  `${"x".repeat(243)}@example.org`,
  `${"界".repeat(90)}@example.org`,
  `a@${"界".repeat(80)}.example.org`,
];

test.each(ACCEPTED)("%s is the address %s", (text, canonical) => {
  expect(Email.parse(text)).toBe(canonical);
  expect(Email.parse(canonical)).toBe(canonical);
});

test.each(REFUSED.map((text) => [JSON.stringify(text).slice(0, 60), text] as const))(
  "%s is refused",
  (_shown, text) => {
    expect(Email.safeParse(text).success).toBe(false);
  },
);

test("whatever is accepted is its own canonical form, without blanks, controls or a second @", () => {
  const part = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
  const accepted = fc
    .tuple(part, part, fc.constantFrom("example", "рф", "ایران", "de"))
    .map(([local, label, top]) => Email.safeParse(`${local}@${label}.${top}`))
    .filter((parsed) => parsed.success)
    .map((parsed) => parsed.data);
  fc.assert(
    fc.property(accepted, (email) => {
      expect(Email.parse(email)).toBe(email);
      expect(email).toMatch(/^[^\s@\p{C}]*(?:[\u200c\u200d][^\s@\p{C}]+)*@[a-z0-9.-]+$/u);
      expect(email.normalize("NFC")).toBe(email);
    }),
    { numRuns: 300 },
  );
});

const app = await startTestApp();

describe("an international address", () => {
  test("is one member however it is written: invited in one way, signing in in the others", async () => {
    const admin = await app.signIn();
    await admin.caller.admin.invite({ email: "jürgen@münchen.example", role: "admin" });
    const ids = [];
    for (const email of ["jürgen@xn--mnchen-3ya.example", "Ju\u0308rgen@MÜNCHEN.example", "jürgen@münchen.example"]) {
      const caller = createCaller(contextOf(app.app, { tenantSlug: admin.tenant }));
      const { challengeId } = await caller.auth.requestCode({ email });
      const { user } = await caller.auth.verifyCode({ challengeId, code: codeIn(app.printed.at(-1)) });
      ids.push(user.id);
      expect(user.role).toBe("admin");
    }
    expect(new Set(ids).size).toBe(1);
    await admin.caller.admin.invite({ email: "用户@例え.jp" });
    expect((await admin.caller.admin.uninvite({ email: "用户@xn--r8jz45g.jp" })).ok).toBe(true);
    expect((await admin.caller.admin.invitations()).items).toEqual([]);
  });

  test("that is refused is INVALID_INPUT over HTTP, and never reaches a mail", async () => {
    const before = app.printed.length;
    for (const email of REFUSED) {
      const response = await fetch(`${app.url}/v1/auth/request-code`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-tenant-id": app.newTenant() },
        body: JSON.stringify({ email }),
      });
      expect([email, response.status, await response.json()]).toMatchObject([
        email,
        400,
        { error: { reason: "INVALID_INPUT" } },
      ]);
    }
    expect(app.printed).toHaveLength(before);
  });
});
