import type { Unit } from "./units.ts";

export type Sizes = { chunkTokens: number; overlapTokens: number };

const sum = (units: Unit[]) => units.reduce((tokens, unit) => tokens + unit.tokens, 0);

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

/** Headings at the end belong to what follows. */
const splitHeadings = (units: Unit[]): [Unit[], Unit[]] => {
  const last = units.findLastIndex((unit) => !unit.heading);
  return last < 0 ? [units, []] : [units.slice(0, last + 1), units.slice(last + 1)];
};

/**
 * Fills chunks with units in order. A full chunk's last sentences are repeated in the next one; a heading starts a new
 * chunk when the present one is at least half full, and is never the last of one.
 */
export const packUnits = (units: Unit[], { chunkTokens, overlapTokens }: Sizes): Unit[][] => {
  const chunks: Unit[][] = [];
  let current: Unit[] = [];
  let tokens = 0;
  /** How many units of the present chunk the last one has too. */
  let repeated = 0;
  const begin = (repeat: Unit[], headings: Unit[], next: Unit) => {
    const fits = sum(repeat) + sum(headings) + next.tokens <= chunkTokens;
    current = fits ? [...repeat, ...headings] : sum(headings) + next.tokens <= chunkTokens ? headings : [];
    repeated = fits ? repeat.length : 0;
    tokens = sum(current);
    if (current.length === 0 && headings.length > 0) chunks.push(headings);
  };
  for (const unit of units) {
    const inHeadings = current.at(-1)?.heading ?? false;
    if (unit.heading && !inHeadings && tokens >= chunkTokens / 2) {
      chunks.push(current);
      begin([], [], unit);
    } else if (tokens + unit.tokens > chunkTokens && current.length > 0) {
      const [full, headings] = splitHeadings(current);
      chunks.push(full);
      begin(headings.length > 0 ? [] : tail(full, overlapTokens), headings, unit);
    }
    current.push(unit);
    tokens += unit.tokens;
  }
  if (current.length > repeated) chunks.push(current);
  return chunks;
};
