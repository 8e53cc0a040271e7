import type { Config } from "../config.ts";
import type { Model } from "./model.ts";

/** The configured provider, or the offline one where none is. Only that one is loaded. */
export const openModel = async (config: Config["openai"]): Promise<Model> =>
  config
    ? (await import("./openai.ts")).createOpenAiModel(config)
    : (await import("./offline.ts")).createOfflineModel();
