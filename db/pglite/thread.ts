// The worker thread that owns PGlite: PGlite settles in microtasks only, so on the server's own thread
// it would starve every socket while it works.
import { parentPort, workerData } from "node:worker_threads";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { copyBlank } from "./blank.ts";
import { buffersFor } from "./buffers.ts";
import { vacuumNext } from "./vacuum.ts";
import { toWireError, type PgliteStart, type Reply, type Request } from "./wire.ts";

if (!parentPort) throw new Error("db/pglite/thread.ts runs as a worker thread");
const port = parentPort;

const open = async ({ dataDir }: PgliteStart): Promise<PGlite> => {
  if (dataDir !== undefined) await copyBlank(dataDir);
  return PGlite.create({
    ...(dataDir === undefined ? {} : { dataDir }),
    extensions: { vector },
    postgresqlconf: [`shared_buffers = ${buffersFor(dataDir)}MB`, "wal_buffers = 1MB"],
  });
};
const opened = open(workerData as PgliteStart);

type OpenTransaction = {
  begun: Promise<Transaction>;
  end: (how: "commit" | "rollback") => void;
  ended: Promise<unknown>;
};
const transactions = new Map<number, OpenTransaction>();
const listeners = new Map<string, (trx?: Transaction) => Promise<void>>();

/** One at a time from outside a transaction: a failed multi-statement `exec` is rolled back before the next one. */
let queue: Promise<unknown> = opened;
const inTurn = <T>(work: (db: PGlite) => Promise<T>): Promise<T> => {
  const done = queue.then(() => opened).then(work);
  queue = done.catch(() => {});
  return done;
};

/** One table at a time, so that others have their turn between; what fails is for the statement that meets it next. */
const VACUUM_EVERY_MS = 2_000;
setInterval(() => void inTurn(vacuumNext).catch(() => {}), VACUUM_EVERY_MS);

const begin = async (id: number): Promise<void> => {
  const begun = Promise.withResolvers<Transaction>();
  const how = Promise.withResolvers<"commit" | "rollback">();
  const ended = inTurn((db) =>
    db.transaction(async (trx) => {
      begun.resolve(trx);
      if ((await how.promise) === "rollback") await trx.rollback();
    }),
  );
  ended.catch(begun.reject);
  // At once: the statements come behind, whether it has begun or not.
  transactions.set(id, { begun: begun.promise, end: how.resolve, ended });
  await begun.promise;
};

const finish = async (id: number, how: "commit" | "rollback"): Promise<void> => {
  const open = transactions.get(id);
  transactions.delete(id);
  open?.end(how);
  await open?.ended;
};

/** PGlite's own driver writes everything as text: bytes are handed over as the binary form of their parameter's type. */
const query = async (db: PGlite | Transaction, { text, values }: { text: string; values: unknown[] }) => {
  if (!values.some((value) => ArrayBuffer.isView(value))) return db.query(text, values);
  const known = (await opened).serializers;
  const write = (type: string, value: unknown) =>
    ArrayBuffer.isView(value) ? value : (known[type]?.(value) ?? String(value));
  const serializers = new Proxy({}, { get: (_, type: string) => (value: unknown) => write(type, value) });
  return db.query(text, values, { serializers });
};

const exec = (text: string) =>
  inTurn(async (db) => {
    try {
      return await db.exec(text);
    } catch (error) {
      await db.exec("rollback").catch(() => {});
      throw error;
    }
  });

const answer = async (request: Request): Promise<unknown> => {
  const open = request.trx === undefined ? undefined : transactions.get(request.trx);
  if (request.trx !== undefined && !open && (request.op === "query" || request.op === "exec"))
    throw new Error("the transaction has ended");
  switch (request.op) {
    case "open":
      await opened;
      return undefined;
    case "query":
      return open ? query(await open.begun, request) : inTurn((db) => query(db, request));
    case "exec":
      return open ? (await open.begun).exec(request.text) : exec(request.text);
    case "begin":
      return begin(request.id);
    case "end":
      return finish(request.trx, request.how);
    case "listen": {
      const notify = (payload: string) => port.postMessage({ channel: request.text, payload });
      listeners.set(request.text, await inTurn((db) => db.listen(request.text, notify)));
      return undefined;
    }
    case "unlisten":
      return inTurn(async () => listeners.get(request.text)?.());
    case "close":
      return inTurn((db) => db.close());
  }
};

port.on("message", (request: Request) => {
  answer(request).then(
    (value) => port.postMessage({ id: request.id, value } satisfies Reply),
    (error: unknown) => port.postMessage({ id: request.id, error: toWireError(error) } satisfies Reply),
  );
});
