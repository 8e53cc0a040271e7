import { LRUCache } from "lru-cache";
import type { SearchRow } from "../../db/index.ts";
import { languageOf } from "../text/language.ts";
import type { Language } from "../text/stop-words.ts";
import { stem, tellingStems } from "../text/stem.ts";
import { wordsOf } from "../text/words.ts";
import { likenessTo, type Likeness } from "./likeness.ts";

/**
 * How much each sign counts beside BM25. Fitted (softmax over candidates) on the articles with an even number of SQuAD
 * 2's half and of XQuAD in German; the others report, see `docs/eval.md`.
 */
const WEIGHTS = { window: 0.8, phrase: 1.15, fused: 67 };
/** S. Robertson, H. Zaragoza, "The probabilistic relevance framework: BM25 and beyond" (2009). */
const K1 = 1.2;
const B = 0.75;
/** What a word counts that is like an asked one. */
const ALIKE = 0.8;
const WINDOW_WORDS = 30;
/** The words of a phrase stand in the question's order, with at most two others between them. */
const PHRASE_WORDS = 3;
/** Passages that share this part of their words tell the same; the later one goes behind the rest. */
const SAME = 0.85;

/**
 * A passage's words: where each asked one stands, how much of it others are alike, and those of the document's name and
 * section.
 */
type Read = {
  row: SearchRow;
  places: Map<string, number[]>;
  alike: Map<string, number>;
  named: Set<string>;
  words: string[];
};

/**
 * Candidates as their words fit the question: BM25 whose rarities come from the candidates themselves, the best window,
 * phrases, and the rank that found them, which holds what vectors know. Repetitions come last.
 */
export const rerank = (query: string, rows: readonly SearchRow[], limit: number): SearchRow[] => {
  const terms = tellingStems(wordsOf(query));
  if (terms.length === 0 || rows.length < 2) return rows.slice(0, limit);
  const asked = new Set(terms);
  const likeness = likenessTo(asked);
  const passages = rows.map((row) => read(row, asked, likeness));
  const weights = weigh(asked, passages);
  const usual = passages.reduce((sum, { words }) => sum + words.length, 0) / passages.length;
  const pairs = neighbours(terms);
  const scored = passages.map((passage) => {
    const { window, phrase, fused } = WEIGHTS;
    const words = bm25(passage, weights, usual) + window * bestWindow(passage, weights);
    return { ...passage, score: words + phrase * phrases(passage, pairs, weights) + fused * passage.row.rank };
  });
  const ranked = scored.toSorted((a, b) => b.score - a.score || b.row.rank - a.row.rank);
  return thin(ranked, limit).map(({ row, score }) => ({ ...row, rank: score }));
};

/** Of each root, where it stands. */
type Text = { words: string[]; roots: Map<string, number[]>; language: Language };

const analyze = (text: string): Text => {
  const words = wordsOf(text);
  const language = languageOf(words);
  const roots = new Map<string, number[]>();
  for (const [at, word] of words.entries()) {
    const root = stem(word, language);
    const places = roots.get(root);
    if (places) places.push(at);
    else roots.set(root, [at]);
  }
  return { words, roots, language };
};
/** One question after another finds the same passages; a thousand of them take some 10 MB. */
const analyzed = new LRUCache<string, Text>({ max: 1_000, memoMethod: analyze });

const read = (row: SearchRow, asked: ReadonlySet<string>, likeness: Likeness): Read => {
  const { words, roots, language } = analyzed.memo(row.text);
  const places = new Map<string, number[]>();
  const alike = new Map<string, number>();
  for (const [root, at] of roots) {
    if (asked.has(root)) places.set(root, at);
    else for (const { term, share } of likeness(root)) alike.set(term, (alike.get(term) ?? 0) + share * at.length);
  }
  const name = wordsOf(`${row.file_name} ${row.section ?? ""}`).map((word) => stem(word, language));
  return { row, places, alike, named: new Set(name).intersection(asked), words };
};

type Weights = ReadonlyMap<string, number>;

/** The rarity of each term among the candidates as a share of the question's. */
const weigh = (terms: ReadonlySet<string>, passages: Read[]): Weights => {
  const rarities = Array.from(terms, (term) => {
    const having = passages.filter(({ places, named }) => places.has(term) || named.has(term)).length;
    return [term, Math.log(1 + (passages.length - having + 0.5) / (having + 0.5))] as const;
  });
  const mass = rarities.reduce((sum, [, rarity]) => sum + rarity, 0);
  return new Map(rarities.map(([term, rarity]) => [term, rarity / mass]));
};

const bm25 = ({ places, alike, named, words }: Read, weights: Weights, usual: number): number => {
  const saturation = K1 * (1 - B + (B * words.length) / usual);
  let sum = 0;
  for (const [term, weight] of weights) {
    const times = (places.get(term)?.length ?? 0) + ALIKE * (alike.get(term) ?? 0) + (named.has(term) ? 1 : 0);
    sum += (weight * (K1 + 1) * times) / (times + saturation);
  }
  return sum;
};

/** The most of the question that stands within a few words; what the name and the section tell holds everywhere. */
const bestWindow = ({ places, named }: Read, weights: Weights): number => {
  const hits = [...places].flatMap(([term, at]) => (named.has(term) ? [] : at.map((place) => ({ term, place }))));
  hits.sort((a, b) => a.place - b.place);
  const within = new Map<string, number>();
  let [from, held, best] = [0, 0, 0];
  for (const { term, place } of hits) {
    const times = within.get(term) ?? 0;
    if (times === 0) held += weights.get(term) ?? 0;
    within.set(term, times + 1);
    for (let first = hits[from]; first && first.place <= place - WINDOW_WORDS; first = hits[++from]) {
      const left = (within.get(first.term) ?? 1) - 1;
      within.set(first.term, left);
      if (left === 0) held -= weights.get(first.term) ?? 0;
    }
    best = Math.max(best, held);
  }
  return best + named.values().reduce((sum, term) => sum + (weights.get(term) ?? 0), 0);
};

/** The share of the question's neighbours that are neighbours in the passage too. */
const phrases = ({ places }: Read, pairs: [string, string][], weights: Weights): number => {
  let [held, all] = [0, 0];
  for (const [first, second] of pairs) {
    const weight = (weights.get(first) ?? 0) + (weights.get(second) ?? 0);
    all += weight;
    if (isFollowed(places.get(first) ?? [], places.get(second) ?? [])) held += weight;
  }
  return all === 0 ? 0 : held / all;
};

/** Whether one of the second places comes within `PHRASE_WORDS` after one of the first; both ascend. */
const isFollowed = (first: readonly number[], second: readonly number[]): boolean => {
  let at = 0;
  return first.some((place) => {
    while ((second[at] ?? Infinity) <= place) at++;
    return (second[at] ?? Infinity) <= place + PHRASE_WORDS;
  });
};

const MOST_PAIRS = 50;

/** The first pairs of terms that follow each other, each pair once. */
const neighbours = (terms: string[]): [first: string, second: string][] => {
  const pairs = new Map<string, [string, string]>();
  for (const [at, first] of terms.entries()) {
    const second = terms[at + 1];
    if (second === undefined || pairs.size === MOST_PAIRS) break;
    pairs.set(`${first} ${second}`, [first, second]);
  }
  return [...pairs.values()];
};

/** The first `limit` that do not repeat each other, then, where there are too few, the repetitions. */
const thin = <T extends Read>(ranked: T[], limit: number): T[] => {
  const kept: T[] = [];
  const told: ReadonlySet<string>[] = [];
  const repeated: T[] = [];
  for (const passage of ranked) {
    if (kept.length === limit) break;
    const tells = new Set(passage.words);
    if (told.some((other) => isSame(other, tells))) {
      repeated.push(passage);
      continue;
    }
    kept.push(passage);
    told.push(tells);
  }
  return [...kept, ...repeated].slice(0, limit);
};

const isSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean => {
  if (Math.min(one.size, other.size) < SAME * Math.max(one.size, other.size)) return false;
  const shared = one.intersection(other).size;
  return shared >= SAME * (one.size + other.size - shared);
};
