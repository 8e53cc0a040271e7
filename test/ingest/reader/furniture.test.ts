import { describe, expect, it } from "vitest";
import { pageNumberOf } from "../../../server/ingest/reader/pdf/body/page-numbers.ts";
import { hasCases, readCase } from "../../support/cases.ts";
import { makePdf, type PlacedText } from "../../support/pdf.ts";
import { readPdf } from "../../support/read.ts";

const WORDS = ["barley", "rain", "grain", "river", "harbour", "winter", "valley", "wheat", "mill", "stone"];

/** Three lines of text that no other page has. */
const body = (n: number): PlacedText[] =>
  [0, 1, 2].map((line) => {
    const [a, b] = [WORDS[n % 10] ?? "", WORDS[(n * 3 + line) % 10] ?? ""];
    return {
      text: `The ${a} of town ${n * 10 + line} came with ${b} and went on for a week.`,
      x: 72,
      y: 110 + line * 14,
    };
  });

type Edges = { header?: string[]; footer?: string[]; x?: number };

const page = (n: number, { header = [], footer = [], x = 72 }: Edges): { texts: PlacedText[] } => ({
  texts: [
    ...header.map((text, i) => ({ text, x, y: 40 + i * 12, size: 9 })),
    ...body(n),
    ...footer.map((text, i) => ({ text, x, y: 800 + i * 12, size: 9 })),
  ],
});

/** The text of all chunks of a document of pages with these edges. */
const indexed = async (pages: number, edgesOf: (page: number) => Edges): Promise<string> => {
  const made = await makePdf(Array.from({ length: pages }, (_, i) => page(i + 1, edgesOf(i + 1))));
  const { chunks } = await readPdf(made);
  return chunks.map(({ text }) => text).join("\n");
};

const times = (text: string, part: string): number => text.split(part).length - 1;

describe("a running header or footer", () => {
  it("reaches the index once", async () => {
    const text = await indexed(6, () => ({ header: ["Contract C-2210-B with Brightside"], footer: ["Confidential"] }));
    expect(times(text, "Contract C-2210-B with Brightside")).toBe(1);
    expect(times(text, "Confidential")).toBe(1);
    for (const n of [1, 2, 3, 4, 5, 6]) expect(text).toContain(`of town ${n * 10}`);
  });

  it("does not part the sentence that goes on beyond it", async () => {
    const pages = [1, 2, 3, 4].map((n) => page(n, { header: ["Harbour authority"], footer: ["Printed on demand"] }));
    pages[0]?.texts.push({ text: "The wharf was sold to the town of", x: 72, y: 300 });
    pages[1]?.texts.splice(1, 3, { text: "Aker in 1988.", x: 72, y: 110 });
    const { chunks } = await readPdf(await makePdf(pages));
    expect(chunks.map(({ text }) => text).join("\n")).toContain("The wharf was sold to the town of Aker in 1988.");
  });

  it.each<[string, (n: number) => string]>([
    ["a page number", (n) => `${n}`],
    ["a page number that starts later", (n) => `- ${n + 40} -`],
    ["a page of pages", (n) => `Page ${n} of 6`],
    ["a page of pages in German", (n) => `Seite ${n} von 6`],
    ["a page of a part", (n) => `A-${n}`],
    ["Roman numbers", (n) => ["i", "ii", "iii", "iv", "v", "vi"][n - 1] ?? ""],
  ])("is left out altogether when it is %s", async (_, footerOf) => {
    const text = await indexed(6, (n) => ({ footer: [footerOf(n)] }));
    for (const n of [1, 2, 3, 4, 5, 6]) expect(text.split("\n")).not.toContain(footerOf(n));
    expect(text).toMatch(/a week\.$/);
  });

  it("is recognised by a number beside words that counts up with the page", async () => {
    const text = await indexed(6, (n) => ({ header: [`Annual report | ${n}`], footer: [`Granary, page ${n} of 6`] }));
    expect(times(text, "Annual report")).toBe(1);
    expect(times(text, "Granary, page")).toBe(1);
  });

  it("may have two lines of which the second counts up", async () => {
    const text = await indexed(5, (n) => ({ header: ["Annual report of the granary", `Page ${n}`] }));
    expect(times(text, "Annual report of the granary")).toBe(1);
    expect(text).not.toContain("Page ");
  });

  it("may be another one on left and right pages", async () => {
    const text = await indexed(10, (n) => ({ header: [n % 2 ? `Annual report | ${n}` : `${n} | The granary`] }));
    expect(times(text, "Annual report")).toBe(1);
    expect(times(text, "The granary")).toBe(1);
  });

  it("may be a chapter's title, which is left where the chapter begins", async () => {
    const titles = ["Harvest", "Storage", "Trade"];
    const text = await indexed(15, (n) => ({ header: [titles[Math.floor((n - 1) / 5)] ?? ""] }));
    for (const title of titles) expect(times(text, title)).toBe(1);
  });
});

describe("a page number", () => {
  it.each([
    ["صفحه ۳ از ۱۲", 3],
    ["٤", 4],
    ["第 3 页 共 12 页", 3],
    ["– 17 –", 17],
    ["xii", 12],
    ["Page iv", 4],
    ["A-3", 3],
    ["2-14", 14],
    ["Annual report · 3", 3],
    ["Strona 3 z 12", 3],
    ["Annual report Page 3 of 12", 3],
  ])("is read from %s", (text, value) => {
    expect(pageNumberOf(text, [], value)?.value).toBe(value);
  });

  it("is read from an outer cell, and not where that is a label's value", () => {
    expect(pageNumberOf("The granary 12", ["The granary", "12"], 12)).toMatchObject({ value: 12, rest: "The granary" });
    expect(pageNumberOf("Invoice no. 12", ["Invoice no.", "12"], 12)).toBeUndefined();
    expect(pageNumberOf("INVOICE 2041", ["INVOICE", "2041"], 1)).toBeUndefined();
  });

  it.each(["Invoice INV-2041", "3 May 2025", "Total 12", "Chapter 3", "Sensor 3 reads 4", ""])(
    "is not read from %s",
    (text) => {
      expect(pageNumberOf(text, [], 3)).toBeUndefined();
    },
  );
});

describe("lines at the edges of pages that are data", () => {
  it.each<[string, (n: number) => Edges]>([
    ["totals", (n) => ({ footer: [`Total due: $${n * 321 + 7}.40`] })],
    ["totals of which some are alike", (n) => ({ footer: [`Total due: $${n < 5 ? 100 : 250}.00`] })],
    ["numbers of invoices that count up", (n) => ({ header: [`Invoice INV-${2040 + n}`] })],
    ["numbers of invoices beside a label", (n) => ({ header: [`Invoice No. ${n}`] })],
    ["readings", (n) => ({ header: [`Sensor ${n * 7} reads ${n * 13}.5`], footer: [`Checked at ${n * 3}:15`] })],
    ["dates", (n) => ({ header: [`Report of ${n} May 2025`] })],
    ["values of a form", (n) => ({ header: [`Name: ${WORDS[n % 3]}`, "Department: harbour"] })],
    ["words that change", (n) => ({ footer: [n % 3 === 1 ? "Paid in cash" : `Paid by ${WORDS[n]}`] })],
  ])("stay: %s", async (_, edgesOf) => {
    const text = await indexed(6, edgesOf);
    for (const n of [1, 2, 3, 4, 5, 6])
      for (const line of [...(edgesOf(n).header ?? []), ...(edgesOf(n).footer ?? [])])
        if (line !== "Department: harbour") expect(text).toContain(line);
    const lines = [1, 2, 3, 4, 5, 6].flatMap((n) => [...(edgesOf(n).header ?? []), ...(edgesOf(n).footer ?? [])]);
    for (const line of new Set(lines))
      if (line !== "Department: harbour")
        expect(times(text, line)).toBeGreaterThanOrEqual(lines.filter((other) => other === line).length);
  });

  it("stay when they are rows of a table", async () => {
    const rows = (n: number) =>
      Array.from({ length: 48 }, (_, i) => [
        { text: i === 0 ? "Day" : `${i}`, x: 72, y: 40 + i * 16 },
        { text: i === 0 ? "Rain" : i === 47 ? "12" : `${(n * i) % 90}`, x: 300, y: 40 + i * 16 },
      ]).flat();
    const { chunks } = await readPdf(await makePdf([1, 2, 3, 4, 5].map((n) => ({ texts: rows(n) }))));
    expect(times(chunks.map(({ text }) => text).join("\n"), "47 12")).toBeGreaterThanOrEqual(5);
  });

  it("stay in a document of three pages", async () => {
    const text = await indexed(3, (n) => ({ header: ["Annual report of the granary"], footer: [`Page ${n} of 3`] }));
    expect(times(text, "Annual report of the granary")).toBe(3);
    expect(text).toContain("Page 2 of 3");
  });

  it("count as no text where nothing else stands on any page", async () => {
    for (const count of [1, 3, 4]) {
      const pages = Array.from({ length: count }, (_, i) => ({
        texts: [{ text: `Page ${i + 1} of ${count}`, x: 280, y: 810 }],
      }));
      expect((await readPdf(await makePdf(pages))).fault?.reason).toBe("PDF_NO_TEXT");
    }
    const named = [1, 2, 3, 4].map((n) => ({
      texts: [
        { text: "ScanIt", x: 72, y: 40 },
        { text: `${n}`, x: 280, y: 810 },
      ],
    }));
    expect((await readPdf(await makePdf(named))).fault?.reason).toBe("PDF_NO_TEXT");
  });
});

describe.skipIf(!hasCases)("header-drop", () => {
  it("has every number and total of its invoices in the index", async () => {
    const key = JSON.parse((await readCase("header-drop/key-invoices.json")).toString()) as Record<string, string>[];
    const { chunks } = await readPdf(await readCase("header-drop/invoices.pdf"));
    const text = chunks.map((chunk) => chunk.text).join("\n");
    for (const { invoice, total } of key) {
      expect(text).toContain(`Invoice ${invoice}`);
      expect(text).toContain(`Total due: $${total}`);
    }
  });

  it("has the number and the parties of its contract in the index, once", async () => {
    const { chunks } = await readPdf(await readCase("header-drop/contract.pdf"));
    const text = chunks.map((chunk) => chunk.text).join("\n");
    expect(times(text, "Cleaning contract C-2210-B between Halvorsen Bank and Brightside Services")).toBe(1);
    expect(text).not.toContain("of 4");
  });
});
