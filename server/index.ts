import { startApp, type AppParts } from "./app.ts";
import { readConfig } from "./config.ts";
import type { Http } from "./http/server.ts";

export { ConfigError } from "./config.ts";
export { ReasonError } from "./errors.ts";
export { StartError } from "./start-error.ts";
export type { CodeMail, Delivery } from "./auth/deliver.ts";
export type { ContentKey, FileStore, KeptFile, LocalFile } from "./files/store.ts";
export type { Log } from "./log.ts";
export { NO_ANSWER } from "./model/model.ts";
export type { ChatMessage, ChatPart, ChatRequest, Embedded, EmbeddingPurpose, Model } from "./model/model.ts";

export type DocuChatServerOptions = Pick<AppParts, "delivery" | "log" | "model" | "store"> & {
  /** By the names of `.env.example`; what is not named has its default. The process's environment is not read. */
  settings?: Record<string, string | undefined>;
};

export type DocuChatServer = Pick<Http, "listener" | "upgrade"> & {
  /**
   * Ends what was opened: answers may take `drainMs` (default 0) to end by themselves, running ingests go back to the
   * queue. The `node:http` server is its owner's to close, before this.
   */
  close(options?: { drainMs?: number }): Promise<void>;
};

/**
 * DocuChat inside a server of one's own: give `listener` the requests and `upgrade` the upgrades that are not one's own.
 * It answers `/v1`, `/trpc`, `/docs`, `/openapi.json`, `/healthz`, `/readyz`, `/metrics` and `/`, and works on its queue in
 * this process. Throws `ConfigError` when the settings do not fit, and `StartError` when what they name cannot be used.
 */
export const createDocuChatServer = async ({
  settings = {},
  ...parts
}: DocuChatServerOptions = {}): Promise<DocuChatServer> => {
  const running = await startApp(readConfig(settings), parts);
  const { listener, upgrade } = running.http;
  return { listener, upgrade, close: (options) => running.close(options) };
};
