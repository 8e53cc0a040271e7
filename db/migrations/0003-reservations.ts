import { sql, type Kysely } from "kysely";

const TENANT_IS = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)";

const TENANT_TABLES = {
  /** What is about to be spent: counted like spendings until it is settled, or runs out. */
  reservations: `
    key text not null,
    user_id uuid,
    requests integer not null,
    tokens bigint not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, key)`,
  idempotency_keys: `
    user_id uuid not null,
    key text not null,
    fingerprint text not null,
    holder uuid not null,
    held_until timestamptz not null,
    answer text,
    created_at timestamptz not null default now(),
    primary key (tenant_id, user_id, key)`,
};

export const up = async (db: Kysely<unknown>): Promise<void> => {
  const run = (text: string) => sql.raw(text).execute(db);
  for (const [table, columns] of Object.entries(TENANT_TABLES)) {
    await run(`create table ${table} (tenant_id uuid not null references tenants (id) on delete cascade, ${columns})`);
    await run(`alter table ${table} enable row level security`);
    await run(`alter table ${table} force row level security`);
    await run(
      `create policy own_tenant on ${table} using (tenant_id = ${TENANT_IS}) with check (tenant_id = ${TENANT_IS})`,
    );
    await run(`grant select, insert, update, delete on ${table} to docuchat_app`);
  }
  for (const bound of ["user_requests_per_day", "user_tokens_per_day", "user_files", "user_bytes"])
    await run(`alter table quotas add column ${bound} bigint`);
  // A rewritten question costs tokens and is no question of its own.
  await run("alter table usage_events drop constraint usage_events_kind_check");
  await run("alter table usage_events add check (kind in ('chat', 'rewrite', 'embedding'))");
};
