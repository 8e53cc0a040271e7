import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeExtractors, extractDocument } from "../../server/ingest/extract.ts";
import { extractFile, extractorsOf, openFolder, OPTIONS } from "../support/extract.ts";
import { makeEncryptedPdf, makeImageOnlyPdf, makePdf, makePdfOfPages, type PdfPage } from "../support/pdf.ts";
import { makeClaimingPdf, makeNestedFormsPdf, makeZipBombPdf } from "../support/raw-pdf.ts";

let folder: Awaited<ReturnType<typeof openFolder>>;
beforeAll(async () => {
  folder = await openFolder();
});
afterAll(async () => {
  await closeExtractors();
  await folder.remove();
});

const read = async (bytes: Buffer) => extractFile(await folder.put(bytes));
describe("a PDF that can be read", () => {
  it("is told as opened, then page by page, then in chunks", async () => {
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
});

describe("a PDF that cannot be read", () => {
  it.each([
    ["asks for a password", makeEncryptedPdf(), "PDF_ENCRYPTED"],
    ["is only pictures", makeImageOnlyPdf(2), "PDF_NO_TEXT"],
    ["is empty", Buffer.from(""), "PDF_CORRUPT"],
    ["is noise", Buffer.from(`%PDF-1.7\n${"noise ".repeat(1000)}`), "PDF_CORRUPT"],
    ["claims a billion pages", makeClaimingPdf(1e9), "PDF_TOO_MANY_PAGES"],
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
      const options = { ...OPTIONS, maxPages: 2, signal: new AbortController().signal };
      for await (const event of extractDocument(path, options)) seen.push(event.type);
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
});

describe("a PDF that was made to harm", () => {
  it("is given up when its time is over", async () => {
    const path = await folder.put(makeNestedFormsPdf(9));
    await expect(extractFile(path, { timeoutMs: 1000 })).rejects.toMatchObject({ reason: "PDF_TOO_COMPLEX" });
  });

  it("is given up when it swells", async () => {
    const path = await folder.put(makeZipBombPdf(400e6));
    await expect(extractFile(path, { memoryBytes: 320e6 })).rejects.toMatchObject({ reason: "PDF_TOO_COMPLEX" });
  });
});

describe("the child process", () => {
  it("reads on for its tenant, never for another one, and is gone after closing", async () => {
    const [one, two] = [await folder.put(await makePdf(["One."])), await folder.put(await makePdf(["Two."]))];
    await closeExtractors();
    expect((await extractFile(one, { tenantId: "acme" })).pages[0]?.text).toBe("One.");
    const [first] = extractorsOf();
    expect((await extractFile(two, { tenantId: "acme" })).pages[0]?.text).toBe("Two.");
    expect(extractorsOf()).toContain(first);
    process.kill(first ?? NaN, "SIGSTOP");
    expect((await extractFile(two, { tenantId: "globex" })).pages[0]?.text).toBe("Two.");
    await closeExtractors();
    expect(extractorsOf()).toEqual([]);
  });

  it("is another one after a document that it could not read", async () => {
    await closeExtractors();
    await expect(read(Buffer.from("%PDF-1.7 and nothing"))).rejects.toMatchObject({ reason: "PDF_CORRUPT" });
    const before = extractorsOf();
    await read(await makePdf(["One."]));
    expect(before).toEqual([]);
  });

  it("is loaded ahead for whoever comes next, once there is nothing to read", async () => {
    await closeExtractors();
    await read(await makePdf(["One."]));
    await expect.poll(() => extractorsOf().length, { timeout: 10_000 }).toBe(2);
    await closeExtractors();
  });

  it("is gone when the reader leaves early", async () => {
    const path = await folder.put(await makePdfOfPages(50));
    for await (const event of extractDocument(path, { ...OPTIONS, signal: new AbortController().signal }))
      if (event.type === "page") break;
    await closeExtractors();
    expect(extractorsOf()).toEqual([]);
  });

  it("hands nothing of a document that its reader left to the next one", async () => {
    const path = await folder.put(await makePdf(["Of the first document.", "Its second page."]));
    for await (const event of extractDocument(path, { ...OPTIONS, signal: new AbortController().signal }))
      // By then the process has read all of it, as it has where storing the first page takes long.
      if (event.type === "opened") {
        await sleep(1_500);
        break;
      }
    const next = await read(await makePdf(["Of the second document."]));
    expect(next.pages.map(({ text }) => text)).toEqual(["Of the second document."]);
    await closeExtractors();
  });

  it("is gone at once after an abort, which ends with the signal's reason", async () => {
    const path = await folder.put(makeNestedFormsPdf(9));
    const reason = new Error("the file was removed");
    const controller = new AbortController();
    const reading = extractFile(path, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 300);
    await expect(reading).rejects.toBe(reason);
    await closeExtractors();
    expect(extractorsOf()).toEqual([]);
  });

  it("that is killed from outside is no fault of the document", async () => {
    const path = await folder.put(makeNestedFormsPdf(9));
    const reading = extractFile(path);
    const killed = expect(reading).rejects.toThrow(/ended early \(SIGKILL\)/);
    await sleep(200);
    for (const pid of extractorsOf()) process.kill(pid, "SIGKILL");
    await killed;
    await closeExtractors();
  });

  it("is no fault of the document when the file is not there", async () => {
    await expect(extractFile("/nowhere/at-all.pdf")).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("does not outlive its parent", async () => {
    const path = await folder.put(makeNestedFormsPdf(9));
    const program = `
      const { extractDocument } = await import(${JSON.stringify(new URL("../../server/ingest/extract.ts", import.meta.url).href)});
      const options = ${JSON.stringify(OPTIONS)};
      for await (const event of extractDocument(${JSON.stringify(path)}, { ...options, signal: new AbortController().signal }))
        process.stdout.write(event.type);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(parent.stdout, "data");
    const children = extractorsOf(parent.pid);
    expect(children).toHaveLength(1);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const isGone = () => children.every((pid) => !extractorsOf(1).includes(pid));
    await expect.poll(isGone, { timeout: 3000 }).toBe(true);
  });
});
