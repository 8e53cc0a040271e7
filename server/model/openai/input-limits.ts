import { countTokens, takeTokens } from "../../tokens.ts";
import type { VendorFailure } from "./failure.ts";

/** OpenAI's limits: tokens of one input, and of one request with a margin. A token is a byte of UTF-8 or more. */
const MAX_INPUT_TOKENS = 8_192;
const MAX_REQUEST_BYTES = 280_000;
/** Embedding models count by an older vocabulary than `countTokens`. */
const COUNT_MARGIN_TOKENS = 1_000;
/** Shorter inputs are not refused for their length. */
const MIN_INPUT_TOKENS = 32;
const SHORTER = 0.75;

const ABOUT_BATCH = /batch|too many inputs|number of inputs|array/i;
const ABOUT_LENGTH = /token|too long|length|context|maximum input|too large/i;
const ABOUT_VALUE = /\bnan\b|unsupported value|infinit/i;

/** How a refused request is to be made smaller. */
export type Remedy = "halve" | "isolate" | "shorten";

/** What a server takes in one request, as its refusals have taught: state of one model of one provider. */
export type InputLimits = {
  /** The texts in groups that the server takes, each text cut to fit; with how many were cut. */
  group(texts: readonly string[]): { groups: string[][]; cut: number };
  /** What to do about a failure of a group; undefined where nothing about its size helps. */
  remedyOf(failure: VendorFailure, input: readonly string[]): Remedy | undefined;
  learnBatch(size: number): void;
  learnLength(input: readonly string[]): void;
};

export const createInputLimits = (): InputLimits => {
  let batch = Infinity;
  let tokens = MAX_INPUT_TOKENS;
  const fit = (text: string): string => {
    // A server that has refused nothing is OpenAI, or as generous: only what is far too long is counted.
    if (tokens === MAX_INPUT_TOKENS && Buffer.byteLength(text) > tokens)
      return takeTokens(text, tokens - COUNT_MARGIN_TOKENS);
    if (tokens < MAX_INPUT_TOKENS && Buffer.byteLength(text) > tokens) return takeTokens(text, tokens);
    return text === "" ? " " : text;
  };
  return {
    group: (texts) => {
      const fitting = texts.map(fit);
      const cut = fitting.filter((text, at) => text.length < (texts[at]?.length ?? 0)).length;
      return { groups: groupBySize(fitting, batch), cut };
    },
    remedyOf: ({ status, reply }, input) => {
      if (status === undefined || (status < 500 && ![400, 413, 422].includes(status))) return undefined;
      if (ABOUT_VALUE.test(reply)) return "isolate";
      if (status >= 500) return undefined;
      if (input.length > 1 && (ABOUT_BATCH.test(reply) || (status === 413 && !ABOUT_LENGTH.test(reply))))
        return "halve";
      const isLong = input.some((text) => countTokens(text) > MIN_INPUT_TOKENS);
      return isLong && (ABOUT_LENGTH.test(reply) || status === 413) ? "shorten" : undefined;
    },
    learnBatch: (size) => (batch = Math.min(batch, size)),
    learnLength: (input) => {
      const longest = Math.max(...input.map(countTokens));
      tokens = Math.max(MIN_INPUT_TOKENS, Math.floor(Math.min(tokens, longest) * SHORTER));
    },
  };
};

const groupBySize = (texts: readonly string[], batch: number): string[][] => {
  const groups: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    bytes += Buffer.byteLength(text);
    if (bytes > MAX_REQUEST_BYTES || (groups.at(-1)?.length ?? 0) >= batch) {
      groups.push([]);
      bytes = Buffer.byteLength(text);
    }
    groups.at(-1)?.push(text);
  }
  return groups;
};
