import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { embeddingModelId } from "../db/index.ts";
import { createTokens } from "./auth/access-token.ts";
import { createConnections } from "./auth/connections.ts";
import { openDelivery } from "./auth/deliver.ts";
import { deriveKey, openSecret } from "./auth/secret.ts";
import { SESSIONS_ENDED } from "./auth/sessions.ts";
import { ANSWERS_CANCELLED } from "./answer-logs.ts";
import { startSaving } from "./chat/save.ts";
import type { Config } from "./config.ts";
import type { App } from "./context.ts";
import { checkDataDir } from "./data-dir.ts";
import { openDatabase } from "./database.ts";
import { explainDatabase } from "./explain-database.ts";
import { explainRedis } from "./explain-redis.ts";
import { createReaders } from "./ingest/reader/pool.ts";
import { OUTAGE_TIMES } from "./ingest/outage-times.ts";
import { openStore } from "./files/store.ts";
import { createHttp } from "./http/server.ts";
import { openJobs } from "./jobs.ts";
import { openKeyValue } from "./key-value/open.ts";
import { createLog } from "./log.ts";
import { startMaintenance } from "./maintenance.ts";
import { openModel } from "./model/open.ts";
import { explained } from "./start-error.ts";
import { startWorker } from "./worker.ts";

/** So many sessions are remembered for the moment that their calls come in. */
const KNOWN_SESSIONS = 10_000;

/** What a caller may hand in instead of what the configuration would open. */
export type AppParts = {
  log?: App["log"];
  model?: App["model"];
  /** Where the bytes of files are kept. */
  store?: App["store"];
  /** How ingest waits out the outage of the model server or the storage. */
  outageTimes?: Partial<App["outageTimes"]>;
  /** How login codes reach people. */
  delivery?: App["delivery"];
  /** Open already; it is closed with the rest. */
  db?: App["db"];
  /** Where login codes go when no mail is configured. */
  print?: (line: string) => void;
};

export type RunningApp = {
  app: App;
  http: ReturnType<typeof createHttp>;
  /**
   * Ends what was opened, the last first: calls in flight are answered, running jobs go back to the queue. Answers that
   * do not end within `drainMs` (default 0) of the last call are interrupted; until then readers elsewhere follow them.
   */
  close(options?: { drainMs?: number }): Promise<void>;
};

/** How long a closing server that may take its time still listens, so that it fails no call that is on its way. */
const LINGER_MS = 3_000;

type Closer = (drainMs: number) => unknown;

/** Opens everything that the configuration names, starts the roles it gives this process, and listens where it serves. */
export const startApp = async (config: Config, parts: AppParts = {}): Promise<RunningApp> => {
  const closers: Closer[] = [];
  const close = async ({ drainMs = 0 } = {}) => {
    for (const step of closers.splice(0).reverse()) await step(drainMs);
  };
  try {
    const app = await openApp(config, parts, closers);
    await explained(listenToOthers(app), (error) =>
      config.redisUrl === undefined ? error : explainRedis(config.redisUrl, error),
    );
    const maintenance = startMaintenance(app);
    closers.push(() => maintenance.stop());
    if (config.role !== "web") {
      const worker = await startWorker(app);
      closers.push(
        () => app.jobs.stop(),
        () => worker.stop(),
      );
    }
    const saving = startSaving(app);
    closers.push(
      () => saving.stop(),
      (drainMs) => endAnswers(app, drainMs),
    );
    const http = createHttp(app);
    closers.push((drainMs) => http.close(Math.min(LINGER_MS, drainMs)));
    return { app, http, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const openApp = async (config: Config, parts: AppParts, closers: Closer[]): Promise<App> => {
  const log = parts.log ?? createLog(config.logLevel);
  const print = parts.print ?? ((line: string) => process.stdout.write(`${line}\n`));
  const onError = (error: Error) => log.error("background failure", { error });
  await checkDataDir(config.dataDir);
  const db = parts.db ?? (await openDatabase(config, { log }));
  closers.push(() => db.close());
  const connections = createConnections(db);
  closers.push(() => connections.close());
  const keyValue = await openKeyValue(config.redisUrl);
  closers.push(() => keyValue.close());
  const local = config.redisUrl === undefined ? keyValue : await openKeyValue(undefined);
  closers.push(() => local.close());
  const jobs = await explained(openJobs(db, onError), (error) => explainDatabase(config, error));
  closers.push(() => jobs.stop());
  const store =
    parts.store ?? (await openStore({ dir: join(config.dataDir, "files"), storage: config.storage, onError }));
  closers.push(() => store.close());
  const delivery = parts.delivery ?? (await openDelivery({ mail: config.mail, print }));
  closers.push(() => delivery.close());
  const readers = createReaders(config.readers);
  closers.push(() => readers.close());
  const secret = await openSecret(config);
  const model = parts.model ?? (await openModel(config.openai, log));
  const { model: name, dimensions } = model.embedding;
  return {
    config,
    log,
    db,
    keyValue,
    local,
    model,
    embeddingModelId: await embeddingModelId(db, { name, dimensions }),
    jobs,
    outageTimes: { ...OUTAGE_TIMES, ...parts.outageTimes },
    store,
    readers,
    delivery,
    tokens: createTokens({ secret, ttlMs: config.tokenTtlMs, previousSecrets: config.previousJwtSecrets }),
    codeKey: deriveKey(secret, "login-code"),
    answers: new Map(),
    beginning: new Set(),
    sessions: new LRUCache({ max: KNOWN_SESSIONS }),
    connections,
  };
};

/** What other instances tell: sessions that ended, answers to stop. */
const listenToOthers = async ({ keyValue, sessions, connections, answers }: App): Promise<void> => {
  await keyValue.subscribe(SESSIONS_ENDED, (id) => {
    sessions.delete(id);
    connections.endSession(id);
  });
  await keyValue.subscribe(ANSWERS_CANCELLED, (id) => answers.get(id)?.stop("cancelled"));
};

/** Lets running answers end by themselves for a while, and interrupts the rest. */
const endAnswers = async ({ answers, beginning }: App, withinMs: number): Promise<void> => {
  await Promise.allSettled(beginning);
  const running = [...answers.values()];
  const ended = Promise.all(running.map((answer) => answer.done));
  if (withinMs > 0) await Promise.race([ended, sleep(withinMs, undefined, { ref: false })]);
  for (const answer of running) answer.stop("interrupted");
  await ended;
};
