import { ErrorBody, type Reason } from "../../server/contract/errors.ts";
import type { TestApp } from "../support/app.ts";
import { call, reasonOf, type Caller } from "./call.ts";
import { propertyOf, type Ids, type People } from "./people.ts";
import { namesIn, ROWS, type Attacker } from "./rows.ts";

/** One question of the matrix; tells what is wrong, if anything is. */
export type Cell = { name: string; path: string; run(): Promise<string | undefined> };

type Setting = { app: TestApp; people: People };

const ATTACKERS = ["stranger", "colleague", "boss"] as const;
const KINDS = [
  "fileId",
  "conversationId",
  "messageId",
  "requestId",
  "sessionId",
  "userId",
  "challengeId",
  "email",
] as const;

/** Ids of which each is this one: what an input makes of it. */
const allOf = (id: string): Ids => Object.fromEntries(KINDS.map((kind) => [kind, id])) as Ids;

/** What an attacker may not read: nothing of another tenant's, and of a colleague's nothing private. */
const secretsFrom = ({ victim }: People, attacker: Attacker): string[] => {
  const { conversationId, messageId, requestId, sessionId } = victim.ids;
  const privates = [conversationId, messageId, requestId];
  // The audit log tells an admin who signed in.
  if (attacker === "colleague") privates.push(sessionId);
  return attacker === "stranger" ? [...Object.values(victim.ids), victim.secret, victim.tenantId] : privates;
};

const leakIn = (answer: string, said: string, secrets: string[]): string | undefined => {
  const leaked = secrets.filter((secret) => !said.includes(secret) && answer.includes(secret));
  return leaked.length > 0 ? `leaks ${leaked.length} of the victim's` : undefined;
};

const refusedCallers = ({ victim, stranger, revoked }: People): [who: string, caller: Caller, reason: Reason][] => {
  const { accessToken, tenant: tenantSlug } = victim;
  return [
    ["nobody", { accessToken: undefined, tenantSlug }, "NOT_SIGNED_IN"],
    ["an ended session", { accessToken: revoked, tenantSlug }, "SESSION_REVOKED"],
    ["another tenant's header", { accessToken, tenantSlug: stranger.tenant }, "TENANT_MISMATCH"],
  ];
};

/** A right input of `own` in which `field` names `id`; other names only where they must be. */
const forged = (path: string, { field, own, id }: { field: string; own: Ids; id: string }): Record<string, unknown> => {
  const input = (ids: Ids): Record<string, unknown> => ROWS[path]?.input?.(ids) ?? {};
  const { all, required } = namesIn(path);
  const kept = Object.entries(input(own)).filter(([name]) => !all.includes(name) || required.includes(name));
  return { ...Object.fromEntries(kept), [field]: input(allOf(id))[field] };
};

const mustBeRefused = (app: TestApp, what: Parameters<typeof call>[1], reason: Reason) => async () => {
  const got = await call(app, what).then(() => "an answer", reasonOf);
  return got === reason ? undefined : `${got} instead of ${reason}`;
};

const mayNotLeak = (app: TestApp, what: Parameters<typeof call>[1], secrets: string[]) => async () => {
  const answer = await call(app, what).catch((error: unknown) => reasonOf(error));
  return answer === "INTERNAL" ? "INTERNAL" : leakIn(answer, JSON.stringify(what.input), secrets);
};

/** Of one procedure: each of the victim's ids in each field that names something, by everybody who should not. */
const cellsOfProcedure = ({ app, people }: Setting, path: string): Cell[] => {
  const row = ROWS[path];
  const { victim } = people;
  const cells: Cell[] = [];
  const add = (name: string, run: Cell["run"]) => cells.push({ name: `${path} ${name}`, path, run });
  const fields = namesIn(path).all.flatMap((field) => KINDS.map((kind) => ({ field, kind, id: victim.ids[kind] })));
  const inputs = [
    { name: "", input: row?.input?.(victim.ids) ?? {} },
    ...fields.map(({ field, kind, id }) => ({
      name: `, ${field} = ${kind}`,
      input: forged(path, { field, own: victim.ids, id }),
    })),
  ];
  if (row?.for !== "anyone")
    for (const [who, caller, reason] of refusedCallers(people))
      for (const { name, input } of inputs)
        add(`by ${who}${name}`, mustBeRefused(app, { path, caller, input }, reason));
  if (row?.for === "admin") {
    const { accessToken, tenant: tenantSlug } = victim;
    for (const { name, input } of inputs)
      add(`by a member${name}`, mustBeRefused(app, { path, caller: { accessToken, tenantSlug }, input }, "FORBIDDEN"));
  }
  for (const attacker of ATTACKERS) {
    const { accessToken, tenant: tenantSlug, ids } = people[attacker];
    const secrets = secretsFrom(people, attacker);
    const caller = { accessToken, tenantSlug };
    // Signing out would end the attacker, and limits the tenant's admin.
    if (!/signOut|setQuotas/.test(path))
      add(
        `by ${attacker}`,
        mayNotLeak(app, { path, caller, input: own(path, ids) }, attacker === "boss" ? [] : secrets),
      );
    for (const { field, kind, id } of fields) {
      const input = forged(path, { field, own: ids, id });
      const outcome = row?.foreign?.[field]?.[attacker];
      const isOwnKind =
        JSON.stringify(row?.input?.(victim.ids)[field]) === JSON.stringify(row?.input?.(allOf(id))[field]);
      if (isOwnKind && outcome === undefined) continue;
      const refusal = isOwnKind && outcome !== "shown" && outcome !== "nothing" ? outcome : undefined;
      const name = `by ${attacker}, ${field} = ${kind}`;
      if (refusal) add(name, mustBeRefused(app, { path, caller, input }, refusal));
      else add(name, mayNotLeak(app, { path, caller, input }, outcome === "shown" ? [] : secrets));
    }
  }
  return cells;
};

/** An input of the attacker's own that changes nothing: without what only names. */
const own = (path: string, ids: Ids): Record<string, unknown> => {
  const { all, required } = namesIn(path);
  const gone = allOf("0190a1b2-c3d4-7e5f-8a6b-0123456789ab");
  const changes = /remove|revoke|uninvite|invite|setRole/.test(path);
  const input = ROWS[path]?.input?.(changes ? gone : ids) ?? {};
  return Object.fromEntries(Object.entries(input).filter(([name]) => !all.includes(name) || required.includes(name)));
};

const ROUTES: [method: string, path: (id: string) => string, body?: (id: string) => unknown][] = [
  ["GET", (id) => `/files?cursor=${id}`],
  ["GET", (id) => `/files/${id}`],
  ["DELETE", (id) => `/files/${id}`],
  ["GET", (id) => `/files/${id}/content`],
  ["POST", () => "/chat", (id) => ({ question: "When was it weighed?", conversationId: id })],
  ["POST", () => "/chat", (id) => ({ question: "When was it weighed?", fileIds: [id] })],
];

const cellsOfRoutes = ({ app, people }: Setting): Cell[] => {
  const { victim, stranger } = people;
  const callers: [who: string, caller: Caller, reason?: Reason][] = [
    ...refusedCallers(people),
    ["stranger", { accessToken: stranger.accessToken, tenantSlug: stranger.tenant }],
  ];
  return ROUTES.flatMap(([method, path, body]) =>
    KINDS.flatMap((kind) =>
      callers.map(([who, { accessToken, tenantSlug }, reason]): Cell => {
        const id = victim.ids[kind];
        const run = async () => {
          const response = await fetch(`${app.url}/v1${path(id)}`, {
            method,
            headers: {
              "content-type": "application/json",
              "x-tenant-id": tenantSlug ?? "",
              ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
            },
            ...(body ? { body: JSON.stringify(body(id)) } : {}),
          });
          const text = await response.text();
          const got = response.ok ? "an answer" : ErrorBody.parse(JSON.parse(text)).error.reason;
          if (reason) return got === reason ? undefined : `${got} instead of ${reason}`;
          return leakIn(text, id, secretsFrom(people, "stranger"));
        };
        return { name: `${method} ${path("…")} by ${who}, ${kind}`, path: "http", run };
      }),
    ),
  );
};

/** The whole matrix, of the router as it is. */
export const makeCells = (setting: Setting): Cell[] => [
  // First of all: the log tells the stranger what the stranger has named in other cells.
  ...cellsOfProcedure(setting, "admin.audit"),
  ...Object.keys(ROWS)
    .filter((path) => path !== "admin.audit")
    .flatMap((path) => cellsOfProcedure(setting, path)),
  ...cellsOfRoutes(setting),
];

/** Answers to all cells that something is wrong with, and whether the victim's property has changed by them. */
export const runCells = async ({ people }: Setting, cells: Cell[], atMost = Infinity): Promise<string[]> => {
  const { victim, boss } = people;
  const before = await propertyOf(victim, boss);
  const wrong: string[] = [];
  for (const { name, run } of cells) {
    const fault = await run();
    if (fault) wrong.push(`${name}: ${fault}`);
    if (wrong.length >= atMost) return wrong;
  }
  const after = await propertyOf(victim, boss).catch(() => "gone");
  if (JSON.stringify(after) !== JSON.stringify(before)) wrong.push("the victim's property has changed");
  return wrong;
};
