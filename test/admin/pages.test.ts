import { sql } from "kysely";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  asOwner,
  findOrCreateTenant,
  inTenant,
  listInvitations,
  listSessions,
  listUsers,
  sumUsageByUser,
  type TenantDb,
} from "../../db/index.ts";
import { LIMITS } from "../../server/contract/limits.ts";
import { newId } from "../../server/id.ts";
import { sharedApp, type TestUser } from "../support/app.ts";
import { procedures } from "../isolation/rows.ts";

const MEMBERS = 20_000;
const PAGE = 50;
const shared = await sharedApp();
const { db } = shared.app;

/** A tenant of so many members, each of whom spent and invited once. */
const makeTenant = async (members: number) => {
  const tenant = shared.newTenant();
  const { id } = await findOrCreateTenant(db, { id: newId(), slug: tenant });
  const admin = await shared.signIn({ tenant });
  await inTenant(db, id, async (trx) => {
    await sql`insert into users (tenant_id, id, email, role)
      select ${id}, gen_random_uuid(), 'member-' || n || '@example.org', 'member'
      from generate_series(1, ${members - 1}) n`.execute(trx);
    await sql`insert into usage_events (tenant_id, id, user_id, kind, model, prompt_tokens, key)
      select ${id}, gen_random_uuid(), id, 'chat', 'offline', 10, id::text from users where tenant_id = ${id}`.execute(
      trx,
    );
    await sql`insert into invitations (tenant_id, email, role, invited_by)
      select ${id}, 'guest-' || n || '@example.org', 'member', ${admin.userId}
      from generate_series(1, ${members}) n`.execute(trx);
    await sql`insert into sessions (tenant_id, id, user_id, expires_at)
      select ${id}, gen_random_uuid(), ${admin.userId}, now() + interval '1 day'
      from generate_series(1, ${members}) n`.execute(trx);
    await sql`insert into sessions (tenant_id, id, user_id, expires_at)
      select ${id}, gen_random_uuid(), id, now() + interval '1 day' from users where tenant_id = ${id}`.execute(trx);
  });
  return { id, admin };
};

const large = await makeTenant(MEMBERS);
const small = await makeTenant(MEMBERS / 10);

// As autovacuum does, or the embedded database by itself, after so many new rows.
await inTenant(db, large.id, (trx) =>
  asOwner(trx, () => sql`analyze users, invitations, sessions, usage_events`.execute(trx)),
);

/** How many rows of a table this transaction has read. */
const rowsRead = async (trx: TenantDb, table: string): Promise<number> => {
  const { rows } = await sql<{ read: number }>`
    select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read
    from pg_stat_xact_user_tables where relname = ${table}`.execute(trx);
  return rows[0]?.read ?? 0;
};

type Made = { id: string; admin: TestUser };
type Page = (trx: TenantDb, made: Made, after: string | undefined) => Promise<string[]>;

const lists: [name: string, table: string, page: Page][] = [
  ["members", "users", async (trx, _, after) => (await listUsers(trx, { after, limit: PAGE })).map(({ id }) => id)],
  [
    "invitations",
    "invitations",
    async (trx, _, after) => (await listInvitations(trx, { after, limit: PAGE })).map(({ email }) => email),
  ],
  [
    "sessions",
    "sessions",
    async (trx, { admin }, before) =>
      (await listSessions(trx, admin.userId, { before, limit: PAGE })).map(({ id }) => id),
  ],
  [
    "usage by member",
    "usage_events",
    async (trx, _, after) => {
      const ids = (await listUsers(trx, { after, limit: PAGE })).map(({ id }) => id);
      const sums = await sumUsageByUser(trx, new Date(Date.now() - 3_600_000), ids);
      return sums.map(({ userId }) => userId).toSorted();
    },
  ],
];

test.for(lists)(
  "a page of %s, the first or a later one, reads a page's rows whatever the tenant's size",
  async (list) => {
    const [, table, page] = list;
    const readOf = (made: Made, after?: string) =>
      inTenant(db, made.id, async (trx) => {
        const before = await rowsRead(trx, table);
        const keys = await page(trx, made, after);
        expect(keys).toHaveLength(PAGE);
        return { read: (await rowsRead(trx, table)) - before, last: keys.at(-1) };
      });
    for (const made of [small, large]) {
      const first = await readOf(made);
      const later = await readOf(made, first.last);
      for (const { read } of [first, later]) {
        // It counts: rows that are returned are rows that are read.
        expect(read).toBeGreaterThanOrEqual(PAGE);
        expect(read).toBeLessThanOrEqual(PAGE * 2.5);
      }
    }
  },
);

/** All pages, of which each is asked for with the cursor of the one before. */
const walk = async <Item>(
  load: (input: {
    cursor?: string | undefined;
    limit?: number;
  }) => Promise<{ items: Item[]; nextCursor?: string | undefined }>,
): Promise<Item[][]> => {
  const pages: Item[][] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await load({ cursor, limit: LIMITS.pageSize });
    pages.push(items);
    cursor = nextCursor;
  } while (cursor !== undefined);
  return pages;
};

test("twenty thousand members, their usage and invitations come in pages of two hundred, each once", async () => {
  const { admin } = large.admin.caller;
  const members = await walk((page) => admin.members(page));
  const usage = await walk((page) => admin.usageByMember(page));
  const invitations = await walk((page) => admin.invitations(page));
  const sessions = await walk((page) => large.admin.caller.auth.sessions(page));
  for (const pages of [members, usage, invitations])
    expect(pages.map(({ length }) => length)).toEqual(Array.from({ length: MEMBERS / 200 }, () => 200));
  expect(new Set(members.flat().map(({ id }) => id)).size).toBe(MEMBERS);
  expect(usage.flat().map(({ user }) => user.id)).toEqual(members.flat().map(({ id }) => id));
  expect(usage.flat().every(({ last7d }) => last7d.requests === 1)).toBe(true);
  expect(new Set(invitations.flat().map(({ email }) => email)).size).toBe(MEMBERS);
  // The admin's own and the one that was made for each user.
  expect(new Set(sessions.flat().map(({ id }) => id)).size).toBe(MEMBERS + 2);
});

test("without input a list begins with its first page, as released clients ask for it", async () => {
  const { admin, auth } = large.admin.caller;
  for (const list of [
    () => admin.members(),
    () => admin.usageByMember(),
    () => admin.invitations(),
    () => auth.sessions(),
  ])
    expect(await list()).toMatchObject({ items: { length: 200 }, nextCursor: expect.any(String) });
  const malformed = [
    admin.members({ limit: 201 }),
    admin.members({ cursor: "x" }),
    admin.invitations({ cursor: "a\0" }),
  ];
  for (const refused of malformed) await expect(refused).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("of exactly one page there is no next one", async () => {
  const user = await shared.signIn();
  expect(await user.caller.admin.members({ limit: 1 })).toEqual({
    items: [expect.objectContaining({ id: user.userId })],
  });
  const [one, two] = ["a@example.org", "b@example.org"];
  for (const email of [one, two]) await user.caller.admin.invite({ email });
  const first = await user.caller.admin.invitations({ limit: 1 });
  expect(first).toMatchObject({ items: [{ email: one }], nextCursor: one });
  const rest = await user.caller.admin.invitations({ limit: 1, cursor: first.nextCursor });
  expect(rest.items.map(({ email }) => email)).toEqual([two]);
  expect(rest.nextCursor).toBeUndefined();
});

/** Bounded by their input. */
const BOUNDED = ["usage.series"];

test("every list of the API has pages of at most two hundred", () => {
  const unpaged = Object.entries(procedures).flatMap(([path, { _def }]) => {
    const { type, inputs = [], output } = _def as unknown as { type: string; inputs?: z.ZodType[]; output?: z.ZodType };
    if (type !== "query" || !output || BOUNDED.includes(path)) return [];
    const answer = z.toJSONSchema(output, { io: "output", unrepresentable: "any" });
    if (!("items" in (answer.properties ?? {}))) return [];
    const asked = inputs[0] && z.toJSONSchema(inputs[0], { io: "input", unrepresentable: "any" });
    const limit = asked?.properties?.["limit"];
    const isPaged =
      typeof limit === "object" && (limit.maximum ?? Infinity) <= 200 && "cursor" in (asked?.properties ?? {});
    return isPaged && "nextCursor" in (answer.properties ?? {}) ? [] : [path];
  });
  expect(unpaged).toEqual([]);
});
