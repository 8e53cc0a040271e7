// After `npm ci`: the parser of PDFs as it is changed, which readers would have to change at each start.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { changedParser, changeParser } from "../server/files/extract/changes.ts";

const { resolve } = createRequire(import.meta.resolve("pdf-parse"));
const parser = pathToFileURL(resolve("pdfjs-dist/legacy/build/pdf.worker.mjs"));
const changed = changedParser(parser.href);
await mkdir(new URL(".", changed), { recursive: true });
await writeFile(changed, changeParser(await readFile(parser, "utf8")));
