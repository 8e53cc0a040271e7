import { expect, test } from "vitest";
import { readConfig } from "../../server/config.ts";
import { createLog } from "../../server/log.ts";
import { openModel } from "../../server/model/open.ts";
import { costUsd } from "../../server/model/prices.ts";

test("a million tokens cost what the list says, prompt, completion and embedding each at its price", () => {
  expect(costUsd("gpt-4o-mini", { promptTokens: 1_000_000 })).toBeCloseTo(0.15);
  expect(costUsd("gpt-4o-mini", { completionTokens: 1_000_000 })).toBeCloseTo(0.6);
  expect(costUsd("text-embedding-3-small", { embeddingTokens: 1_000_000 })).toBeCloseTo(0.02);
  expect(costUsd("gpt-4o", { promptTokens: 1_000, completionTokens: 500 })).toBeCloseTo(0.0075);
});

test("a dated model and shortened vectors have their family's price", () => {
  expect(costUsd("gpt-4o-2024-08-06", { promptTokens: 1_000_000 })).toBeCloseTo(2.5);
  expect(costUsd("text-embedding-3-large@256", { embeddingTokens: 1_000_000 })).toBeCloseTo(0.13);
});

test.for(["offline-extractive", "offline-lexical-1", "llama3", "constructor"])("%s has no known price", (model) => {
  expect(costUsd(model, { promptTokens: 1e6, completionTokens: 1e6, embeddingTokens: 1e6 })).toBe(0);
});

const log = createLog("silent");

test("without a key or a server of its own, the model is the offline one", async () => {
  expect((await openModel(readConfig({}).openai, log)).provider).toBe("offline");
  const model = await openModel(
    readConfig({ OPENAI_API_KEY: "sk-test", ALLOWED_MODELS: "gpt-4o,gpt-4o-mini" }).openai,
    log,
  );
  expect(model.provider).toBe("openai");
  expect(model.chatModels).toEqual(["gpt-4o-mini", "gpt-4o"]);
  const compatible = await openModel(readConfig({ OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" }).openai, log);
  expect(compatible.provider).toBe("openai");
});
