import { on } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { extractDocument, ThreadNeeded } from "../../server/ingest/extract.ts";
import { compilePdfium } from "../../server/ingest/reader/compile.ts";
import { watchCost } from "../../server/ingest/reader/cost.ts";
import { loopClock, usageClock } from "../../server/ingest/reader/cpu-time.ts";
import type { Readers } from "../../server/ingest/reader/pool.ts";
import type { FromReader, ToReader } from "../../server/ingest/reader/protocol.ts";
import { startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { extractFile, makeReaders, openFolder, OPTIONS, SETTINGS } from "../support/extract.ts";
import { addFile } from "../support/files.ts";
import { makeEncryptedPdf, makeImageOnlyPdf, makePdf, makePdfOfPages, type PdfPage } from "../support/pdf.ts";
import { makeClaimingPdf, makeEndlessPdf, makeRawPdf, makeZipBombPdf } from "../support/raw-pdf.ts";

let folder: Awaited<ReturnType<typeof openFolder>>;
let shared: Readers;
beforeAll(async () => {
  folder = await openFolder();
  shared = makeReaders();
});
afterAll(() => folder.remove());

const read = async (bytes: Buffer, readers = shared) => extractFile(await folder.put(bytes), { readers });
/** The text of the first page. */
const firstOf = async (bytes: Buffer, readers = shared) => (await read(bytes, readers)).pages[0]?.text;
const never = () => new AbortController().signal;

/** A document that is being read, its pages not taken yet. */
const open = async (bytes: Buffer, options: Partial<Parameters<typeof extractDocument>[1]> = {}) => {
  const path = await folder.put(bytes);
  const events = extractDocument(path, { ...OPTIONS, readers: shared, signal: never(), ...options });
  const first = await events.next();
  expect(first.value).toMatchObject({ type: "opened" });
  return events;
};

describe("a PDF that can be read", () => {
  it("is emitted as opened, then page by page, then in chunks", async () => {
    const { order, pageCount, pages, chunks } = await read(await makePdfOfPages(3));
    expect(order).toEqual(["opened", "page", "page", "page", "chunks"]);
    expect(pageCount).toBe(3);
    expect(pages.map(({ page }) => page)).toEqual([1, 2, 3]);
    expect(chunks.length).toBeGreaterThan(0);
  });

  it("is read from pages that have text, though others have none", async () => {
    const { pages, chunks } = await read(await makePdf(["Only this page has words.", { texts: [] }]));
    expect(pages.map(({ text }) => text)).toEqual(["Only this page has words.", ""]);
    expect(chunks.map(({ text }) => text)).toEqual(["Only this page has words."]);
  });

  it("is read no further than its receiver allows", async () => {
    const worker = new Worker(new URL("../../server/ingest/reader/thread.ts", import.meta.url), {
      workerData: await compilePdfium(),
    });
    cleanUp(() => worker.terminate());
    const messages = on(worker, "message");
    const next = async () => ((await messages.next()).value as [FromReader])[0].type;
    const send = (message: ToReader) => worker.postMessage(message);
    const data = new Uint8Array(await makePdfOfPages(60));
    send({
      type: "start",
      data,
      limits: { fileName: "file.pdf", maxPages: 500, chunkTokens: 400, overlapTokens: 40 },
      memoryBytes: SETTINGS.memoryBytes,
    });
    const seen = [await next()];
    send({ type: "more", events: 3 });
    for (let event = 0; event < 3; event++) seen.push(await next());
    send({ type: "leave" });
    seen.push(await next());
    expect(seen).toEqual(["opened", "page", "page", "page", "done"]);
  });
});

describe("a PDF that cannot be read", () => {
  it.each([
    ["asks for a password", makeEncryptedPdf(), "PDF_ENCRYPTED"],
    ["is only pictures", makeImageOnlyPdf(2), "PDF_NO_TEXT"],
    ["is empty", Buffer.from(""), "PDF_CORRUPT"],
    ["is noise", Buffer.from(`%PDF-1.7\n${"noise ".repeat(1000)}`), "PDF_CORRUPT"],
    ["claims a million pages", makeClaimingPdf(1e6), "PDF_TOO_MANY_PAGES"],
  ])("that %s is refused with its reason", async (_, bytes, reason) => {
    await expect(read(Buffer.from(await bytes))).rejects.toMatchObject({ reason });
  });

  it("names the pages without text", async () => {
    await expect(read(await makeImageOnlyPdf(3))).rejects.toMatchObject({ data: { pages: [1, 2, 3] } });
  });

  it("counts stamped page numbers as no text", async () => {
    const pages: PdfPage[] = [1, 2, 3, 4].map((n) => ({ texts: [{ text: `Page ${n} of 4`, x: 280, y: 810 }] }));
    await expect(read(await makePdf(pages))).rejects.toMatchObject({ reason: "PDF_NO_TEXT" });
  });

  it("with too many pages is refused before a page is read", async () => {
    const path = await folder.put(await makePdfOfPages(3));
    const seen: string[] = [];
    const reading = async () => {
      for await (const event of extractDocument(path, { ...OPTIONS, readers: shared, maxPages: 2, signal: never() }))
        seen.push(event.type);
    };
    await expect(reading()).rejects.toMatchObject({ reason: "PDF_TOO_MANY_PAGES" });
    expect(seen).toEqual([]);
  });

  it("and was cut off ends in chunks or as damaged", async () => {
    const whole = await makePdfOfPages(20);
    for (const share of [0.1, 0.5, 0.99]) {
      const outcome = await read(whole.subarray(0, whole.length * share)).then(
        ({ chunks }) => (chunks.length > 0 ? "chunks" : "nothing"),
        (error: { reason?: string }) => error.reason,
      );
      expect(["chunks", "PDF_CORRUPT", "PDF_NO_TEXT"]).toContain(outcome);
    }
  });

  it("is no fault of the document when the file is not there", async () => {
    await expect(extractFile("/nowhere/at-all.pdf", { readers: shared })).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a PDF that was made to harm", () => {
  it("ends when it has taken its CPU time, and the next one on its thread reads well", async () => {
    const readers = makeReaders({ threads: 1, cpuMs: 1_500 });
    await expect(read(makeEndlessPdf(), readers)).rejects.toMatchObject({ reason: "PDF_TOO_COMPLEX" });
    expect(await firstOf(await makePdf(["After it."]), readers)).toBe("After it.");
  });

  it("ends when it outgrows its memory, and the next one on its thread reads well", async () => {
    const readers = makeReaders({ threads: 1 });
    await expect(read(makeZipBombPdf(400e6), readers)).rejects.toMatchObject({ reason: "PDF_TOO_COMPLEX" });
    expect(await firstOf(await makePdf(["After it."]), readers)).toBe("After it.");
  });

  it("is not loaded when the file alone is larger than its memory", async () => {
    const readers = makeReaders({ memoryBytes: 1_000 });
    await expect(read(await makePdf(["A page."]), readers)).rejects.toMatchObject({ reason: "PDF_TOO_COMPLEX" });
  });

  it("ends when a page has more characters than any page", async () => {
    const lines = Array.from({ length: 1_100 }, (_, i) => `1 0 0 1 9 ${i * 0.7} Tm (${"x".repeat(1_000)}) Tj`);
    const pdf = makeRawPdf([
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
        /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>`,
      { value: "<< >>", stream: Buffer.from(`BT /F1 1 Tf ${lines.join(" ")} ET`) },
    ]);
    await expect(read(pdf)).rejects.toMatchObject({ reason: "PDF_TOO_COMPLEX" });
  });

  it("does not hold up the calls of the server that reads it", async () => {
    const app = await startTestApp({ env: { READERS: "1" } });
    const user = await app.signIn();
    const { id: fileId } = await addFile(app, user, { bytes: makeEndlessPdf() });
    const statusOf = async () => (await user.caller.files.get({ fileId })).status;
    await expect.poll(statusOf).toBe("ingesting");
    for (let call = 0; call < 100; call++) await user.caller.files.list({});
    expect(await statusOf()).toBe("ingesting");
    await user.caller.files.remove({ fileId });
  });
});

describe("a document that takes longer than its CPU time allows on a busy machine", () => {
  it("is no fault of the document", async () => {
    // What it waits for at first is the start of its thread, which costs the document nothing.
    const readers = makeReaders({ cpuMs: 1 });
    const failed = await read(makeEndlessPdf(), readers).catch((error: unknown) => error);
    expect(failed).toMatchObject({ message: "The reader made too little progress." });
    expect(failed).not.toHaveProperty("reason");
  });

  it.each([
    ["usage", usageClock],
    ["event loop", loopClock],
  ])("is measured by the thread's %s, which counts work and no waiting", async (_, startClock) => {
    const worker = new Worker(
      `const { parentPort } = require("node:worker_threads");
       parentPort.on("message", () => { for (;;); });
       parentPort.postMessage("ready");`,
      { eval: true },
    );
    cleanUp(() => worker.terminate());
    await new Promise((resolve) => worker.once("message", resolve));
    const clock = startClock(worker);
    await clock();
    const [before, begun] = [await clock(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, 300));
    const idle = ((await clock()) - before) / (performance.now() - begun);
    worker.postMessage("work");
    await expect.poll(clock).toBeGreaterThan(200);
    expect(idle).toBeLessThan(0.2);
  });
});

it("sees from outside how far the JavaScript heap of a busy thread has grown", async () => {
  const worker = new Worker("const all = []; while (all.length < 3e6) all.push([all.length]); for (;;);", {
    eval: true,
  });
  cleanUp(() => worker.terminate());
  let heapBytes = 0;
  const stop = watchCost(worker, { isWaiting: () => true, onCost: (cost) => ({ heapBytes } = cost) });
  await expect.poll(() => heapBytes).toBeGreaterThan(60e6);
  stop();
});

describe("the threads", () => {
  it("read as many documents at once as there are, and mix nothing", async () => {
    const texts = ["One.", "Two.", "Three.", "Four.", "Five.", "Six."];
    const events = await Promise.all([
      open(await makePdfOfPages(17)),
      open(await makePdf(["A."]), { length: "short" }),
    ]);
    for (const event of events) await event.return();
    const pages = await Promise.all(texts.map(async (text) => firstOf(await makePdf([text]))));
    expect(pages).toEqual(texts);
  });

  it("keep one free for short documents while long ones are read", async () => {
    const long = await open(await makePdfOfPages(30));
    const path = await folder.put(await makePdfOfPages(30));
    const controller = new AbortController();
    const waiting = extractFile(path, { readers: shared, signal: controller.signal });
    const short = await extractFile(await folder.put(await makePdf(["Short."])), { readers: shared, length: "short" });
    expect(short.pages.map(({ text }) => text)).toEqual(["Short."]);
    controller.abort(new Error("not wanted"));
    await expect(waiting).rejects.toThrow("not wanted");
    await long.return();
  });

  it("refuse a document that turns out long where only short ones are read, before its first page", async () => {
    const path = await folder.put(await makePdfOfPages(17));
    const seen: string[] = [];
    const reading = async (length: "short" | "unknown") => {
      for await (const event of extractDocument(path, { ...OPTIONS, readers: shared, length, signal: never() }))
        seen.push(event.type);
    };
    await expect(reading("short")).rejects.toBeInstanceOf(ThreadNeeded);
    expect(seen).toEqual([]);
    const long = await open(await makePdfOfPages(30));
    await expect(reading("unknown")).rejects.toBeInstanceOf(ThreadNeeded);
    await long.return();
    await expect
      .poll(() =>
        reading("unknown").then(
          () => "read",
          () => "refused",
        ),
      )
      .toBe("read");
    expect(seen.filter((type) => type === "page")).toHaveLength(17);
  });

  it("are not held by a document in the background while another one waits", async () => {
    const readers = makeReaders({ threads: 1 });
    const events = await open(await makePdfOfPages(30), { readers, length: "background" });
    expect((await events.next()).value).toMatchObject({ type: "page" });
    const waiting = extractFile(await folder.put(await makePdf(["An upload."])), { readers });
    const rest = async () => {
      while (!(await events.next()).done);
    };
    await expect(rest()).rejects.toBeInstanceOf(ThreadNeeded);
    expect((await waiting).pages.map(({ text }) => text)).toEqual(["An upload."]);
  });

  it("take a document for long after a sixth of its CPU time", async () => {
    const readers = makeReaders({ cpuMs: 6_000 });
    const events = await open(makeEndlessPdf(), { readers, length: "short" });
    await expect(events.next()).rejects.toBeInstanceOf(ThreadNeeded);
  });

  it("hand nothing of a document that its receiver left to the next one", async () => {
    const readers = makeReaders({ threads: 1 });
    const events = await open(await makePdf(["Of the first document.", "Its second page."]), { readers });
    await events.next();
    await events.return();
    const next = await read(await makePdf(["Of the second document."]), readers);
    expect(next.pages.map(({ text }) => text)).toEqual(["Of the second document."]);
  });

  it("end at once after an abort, with the signal's reason, and leave others alone", async () => {
    const reason = new Error("the file was removed");
    const controller = new AbortController();
    const events = await open(makeEndlessPdf(), { signal: controller.signal });
    const other = await open(await makePdfOfPages(5), { length: "short" });
    const endless = expect(events.next()).rejects.toBe(reason);
    controller.abort(reason);
    await endless;
    let rest = 0;
    for await (const _ of other) rest++;
    expect(rest).toBeGreaterThanOrEqual(6);
    expect(await firstOf(await makePdf(["After it."]))).toBe("After it.");
  });

  it("fail what they read when they are closed, with an error that is not the document's, and read nothing more", async () => {
    const readers = makeReaders();
    const events = await open(makeEndlessPdf(), { readers });
    const ended = expect(events.next()).rejects.toThrow("ended early");
    await readers.close();
    await ended;
    await expect(read(await makePdf(["Late."]), readers)).rejects.toThrow("closed");
  });

  it("of one server are not those of another one in the same process", async () => {
    const [one, two] = [makeReaders({ threads: 1 }), makeReaders({ threads: 1 })];
    const events = await open(makeEndlessPdf(), { readers: one });
    const reading = events.next().catch(() => {});
    // The first server's only thread is taken.
    expect(await firstOf(await makePdf(["Of the second."]), two)).toBe("Of the second.");
    await one.close();
    await reading;
    expect(await firstOf(await makePdf(["Still there."]), two)).toBe("Still there.");
  });
});
