import { sql, type Kysely } from "kysely";

const TENANT_IS = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)";
const MEMBER = "references users (tenant_id, id) on delete cascade";

/** What ends with a member's removal, and indexes for lists that are read by page. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of [...INVITATIONS, ...REVOKED_EMAILS, ...INDEXES]) await sql.raw(statement).execute(db);
};

const INVITATIONS = [
  // Null: the operator.
  "alter table invitations add column invited_by uuid",
  // Row-level security holds the owner too: each tenant's rows are changed as that tenant.
  `do $$ declare tenant uuid; begin
    for tenant in select id from tenants loop
      perform set_config('app.tenant_id', tenant::text, true);
      update invitations i set invited_by = last.actor_id
        from (
          select distinct on (subject) subject, actor_id, at, action from audit_log
          where tenant_id = tenant and action in ('invited', 'uninvited') order by subject, id desc
        ) last
        where i.tenant_id = tenant and i.email = last.subject and last.action = 'invited' and last.at >= i.created_at;
      delete from invitations i where i.tenant_id = tenant and i.invited_by is not null
        and not exists (select from users u where u.tenant_id = tenant and u.id = i.invited_by);
      delete from idempotency_keys k where k.tenant_id = tenant
        and not exists (select from users u where u.tenant_id = tenant and u.id = k.user_id);
    end loop;
    perform set_config('app.tenant_id', '', true);
  end $$`,
  `alter table invitations add foreign key (tenant_id, invited_by) ${MEMBER}`,
  `alter table idempotency_keys add foreign key (tenant_id, user_id) ${MEMBER}`,
];

const REVOKED_EMAILS = [
  `create table revoked_emails (
    tenant_id uuid not null references tenants (id) on delete cascade,
    email text not null,
    revocation_id uuid not null,
    is_removed boolean not null,
    revoked_at timestamptz not null default now(),
    primary key (tenant_id, email))`,
  "alter table revoked_emails enable row level security",
  "alter table revoked_emails force row level security",
  `create policy own_tenant on revoked_emails using (tenant_id = ${TENANT_IS}) with check (tenant_id = ${TENANT_IS})`,
  "grant select, insert, update, delete on revoked_emails to docuchat_app",
];

const INDEXES = [
  "drop index sessions_by_user",
  "create index sessions_by_user on sessions (tenant_id, user_id, id)",
  "create index usage_events_by_user on usage_events (tenant_id, user_id, created_at)",
  "create index users_admins on users (tenant_id) where role = 'admin'",
];
