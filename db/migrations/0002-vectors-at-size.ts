import { sql, type Kysely } from "kysely";

const TENANT_IS = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)";

export const up = async (db: Kysely<unknown>): Promise<void> => {
  const run = (text: string) => sql.raw(text).execute(db);
  for (const statement of [...SERVED_MODELS, ...INDEXES, ...TEXT_READER, ...SEARCH_TEXT]) await run(statement);
};

/** Which of its vector spaces a tenant is served from, and since when. */
const SERVED_MODELS = [
  "alter table embedding_models add column configured_at timestamptz not null default now()",
  `create table served_models (
    tenant_id uuid not null references tenants (id) on delete cascade,
    model_id smallint not null references embedding_models (id),
    since timestamptz not null default now(),
    primary key (tenant_id))`,
  "alter table served_models enable row level security",
  "alter table served_models force row level security",
  `create policy own_tenant on served_models using (tenant_id = ${TENANT_IS}) with check (tenant_id = ${TENANT_IS})`,
  "grant select, insert, update, delete on served_models to docuchat_app",
  // Row-level security holds the owner too: each tenant's rows are read as that tenant.
  `do $$ declare tenant uuid; begin
    for tenant in select id from tenants loop
      perform set_config('app.tenant_id', tenant::text, true);
      insert into served_models (tenant_id, model_id)
        select tenant_id, model_id from chunk_embeddings where tenant_id = tenant
        group by tenant_id, model_id order by count(*) desc limit 1;
    end loop;
    perform set_config('app.tenant_id', '', true);
  end $$`,
];

const INDEXES = [
  "create index chunk_embeddings_by_file on chunk_embeddings (tenant_id, model_id, file_id)",
  "create index files_unfinished on files (tenant_id) where status in ('queued', 'ingesting')",
  // One index that knows the tenant too, where the server has the extension: a small tenant then never reads the words of a large one.
  `do $$ begin
    if exists (select from pg_available_extensions where name = 'btree_gin') then
      create extension if not exists btree_gin;
      create index chunks_search_in_tenant on chunks using gin (tenant_id, search);
      drop index chunks_search;
    end if;
  exception when insufficient_privilege then null;
  end $$`,
];

/**
 * `@@` is not leakproof, so under a row-level policy it is never an index condition. Full text is read by a role that
 * can do nothing else: nobody signs in as it or is a member of it, it reads keys, word vectors and states alone, and its
 * one function takes the tenant from the transaction's setting, as the policies do.
 */
const TEXT_READER = [
  `do $$ begin
    if not exists (select from pg_roles where rolname = 'docuchat_search') then create role docuchat_search nologin; end if;
  exception when duplicate_object or unique_violation then null;
  end $$`,
  "grant usage on schema public to docuchat_search",
  "grant select (tenant_id, id, file_id, search) on chunks to docuchat_search",
  "grant select (tenant_id, id, status) on files to docuchat_search",
  "create policy search_text on chunks for select to docuchat_search using (true)",
  "create policy search_text on files for select to docuchat_search using (true)",
];

const SEARCH_TEXT = [
  /**
   * The tenant's ready chunks with any of the words, best first. When the planner expects more than `budget` matches,
   * the commonest words are left out: ranking reads each match, and words of every other chunk tell nothing.
   */
  `create function search_text(words text, file_ids uuid[], candidates integer, budget integer)
    returns table (chunk_id uuid, place bigint)
    language plpgsql volatile security definer rows 30 set search_path = pg_catalog, pg_temp as $function$
  declare
    tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    terms text[] := array(select quote_literal(lexeme) from unnest(to_tsvector('pg_catalog.english', words)) limit 500);
    any_of text := array_to_string(terms, ' | ');
    matching text := 'select from public.chunks where tenant_id = %L and search @@ %L::tsquery';
    expected float8[] := '{}';
    plan json;
    term text;
  begin
    if tenant is null or any_of = '' then return; end if;
    execute 'explain (format json) ' || format(matching, tenant, any_of) into plan;
    if (plan->0->'Plan'->>'Plan Rows')::float8 > budget then
      foreach term in array terms loop
        execute 'explain (format json) ' || format(matching, tenant, term) into plan;
        expected := expected || (plan->0->'Plan'->>'Plan Rows')::float8;
      end loop;
      select string_agg(rare.term, ' | ') into any_of from (
        select t.term, row_number() over rarest as nth, sum(t.matches) over rarest as total
        from unnest(terms, expected) as t (term, matches)
        window rarest as (order by t.matches, t.term rows unbounded preceding)
      ) rare where rare.nth = 1 or rare.total <= budget;
    end if;
    return query execute format($query$
      select best.id, row_number() over (order by best.score desc, best.id)
      from (
        select c.id, ts_rank(c.search, %2$L::tsquery, 1) as score
        from public.chunks c
        where c.tenant_id = %1$L and c.search @@ %2$L::tsquery and ($1 is null or c.file_id = any($1))
          and c.file_id in (select f.id from public.files f where f.tenant_id = %1$L and f.status = 'ready')
        order by score desc, c.id limit %3$L
      ) best $query$, tenant, any_of, candidates) using file_ids;
  end $function$`,
  "revoke all on function search_text(text, uuid[], integer, integer) from public",
  "grant execute on function search_text(text, uuid[], integer, integer) to docuchat_app",
  // Giving a function away asks for membership and CREATE: both end in the same transaction.
  "do $$ begin execute format('grant docuchat_search to %I', current_user); end $$",
  "grant create on schema public to docuchat_search",
  "alter function search_text(text, uuid[], integer, integer) owner to docuchat_search",
  "revoke create on schema public from docuchat_search",
  "do $$ begin execute format('revoke docuchat_search from %I', current_user); end $$",
];
