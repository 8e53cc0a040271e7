// After `npm ci`: what each reader of PDFs would have to make at its start: the parser as it is changed, compiled.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { changedParser, changeParser } from "../server/ingest/reader/changes.ts";
import { CHILD, COMPILED } from "../server/ingest/reader/extractor.ts";
import { prepared } from "../server/prepared.ts";

await mkdir(prepared(""), { recursive: true });

const { resolve } = createRequire(import.meta.resolve("pdf-parse"));
const parser = pathToFileURL(resolve("pdfjs-dist/build/pdf.worker.mjs"));
await writeFile(changedParser(parser.href), changeParser(await readFile(parser, "utf8")));

// Says that it is ready once it has read a document and kept what it compiled for that.
await rm(prepared("compiled"), { recursive: true, force: true });
const reader = fork(CHILD, {
  env: COMPILED,
  execArgv: [],
  serialization: "advanced",
  stdio: ["ignore", "ignore", "pipe", "ipc"],
});
// The parser warns of the build that was chosen for it: what is said matters when the reader fails.
let said = "";
reader.stderr?.on("data", (data: Buffer) => (said += data.toString()));
const failed = once(reader, "close").then(() => {
  throw new Error(`The reader of PDFs did not start.\n${said}`);
});
await Promise.race([once(reader, "message"), failed]);
reader.kill();
