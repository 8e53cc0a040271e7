import { sql, type Kysely } from "kysely";

const TENANT_TABLES = {
  users: `
    email text not null,
    role text not null check (role in ('admin', 'member')),
    created_at timestamptz not null default now(),
    id uuid not null,
    primary key (tenant_id, id),
    unique (tenant_id, email)`,
  invitations: `
    email text not null,
    role text not null check (role in ('admin', 'member')),
    created_at timestamptz not null default now(),
    primary key (tenant_id, email)`,
  sessions: `
    id uuid not null,
    user_id uuid not null,
    user_agent text,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade`,
  files: `
    id uuid not null,
    uploaded_by uuid,
    sha256 text not null,
    name text not null,
    size_bytes bigint not null,
    status text not null default 'queued' check (status in ('queued', 'ingesting', 'ready', 'failed')),
    stage text not null default 'queued',
    done integer not null default 0,
    total integer not null default 0,
    page_count integer,
    failure jsonb,
    attempt integer not null default 0,
    recipe text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, sha256),
    check ((status = 'failed') = (failure is not null))`,
  pages: `
    file_id uuid not null,
    page integer not null,
    width real not null,
    height real not null,
    text text not null,
    lines jsonb not null,
    primary key (tenant_id, file_id, page),
    foreign key (tenant_id, file_id) references files (tenant_id, id) on delete cascade`,
  chunks: `
    id uuid not null,
    file_id uuid not null,
    ordinal integer not null,
    section text,
    text text not null,
    tokens integer not null,
    page_from integer not null,
    page_to integer not null,
    spans jsonb not null,
    search tsvector not null,
    primary key (tenant_id, id),
    unique (tenant_id, file_id, ordinal),
    foreign key (tenant_id, file_id) references files (tenant_id, id) on delete cascade`,
  // Plain storage and nothing wide beside the vector: a scan then never leaves the main table.
  chunk_embeddings: `
    model_id smallint not null references embedding_models (id),
    chunk_id uuid not null,
    file_id uuid not null,
    embedding halfvec not null,
    primary key (tenant_id, model_id, chunk_id),
    foreign key (tenant_id, chunk_id) references chunks (tenant_id, id) on delete cascade`,
  conversations: `
    id uuid not null,
    user_id uuid not null,
    title text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade`,
  messages: `
    id uuid not null,
    conversation_id uuid not null,
    user_id uuid not null,
    role text not null check (role in ('user', 'assistant')),
    text text not null,
    request_id text,
    outcome text check (outcome in ('answered', 'no_answer', 'cancelled', 'interrupted')),
    model text,
    sources jsonb not null default '[]',
    citations jsonb not null default '[]',
    prompt_tokens integer,
    completion_tokens integer,
    rating text check (rating in ('up', 'down')),
    comment text,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, user_id, request_id),
    foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade`,
  usage_events: `
    id uuid not null,
    user_id uuid,
    kind text not null check (kind in ('chat', 'embedding')),
    model text not null,
    prompt_tokens integer not null default 0,
    completion_tokens integer not null default 0,
    embedding_tokens integer not null default 0,
    cost_usd double precision not null default 0,
    key text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, key)`,
  quotas: `
    requests_per_day bigint,
    tokens_per_day bigint,
    files bigint,
    bytes bigint,
    primary key (tenant_id)`,
  audit_log: `
    id uuid not null,
    at timestamptz not null default now(),
    actor_id uuid,
    action text not null,
    subject text,
    primary key (tenant_id, id)`,
};

const INDEXES = [
  "create index sessions_by_user on sessions (tenant_id, user_id)",
  "create index chunk_embeddings_by_chunk on chunk_embeddings (tenant_id, chunk_id)",
  "create index chunks_search on chunks using gin (search)",
  "create index conversations_by_user on conversations (tenant_id, user_id, updated_at desc, id desc)",
  "create index messages_by_conversation on messages (tenant_id, conversation_id, id)",
  "create index messages_running on messages (tenant_id, id) where role = 'assistant' and outcome is null",
  "create index usage_events_by_time on usage_events (tenant_id, created_at)",
];

const TENANT_IS = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)";

export const up = async (db: Kysely<unknown>): Promise<void> => {
  const run = (text: string) => sql.raw(text).execute(db);
  await run("create extension if not exists vector");
  await run(`do $$ begin
    if not exists (select from pg_roles where rolname = 'docuchat_app') then create role docuchat_app nologin; end if;
    execute format('grant docuchat_app to %I', current_user);
  end $$`);
  await run("grant usage on schema public to docuchat_app");

  await run(`create table tenants (
    id uuid primary key, slug text not null unique, name text not null, created_at timestamptz not null default now())`);
  // Not forced: the owner looks tenants up by slug before anyone is signed in.
  await run("alter table tenants enable row level security");
  await run(`create policy own_tenant on tenants using (id = ${TENANT_IS}) with check (id = ${TENANT_IS})`);
  await run("grant select, update on tenants to docuchat_app");

  await run(`create table embedding_models (
    id smallint generated always as identity primary key, name text not null, dimensions integer not null,
    unique (name, dimensions))`);
  await run("grant select on embedding_models to docuchat_app");

  for (const [table, columns] of Object.entries(TENANT_TABLES)) {
    await run(`create table ${table} (tenant_id uuid not null references tenants (id) on delete cascade, ${columns})`);
    await run(`alter table ${table} enable row level security`);
    await run(`alter table ${table} force row level security`);
    await run(
      `create policy own_tenant on ${table} using (tenant_id = ${TENANT_IS}) with check (tenant_id = ${TENANT_IS})`,
    );
    await run(`grant select, insert, update, delete on ${table} to docuchat_app`);
  }
  await run("alter table chunk_embeddings alter column embedding set storage plain");
  for (const index of INDEXES) await run(index);
};
