import type { Config } from "../config.ts";
import type { Model } from "./model.ts";
import { createOfflineModel } from "./offline.ts";
import { createOpenAiModel } from "./openai.ts";

/** The configured provider, or the offline one where none is. */
export const openModel = (config: Config["openai"]): Model =>
  config ? createOpenAiModel(config) : createOfflineModel();
