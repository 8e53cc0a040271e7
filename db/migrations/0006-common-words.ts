import { sql, type Kysely } from "kysely";

/**
 * In a large tenant even the rarest word of a question may stand in a hundred thousand chunks, all of which a search used
 * to rank, for seconds. Then those with several of the words are; where these are too many, some of them.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  // Who replaces a function must be a member of its owner.
  "do $$ begin execute format('grant docuchat_search to %I', current_user); end $$",
  /**
   * The tenant's ready chunks with any of the words, best first. When the planner expects more than `budget` matches,
   * the commonest words are left out: ranking reads each match, and words of every other chunk tell nothing. When it
   * expects more of each word, chunks are to have the rarest ones together, as many as it takes, and twice the budget of
   * them is ranked at most. Where it expects too few, as of a tenant it has not heard of yet, none is left out.
   */
  `create or replace function search_text(words text, file_ids uuid[], candidates integer, budget integer)
    returns table (chunk_id uuid, place bigint)
    language plpgsql volatile security definer rows 30 set search_path = pg_catalog, pg_temp as $function$
  declare
    tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    terms text[] := array(select quote_literal(lexeme) from unnest(to_tsvector('pg_catalog.english', words)) limit 500);
    wanted text := array_to_string(terms, ' | ');
    matching text := 'explain (format json) select from public.chunks where tenant_id = %L and search @@ %L::tsquery';
    expected float8[] := '{}';
    most integer;
    plan json;
    term text;
  begin
    if tenant is null or wanted = '' then return; end if;
    execute format(matching, tenant, wanted) into plan;
    if (plan->0->'Plan'->>'Plan Rows')::float8 > budget then
      foreach term in array terms loop
        execute format(matching, tenant, term) into plan;
        expected := expected || (plan->0->'Plan'->>'Plan Rows')::float8;
      end loop;
      select string_agg(rare.term, ' | ') into wanted from (
        select t.term, sum(t.matches) over (order by t.matches, t.term rows unbounded preceding) as total
        from unnest(terms, expected) as t (term, matches)
      ) rare where rare.total <= budget;
      if wanted is null then
        most := 2 * budget;
        for term in select t.term from unnest(terms, expected) as t (term, matches) order by t.matches, t.term loop
          wanted := concat_ws(' & ', wanted, term);
          execute format(matching, tenant, wanted) into plan;
          exit when (plan->0->'Plan'->>'Plan Rows')::float8 <= budget;
        end loop;
      end if;
    end if;
    return query execute format($query$
      select best.id, row_number() over (order by best.score desc, best.id)
      from (
        select c.id, ts_rank(c.search, %2$L::tsquery, 1) as score
        from (
          select m.id, m.search from public.chunks m
          where m.tenant_id = %1$L and m.search @@ %2$L::tsquery and ($1 is null or m.file_id = any($1))
            and m.file_id in (select f.id from public.files f where f.tenant_id = %1$L and f.status = 'ready')
          limit %4$L
        ) c
        order by score desc, c.id limit %3$L
      ) best $query$, tenant, wanted, candidates, most) using file_ids;
  end $function$`,
  "do $$ begin execute format('revoke docuchat_search from %I', current_user); end $$",
];
