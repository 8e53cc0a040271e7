import { describe, expect, test } from "vitest";
import { openDb, UnusableDatabaseError } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, onServer } from "../support/database.ts";

const server = process.env["DATABASE_URL"] ?? "";

const newUrl = async (): Promise<string> => {
  const database = await newDatabase();
  if (!("url" in database)) throw new Error("this needs PostgreSQL");
  return database.url;
};

const asSuperuser = (url: string): string => Object.assign(new URL(url), { username: "postgres" }).href;

/** Everything that decides who may do what: owners, rights, row-level security and policies. */
const rightsOf = (url: string) =>
  onServer(
    url,
    `with rights as (
      select 'table ' || relname as what, relowner as owner, coalesce(relacl, acldefault('r', relowner))::text[] as acl,
        format('%s %s', relrowsecurity, relforcerowsecurity) as more
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      union all
      select format('column %s.%s', attrelid::regclass, attname), null, attacl::text[], ''
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'public'::regnamespace and attacl is not null
      union all
      select 'function ' || oid::regprocedure, proowner, proacl::text[], prosecdef::text
      from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
      union all
      select 'schema ' || nspname, nspowner, nspacl::text[], '' from pg_namespace where nspname = 'public'
      union all
      select format('policy %s.%s', tablename, policyname), null, roles::text[], concat(cmd, qual, with_check)
      from pg_policies where schemaname = 'public')
    select what, pg_get_userbyid(owner) as owner, more,
      array(select unnest(acl) as right order by 1) as rights
    from rights order by what`,
  );

const tablesOf = async (url: string): Promise<string[]> =>
  (
    await onServer(url, "select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%'")
  ).map(({ tablename }) => String(tablename));

/** What a dump that is restored without roles and rights lacks. */
const loseEverything = async (url: string): Promise<void> => {
  for (const table of await tablesOf(url)) {
    await onServer(url, `revoke all on ${table} from docuchat_app, docuchat_search`);
    for (const policy of ["own_tenant", "search_text"])
      await onServer(url, `drop policy if exists ${policy} on ${table}`);
    await onServer(url, `alter table ${table} no force row level security, disable row level security`);
  }
  await onServer(url, "revoke all (tenant_id, id, file_id, search) on chunks from docuchat_search");
  await onServer(url, "revoke all (tenant_id, id, status) on files from docuchat_search");
  await onServer(url, "revoke all on schema public from docuchat_app, docuchat_search, public");
  const functions = await onServer(
    url,
    "select oid::regprocedure::text as name from pg_proc where pronamespace = 'public'::regnamespace and prosecdef",
  );
  for (const { name } of functions) {
    await onServer(asSuperuser(url), `alter function ${String(name)} owner to docuchat`);
    await onServer(url, `revoke all on function ${String(name)} from docuchat_app`);
    await onServer(url, `grant execute on function ${String(name)} to public`);
  }
};

const open = async (url: string): Promise<void> => {
  const db = await openDb({ url });
  await db.close();
};

describe.skipIf(server === "")("the rights of a database (needs DATABASE_URL)", () => {
  test("are whole after the migrations, and a start changes none of them", async () => {
    const url = await newUrl();
    const before = await rightsOf(url);
    expect(before.length).toBeGreaterThan(20);
    await open(url);
    expect(await rightsOf(url)).toEqual(before);
  });

  test("that were lost come back with the next start, of several at once, as the migrations made them", async () => {
    const url = await newUrl();
    const before = await rightsOf(url);
    await loseEverything(url);
    expect(await rightsOf(url)).not.toEqual(before);
    await Promise.all([open(url), open(url), open(url)]);
    const after = await rightsOf(url);
    // Where everybody may use the schema public, as on a new server, the two roles may, too.
    const isSchema = ({ what }: Record<string, unknown>) => what === "schema public";
    expect(after.filter((row) => !isSchema(row))).toEqual(before.filter((row) => !isSchema(row)));
    expect(after.find(isSchema)?.["rights"]).toEqual([
      "docuchat_app=U/pg_database_owner",
      "docuchat_search=U/pg_database_owner",
      "pg_database_owner=UC/pg_database_owner",
    ]);
  });

  test("that DATABASE_URL's role cannot give end the start with what to run, in one line", async () => {
    const url = await newUrl();
    const stranger = `stranger_${newId().replaceAll("-", "")}`;
    await onServer(asSuperuser(url), `create role ${stranger} login`);
    cleanUp(() => onServer(asSuperuser(server), `drop role ${stranger}`));
    const refused = await openDb({ url: Object.assign(new URL(url), { username: stranger }).href }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(UnusableDatabaseError);
    const { message } = refused as Error;
    expect(message).toMatch(/^the tables belong to the role docuchat: sign in as that role, or run as a superuser `/);
    expect(message).not.toContain("\n");
  });

  test("of a function that a superuser owns are refused: it would read above row-level security", async () => {
    const url = await newUrl();
    await onServer(asSuperuser(url), "alter function search_few(text, uuid[], integer) owner to postgres");
    await expect(openDb({ url })).rejects.toThrow(/search_few.* does not belong to the role docuchat_search: run as/);
  });

  test("leave tables of others in the same database alone", async () => {
    const url = await newUrl();
    await onServer(url, "create table theirs (tenant_id uuid)");
    const before = await onServer(url, "select relacl, relrowsecurity from pg_class where relname = 'theirs'");
    await onServer(url, "revoke select on users from docuchat_app");
    await open(url);
    expect(await onServer(url, "select relacl, relrowsecurity from pg_class where relname = 'theirs'")).toEqual(before);
  });
});
