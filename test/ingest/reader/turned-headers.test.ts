import { describe, expect, it } from "vitest";
import { hasCases, readCase } from "../../support/cases.ts";
import { makeRawPdf } from "../../support/raw-pdf.ts";
import { readText } from "../../support/read.ts";

/** A text that begins at a place from the lower left corner, turned counter-clockwise by so many degrees. */
type Turned = { text: string; x: number; y: number; degrees?: number };

const show = ({ text, x, y, degrees = 0 }: Turned): string => {
  const [cos, sin] = [Math.cos, Math.sin].map((of) => of((degrees * Math.PI) / 180).toFixed(5));
  return `BT /F1 11 Tf ${cos} ${sin} ${(-Number(sin)).toFixed(5)} ${cos} ${x} ${y} Tm (${text}) Tj ET`;
};

const read = (texts: Turned[]): Promise<string> =>
  readText(
    makeRawPdf([
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
      { value: "<< >>", stream: Buffer.from(texts.map(show).join("\n")) },
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]),
  );

const MONTHS = ["January", "February", "March", "April"];
const ROWS = ["Bodo 88 71 64 52", "Harstad 95 80 77 49", "Vardo 41 38 33 30"];

const table: Turned[] = ROWS.flatMap((row, j) =>
  row.split(" ").map((text, i) => ({ text, x: i === 0 ? 72 : 140 + i * 60, y: 680 - j * 20 })),
);

describe("headers of columns that are turned", () => {
  it.each([
    ["upwards", 90, 700],
    ["downwards", 270, 750],
    ["at a slant", 45, 700],
    ["steeply", 60, 700],
  ])("stand before the rows, in the order of the columns: %s", async (_, degrees, y) => {
    const headers = MONTHS.map((text, i) => ({ text, x: 210 + i * 60, y, degrees }));
    const title = { text: "Rain in millimetres", x: 72, y: 790 };
    expect(await read([title, ...table, ...headers])).toBe(
      ["Rain in millimetres", "January February March April", ...ROWS].join("\n"),
    );
  });

  it("leave a note in the margin where it is", async () => {
    const notes = ["arXiv:2101.00001v1", "1 Jan 2021"].map((text, i) => ({
      text,
      x: 20 + i * 12,
      y: 400,
      degrees: 90,
    }));
    expect(await read([...table, ...notes])).toBe([...ROWS, "arXiv:2101.00001v1", "1 Jan 2021"].join("\n"));
  });

  it("leave a table that is turned as a whole as it is", async () => {
    const turned = table.map(({ text, x, y }) => ({ text, x: 842 - y, y: x, degrees: 90 }));
    expect(await read(turned)).toBe(ROWS.join("\n"));
  });

  it.skipIf(!hasCases)("are read in turned-table-header", async () => {
    const text = await readText(await readCase("turned-table-header/stations.pdf"));
    expect(text.split("\n").slice(1)).toEqual(["January February March April", ...ROWS]);
  });
});
