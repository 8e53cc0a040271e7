import { sql } from "kysely";
import { expect, test } from "vitest";
import { asOwner, askTenant, findFile, findOrCreateUser, inTenant, listUsers, type TenantDb } from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import { newId } from "../../server/id.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";

const db = await openTestDb();

const addUser = (trx: TenantDb) =>
  findOrCreateUser(trx, { id: newId(), email: `${newId()}@example.org`, role: "member" });

test("a tenant sees its own rows alone, even where a query names no tenant", async () => {
  const [ours, theirs] = [await newTestTenant(db), await newTestTenant(db)];
  await inTenant(db, theirs, addUser);
  const seen = await inTenant(db, ours, (trx) => trx.selectFrom("users").selectAll().execute());
  expect(seen).toEqual([]);
});

test("a row of another tenant can be neither written, changed nor removed", async () => {
  const [ours, theirs] = [await newTestTenant(db), await newTestTenant(db)];
  const user = await inTenant(db, theirs, addUser);
  const row = { tenant_id: theirs, id: newId(), email: "x@example.org", role: "admin" as const };
  await expect(inTenant(db, ours, (trx) => trx.insertInto("users").values(row).execute())).rejects.toMatchObject({
    code: "42501",
  });
  const touched = await inTenant(db, ours, async (trx) => [
    await trx.updateTable("users").set({ role: "admin" }).where("id", "=", user.id).executeTakeFirst(),
    await trx.deleteFrom("users").where("id", "=", user.id).executeTakeFirst(),
  ]);
  expect(touched).toMatchObject([{ numUpdatedRows: 0n }, { numDeletedRows: 0n }]);
});

test("two hundred transactions of two tenants at once are never mixed", async () => {
  const tenants = [await newTestTenant(db), await newTestTenant(db)];
  for (const tenant of tenants) await inTenant(db, tenant, addUser);
  const seen = await Promise.all(
    Array.from({ length: 200 }, (_, index) => {
      const tenant = tenants[index % 2] ?? "";
      return inTenant(db, tenant, async (trx) => {
        await new Promise((resolve) => setImmediate(resolve));
        const users = await listUsers(trx);
        return users.length === 1 && users[0]?.tenant_id === tenant;
      });
    }),
  );
  expect(seen.every(Boolean)).toBe(true);
});

test("a transaction that fails leaves nothing behind, and the next one works", async () => {
  const tenant = await newTestTenant(db);
  const failing = inTenant(db, tenant, async (trx) => {
    await addUser(trx);
    throw new Error("on purpose");
  });
  await expect(failing).rejects.toThrow("on purpose");
  expect(await inTenant(db, tenant, listUsers)).toEqual([]);
});

test("what is asked at once is answered, for the tenant alone, two hundred times at once", async () => {
  const tenants = [await newTestTenant(db), await newTestTenant(db)];
  for (const tenant of tenants) await inTenant(db, tenant, addUser);
  const seen = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      askTenant(db, tenants[index % 2] ?? "", (trx) =>
        Promise.all([trx.selectFrom("users").select("tenant_id").execute(), listUsers(trx)]),
      ),
    ),
  );
  for (const [index, [open, own]] of seen.entries()) {
    expect(open).toEqual([{ tenant_id: tenants[index % 2] }]);
    expect(own).toHaveLength(1);
  }
});

test("what asks at once asks nothing later, and the next transaction asks as it likes", async () => {
  const tenant = await newTestTenant(db);
  for (let times = 0; times < 30; times++) {
    const late = askTenant(db, tenant, async (trx) => {
      await listUsers(trx);
      return listUsers(trx);
    });
    await expect(late).rejects.toThrow("takes no more statements");
    const early = askTenant(db, tenant, async () => {
      throw new Error("on purpose");
    });
    await expect(early).rejects.toThrow("on purpose");
  }
  const twice = await inTenant(db, tenant, async (trx) => [await listUsers(trx), await listUsers(trx)]);
  expect(twice).toEqual([[], []]);
});

test("what is asked at once and fails is told, and undone", async () => {
  const tenant = await newTestTenant(db);
  const row = { tenant_id: tenant, id: newId(), email: "x@example.org", role: "member" as const };
  const failing = askTenant(db, tenant, (trx) =>
    Promise.all([trx.insertInto("users").values(row).execute(), sql`select 1 / 0`.execute(trx)]),
  );
  await expect(failing).rejects.toMatchObject({ code: "22012" });
  expect(await askTenant(db, tenant, listUsers)).toEqual([]);
});

test("what goes on behind a failed transaction is refused, and gets into no other", async () => {
  const tenant = await newTestTenant(db);
  for (let times = 0; times < 20; times++) {
    const seen: unknown[] = [];
    const goOn = async (trx: TenantDb) => {
      for (let more = 0; more < 5; more++)
        seen.push(...(await sql`select current_setting('app.tenant_id', true) as tenant`.execute(trx)).rows);
    };
    let goingOn: Promise<unknown> = Promise.resolve();
    const failing = inTenant(db, tenant, async (trx) => {
      goingOn = goOn(trx).catch(String);
      await listUsers(trx);
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    await inTenant(db, await newTestTenant(db), listUsers);
    expect(await goingOn).toContain("takes no more statements");
    for (const row of seen) expect(row).toEqual({ tenant });
  }
});

test("what a transaction leaves behind is refused", async () => {
  const tenant = await newTestTenant(db);
  const left = await inTenant(db, tenant, async (trx) => trx);
  await expect(listUsers(left)).rejects.toThrow("takes no more statements");
});

test("every table with a tenant has forced row-level security, a whole policy, and keys that begin with the tenant", async () => {
  const { rows } = await sql<{ table: string; forced: boolean; policies: number; keys: string[] }>`
    select c.relname as "table", c.relrowsecurity and c.relforcerowsecurity as forced,
      (select count(*)::int from pg_policy p
        where p.polrelid = c.oid and p.polqual is not null and p.polwithcheck is not null and p.polcmd = '*') as policies,
      (select coalesce(array_agg(distinct a.attname::text), '{}') from pg_constraint k
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        where k.conrelid = c.oid and k.contype in ('p', 'u', 'f')
          and k.confrelid <> all (array['tenants'::regclass::oid, 'embedding_models'::regclass::oid])) as keys
    from pg_class c join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`.execute(kyselyOf(db));
  expect(rows.map((row) => row.table)).toContain("chunk_embeddings");
  for (const row of rows) expect(row).toEqual({ table: row.table, forced: true, policies: 1, keys: ["tenant_id"] });
});

test("the role of a tenant's transaction owns nothing and is above nothing", async () => {
  const tenant = await newTestTenant(db);
  const { rows } = await inTenant(db, tenant, (trx) =>
    sql`select current_user::text as role, rolsuper, rolbypassrls,
      (select count(*)::int from pg_class where relowner = r.oid) as owned
      from pg_roles r where rolname = current_user`.execute(trx),
  );
  expect(rows).toEqual([{ role: "docuchat_app", rolsuper: false, rolbypassrls: false, owned: 0 }]);
});

test("the owner does the queue's work alone: before and after it, the transaction is the tenant's", async () => {
  const tenant = await newTestTenant(db);
  const roles = await inTenant(db, tenant, async (trx) => {
    const role = async () =>
      (await sql<{ role: string }>`select current_user::text as role`.execute(trx)).rows[0]?.role;
    return [await role(), await asOwner(trx, role), await role()];
  });
  expect(roles).toEqual(["docuchat_app", expect.not.stringMatching("docuchat_app"), "docuchat_app"]);
});

test("a transaction knows which engine it runs on", async () => {
  const tenant = await newTestTenant(db);
  expect(await inTenant(db, tenant, async ({ embedded }) => embedded)).toBe("pglite" in db.queue);
});

test("an id that no row has is simply not found", async () => {
  const tenant = await newTestTenant(db);
  expect(await inTenant(db, tenant, (trx) => findFile(trx, newId()))).toBeUndefined();
});

test("a statement's failure that nobody has heard of undoes the transaction, and says so", async () => {
  const tenant = await newTestTenant(db);
  const quiet = inTenant(db, tenant, async (trx) => {
    await addUser(trx);
    await sql`select 1 / 0`.execute(trx).catch(() => {});
  });
  await expect(quiet).rejects.toThrow("rolled back");
  expect(await inTenant(db, tenant, listUsers)).toEqual([]);
});

test("a transaction that cannot enter its tenant fails by that, whatever its work makes of it", async () => {
  const works = [
    (trx: TenantDb) => listUsers(trx),
    async (trx: TenantDb) => void (await listUsers(trx).catch(() => {})),
  ];
  for (const work of works)
    await expect(inTenant(db, "x\u0000", work)).rejects.toThrow(/0x00|null character|insufficient|invalid/i);
});
