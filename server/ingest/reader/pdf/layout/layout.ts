import { joinAccents } from "../glyphs/accents.ts";
import type { Character } from "../glyphs/characters.ts";
import { dropDrawnTwice } from "../glyphs/drawn-twice.ts";
import { readLines, type ReadPage } from "./lines.ts";
import { partLines, toRightToLeftRuns } from "./bidi/right-to-left.ts";
import { toRuns, type Run } from "./runs.ts";
import { layVertical } from "./vertical.ts";

/** The lines of a page in reading order, from its characters and from texts that were placed otherwise. */
export const layOut = (characters: Character[], placed: Run[]): Pick<ReadPage, "text" | "lines"> => {
  const { lines, others } = partLines(layVertical(dropDrawnTwice(characters)));
  return readLines([...toRuns(joinAccents(others)), ...lines.flatMap(toRightToLeftRuns), ...placed]);
};
