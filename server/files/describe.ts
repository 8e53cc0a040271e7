import { countTokens } from "../tokens.ts";
import { inTurns } from "../turns.ts";

/** What is embedded and indexed of a chunk: the document's name and the section stand before its words. */
export const describe = (fileName: string, chunk: { section: string | null; text: string }): string =>
  [fileName.replace(/\.pdf$/i, "").replaceAll(/[-_.]+/g, " "), chunk.section, chunk.text].filter(Boolean).join("\n");

/** The tokens of what stands before the words of each section's chunks, counted in turns: there may be thousands. */
export const countHeads = async (
  fileName: string,
  chunks: Iterable<{ section: string | null }>,
): Promise<Map<string | null, number>> => {
  const pause = inTurns();
  const heads = new Map<string | null, number>();
  for (const { section } of chunks) {
    if (heads.has(section)) continue;
    await pause();
    heads.set(section, countTokens(describe(fileName, { section, text: "" })));
  }
  return heads;
};
