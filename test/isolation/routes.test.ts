import { describe, expect, test } from "vitest";
import { ErrorBody, type Reason } from "../../server/contract/errors.ts";
import { restRoutes } from "../../server/http/rest.ts";
import { sharedApp } from "../support/app.ts";
import { makePeople, propertyOf, type Ids } from "./people.ts";

/** What comes of naming something of the victim's; see the matrix of the procedures. */
type Outcome = Reason | "shown" | "nothing";
type Row = {
  open?: true;
  request?: (own: Ids) => { path?: string; body?: unknown };
  stranger?: Outcome;
  colleague?: Outcome;
};

const ROUTES: Record<string, Row> = {
  "POST /auth/request-code": { open: true },
  "POST /auth/verify-code": {
    open: true,
    request: ({ challengeId }) => ({ body: { challengeId, code: "000000" } }),
    stranger: "TENANT_MISMATCH",
    colleague: "CODE_INVALID",
  },
  "POST /files": {},
  "GET /files": {
    request: ({ fileId }) => ({ path: `/files?cursor=${fileId}` }),
    stranger: "nothing",
  },
  "GET /files/:id": {
    request: ({ fileId }) => ({ path: `/files/${fileId}` }),
    stranger: "NOT_FOUND",
    colleague: "shown",
  },
  "DELETE /files/:id": {
    request: ({ fileId }) => ({ path: `/files/${fileId}` }),
    stranger: "NOT_FOUND",
    colleague: "FORBIDDEN",
  },
  "POST /files/retry-failed": {},
  "POST /files/:id/retry": {
    request: ({ fileId }) => ({ path: `/files/${fileId}/retry` }),
    stranger: "NOT_FOUND",
    colleague: "INVALID_INPUT",
  },
  "GET /files/:id/content": {
    request: ({ fileId }) => ({ path: `/files/${fileId}/content` }),
    stranger: "NOT_FOUND",
    colleague: "shown",
  },
  "GET /usage": {},
  "POST /chat": {
    request: ({ conversationId }) => ({ body: { question: "When was it weighed?", conversationId } }),
    stranger: "NOT_FOUND",
    colleague: "NOT_FOUND",
  },
};

const app = await sharedApp();
const people = await makePeople(app);
const { victim, boss, stranger } = people;
const before = await propertyOf(victim, boss);

type Caller = { token?: string; tenant: string };

const send = async (
  route: string,
  { token, tenant }: Caller,
): Promise<{ outcome: Reason | "answered"; text: string }> => {
  const [method = "", pattern = ""] = route.split(" ");
  const { path = pattern, body: input = {} } = ROUTES[route]?.request?.(victim.ids) ?? {};
  const response = await fetch(`${app.url}/v1${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      "x-tenant-id": tenant,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(method === "POST" ? { body: JSON.stringify(input) } : {}),
  });
  const body = await response.text();
  const outcome = response.ok ? "answered" : ErrorBody.parse(JSON.parse(body)).error.reason;
  return { outcome, text: `${JSON.stringify([...response.headers])}${body}` };
};

test("every route has a row here", () => {
  const { routes } = restRoutes(app.app, new AbortController().signal);
  const known = routes.map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(ROUTES).toSorted()).toEqual([...new Set(known)].toSorted());
});

const guarded = Object.keys(ROUTES).filter((route) => !ROUTES[route]?.open);

describe.for(guarded)("%s is refused", (route) => {
  test.for<[who: string, caller: Caller, reason: Reason]>([
    ["without a token", { tenant: victim.tenant }, "NOT_SIGNED_IN"],
    ["with the token of an ended session", { token: people.revoked, tenant: victim.tenant }, "SESSION_REVOKED"],
    ["to a call for another tenant", { token: victim.accessToken, tenant: stranger.tenant }, "TENANT_MISMATCH"],
  ])("%s", async ([, caller, reason]) => {
    expect((await send(route, caller)).outcome).toBe(reason);
  });
});

const cells = Object.entries(ROUTES).flatMap(([route, row]) =>
  (["stranger", "colleague"] as const).flatMap((attacker) => {
    const outcome = row[attacker];
    return outcome ? [{ route, attacker, outcome }] : [];
  }),
);

test.for(cells)("$route with the victim's: $attacker gets $outcome", async ({ route, attacker, outcome }) => {
  const { accessToken: token, tenant } = people[attacker];
  const got = await send(route, { token, tenant });
  expect(got.outcome).toBe(outcome === "shown" || outcome === "nothing" ? "answered" : outcome);
  // The file's name is its secret.
  if (outcome === "shown") expect(got.text).toContain(victim.secret);
  if (outcome === "nothing") expect(got.text).not.toContain(victim.secret);
});

test("after all of it, everything of the victim's is as it was", async () => {
  expect(await propertyOf(victim, boss)).toEqual(before);
});
