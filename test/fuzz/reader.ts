/** A process that reads PDFs as the server does, in threads: what ends it would end the server. */
import { ReasonError } from "../../server/errors.ts";
import { extractDocument } from "../../server/ingest/extract.ts";
import { createReaders } from "../../server/ingest/reader/pool.ts";

const cpuMs = Number(process.argv[2]);
const readers = createReaders({ threads: 2, memoryBytes: 256 * 1024 * 1024, cpuMs });
const OPTIONS = {
  readers,
  length: "long" as const,
  fileName: "file.pdf",
  maxPages: 500,
  chunkTokens: 400,
  overlapTokens: 40,
};

const read = async (path: string): Promise<string> => {
  try {
    const signal = new AbortController().signal;
    for await (const _ of extractDocument(path, { ...OPTIONS, signal }));
    return "read";
  } catch (error) {
    return error instanceof ReasonError ? error.reason : `threw ${String(error)}`;
  }
};

const cpu = (since?: NodeJS.CpuUsage): NodeJS.CpuUsage => process.cpuUsage(since);

process.on("message", (path: string) => {
  const before = cpu();
  void read(path).then((outcome) => {
    const { user, system } = cpu(before);
    process.send?.({ path, outcome, cpuMs: (user + system) / 1_000, rssBytes: process.memoryUsage.rss() });
  });
});
process.send?.("ready");
