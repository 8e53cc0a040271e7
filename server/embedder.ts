import type { VectorSpace } from "../db/index.ts";
import type { App } from "./context.ts";
import type { Model } from "./model/model.ts";

/** The space that this process is configured to embed into. */
export const configuredSpace = ({ embeddingModelId: id, model: { embedding } }: App): VectorSpace => ({
  id,
  name: embedding.model,
  dimensions: embedding.dimensions,
});

/** What embeds into a space; undefined where the configured provider cannot reach it. */
export const embedderFor = (app: App, space: VectorSpace): Pick<Model, "embedding" | "embed"> | undefined =>
  space.id === app.embeddingModelId ? app.model : app.model.inSpace?.(space);
