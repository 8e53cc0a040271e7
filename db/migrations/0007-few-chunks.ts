import { sql, type Kysely } from "kysely";

/**
 * Full text for a tenant of few chunks. `search_text` asks the planner about each question, and plans a statement of its
 * own for it: most of what such a small search takes. This function's one statement is planned once for a connection.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  /** The tenant's ready chunks with any of the words, best first: each of them is ranked. */
  `create function search_few(words text, file_ids uuid[], candidates integer)
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
          and c.file_id not in (
            select f.id from public.files f where f.tenant_id = tenant and f.status in ('queued', 'ingesting'))
        order by score desc, c.id limit candidates
      ) best;
  end $function$`,
  "revoke all on function search_few(text, uuid[], integer) from public",
  "grant execute on function search_few(text, uuid[], integer) to docuchat_app",
  // Giving a function away asks for membership and CREATE: both end in the same transaction.
  "do $$ begin execute format('grant docuchat_search to %I', current_user); end $$",
  "grant create on schema public to docuchat_search",
  "alter function search_few(text, uuid[], integer) owner to docuchat_search",
  "revoke create on schema public from docuchat_search",
  "do $$ begin execute format('revoke docuchat_search from %I', current_user); end $$",
];
