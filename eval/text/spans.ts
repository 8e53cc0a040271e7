/** From `start` up to `end`, in UTF-16 units. */
export type Range = { start: number; end: number };

/** Ranges in order, those that touch or overlap as one. */
export const union = (ranges: Range[]): Range[] => {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
};

const size = (ranges: Range[]): number => ranges.reduce((sum, { start, end }) => sum + end - start, 0);

/** What both have. */
const intersection = (a: Range[], b: Range[]): Range[] =>
  union(a).flatMap((x) =>
    union(b)
      .map((y) => ({ start: Math.max(x.start, y.start), end: Math.min(x.end, y.end) }))
      .filter(({ start, end }) => start < end),
  );

export type SpanScores = { recall: number; precision: number; iou: number };

/**
 * How well retrieved passages cover the spans that answer: B. Smith, A. Troynikov, "Evaluating Chunking Strategies for
 * Retrieval" (Chroma, 2024), measured in characters. What passages repeat is retrieved as often as it is repeated.
 */
export const scoreSpans = (relevant: Range[], retrieved: Range[]): SpanScores => {
  const found = size(intersection(relevant, retrieved));
  const [wanted, read] = [size(union(relevant)), size(retrieved)];
  return { recall: found / wanted, precision: read > 0 ? found / read : 0, iou: found / (wanted + read - found) };
};
