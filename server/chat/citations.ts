/** A marker that the answer has written, and the words it stands behind. */
export type Claim = { n: number; text: string };

/** `[2]`, `[1, 3]`; also with the Arabic comma. As long as what is held back for it at most. */
const MARKER = /\[(?=[\d\s,،;]{1,24}\])(\d{1,3}(?:\s*[,،;]\s*\d{1,3})*)\]/g;
const numbersOf = (marker: RegExpMatchArray): number[] => (marker[1] ?? "").split(/[,،;]/).map(Number);

/** The numbers of all markers in a text. */
export const markersIn = (text: string): number[] => [...text.matchAll(MARKER)].flatMap(numbersOf);

/** The beginning of what may become a marker. */
const OPEN_MARKER = /\[[\d\s,،;]{0,24}$/;
const SENTENCE_END = /[.!?。！？؟।…]["'”’»)\]]*\s+/gu;
const FENCE = "```";

/**
 * Reads the markers out of an answer as it streams. What may be half a marker is held back; numbers that name no source
 * are taken out of the text; inside a block of code nothing is a marker.
 */
export const createCitationReader = (sourceCount: number) => {
  let held = "";
  let said = "";
  let lastClaim = "";
  let inCode = false;

  /** The words a marker stands behind: the last sentence before it, or the previous marker's where there are none. */
  const claimBefore = (): string => {
    const before = said.trimEnd();
    const ends = [...before.matchAll(SENTENCE_END)];
    const start = ends.at(-1);
    const sentence = start ? before.slice(start.index + start[0].length) : before;
    said = "";
    lastClaim = sentence.trim() || lastClaim;
    return lastClaim;
  };

  const readPlain = (text: string): { text: string; claims: Claim[] } => {
    const claims: Claim[] = [];
    let shown = "";
    let from = 0;
    for (const marker of text.matchAll(MARKER)) {
      const known = numbersOf(marker).filter((n) => n >= 1 && n <= sourceCount);
      const before = text.slice(from, marker.index);
      from = marker.index + marker[0].length;
      shown += before;
      said += before;
      if (known.length === 0) continue;
      const claim = claimBefore();
      for (const n of known) claims.push({ n, text: claim });
      shown += `[${known.join(", ")}]`;
    }
    said += text.slice(from);
    return { text: shown + text.slice(from), claims };
  };

  const read = (text: string): { text: string; claims: Claim[] } => {
    const out = { text: "", claims: [] as Claim[] };
    for (const [index, part] of text.split(FENCE).entries()) {
      if (index > 0) {
        out.text += FENCE;
        inCode = !inCode;
      }
      const piece = inCode ? { text: part, claims: [] } : readPlain(part);
      out.text += piece.text;
      out.claims.push(...piece.claims);
    }
    return out;
  };

  return {
    /** The text that may be shown now, and the claims whose markers it completes. */
    push: (delta: string): { text: string; claims: Claim[] } => {
      const text = held + delta;
      const partial = OPEN_MARKER.exec(text)?.index ?? text.length - openFenceLength(text);
      held = text.slice(partial);
      return read(text.slice(0, partial));
    },
    end: (): { text: string; claims: Claim[] } => {
      const rest = held;
      held = "";
      return read(rest);
    },
  };
};

/** How many characters at the end of a text may become a fence: of a run of backticks, what is left of whole fences. */
const openFenceLength = (text: string): number => {
  let run = 0;
  while (text[text.length - 1 - run] === "`") run += 1;
  return run % FENCE.length;
};
