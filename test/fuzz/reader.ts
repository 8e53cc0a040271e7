/**
 * A process that reads one PDF after another by the extractor's own code, kept warm between them, for as long as it
 * lives: what hurts it is tried again as the product does it, in a child of its own.
 */
import { readFile } from "node:fs/promises";
import { readDocument } from "../../server/ingest/reader/read.ts";

const LIMITS = { maxPages: 500, chunkTokens: 400, overlapTokens: 40, memoryBytes: 700 * 1024 * 1024 };
let late = 0;
process.on("unhandledRejection", () => late++);

process.on("message", (path: string) => {
  const read = async () => (await readDocument(await readFile(path), LIMITS, () => {}))?.reason ?? "read";
  void read().then(
    (outcome) => process.send?.({ outcome, late }),
    (error: unknown) => process.send?.({ outcome: "threw", error: String(error), late }),
  );
});
process.send?.("ready");
