import { sql } from "kysely";
import { expect, test } from "vitest";
import { kyselyOf } from "../../db/open.ts";
import { openTestDb } from "../support/db.ts";

// Small tables that every node of a distributed database keeps whole.
const REFERENCE_TABLES = ["tenants", "embedding_models", "rereads"];

const db = kyselyOf(await openTestDb());

const tenantTables = async (): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`.execute(db);
  return rows.map((row) => row.name);
};

test("every table either has a tenant or is small and the same everywhere", async () => {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`.execute(db);
  const others = rows.map((row) => row.name).filter((name) => !name.startsWith("kysely_"));
  expect(others.sort()).toEqual([...(await tenantTables()), ...REFERENCE_TABLES].sort());
});

test("keys and unique indexes begin with the tenant, so that each can be checked where the tenant's rows are", async () => {
  const { rows } = await sql<{ table: string; index: string; first: string }>`
    select t.relname as "table", i.relname as index, coalesce(a.attname::text, 'an expression') as first
    from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
      left join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]
    where (x.indisunique or x.indisexclusion) and t.relname = any (${await tenantTables()})`.execute(db);
  expect(new Set(rows.map((row) => row.table))).toEqual(new Set(await tenantTables()));
  expect(rows.filter((row) => row.first !== "tenant_id")).toEqual([]);
});

test("a row refers to rows of its own tenant, by both tenants in the same place, or to a reference table", async () => {
  const { rows } = await sql<{ table: string; name: string; target: string; from: string[]; to: string[] }>`
    select k.conrelid::regclass::text as "table", k.conname as name, k.confrelid::regclass::text as target,
      (select array_agg(a.attname::text order by n) from unnest(k.conkey) with ordinality u (num, n)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num) as "from",
      (select array_agg(a.attname::text order by n) from unnest(k.confkey) with ordinality u (num, n)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num) as "to"
    from pg_constraint k where k.contype = 'f' and k.conrelid::regclass::text = any (${await tenantTables()})`.execute(
    db,
  );
  expect(rows.some((row) => row.target === "files")).toBe(true);
  for (const { target, from, to } of rows.filter((row) => !REFERENCE_TABLES.includes(row.target)))
    expect({ target, from: from[0], to: to[0] }).toEqual({ target, from: "tenant_id", to: "tenant_id" });
  // The other way round, a reference table needs no tenant's row.
  const back = await sql`
    select 1 from pg_constraint where contype = 'f' and conrelid::regclass::text = any (${REFERENCE_TABLES})`.execute(
    db,
  );
  expect(back.rows).toEqual([]);
});

test("PostgreSQL itself accepts every tenant table cut into partitions by tenant, with all its keys", async () => {
  const tables = await tenantTables();
  const undone = new Error("the proof is not kept");
  const cut = db.transaction().execute(async (trx) => {
    const run = (text: string) => sql.raw(text).execute(trx);
    await run("create schema parted");
    for (const table of tables) {
      await run(`create table parted.${table} (like public.${table} including all) partition by hash (tenant_id)`);
      for (const remainder of [0, 1])
        await run(
          `create table parted.${table}_${remainder} partition of parted.${table} for values with (modulus 2, remainder ${remainder})`,
        );
    }
    const { rows } = await sql<{ table: string; target: string; definition: string }>`
      select conrelid::regclass::text as "table", confrelid::regclass::text as target,
        pg_get_constraintdef(oid) as definition
      from pg_constraint where contype = 'f' and conparentid = 0 and connamespace = 'public'::regnamespace
        and conrelid::regclass::text = any (${tables})`.execute(trx);
    for (const { table, target, definition } of rows) {
      const schema = REFERENCE_TABLES.includes(target) ? "public" : "parted";
      const moved = definition.replace(`REFERENCES ${target}(`, `REFERENCES ${schema}.${target}(`);
      await run(`alter table parted.${table} add ${moved}`);
    }
    const { rows: parted } = await sql<{ count: number }>`
      select count(*)::int as count from pg_partitioned_table p join pg_class c on c.oid = p.partrelid
      where c.relnamespace = 'parted'::regnamespace`.execute(trx);
    expect(parted).toEqual([{ count: tables.length }]);
    throw undone;
  });
  await expect(cut).rejects.toBe(undone);
});
