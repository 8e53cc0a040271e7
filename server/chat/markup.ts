/** Longer than any in earnest: what is longer is taken for words. */
const MOST = { words: 500, address: 2_000, tag: 300 } as const;

type Found = { type: "none" } | { type: "open" } | { type: "whole"; end: number; words: string };
const NONE: Found = { type: "none" };
const OPEN: Found = { type: "open" };

/** The place behind the bracket that closes the one at `from`; undefined where none does, -1 where one may yet come. */
const closing = (text: string, from: number, most: number): number | undefined => {
  const [opens, closes] = text[from] === "[" ? ["[", "]"] : ["(", ")"];
  let depth = 0;
  const end = Math.min(text.length, from + most);
  for (let at = from; at < end; at++) {
    if (text[at] === "\n" && opens === "[") return undefined;
    if (text[at] === opens) depth += 1;
    if (text[at] === closes) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return end === text.length ? -1 : undefined;
};

/** `[words](address)` at a place. */
const linkAt = (text: string, at: number): Found => {
  const words = closing(text, at, MOST.words);
  if (words === undefined) return NONE;
  if (words === -1 || words === text.length) return OPEN;
  if (text[words] !== "(") return NONE;
  const end = closing(text, words, MOST.address);
  if (end === undefined) return NONE;
  return end === -1 ? OPEN : { type: "whole", end, words: text.slice(at + 1, words - 1) };
};

/** `<name …>`, `</name>` or `<!…>` at a place. */
const tagAt = (text: string, at: number): Found => {
  const begins = /^<(?:\/?[a-z!]|\/?$)/i.test(text.slice(at, at + 3));
  if (!begins) return NONE;
  const end = text.indexOf(">", at);
  if (end !== -1) return end - at > MOST.tag ? NONE : { type: "whole", end: end + 1, words: "" };
  return text.length - at > MOST.tag || text.includes("<", at + 1) ? NONE : OPEN;
};

/** Text without links, images and tags, of which the words stay; and from where on more must come to tell. */
export const stripMarkup = (text: string): { text: string; rest: string } => {
  let kept = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const isImage = character === "!" && (text[at + 1] ?? "[") === "[";
    if (isImage && at + 1 === text.length) return { text: kept, rest: text.slice(at) };
    const from = isImage ? at + 1 : at;
    const found = text[from] === "[" ? linkAt(text, from) : character === "<" ? tagAt(text, at) : NONE;
    if (found.type === "open") return { text: kept, rest: text.slice(at) };
    if (found.type === "whole") {
      const inner = stripMarkup(found.words);
      kept += inner.text + inner.rest;
      at = found.end - 1;
    } else if (!isImage) kept += character;
  }
  return { text: kept, rest: "" };
};
