import { asOwner, inIngestTurn, isAnyDue, isTenantWaiting, type Db, type TenantDb } from "../db/index.ts";
import { fromKysely, fromPglite, PgBoss, type JobWithMetadata } from "pg-boss";

/** What a worker needs to know of a file to ingest; everything else is read when the job runs. */
export type IngestJob = {
  tenantId: string;
  fileId: string;
  /** Of the request that sent the file; jobs of earlier releases have none. */
  requestId?: string | undefined;
};

export const INGEST_QUEUE = "ingest";
/** Where jobs come to rest that no run could end: their files are marked as failed. */
export const DEAD_INGEST_QUEUE = "ingest-dead";

export type SendOptions = {
  /** The file is known to be long: slots for short files leave it to the others. */
  long?: boolean;
  afterSeconds?: number;
};

/** A slot for short files takes no file that is known to be long. */
export type Slot = { short: boolean };

/** `isMore`: other jobs are due for such a slot. */
export type TakenIngest = { job: JobWithMetadata<IngestJob>; isMore: boolean };

/** Sends jobs in the transaction that makes their file, so that neither exists without the other. */
export type Jobs = {
  /** A file has one job: this one takes the place of an earlier one, waiting or running. */
  sendIngest(trx: TenantDb, job: IngestJob, options?: SendOptions): Promise<void>;
  /** The same for the jobs of several files, at once. */
  sendIngests(trx: TenantDb, jobs: IngestJob[]): Promise<void>;
  /** Takes a file's job back, waiting or running. */
  removeIngest(trx: TenantDb, fileId: string): Promise<void>;
  /** The next job that is due for the slot, by tenant in turn. */
  takeIngest(slot: Slot): Promise<TakenIngest | undefined>;
  /** Whether any job is due, without taking it. */
  isIngestDue(): Promise<boolean>;
  /** Whether a tenant that has no run waits for such a slot. */
  isAnotherWaiting(slot: Slot, tenantId: string): Promise<boolean>;
  /** How often a worker looks for due jobs that it was not notified of. */
  pollMs: number;
  /** The queue itself, for the worker. */
  boss: PgBoss;
  stop(): Promise<void>;
};

const COMMON = {
  notify: true,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  heartbeatSeconds: 10,
  // A finished job leaves no trace: its outcome is the file's.
  deleteAfterSeconds: 60,
} as const;

/**
 * The dead one first, for the other names it. Its own jobs are tried until they are done: nobody else ends their files.
 * A run may take long with a slow model; heartbeats tell whether it lives. A file may wait long for its turn.
 */
const QUEUES = {
  [DEAD_INGEST_QUEUE]: { ...COMMON, retryLimit: 1_000_000, expireInSeconds: 60 },
  [INGEST_QUEUE]: { ...COMMON, retryLimit: 3, expireInSeconds: 12 * 3_600, deadLetter: DEAD_INGEST_QUEUE },
};

/** Priorities of pg-boss, which takes the higher one first. */
const LONG = -1;
const UNKNOWN = 0;

/** pg-boss on the product's own database, in a schema of its own. `onError` hears of its background failures. */
export const openJobs = async (db: Db, onError: (error: Error) => void): Promise<Jobs> => {
  const embedded = "pglite" in db.queue;
  const boss = await startBoss(db, onError);

  // The file's id is its job's id: a file has one job at a time.
  const remove = (trx: TenantDb, fileIds: string | string[]) =>
    boss.deleteJob(INGEST_QUEUE, fileIds, { db: fromKysely(trx) });
  const optionsOf = ({ tenantId, fileId }: IngestJob) => ({ id: fileId, group: { id: tenantId } });
  const turnsOf = ({ short }: Slot) => ({ queue: INGEST_QUEUE, minPriority: short ? UNKNOWN : LONG });
  return {
    boss,
    // The embedded database has one thread for all.
    pollMs: embedded ? 3_000 : 1_000,
    sendIngest: async (trx, job, { long = false, afterSeconds } = {}) => {
      const options = {
        ...optionsOf(job),
        priority: long ? LONG : UNKNOWN,
        ...(afterSeconds === undefined ? {} : { startAfter: afterSeconds }),
      };
      await asOwner(trx, async () => {
        await remove(trx, job.fileId);
        await boss.send(INGEST_QUEUE, job, { ...options, db: fromKysely(trx) });
      });
    },
    sendIngests: (trx, jobs) =>
      asOwner(trx, async () => {
        await remove(
          trx,
          jobs.map(({ fileId }) => fileId),
        );
        const rows = jobs.map((job) => ({ ...optionsOf(job), data: job, priority: UNKNOWN }));
        await boss.insert(INGEST_QUEUE, rows, { db: fromKysely(trx) });
      }),
    removeIngest: (trx, fileId) => asOwner(trx, async () => void (await remove(trx, fileId))),
    takeIngest: (slot) => {
      const which = turnsOf(slot);
      return inIngestTurn(db, which, async (trx, { others: ignoreGroups, jobs }) => {
        const options = { includeMetadata: true, minPriority: which.minPriority, ignoreGroups } as const;
        const [job] = await boss.fetch<IngestJob>(INGEST_QUEUE, { ...options, db: fromKysely(trx) });
        return job && { job, isMore: jobs > 1 };
      });
    },
    isIngestDue: () => isAnyDue(db, turnsOf({ short: false })),
    isAnotherWaiting: (slot, tenantId) => isTenantWaiting(db, turnsOf(slot), tenantId),
    stop: () => boss.stop({ graceful: true, timeout: 10_000 }),
  };
};

const startBoss = async (db: Db, onError: (error: Error) => void): Promise<PgBoss> => {
  const embedded = "pglite" in db.queue;
  const lookEverySeconds = embedded ? 10 : 5;
  const boss = new PgBoss({
    ...("url" in db.queue
      ? { connectionString: db.queue.url, max: 4 }
      : { db: fromPglite(db.queue.pglite), backend: "pglite" }),
    useListenNotify: true,
    schedule: false,
    // Both: a queue is looked over for workers that died as often as the slower of them says.
    superviseIntervalSeconds: lookEverySeconds,
    monitorIntervalSeconds: lookEverySeconds,
    registerInstance: false,
  });
  boss.on("error", onError);
  await boss.start();
  for (const [name, options] of Object.entries(QUEUES)) {
    if (await boss.getQueue(name)) await boss.updateQueue(name, options);
    else await boss.createQueue(name, options);
  }
  return boss;
};
