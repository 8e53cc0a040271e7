import { describe, expect, test } from "vitest";
import type { Reason } from "../../server/contract/errors.ts";
import { sharedApp } from "../support/app.ts";
import { call, reasonOf, type Caller } from "./call.ts";
import { makePeople, propertyOf, type Ids } from "./people.ts";
import { namesIn, procedures, ROWS, type Attacker } from "./rows.ts";

const app = await sharedApp();
const people = await makePeople(app);
const { victim, boss, stranger } = people;
const before = await propertyOf(victim, boss);

const rows = Object.entries(ROWS);

const refusal = (path: string, caller: Caller, input: unknown): Promise<Reason | "none"> =>
  call(app, { path, caller, input }).then(() => "none" as const, reasonOf);

describe("every procedure", () => {
  test("has a row here, which knows its fields that name something", () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(Object.keys(procedures).toSorted());
    for (const [path, { foreign = {}, input }] of rows) {
      expect([path, Object.keys(foreign).toSorted()]).toEqual([path, namesIn(path).all.toSorted()]);
      expect(Object.keys(input?.(victim.ids) ?? {})).toEqual(expect.arrayContaining(Object.keys(foreign)));
    }
  });
});

describe.for(rows.filter(([, row]) => row.for !== "anyone"))("%s is refused", ([path, row]) => {
  const input = row.input?.(victim.ids);
  const { accessToken, tenant } = victim;

  test.for<[who: string, caller: Caller, reason: Reason]>([
    ["without a token", { accessToken: undefined, tenantSlug: tenant }, "NOT_SIGNED_IN"],
    ["with the token of an ended session", { accessToken: people.revoked, tenantSlug: tenant }, "SESSION_REVOKED"],
    ["to a call for another tenant", { accessToken, tenantSlug: stranger.tenant }, "TENANT_MISMATCH"],
    ...(row.for === "admin"
      ? [["to a member", { accessToken, tenantSlug: tenant }, "FORBIDDEN"] satisfies [string, Caller, Reason]]
      : []),
  ])("%s", async ([, caller, reason]) => {
    expect(await refusal(path, caller, input)).toBe(reason);
  });
});

/** What the answer may not hold: nothing of another tenant's user at all, and of a colleague's nothing private. */
const secretsFrom = (attacker: Attacker): string[] => {
  const { conversationId, messageId, requestId, sessionId } = victim.ids;
  return attacker === "stranger"
    ? [...Object.values(victim.ids), victim.secret, victim.tenantId]
    : [conversationId, messageId, requestId, sessionId];
};

/** A right input of the attacker's in which one field names what is the victim's; other names only where they must be. */
const forged = (path: string, { field, attacker }: { field: string; attacker: Attacker }): Record<string, unknown> => {
  const input = (ids: Ids): Record<string, unknown> => ROWS[path]?.input?.(ids) ?? {};
  const { all, required } = namesIn(path);
  const own = Object.entries(input(people[attacker].ids));
  const kept = own.filter(([name]) => !all.includes(name) || required.includes(name));
  return { ...Object.fromEntries(kept), [field]: input(victim.ids)[field] };
};

const cells = rows.flatMap(([path, { foreign = {} }]) =>
  Object.entries(foreign).flatMap(([field, outcomes]) =>
    Object.entries(outcomes).map(([attacker, outcome]) => ({
      path,
      field,
      attacker: attacker as Attacker,
      outcome,
    })),
  ),
);

test.for(cells)(
  "$path with the victim's $field: $attacker gets $outcome",
  async ({ path, field, attacker, outcome }) => {
    const { accessToken, tenant: tenantSlug } = people[attacker];
    const input = forged(path, { field, attacker });
    if (outcome !== "shown" && outcome !== "nothing")
      return expect(await refusal(path, { accessToken, tenantSlug }, input)).toBe(outcome);
    const answer = await call(app, { path, caller: { accessToken, tenantSlug }, input });
    if (outcome === "shown") return expect(answer).toContain(victim.secret);
    const said = JSON.stringify(input);
    for (const secret of secretsFrom(attacker).filter((text) => !said.includes(text)))
      expect(answer).not.toContain(secret);
  },
);

test("after all of it, everything of the victim's is as it was", async () => {
  expect(await propertyOf(victim, boss)).toEqual(before);
});
