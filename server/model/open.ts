import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Model } from "./model.ts";

/** The configured provider, or the offline one where none is. Only that one is loaded. */
export const openModel = async (config: Config["openai"], log: Log): Promise<Model> =>
  config
    ? (await import("./openai.ts")).createOpenAiModel({ ...config, log })
    : (await import("./offline.ts")).createOfflineModel();
