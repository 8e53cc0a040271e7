import type { App } from "../context.ts";

type Changed = { tenantId: string; fileId: string };

export const fileChanges = (tenantId: string): string => `files:${tenantId}`;

/** Where workers are told that a job is due. They look by themselves too. */
export const INGEST_SENT = "ingest";

/** Tells watchers that a file has changed. They look by themselves too, so a store that is down only delays them. */
export const announceFile = (app: App, { tenantId, fileId }: Changed): Promise<void> =>
  app.keyValue.publish(fileChanges(tenantId), fileId).catch((error: unknown) => {
    app.log.warn("file change not announced", { tenantId, fileId, error });
  });

/** Tells workers that there are jobs to take. */
export const announceIngest = (app: App): Promise<void> => app.keyValue.publish(INGEST_SENT, "").catch(() => {});

/** Tells both of a file that a worker is to take. */
export const announceQueued = async (app: App, file: Changed): Promise<void> => {
  await announceFile(app, file);
  await announceIngest(app);
};
