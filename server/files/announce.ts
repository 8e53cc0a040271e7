import type { App } from "../context.ts";

type Changed = { tenantId: string; fileId: string };

export const fileChanges = (tenantId: string): string => `files:${tenantId}`;

/** Tells watchers that a file has changed. They look by themselves too, so a store that is down only delays them. */
export const announceFile = (app: App, { tenantId, fileId }: Changed): Promise<void> =>
  app.keyValue.publish(fileChanges(tenantId), fileId).catch((error: unknown) => {
    app.log.warn("file change not announced", { tenantId, fileId, error });
  });
