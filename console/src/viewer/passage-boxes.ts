import type { FilePage } from "@docuchat/client";

export type Box = { x: number; y: number; width: number; height: number };

/** Normalization takes the square of a row of marks; no language has more than a few. */
const plain = (text: string) =>
  text
    .replaceAll(/(\p{M}{30})\p{M}+/gu, "$1")
    .normalize("NFKC")
    .replaceAll(/\s+/g, "");
const MIN_CHARS = 3;

/** The lines of a page that a passage is made of. Lines too short to be told apart go with their neighbours. */
export const passageBoxes = ({ lines }: FilePage, passage: string): Box[] => {
  const whole = plain(passage);
  const found = lines.map(({ text }) => {
    const line = plain(text);
    return line.length >= MIN_CHARS && (whole.includes(line) || line.includes(whole));
  });
  return lines.filter((_, index) => found[index] ?? false).map(({ box }) => box);
};
