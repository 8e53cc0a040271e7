import type { UsageTotals } from "@docuchat/client";

export const tokensOf = ({ promptTokens, completionTokens, embeddingTokens }: UsageTotals): number =>
  promptTokens + completionTokens + embeddingTokens;
