import type { LRUCache } from "lru-cache";
import type { AnswerSoFar, Db } from "../db/index.ts";
import type { Delivery } from "./auth/deliver.ts";
import type { Connections } from "./auth/connections.ts";
import type { TokenClaims, Tokens, VerifiedToken } from "./auth/access-token.ts";
import type { Config } from "./config.ts";
import type { Role } from "./contract/auth.ts";
import type { OutageTimes } from "./ingest/outage-times.ts";
import type { Readers } from "./ingest/reader/pool.ts";
import type { FileStore } from "./files/store.ts";
import type { Jobs } from "./jobs.ts";
import type { KeyValue } from "./key-value/key-value.ts";
import type { Log } from "./log.ts";
import type { Model } from "./model/model.ts";

/** Everything that is made once, by `app.ts`. */
export type App = {
  config: Config;
  log: Log;
  db: Db;
  keyValue: KeyValue;
  /** This process's own: what goes on while `keyValue` is away. The same one where no Redis is named. */
  local: KeyValue;
  model: Model;
  /** The number of the model's vector space in the database. */
  embeddingModelId: number;
  jobs: Jobs;
  /** How ingest waits out the outage of a dependency. */
  outageTimes: OutageTimes;
  store: FileStore;
  /** The threads that read PDFs. */
  readers: Readers;
  delivery: Delivery;
  tokens: Tokens;
  /** The key that login codes are hashed with. */
  codeKey: Buffer;
  /** Answers that this process is writing, by message id. */
  answers: Map<string, Writing>;
  /** Questions that are being stored, whose answers are about to begin. */
  beginning: Set<unknown>;
  /** Looked up a moment ago or just now, by session id. */
  sessions: LRUCache<string, KnownSession>;
  /** Open sockets, streams and transfers, which end with their sessions. */
  connections: Connections;
};

/** An answer that is being written, and what it has said so far. */
export type Writing = {
  tenantId: string;
  said: () => AnswerSoFar;
  stop: (why: "cancelled" | "interrupted") => void;
  done: Promise<void>;
};

/** Who calls, as far as the network tells. */
export type Client = { address: string; userAgent: string | null };

/** What the database tells of a session that has not ended. */
export type LiveSession = { tenantSlug: string; role: Role };

/** `at` is when it was looked up, in ms since 1970; Infinity until that is done. */
export type KnownSession = { claims: TokenClaims; session: Promise<LiveSession>; at: number; renewing: boolean };

export type SignedIn = VerifiedToken & LiveSession;

/** What carries one stream or transfer of a user. */
export type Connection = {
  /** Counts it as the user's until it has closed. Throws `RATE_LIMITED` where the user has too many. */
  claim(signedIn: SignedIn): void;
  /** Aborts when the session or the token has ended, with the reason as a `ReasonError`. */
  ended: AbortSignal;
};

/** One call before it is known who makes it. */
export type RequestContext = {
  app: App;
  requestId: string;
  client: Client;
  /** As the header or the connection names it; a claim until a token proves it. */
  tenantSlug: string | undefined;
  accessToken: string | undefined;
  /** As the client sent it: a call that changes something is carried out once for each. */
  idempotencyKey?: string | undefined;
  /** Waits while the client reads slower than the server writes; at once where the transport does so itself. */
  drained?: (() => Promise<void>) | undefined;
  /** Absent where many calls share a connection, which ends with its session by itself. */
  connection?: Connection | undefined;
};

/** One call of a signed-in user. */
export type TenantContext = SignedIn & { app: App; requestId: string; client: Client };
