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

const ABOUT_BATCH = /batch|too many|number of (?:inputs|texts|documents)|at most \d+|array/i;
const ABOUT_LENGTH = /token|too long|length|context|maximum input/i;
/** llama.cpp answers 500 to an input that is longer than its window, and calls the window a batch. */
const ABOUT_WINDOW = /too large to process|physical batch/i;
/** As Ollama and Python's JSON report a vector that is not a number. */
const ABOUT_VALUE = /\bnan\b|unsupported value|out of range float|infinit/i;

/** How a refused request is to be made smaller: by half for good, by half to find one input, or by shorter inputs. */
export type Remedy = "halve" | "isolate" | "shorten";

/** What to do about a failure of these inputs; undefined where nothing about their size helps. */
export const remedyOf = ({ status, reply }: VendorFailure, input: readonly string[]): Remedy | undefined => {
  if (status === undefined || (status < 500 && ![400, 413, 422].includes(status))) return undefined;
  if (ABOUT_VALUE.test(reply)) return "isolate";
  const shorten = input.some((text) => countTokens(text) > MIN_INPUT_TOKENS) ? "shorten" : undefined;
  if (ABOUT_WINDOW.test(reply)) return shorten;
  if (status >= 500) return undefined;
  if (input.length > 1 && ABOUT_BATCH.test(reply)) return "halve";
  if (ABOUT_LENGTH.test(reply)) return shorten;
  if (status !== 413) return undefined;
  return input.length > 1 ? "halve" : shorten;
};

/** The next inputs from `at` on that fit in one request of at most `count`, none longer than `window` tokens. */
export const takeInputs = (
  texts: readonly string[],
  at: number,
  { count, window }: { count: number; window: number | undefined },
): string[] => {
  const taken: string[] = [];
  let bytes = 0;
  for (const text of texts.slice(at, at + Math.min(count, texts.length))) {
    const input = fit(text, window);
    bytes += Buffer.byteLength(input);
    if (taken.length > 0 && bytes > MAX_REQUEST_BYTES) break;
    taken.push(input);
  }
  return taken;
};

/** Without a known window the server is taken to be as generous as OpenAI: only what is far too long is counted. */
const fit = (text: string, window: number | undefined): string => {
  if (text === "") return " ";
  if (Buffer.byteLength(text) <= (window ?? MAX_INPUT_TOKENS)) return text;
  return takeTokens(text, window ?? MAX_INPUT_TOKENS - COUNT_MARGIN_TOKENS);
};

/** A shorter window for inputs that were too long. It is not remembered: one user's text must not cut the others'. */
export const shorterThan = (input: readonly string[]): number =>
  Math.max(MIN_INPUT_TOKENS, Math.floor(Math.max(...input.map(countTokens)) * SHORTER));
