import type { EmbeddingPurpose } from "../model.ts";
import type { Rarity } from "./rarity.ts";
import { languageOf } from "../../text/language.ts";
import { stem } from "../../text/stem.ts";
import { isStopWord, type Language } from "../../text/stop-words.ts";
import { isUnspaced, wordsOf } from "../../text/words.ts";

/** Changes with every change of the recipe: vectors of two recipes are never compared. */
export const RECIPE = "offline-lexical-3";
export const DIMENSIONS = 1536;

/** Of passages, as BM25 expects them (S. Robertson, H. Zaragoza, 2009): k1, b and the usual length in words. */
const K1 = 1.2;
const B = 0.75;
const USUAL_WORDS = 200;
const GRAM_CHARS = [4, 5];
const CACHED_WORDS = 20_000;

/** A word's places in a vector, with signed weights that are yet to be scaled by what the word weighs in a text. */
type Features = { stem: string; rarity: Record<EmbeddingPurpose, number>; buckets: Uint16Array; weights: Float32Array };

/** Embeds one text as a unit vector. */
export type Embedder = (text: string, purpose: EmbeddingPurpose) => Float32Array;

/**
 * A lexical embedding: BM25's weights of stems and character 4- and 5-grams, hashed with signs into two buckets each
 * (K. Weinberger et al., "Feature hashing for large scale multitask learning", 2009). A query carries more of a word's
 * rarity than a document, so that their product is close to BM25.
 */
export const createEmbedder = (rarity: Rarity): Embedder => {
  const cache = new Map<string, Features>();
  const featuresOf = (word: string, language: Language): Features => {
    const key = `${language} ${word}`;
    const known = cache.get(key);
    if (known) return known;
    const made = makeFeatures(word, stem(word, language), rarity(word));
    cache.set(key, made);
    return made;
  };
  return (text, purpose) => {
    if (cache.size >= CACHED_WORDS) cache.clear();
    const written = wordsOf(text);
    const language = languageOf(written);
    const words = written.map((word) => featuresOf(word, language));
    const saturation = K1 * (1 - B + (B * words.length) / USUAL_WORDS);
    const byStem = count(words.map(({ stem }) => stem));
    const vector = new Float32Array(DIMENSIONS);
    for (const [features, times] of count(words)) {
      // The forms of one stem saturate together and share what it weighs.
      const total = byStem.get(features.stem) ?? times;
      const frequency = purpose === "query" ? 1 + Math.log(total) : ((K1 + 1) * total) / (total + saturation);
      const weight = frequency * features.rarity[purpose];
      add(vector, features, (weight * times) / total);
    }
    return normalizeLength(vector);
  };
};

const count = <T>(items: T[]): Map<T, number> => {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
};

const add = (vector: Float32Array, { buckets, weights }: Features, weight: number): void => {
  for (let index = 0; index < buckets.length; index += 1) {
    const bucket = buckets[index] ?? 0;
    vector[bucket] = (vector[bucket] ?? 0) + weight * (weights[index] ?? 0);
  }
};

const makeFeatures = (word: string, root: string, rarity: number): Features => {
  const grams = isStopWord(word) || isUnspaced(word) ? [] : gramsOf(`_${word}_`);
  const buckets = new Uint16Array(2 * (1 + grams.length));
  const weights = new Float32Array(buckets.length);
  const gramWeight = 1 / Math.sqrt(grams.length || 1);
  for (const [index, feature] of [`=${root}`, ...grams].entries()) {
    const weight = index === 0 ? 1 : gramWeight;
    const [first, second] = hashTwice(feature);
    buckets[2 * index] = (first >>> 1) % DIMENSIONS;
    weights[2 * index] = first & 1 ? weight : -weight;
    buckets[2 * index + 1] = (second >>> 1) % DIMENSIONS;
    weights[2 * index + 1] = second & 1 ? weight : -weight;
  }
  return { stem: root, rarity: { document: rarity ** 0.3, query: rarity ** 0.7 }, buckets, weights };
};

const gramsOf = (word: string): string[] =>
  GRAM_CHARS.flatMap((size) =>
    Array.from({ length: Math.max(0, word.length - size + 1) }, (_, at) => word.slice(at, at + size)),
  );

/** FNV-1a over UTF-16 units, then MurmurHash3's finalizer with two seeds. */
const hashTwice = (text: string): [number, number] => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return [mix(hash), mix(hash ^ 0x9e3779b9)];
};

const mix = (value: number): number => {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** An empty text has no direction: the first axis stands in, for a zero vector has no cosine. */
const normalizeLength = (vector: Float32Array): Float32Array => {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) vector[0] = 1;
  const scale = 1 / Math.sqrt(squares || 1);
  for (let index = 0; index < vector.length; index += 1) vector[index] = (vector[index] ?? 0) * scale;
  return vector;
};
