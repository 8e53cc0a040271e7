import type { Unit } from "./unit.ts";

export type Sizes = { chunkTokens: number; overlapTokens: number };

const sum = (units: readonly Unit[]) => units.reduce((tokens, unit) => tokens + unit.tokens, 0);

/** The last units that fit the overlap; a heading is never repeated. */
const tail = (units: Unit[], overlapTokens: number): Unit[] => {
  let tokens = 0;
  let from = units.length;
  while (from > 1) {
    const unit = units[from - 1];
    if (!unit || unit.heading || tokens + unit.tokens > overlapTokens) break;
    tokens += unit.tokens;
    from--;
  }
  return units.slice(from);
};

/** Of a chunk's tokens, what a table's caption and header may take when they are repeated. */
const LEAD_SHARE = 1 / 3;

/** What is repeated before a unit that begins a chunk: its table's caption and header, or the last sentences. */
const repeatBefore = (next: Unit, full: Unit[], { chunkTokens, overlapTokens }: Sizes): Unit[] => {
  if (next.lead.length === 0) return tail(full, overlapTokens);
  return overlapTokens > 0 && sum(next.lead) <= chunkTokens * LEAD_SHARE ? [...next.lead] : [];
};

/** What announces what follows: a list's first line, a table's caption. */
const leadsOn = (unit: Unit | undefined): boolean => unit !== undefined && (unit.heading || /[:：]$/u.test(unit.text));

/** Headings at the end, and a line that leads on behind them, belong to what follows. */
const splitEnd = (units: Unit[]): [Unit[], Unit[]] => {
  let end = units.length;
  if (leadsOn(units[end - 1])) end--;
  while (units[end - 1]?.heading) end--;
  return end > 0 ? [units.slice(0, end), units.slice(end)] : [units, []];
};

/** A last chunk of less than this part is filled up from the one before. */
const SHORT_SHARE = 1 / 4;

/** Ends a document in two chunks of like length instead of a full and a very short one. */
const balanceEnd = (chunks: Unit[][], repeated: number, { chunkTokens }: Sizes): void => {
  const [before = [], last = []] = chunks.slice(-2);
  const own = last.slice(repeated);
  if (chunks.length < 2 || own[0]?.heading || own[0]?.lead.length || sum(own) >= chunkTokens * SHORT_SHARE) return;
  const all = [...before, ...own];
  const half = sum(all) / 2;
  let end = all.length;
  while (end > 1 && sum(all.slice(end)) < half) end--;
  const [first, second] = splitEnd(all.slice(0, end));
  if (second.length < end) chunks.splice(-2, 2, first, [...second, ...all.slice(end)]);
};

/**
 * Fills chunks with units in order. A full chunk's last sentences are repeated in the next one, or a table's header; a
 * heading starts a new chunk when the present one is at least half full, and is never the last of one.
 */
export function* packUnits(units: Iterable<Unit>, sizes: Sizes): Generator<Unit[]> {
  const { chunkTokens } = sizes;
  /** What is packed and not yielded yet: the end is balanced over the last two. */
  const chunks: Unit[][] = [];
  let current: Unit[] = [];
  let tokens = 0;
  /** How many units of the present chunk the last one has too. */
  let repeated = 0;
  const begin = (repeat: Unit[], moved: Unit[], next: Unit) => {
    const fits = sum(repeat) + sum(moved) + next.tokens <= chunkTokens;
    current = fits ? [...repeat, ...moved] : sum(moved) + next.tokens <= chunkTokens ? moved : [];
    repeated = fits ? repeat.length : 0;
    tokens = sum(current);
    if (current.length === 0 && moved.length > 0) chunks.push(moved);
  };
  for (const unit of units) {
    const inHeadings = current.at(-1)?.heading ?? false;
    if (unit.heading && !inHeadings && tokens >= chunkTokens / 2) {
      chunks.push(current);
      begin([], [], unit);
    } else if (tokens + unit.tokens > chunkTokens && current.length > 0) {
      const [full, moved] = splitEnd(current);
      chunks.push(full);
      begin(moved.length > 0 ? [] : repeatBefore(unit, full, sizes), moved, unit);
    }
    current.push(unit);
    tokens += unit.tokens;
    yield* chunks.splice(0, chunks.length - 1);
  }
  if (current.length > repeated) chunks.push(current);
  balanceEnd(chunks, repeated, sizes);
  yield* chunks;
}
