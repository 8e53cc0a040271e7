import { sql, type Kysely } from "kysely";

/** Workers take files by tenant in turn; a file waits while the model server or the storage is unavailable. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  /** When a worker last took one of the tenant's files. */
  "alter table tenants add column ingest_turn_at timestamptz",
  /** Why the file waits; what it has waited for since, in a row without progress, and how often. */
  "alter table files add column waiting_for text check (waiting_for in ('model', 'storage'))",
  "alter table files add column waiting_since timestamptz",
  "alter table files add column waits integer not null default 0",
  /** How many chunks the document has, once all of them are stored. */
  "alter table files add column chunk_count integer",
  // A file that failed while a dependency was unavailable holds chunks, too.
  "create index files_not_ready on files (tenant_id) where status <> 'ready'",
  // Who replaces a function must be a member of its owner.
  "do $$ begin execute format('grant docuchat_search to %I', current_user); end $$",
  /** The tenant's ready chunks with any of the words, best first: each of them is ranked. */
  `create or replace function search_few(words text, file_ids uuid[], candidates integer)
    returns table (chunk_id uuid, place bigint)
    language plpgsql stable security definer rows 30 set search_path = pg_catalog, pg_temp as $function$
  declare
    tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    terms text[] := array(select quote_literal(lexeme) from unnest(to_tsvector('pg_catalog.english', words)) limit 500);
    wanted tsquery;
  begin
    if tenant is null or terms = '{}' then return; end if;
    wanted := array_to_string(terms, ' | ');
    return query
      select best.id, row_number() over (order by best.score desc, best.id)
      from (
        select c.id, ts_rank(c.search, wanted, 1) as score
        from public.chunks c
        where c.tenant_id = tenant and c.search @@ wanted and (file_ids is null or c.file_id = any(file_ids))
          and c.file_id not in (select f.id from public.files f where f.tenant_id = tenant and f.status <> 'ready')
        order by score desc, c.id limit candidates
      ) best;
  end $function$`,
  "do $$ begin execute format('revoke docuchat_search from %I', current_user); end $$",
];
