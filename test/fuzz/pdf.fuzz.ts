import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReasonError } from "../../server/errors.ts";
import { closeExtractors } from "../../server/ingest/extract.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, newRedisUrl, putDatabase } from "../support/database.ts";
import { extractFile } from "../support/extract.ts";
import { makeEncryptedPdf, makeImageOnlyPdf, makePdf, makePdfOfPages } from "../support/pdf.ts";
import { createRandom, mutateBytes } from "../support/choices.ts";
import { makeNestedFormsPdf, makeUnicodePdf } from "../support/raw-pdf.ts";
import { count, row } from "../support/row.ts";
import { startServerProcess, waitFor, type ServerProcess } from "../support/server-process.ts";
import { HOSTILE } from "./hostile.ts";
import { createWarmReader } from "./warm-reader.ts";

const CORPUS = process.env["CORPUS_DIR"] ?? new URL("../../../shared/corpus", import.meta.url).pathname;
const MUTANTS = count("mutants", { short: 3_000, long: 50_000 });
/** Of them, and besides all that hurt the reader, these go the whole way through a server. */
const UPLOADED = count("uploaded", { short: 24, long: 1_000 });
/** Small ones, so that many are tried. */
const MAX_BYTES = 60_000;
const READERS = 2;
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

/** Whether the product, which reads it in a child of its own, comes to an end with it that it names. */
const isHeld = (path: string): Promise<boolean> =>
  extractFile(path, { timeoutMs: 45_000 }).then(
    () => true,
    (error: unknown) => error instanceof ReasonError,
  );

row(
  {
    area: "PDFs",
    done: `${MUTANTS.toLocaleString("en")} mutants by the extractor's code kept warm, what hurts it again in a child as the product has it (seed ${random.seed})`,
  },
  async (measure) => {
    const [originals, folder] = [await collect(), await openFolder()];
    const ends = new Map<string, number>();
    const hurt: string[] = [];
    let [left, late] = [MUTANTS, 0];
    const lane = async (lane: number) => {
      const reader = createWarmReader();
      while (left-- > 0) {
        const path = join(folder, `${lane}.pdf`);
        await writeFile(path, mutate(originals));
        const end = await reader.read(path);
        ends.set(end.outcome, (ends.get(end.outcome) ?? 0) + 1);
        late = Math.max(late, end.late ?? 0);
        if (/^(read|PDF_\w+)$/.test(end.outcome)) continue;
        const kept = join(folder, `hurt-${hurt.length}.pdf`);
        hurt.push(kept);
        await copyFile(path, kept);
      }
      reader.close();
    };
    await Promise.all(Array.from({ length: READERS }, (_, index) => lane(index)));
    for (const [end, times] of ends) measure(end, times);
    measure("rejections after the end of a reader's file, at most", late);
    let escaped = 0;
    for (const path of hurt) escaped += Number(!(await isHeld(path)));
    await closeExtractors();
    measure("that hurt the warm reader", hurt.length);
    measure("and do not end well in a child of their own", escaped, { is: 0 });
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

/** Files that have not got beyond their way in. */
const leftovers = async (dataDir: string): Promise<number> =>
  (await readdir(join(dataDir, "files", "incoming"))).length;

const names = Object.keys(HOSTILE);
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
    // As many tenants as the worker reads files at once.
    await Promise.all(["one", "two", "three"].map(lane));
    for (const [end, times] of ends) measure(end, times);
    measure("INTERNAL", ends.get("INTERNAL") ?? 0, { is: 0 });
    measure(`the slowest to its end (${slowest.name}), s`, slowest.ms / 1_000);
    measure("exits", Number(!server.isRunning()), { is: 0 });
    measure("files left on their way in", await leftovers(dataDir), { is: 0 });
  },
);
