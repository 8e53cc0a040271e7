import { Client } from "pg";
import type { Db } from "./open.ts";

/**
 * Runs `work` unless another process holds the lock, with the connection that holds it; on the embedded database, which
 * belongs to one process, without. The lock ends with the connection: with the work, with `signal`, or with the process.
 */
export const withProcessLock = async (
  db: Db,
  lock: number,
  work: (client: Client | undefined) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> => {
  if (signal?.aborted) return;
  if (!("url" in db.queue)) return work(undefined);
  const client = new Client({ connectionString: db.queue.url, connectionTimeoutMillis: 5_000, keepAlive: true });
  // A connection that breaks shows in the statement that runs on it.
  client.on("error", () => {});
  const stop = () => void client.end().catch(() => {});
  signal?.addEventListener("abort", stop);
  try {
    await client.connect();
    const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_lock($1) as mine", [lock]);
    if (rows[0]?.mine) await work(client);
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await client.end().catch(() => {});
  }
};
