import type { App } from "../context.ts";

/** A change of how text is read or cut raises it: files that an older version has read are read again. */
export const READER_VERSION = 3;

/** What the chunks of a file are made with: chunks of two recipes are never mixed. */
export const recipeOf = ({ config, embeddingModelId }: App): string =>
  [READER_VERSION, config.chunkTokens, config.overlapTokens, embeddingModelId].join(":");
