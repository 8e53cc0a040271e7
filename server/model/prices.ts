export type SpentTokens = { promptTokens?: number; completionTokens?: number; embeddingTokens?: number };

/**
 * US dollars per million tokens as OpenAI lists them (https://openai.com/api/pricing, standard tier, no caching):
 * `[prompt, completion]` for chat, `[embedding]` for embeddings. A dated model has the price of its family.
 */
const CHAT = new Map<string, [prompt: number, completion: number]>(
  Object.entries({
    "gpt-4o-mini": [0.15, 0.6],
    "gpt-4o": [2.5, 10],
    "gpt-4.1-nano": [0.1, 0.4],
    "gpt-4.1-mini": [0.4, 1.6],
    "gpt-4.1": [2, 8],
    "gpt-5-nano": [0.05, 0.4],
    "gpt-5-mini": [0.25, 2],
    "gpt-5": [1.25, 10],
    "o4-mini": [1.1, 4.4],
    "o3-mini": [1.1, 4.4],
    o3: [2, 8],
    "gpt-4-turbo": [10, 30],
    "gpt-4": [30, 60],
    "gpt-3.5-turbo": [0.5, 1.5],
  }),
);
const EMBEDDING = new Map<string, number>(
  Object.entries({
    "text-embedding-3-small": 0.02,
    "text-embedding-3-large": 0.13,
    "text-embedding-ada-002": 0.1,
  }),
);

/** What the tokens cost; 0 for a model without a known price, the offline one among them. */
export const costUsd = (
  model: string,
  { promptTokens = 0, completionTokens = 0, embeddingTokens = 0 }: SpentTokens,
): number => {
  // "gpt-4o-2024-08-06" is of the family "gpt-4o", "text-embedding-3-small@512" its shortened vectors.
  const family = model.replace(/(?:-\d{4}-\d{2}-\d{2}|-\d{4}|@\d+)$/, "");
  const [prompt, completion] = CHAT.get(family) ?? [0, 0];
  const embedding = EMBEDDING.get(family) ?? 0;
  return (promptTokens * prompt + completionTokens * completion + embeddingTokens * embedding) / 1_000_000;
};
