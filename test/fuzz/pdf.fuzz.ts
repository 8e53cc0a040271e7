import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, newRedisUrl, putDatabase } from "../support/database.ts";
import { makeEncryptedPdf, makeImageOnlyPdf, makePdf, makePdfOfPages } from "../support/pdf.ts";
import { createRandom, mutateBytes } from "../support/choices.ts";
import { makeNestedFormsPdf, makeUnicodePdf } from "../support/raw-pdf.ts";
import { count, percentile, row, type Measure } from "../support/row.ts";
import { startServerProcess, waitFor, type ServerProcess } from "../support/server-process.ts";
import { HOSTILE } from "./hostile.ts";
import { createReaderProcess, type ReaderProcess } from "./reader-process.ts";

const CORPUS = process.env["CORPUS_DIR"] ?? new URL("../../../shared/corpus", import.meta.url).pathname;
const MUTANTS = count("mutants", { short: 2_000, long: 20_000 });
/** So many go the whole way through a server. */
const UPLOADED = count("uploaded", { short: 24, long: 1_000 });
/** CPU time of a document: a tenth of the default, so that what would never end ends soon. */
const CPU_MS = 6_000;
/** Small ones, so that many are tried. */
const MAX_BYTES = 60_000;
const TERMINAL_MS = 60_000;
const random = createRandom();

const collect = async (): Promise<Buffer[]> => {
  const made = [makePdf(["One.", "Two."]), makePdfOfPages(3), makeEncryptedPdf(), makeImageOnlyPdf()];
  const own = [
    ...(await Promise.all(made)),
    makeNestedFormsPdf(2),
    makeUnicodePdf([{ text: "سلام دنیا", x: 72, y: 72 }]),
  ];
  const folder = join(CORPUS, "pdfs");
  if (!existsSync(folder)) return own;
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".pdf"));
  const sizes = await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(folder, name))).size })));
  const small = sizes.filter(({ size }) => size <= MAX_BYTES);
  return [...own, ...(await Promise.all(small.map(({ name }) => readFile(join(folder, name)))))];
};

const mutate = (originals: Buffer[]): Buffer => {
  const original = random.pick(originals);
  if (random.chance(0.1)) return original.subarray(0, random.int(original.length));
  if (random.chance(0.1)) {
    const other = random.pick(originals);
    return Buffer.concat([original.subarray(0, random.int(original.length)), other.subarray(random.int(other.length))]);
  }
  return mutateBytes(random, original, 1 + random.int(random.chance(0.2) ? 60 : 5));
};

const openFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-mutants-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** What a document may end as: read, or refused for a reason of its own. */
const ENDS_WELL = /^(read|PDF_\w+)$/;
/** What the process holds after each of its threads has read small files. */
const settledBytes = async (reader: ReaderProcess, folder: string): Promise<number> => {
  const small = await makePdf(["One.", "Two."]);
  const lanes = ["one", "two"].map(async (name) => {
    const path = join(folder, `${name}.pdf`);
    await writeFile(path, small);
    let rssBytes = 0;
    for (let file = 0; file < 60; file++) ({ rssBytes } = await reader.read(path));
    return rssBytes;
  });
  return Math.max(...(await Promise.all(lanes)));
};

const countEnds = (ends: Map<string, number>, measure: Measure): void => {
  for (const [end, times] of ends) if (ENDS_WELL.test(end)) measure(end, times);
  const odd = [...ends].filter(([end]) => !ENDS_WELL.test(end));
  for (const [end, times] of odd) measure(end, times, { is: 0 });
};

row(
  {
    area: "PDFs",
    done: `${MUTANTS.toLocaleString("en")} mutants read by the threads of one process, two at once (seed ${random.seed})`,
    timeoutMs: 1_800_000,
  },
  async (measure) => {
    const [originals, folder] = [await collect(), await openFolder()];
    const reader = createReaderProcess(CPU_MS);
    const ends = new Map<string, number>();
    const lane = async (name: string, files: number) => {
      for (let file = 0; file < files; file++) {
        const path = join(folder, `${name}-${file}.pdf`);
        await writeFile(path, mutate(originals));
        const { outcome } = await reader.read(path);
        ends.set(outcome, (ends.get(outcome) ?? 0) + 1);
        if (ENDS_WELL.test(outcome)) await rm(path);
        else process.stderr.write(`${outcome}: ${path}\n`);
      }
    };
    const readMutants = (count: number) => Promise.all(["a", "b"].map((name) => lane(name, count / 2)));
    // What is compiled and cached on the way is there by then.
    await readMutants(MUTANTS / 4);
    const before = await settledBytes(reader, folder);
    await readMutants((MUTANTS * 3) / 4);
    countEnds(ends, measure);
    measure("memory at the end, MB", (await settledBytes(reader, folder)) / 1e6);
    measure("of what it was after the first quarter", (await settledBytes(reader, folder)) / before, { atMost: 1.3 });
    measure("exits", reader.exits(), { is: 0 });
    await reader.close();
  },
);

const names = Object.keys(HOSTILE);

row(
  { area: "PDFs", done: `${names.length} bombs read by the threads of one process, ${CPU_MS / 1_000} s of CPU each` },
  async (measure) => {
    const folder = await openFolder();
    const reader = createReaderProcess(CPU_MS);
    const before = await settledBytes(reader, folder);
    const ends = new Map<string, number>();
    let costliest = { name: "", cpuMs: 0 };
    for (const [name, make] of Object.entries(HOSTILE)) {
      const path = join(folder, "bomb.pdf");
      await writeFile(path, make());
      const { outcome, cpuMs } = await reader.read(path);
      ends.set(outcome, (ends.get(outcome) ?? 0) + 1);
      if (cpuMs > costliest.cpuMs) costliest = { name, cpuMs };
      if (process.env["SHOW"]) process.stderr.write(`${name}: ${outcome}, ${Math.round(cpuMs)} ms\n`);
    }
    countEnds(ends, measure);
    measure(`CPU of the costliest (${costliest.name}), of its bound`, costliest.cpuMs / CPU_MS, { atMost: 2 });
    measure("memory afterwards, of what it was", (await settledBytes(reader, folder)) / before, { atMost: 1.5 });
    measure("exits", reader.exits(), { is: 0 });
    await reader.close();
  },
);

type File = { id: string; status: string; failure?: { reason: string } };

const upload = async (server: ServerProcess, token: string, bytes: Buffer): Promise<{ ms: number; end: string }> => {
  const headers = { authorization: `Bearer ${token}` };
  const body = new FormData();
  body.set("file", new Blob([new Uint8Array(bytes)]), "a.pdf");
  const reply = await fetch(`${server.url}/v1/files`, { method: "POST", headers, body });
  const sent = (await reply.json()) as File & { error?: { reason: string } };
  if (!reply.ok) return { ms: 0, end: sent.error?.reason ?? "refused" };
  const begun = performance.now();
  const file = await waitFor(async () => {
    const found = (await (await fetch(`${server.url}/v1/files/${sent.id}`, { headers })).json()) as File;
    return found.status === "ready" || found.status === "failed" ? found : undefined;
  }, 4 * TERMINAL_MS);
  return { ms: performance.now() - begun, end: file.failure?.reason ?? file.status };
};

/** The median time of calls, one after another while `work` goes on. */
const timeCalls = async (server: ServerProcess, token: string, work: () => Promise<unknown>): Promise<number> => {
  const state = { isOver: false };
  const over = work().finally(() => (state.isOver = true));
  const times: number[] = [];
  while (!state.isOver) {
    const begun = performance.now();
    await (await fetch(`${server.url}/v1/files`, { headers: { authorization: `Bearer ${token}` } })).text();
    times.push(performance.now() - begun);
    await sleep(20);
  }
  await over;
  return percentile(times, 0.5);
};

/** Files that have not got beyond their way in. */
const leftovers = async (dataDir: string): Promise<number> =>
  (await readdir(join(dataDir, "files", "incoming"))).length;

row(
  { area: "PDFs", done: `${names.length} hostile files and ${UPLOADED} mutants uploaded to a server process` },
  async (measure) => {
    const dataDir = await openFolder();
    const database = await newDatabase();
    await putDatabase(dataDir);
    const env = {
      DATA_DIR: dataDir,
      DATABASE_URL: "url" in database ? database.url : undefined,
      REDIS_URL: newRedisUrl(),
      READER_CPU_SECONDS: String(CPU_MS / 1_000),
    };
    const server = await startServerProcess(env);
    const originals = await collect();
    const files: [name: string, make: () => Buffer][] = [
      ...Object.entries(HOSTILE),
      ...Array.from({ length: UPLOADED }, (_, n): [string, () => Buffer] => [`mutant ${n}`, () => mutate(originals)]),
    ];
    const ends = new Map<string, number>();
    let slowest = { name: "", ms: 0 };
    const lane = async (tenant: string) => {
      const token = await server.signIn(tenant, `${tenant}@example.org`);
      for (let next = files.shift(); next; next = files.shift()) {
        const { ms, end } = await upload(server, token, next[1]());
        ends.set(end, (ends.get(end) ?? 0) + 1);
        if (ms > slowest.ms) slowest = { name: next[0], ms };
      }
    };
    const caller = await server.signIn("caller", "caller@example.org");
    const quiet = await timeCalls(server, caller, () => sleep(3_000));
    // As many tenants as the worker ingests files at once.
    const busy = await timeCalls(server, caller, () => Promise.all(["one", "two", "three"].map(lane)));
    measure("median of a call beside them, of its time without", busy / quiet, { atMost: 5 });
    for (const [end, times] of ends) measure(end, times);
    measure("INTERNAL", ends.get("INTERNAL") ?? 0, { is: 0 });
    measure(`the slowest to its end (${slowest.name}), s`, slowest.ms / 1_000);
    measure("exits", Number(!server.isRunning()), { is: 0 });
    measure("files left on their way in", await leftovers(dataDir), { is: 0 });
  },
);
