import { sql, type Kysely } from "kysely";
import { APP_ROLE, SEARCH_ROLE } from "./enter.ts";
import { UnusableDatabaseError } from "./requirements.ts";
import type { Schema } from "./schema.ts";

/** A right or a protection that the schema needs, and the statements that give it; none where only a person can. */
type Missing = { problem: string; repair: string[] };

/**
 * Gives back what a restored dump may lack: roles and memberships belong to the server, not to a database. Throws
 * `UnusableDatabaseError`, which names the first thing missing, where the role of `DATABASE_URL` may not do so.
 */
export const ensureGrants = async (db: Kysely<Schema>): Promise<void> => {
  if ((await findMissing(db)).length === 0) return;
  const left = await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('docuchat grants'))`.execute(trx);
    // Roles come first: the statements that follow name them.
    for (const missing of [findMissingRoles, findMissing])
      for (const { repair } of await missing(trx)) await tryToRepair(trx, repair);
    return [...(await findMissingRoles(trx)), ...(await findMissing(trx))];
  });
  const [first] = left;
  if (first) throw new UnusableDatabaseError(describe(first));
};

const describe = ({ problem, repair }: Missing): string =>
  repair.length === 0 ? problem : `${problem}: run as a superuser \`${repair.join("; ")}\``;

const tryToRepair = async (trx: Kysely<Schema>, statements: string[]): Promise<void> => {
  await sql`savepoint repair`.execute(trx);
  try {
    for (const statement of statements) await sql.raw(statement).execute(trx);
  } catch {
    // What is still missing is reported by the second look.
    await sql`rollback to savepoint repair`.execute(trx);
  }
};

const findMissingRoles = async (db: Kysely<Schema>): Promise<Missing[]> =>
  (
    await sql<Missing>`
    select format('the role %s does not exist', name) as problem, array[format('create role %I nologin', name)] as repair
    from unnest(array[${APP_ROLE}, ${SEARCH_ROLE}]) as name
    where not exists (select from pg_roles where rolname = name)`.execute(db)
  ).rows;

const findMissing = async (db: Kysely<Schema>): Promise<Missing[]> => (await MISSING.execute(db)).rows;

const TENANT_IS = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)";

/**
 * One statement, since every start runs it. A tenant's table is one that references `tenants`, so that tables of later
 * migrations are covered, and tables of somebody else in the same database are left alone.
 */
const MISSING = sql<Missing>`
  with
  roles as (
    select
      (select oid from pg_roles where rolname = ${APP_ROLE}) as app,
      (select oid from pg_roles where rolname = ${SEARCH_ROLE}) as search,
      (select oid from pg_roles where rolname = current_user) as me),
  tables as (
    select c.oid, c.relname as name, c.relrowsecurity as secured, c.relforcerowsecurity as forced, 'tenant_id' as key,
      array['select', 'insert', 'update', 'delete'] as rights
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and exists (select from pg_constraint where conrelid = c.oid and confrelid = 'public.tenants'::regclass)
    union all
    select oid, relname, relrowsecurity, true, 'id', array['select', 'update']
    from pg_class where oid = 'public.tenants'::regclass
    union all
    select oid, relname, true, true, null, array['select'] from pg_class where oid = 'public.embedding_models'::regclass),
  columns as (
    select 'chunks'::text as name, unnest(array['tenant_id', 'id', 'file_id', 'search']) as column
    union all select 'files', unnest(array['tenant_id', 'id', 'status'])),
  functions as (
    select oid, proowner, oid::regprocedure::text as name from pg_proc
    where pronamespace = 'public'::regnamespace and prosecdef and proname like 'search\_%'),
  missing as (
    select 1 as place, format('%s %s belongs to the role %s, and %s is not a member of it', kind, name,
        pg_get_userbyid(owner), current_user) as problem,
      array[format('reassign owned by %I to %I', pg_get_userbyid(owner), current_user)] as repair
    from roles, (
      select 'the table' as kind, name, relowner as owner from tables join pg_class using (oid)
      union all
      select 'the schema', nspname, nspowner from pg_namespace where nspname = 'pgboss'
      union all
      select 'the table', nspname || '.' || relname, relowner from pg_class join pg_namespace n on n.oid = relnamespace
      where nspname = 'pgboss' and relkind in ('r', 'p')
    ) owned (kind, name, owner)
    where not pg_has_role(me, owner, 'usage')
    union all
    select 2, format('the role %s is above row-level security', rolname),
      array[format('alter role %I nosuperuser nobypassrls', rolname)]
    from pg_roles, roles where pg_roles.oid in (app, search) and (rolsuper or rolbypassrls)
    union all
    select 3, format('%s may not act as the role %s', current_user, ${APP_ROLE}::text),
      array[format('grant %I to %I', ${APP_ROLE}::text, current_user)]
    from roles where not coalesce(pg_has_role(me, app,
      case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end), false)
    union all
    select 4, format('the role %s may not use the schema public', rolname),
      array[format('grant usage on schema public to %I', rolname)]
    from pg_roles, roles where pg_roles.oid in (app, search) and not has_schema_privilege(pg_roles.oid, 'public', 'usage')
    union all
    select 5, format('row-level security of the table %s is off', name),
      array[format('alter table public.%I enable row level security', name),
        format('alter table public.%I %s row level security', name, case when key = 'id' then 'no force' else 'force' end)]
    from tables where not (secured and forced)
    union all
    select 6, format('the table %s lacks its policy own_tenant', name),
      array[format('create policy own_tenant on public.%I using (%I = %s) with check (%I = %s)', name, key,
        ${TENANT_IS}::text, key, ${TENANT_IS}::text)]
    from tables where key is not null
      and not exists (select from pg_policy where polrelid = tables.oid and polname = 'own_tenant')
    union all
    select 7, format('the table %s lacks its policy search_text', name),
      array[format('create policy search_text on public.%I for select to %I using (true)', name, ${SEARCH_ROLE}::text)]
    from (select distinct name from columns) searched
    where not exists (select from pg_policy
      where polrelid = to_regclass('public.' || name) and polname = 'search_text')
    union all
    select 8, format('the role %s may not %s in the table %s', ${APP_ROLE}::text, wanted, name),
      array[format('grant %s on public.%I to %I', wanted, name, ${APP_ROLE}::text)]
    from tables, roles, unnest(rights) as wanted where not coalesce(has_table_privilege(app, tables.oid, wanted), false)
    union all
    select 9, format('the role %s may not read %s of the table %s', ${SEARCH_ROLE}::text, columns.column, name),
      array[format('grant select (%I) on public.%I to %I', columns.column, name, ${SEARCH_ROLE}::text)]
    from columns, roles
    where not coalesce(has_column_privilege(search, to_regclass('public.' || name), columns.column, 'select'), false)
    union all
    select 10, format('the function %s does not belong to the role %s', name, ${SEARCH_ROLE}::text), array[
      format('grant %I to %I', ${SEARCH_ROLE}::text, current_user),
      format('grant create on schema public to %I', ${SEARCH_ROLE}::text),
      format('alter function %s owner to %I', name, ${SEARCH_ROLE}::text),
      format('revoke create on schema public from %I', ${SEARCH_ROLE}::text),
      format('revoke %I from %I', ${SEARCH_ROLE}::text, current_user)]
    from functions, roles where proowner is distinct from search
    union all
    select 11, format('the function %s is not for the role %s alone', name, ${APP_ROLE}::text), array[
      format('grant %I to %I', ${SEARCH_ROLE}::text, current_user),
      format('revoke all on function %s from public', name),
      format('grant execute on function %s to %I', name, ${APP_ROLE}::text),
      format('revoke %I from %I', ${SEARCH_ROLE}::text, current_user)]
    from functions, roles
    where has_function_privilege('public', functions.oid, 'execute')
      or not coalesce(has_function_privilege(app, functions.oid, 'execute'), false))
  select problem, repair from missing order by place`;
