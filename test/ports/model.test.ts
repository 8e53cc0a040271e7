import { afterAll, beforeAll, describe } from "vitest";
import { createOfflineModel } from "../../server/model/offline.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { type OpenAiServer, startOpenAiServer } from "../support/openai-server.ts";
import { modelContract } from "./model.contract.ts";

describe("the offline model", () => {
  modelContract(async () => createOfflineModel());
});

describe("the openai model", () => {
  let vendor: OpenAiServer;
  beforeAll(async () => {
    vendor = await startOpenAiServer({ deltaDelayMs: 2 });
  });
  afterAll(() => vendor.close());

  modelContract(async () =>
    createOpenAiModel({
      apiKey: "test",
      baseUrl: vendor.baseUrl,
      models: ["gpt-4o-mini"],
      embeddingModel: "text-embedding-3-small",
      embeddingDimensions: 1536,
    }),
  );
});
