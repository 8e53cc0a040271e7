import type { ColumnType, Generated } from "kysely";

/** Written once, never changed. */
type Fixed<T> = ColumnType<T, T, never>;
/** Set by the database when the row is made. */
type CreatedAt = ColumnType<Date, Date | undefined, never>;
/** Read as parsed JSON, written by `json()`. */
type Json<T> = ColumnType<T, unknown, unknown>;

export type Tenants = {
  id: Fixed<string>;
  slug: string;
  name: string;
  created_at: CreatedAt;
  /** When a worker last took one of its files. */
  ingest_turn_at: Generated<Date | null>;
};

export type Users = {
  tenant_id: Fixed<string>;
  id: Fixed<string>;
  email: string;
  role: "admin" | "member";
  created_at: CreatedAt;
};

export type Invitations = {
  tenant_id: Fixed<string>;
  email: string;
  role: "admin" | "member";
  /** Null: the operator. An invitation goes with the member that issued it. */
  invited_by: string | null;
  created_at: CreatedAt;
};

/** What an address had before its last revocation is void. */
export type RevokedEmails = {
  tenant_id: Fixed<string>;
  email: Fixed<string>;
  /** A new one at each revocation: login codes are bound to the one that they were requested after. */
  revocation_id: string;
  /** A member that was removed: it comes back by invitation only, also where anybody may sign up. */
  is_removed: boolean;
  revoked_at: Generated<Date>;
};

export type Sessions = {
  tenant_id: Fixed<string>;
  id: Fixed<string>;
  user_id: Fixed<string>;
  user_agent: string | null;
  created_at: CreatedAt;
  last_seen_at: Generated<Date>;
  expires_at: Date;
  revoked_at: Date | null;
};

export type FileFailure = { reason: string; message: string; pages?: number[] };
/** What was left out of a file that is ready; `pages` count from 1. */
export type FileWarning = { reason: string; pages: number[] };
export type FileStage = "queued" | "extracting" | "embedding" | "indexing" | "done";
export type Dependency = "model" | "storage";

export type Files = {
  tenant_id: Fixed<string>;
  id: Fixed<string>;
  uploaded_by: string | null;
  sha256: Fixed<string>;
  name: string;
  size_bytes: Fixed<number>;
  status: Generated<"queued" | "ingesting" | "ready" | "failed">;
  stage: Generated<FileStage>;
  done: Generated<number>;
  total: Generated<number>;
  page_count: number | null;
  failure: Json<FileFailure | null>;
  /** Stored together with `chunk_count`; null for none. */
  warnings: Json<FileWarning[] | null>;
  /** Counts the runs of its ingest: only the newest may write. */
  attempt: Generated<number>;
  /** What the stored chunks were made with; others are thrown away. */
  recipe: string | null;
  /** The dependency whose outage the file waits out; null when it does not. */
  waiting_for: Dependency | null;
  /** When the first of the failures in a row was, with no progress since. */
  waiting_since: Date | null;
  waits: Generated<number>;
  /** How many of its chunks are stored; null where none is. */
  chunk_count: number | null;
  /** The version of the reader whose text is stored, or which has refused the file since; 0 for earlier releases. */
  reader_version: Generated<number>;
  /** How often reading it again has begun, in a row without an end. */
  reread_tries: Generated<number>;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
};

/** Offsets into the page's text, a box in points, and the places of the words (`server/text/word-places.ts`). */
export type StoredLine = [
  start: number,
  end: number,
  x: number,
  y: number,
  width: number,
  height: number,
  words?: number[],
];

export type Pages = {
  tenant_id: Fixed<string>;
  file_id: Fixed<string>;
  page: Fixed<number>;
  width: number;
  height: number;
  text: string;
  lines: Json<StoredLine[]>;
};

export type StoredSpan = { page: number; start: number; end: number };

export type Chunks = {
  tenant_id: Fixed<string>;
  id: Fixed<string>;
  file_id: Fixed<string>;
  ordinal: Fixed<number>;
  section: string | null;
  text: string;
  tokens: number;
  page_from: number;
  page_to: number;
  spans: Json<StoredSpan[]>;
  search: ColumnType<string, unknown, unknown>;
};

export type EmbeddingModels = {
  id: Generated<number>;
  name: string;
  dimensions: number;
  /** When a process last started with it. */
  configured_at: Generated<Date>;
};

/** The vector space that a tenant is served from; without a row it has no vectors yet. */
export type ServedModels = { tenant_id: Fixed<string>; model_id: number; since: Generated<Date> };

export type ChunkEmbeddings = {
  tenant_id: Fixed<string>;
  model_id: Fixed<number>;
  chunk_id: Fixed<string>;
  file_id: Fixed<string>;
  embedding: ColumnType<string, unknown, unknown>;
};

/** How far the ready files of all tenants are read again with a version of the reader. */
export type Rereads = {
  reader_version: Fixed<number>;
  outdated: number;
  replaced: Generated<number>;
  kept: Generated<number>;
};

export type Conversations = {
  tenant_id: Fixed<string>;
  id: Fixed<string>;
  user_id: Fixed<string>;
  title: string;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
};

export type StoredOutcome = "answered" | "no_answer" | "cancelled" | "interrupted";
export type StoredCause =
  | "length"
  | "content_filter"
  | "model_unavailable"
  | "timeout"
  | "restart"
  | "quota"
  | "no_documents";

export type Messages = {
  tenant_id: Fixed<string>;
  id: Fixed<string>;
  conversation_id: Fixed<string>;
  user_id: Fixed<string>;
  role: Fixed<"user" | "assistant">;
  text: string;
  request_id: string | null;
  /** Null while the answer runs, and on questions. */
  outcome: StoredOutcome | null;
  cause: StoredCause | null;
  model: string | null;
  sources: Json<unknown[]>;
  citations: Json<unknown[]>;
  prompt_tokens: number | null;
  completion_tokens: number | null;
  rating: "up" | "down" | null;
  comment: string | null;
  created_at: CreatedAt;
};

/** Which files an answer's sources are from: how the answers of a removed file are found. A trigger writes it. */
export type MessageFiles = { tenant_id: Fixed<string>; file_id: Fixed<string>; message_id: Fixed<string> };

export type UsageEvents = {
  tenant_id: Fixed<string>;
  id: Fixed<string>;
  user_id: Fixed<string | null>;
  kind: Fixed<"chat" | "rewrite" | "embedding">;
  model: Fixed<string>;
  prompt_tokens: Fixed<number>;
  completion_tokens: Fixed<number>;
  embedding_tokens: Fixed<number>;
  cost_usd: Fixed<number>;
  /** One spending is counted once, however often it is recorded. */
  key: Fixed<string>;
  created_at: CreatedAt;
};

export type Quotas = {
  tenant_id: Fixed<string>;
  requests_per_day: number | null;
  tokens_per_day: number | null;
  files: number | null;
  bytes: number | null;
  user_requests_per_day: number | null;
  user_tokens_per_day: number | null;
  user_files: number | null;
  user_bytes: number | null;
};

/** What is about to be spent; over with its settlement, or with its time. */
export type Reservations = {
  tenant_id: Fixed<string>;
  key: Fixed<string>;
  user_id: string | null;
  requests: number;
  tokens: number;
  created_at: ColumnType<Date, Date | undefined, Date>;
  expires_at: Date;
};

/** A call that is carried out once; `answer` is null while it runs. */
export type IdempotencyKeys = {
  tenant_id: Fixed<string>;
  user_id: Fixed<string>;
  key: Fixed<string>;
  fingerprint: string;
  holder: string;
  held_until: Date;
  answer: string | null;
  created_at: ColumnType<Date, Date | undefined, Date>;
};

export type AuditLog = {
  tenant_id: Fixed<string>;
  id: Fixed<string>;
  at: CreatedAt;
  actor_id: Fixed<string | null>;
  action: Fixed<string>;
  subject: Fixed<string | null>;
};

export type Schema = {
  tenants: Tenants;
  users: Users;
  invitations: Invitations;
  revoked_emails: RevokedEmails;
  sessions: Sessions;
  files: Files;
  pages: Pages;
  chunks: Chunks;
  embedding_models: EmbeddingModels;
  chunk_embeddings: ChunkEmbeddings;
  served_models: ServedModels;
  rereads: Rereads;
  conversations: Conversations;
  messages: Messages;
  message_files: MessageFiles;
  usage_events: UsageEvents;
  quotas: Quotas;
  reservations: Reservations;
  idempotency_keys: IdempotencyKeys;
  audit_log: AuditLog;
};
