import { askTenant, findPages, type NewPage } from "../../db/index.ts";
import type { Box } from "../contract/files.ts";
import type { TenantContext } from "../context.ts";
import { sentencesIn } from "../text/sentences.ts";
import { wordsOf } from "../text/words.ts";
import { boxesOf } from "./boxes.ts";
import type { Expanded, Reading } from "./expand.ts";

export type Quote = { page: number; quote: string; verified: boolean; boxes: Box[] };

/** A quote that holds at least this part of the claim's words supports it. */
const SUPPORTS = 0.5;

/**
 * Finds in a passage the sentence that supports a claim best: a verbatim piece of one page's text, and where it stands.
 * `verified` tells that it holds most of the claim's words.
 */
export const createQuoteFinder = ({ app, tenantId }: TenantContext) => {
  const pages = new Map<string, Promise<NewPage[]>>();
  const pagesOf = (passage: Expanded) => {
    const loaded =
      pages.get(passage.chunk_id) ??
      askTenant(app.db, tenantId, (trx) =>
        findPages(
          trx,
          passage.file_id,
          passage.read.spans.map((span) => span.page),
        ),
      );
    pages.set(passage.chunk_id, loaded);
    return loaded;
  };
  const sentences = new Map<string, Sentence[]>();
  const sentencesOf = ({ chunk_id, read }: Expanded): Sentence[] => {
    const known = sentences.get(chunk_id) ?? readSentences(read.text);
    sentences.set(chunk_id, known);
    return known;
  };
  return async (passage: Expanded, claim: string): Promise<Quote | undefined> => {
    const stored = new Map((await pagesOf(passage)).map((page) => [page.page, page]));
    const best = bestSentence(sentencesOf(passage), claim);
    const place = best && placeOf(passage.read, best);
    const page = place && stored.get(place.page);
    if (!best || !place || !page) return undefined;
    const { start, end, text } = place;
    const quote = page.text.slice(start, end);
    const verified = best.score >= SUPPORTS;
    // The file has been read again since the passage was found: its places on the new page are not known.
    if (normalizeSpaces(quote) !== normalizeSpaces(text)) return { page: page.page, quote: text, verified, boxes: [] };
    return { page: page.page, quote, verified, boxes: boxesOf(page, start, end) };
  };
};

type Sentence = { start: number; end: number; words: ReadonlySet<string> };

/** The sentences of a text with their words: an answer looks through them once for each of its claims. */
export const readSentences = (text: string): Sentence[] =>
  sentencesIn(text).map(({ start, end }) => ({ start, end, words: new Set(wordsOf(text.slice(start, end))) }));

/** The sentence that holds most of a claim's words. */
export const bestSentence = (sentences: readonly Sentence[], claim: string) => {
  const claimed = new Set(wordsOf(claim));
  let best: { start: number; end: number; score: number } | undefined;
  for (const { start, end, words } of sentences) {
    const score = support(claimed, words);
    if (!best || score > best.score) best = { start, end, score };
  }
  return best;
};

const normalizeSpaces = (text: string): string => text.replaceAll(/\s+/g, " ");

/** Where a piece of a passage's text stands; of one that goes over a page's end, its longer part. */
const placeOf = ({ text, spans }: Reading, { start, end }: { start: number; end: number }) => {
  let longest: (Reading["spans"][number] & { text: string }) | undefined;
  let at = 0;
  for (const span of spans) {
    const length = span.end - span.start;
    const [from, to] = [Math.max(0, start - at), Math.min(length, end - at)];
    if (to - from > (longest ? longest.end - longest.start : 0))
      longest = {
        page: span.page,
        start: span.start + from,
        end: span.start + to,
        text: text.slice(at + from, at + to),
      };
    at += length + 1;
  }
  return longest;
};

/** How much of the claim the sentence holds; among equals the one with fewer other words wins. */
const support = (claim: ReadonlySet<string>, words: ReadonlySet<string>): number => {
  if (claim.size === 0 || words.size === 0) return 0;
  const shared = claim.intersection(words).size;
  return shared / claim.size + (shared / words.size) * 0.01;
};
