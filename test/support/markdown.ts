import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

export const ROOT = new URL("../..", import.meta.url).pathname;

export type Block = { language: string; code: string; line: number };
export type Page = { path: string; text: string; blocks: Block[]; headings: string[] };

/** Everything that a user reads. */
export const readPages = async (): Promise<Page[]> => {
  const paths = await Array.fromAsync(glob(["*.md", "docs/**/*.md", "client-sdk/README.md"], { cwd: ROOT }));
  return Promise.all(paths.toSorted().map(readPage));
};

export const readPage = async (path: string): Promise<Page> => {
  const text = await readFile(join(ROOT, path), "utf8");
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language = "", 2: code = "", index }) => ({
    language,
    code,
    line: text.slice(0, index).split("\n").length,
  }));
  const headings = [...text.replaceAll(/^```.*?^```$/gms, "").matchAll(/^#+ .*$/gm)].map(([heading]) => heading);
  return { path, text, blocks, headings };
};

/** The cells of a page's table whose first heading is `name`, without the marks of code. */
export const tableIn = ({ text }: Page, name: string): string[][] => {
  const rows = text.split("\n").map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
  const start = rows.findIndex(([first]) => first === name);
  const length = rows.slice(start).findIndex((row) => row.length === 0);
  return rows.slice(start + 2, length === -1 ? undefined : start + length);
};
