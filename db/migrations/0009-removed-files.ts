import { sql, type Kysely } from "kysely";

/**
 * Text of a removed file leaves the sources and citations of stored answers. A trigger takes it out of whatever is
 * stored, also by the release before; `message_files` finds the answers of a file that is being removed. It is a table,
 * for operators on JSON and arrays are not leakproof: under row-level security their indexes are never used.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of [...MESSAGE_FILES, ...TRIGGER]) await sql.raw(statement).execute(db);
  const { rows: tenants } = await sql<{ id: string }>`select id from tenants`.execute(db);
  for (const { id } of tenants) await takeOutOf(db, id);
  await sql`select set_config('app.tenant_id', '', true)`.execute(db);
};

const TENANT_IS = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)";

const MESSAGE_FILES = [
  // No key to files: it would lock the file after the message, and a removal locks them the other way round.
  `create table message_files (
    tenant_id uuid not null references tenants (id) on delete cascade,
    file_id uuid not null,
    message_id uuid not null,
    primary key (tenant_id, file_id, message_id),
    foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade)`,
  "create index message_files_by_message on message_files (tenant_id, message_id)",
  "alter table message_files enable row level security",
  "alter table message_files force row level security",
  `create policy own_tenant on message_files using (tenant_id = ${TENANT_IS}) with check (tenant_id = ${TENANT_IS})`,
  "grant select, insert, update, delete on message_files to docuchat_app",
];

const TRIGGER = [
  /** Sources or citations; those of files that are not `present` without their text, with all their fields. */
  `create function without_removed(parts jsonb, present uuid[]) returns jsonb
    language sql immutable set search_path = pg_catalog, pg_temp as $function$
    select coalesce(jsonb_agg(
      case
        when part->>'fileId' is null or (part->>'fileId')::uuid = any(present) then part
        when part ? 'quote' then part || '{"quote": "", "boxes": [], "verified": false, "removed": true}'
        else part || '{"excerpt": "", "removed": true}'
      end order by place), '[]')
    from jsonb_array_elements(parts) with ordinality as all_parts (part, place)
  $function$`,
  `create function forget_removed_files() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $function$
  declare
    named uuid[] := array(
      select distinct (part->>'fileId')::uuid from jsonb_array_elements(new.sources || new.citations) part
      where part->>'fileId' is not null);
    present uuid[];
  begin
    if named = '{}' then return new; end if;
    present := array(select f.id from public.files f where f.tenant_id = new.tenant_id and f.id = any(named));
    if cardinality(present) < cardinality(named) then
      new.sources := public.without_removed(new.sources, present);
      new.citations := public.without_removed(new.citations, present);
    end if;
    insert into public.message_files (tenant_id, file_id, message_id)
      select new.tenant_id, file_id, new.id from unnest(present) as file_id on conflict do nothing;
    return new;
  end $function$`,
  `create trigger forget_removed_files before insert or update of sources, citations on messages
    for each row execute function forget_removed_files()`,
];

/** So many messages a statement, each of which the connection's timeout bounds. */
const BATCH = 2_000;

/** Row-level security holds the owner too: each tenant's rows are changed as that tenant. */
const takeOutOf = async (db: Kysely<unknown>, tenantId: string): Promise<void> => {
  await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(db);
  let after: string | undefined = "00000000-0000-0000-0000-000000000000";
  while (after !== undefined) {
    const batch = sql`select id, sources || citations as parts from messages
      where tenant_id = ${tenantId} and id > ${after} order by id limit ${BATCH}`;
    // What it stores is what the trigger makes of it.
    await sql`
      with batch as (${batch})
      update messages set sources = sources, citations = citations
      where tenant_id = ${tenantId} and id in (
        select batch.id from batch, jsonb_array_elements(batch.parts) as part
        where part->>'fileId' is not null and not exists (
          select from files where tenant_id = ${tenantId} and files.id = (part->>'fileId')::uuid))`.execute(db);
    await sql`
      with batch as (${batch})
      insert into message_files (tenant_id, file_id, message_id)
      select distinct files.tenant_id, files.id, batch.id
      from batch, jsonb_array_elements(batch.parts) as part
        join files on files.tenant_id = ${tenantId} and files.id = (part->>'fileId')::uuid
      on conflict do nothing`.execute(db);
    const last: { rows: { id: string }[] } = await sql<{ id: string }>`
      with batch as (${batch}) select id from batch order by id desc limit 1`.execute(db);
    after = last.rows[0]?.id;
  }
};
