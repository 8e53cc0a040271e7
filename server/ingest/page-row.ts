import type { NewPage } from "../../db/index.ts";
import type { PageLine, PageText } from "./document.ts";

const toTenth = (points: number) => Math.round(points * 10) / 10;

const toStoredLine = ({ start, end, box: { x, y, width, height }, words }: PageLine): NewPage["lines"][number] => {
  const place = [start, end, toTenth(x), toTenth(y), toTenth(width), toTenth(height)] as const;
  return words ? [...place, words] : [...place];
};

/** A page as it is stored. */
export const toPageRow = (fileId: string, { page, width, height, text, lines }: PageText): NewPage => ({
  file_id: fileId,
  page,
  width,
  height,
  text,
  lines: lines.map(toStoredLine),
});
