import { deflateSync } from "node:zlib";
import type { PlacedText } from "./pdf.ts";

/** An object of a PDF as it is written: a dictionary or value, and the bytes of its stream when it has one. */
export type RawObject = { value: string; stream?: Buffer } | string;

/** Writes objects 1, 2, 3 … with a right cross-reference table; object 1 is the catalog. */
export const makeRawPdf = (objects: RawObject[]): Buffer => {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n")];
  const offsets: number[] = [];
  let length = 9;
  const write = (part: Buffer | string) => {
    const bytes = Buffer.from(part);
    parts.push(bytes);
    length += bytes.length;
  };
  objects.forEach((object, i) => {
    const { value, stream } = typeof object === "string" ? { value: object, stream: undefined } : object;
    offsets.push(length);
    write(`${i + 1} 0 obj\n`);
    if (!stream) return write(`${value}\nendobj\n`);
    write(`${value.replace(/>>$/, ` /Length ${stream.length} >>`)}\nstream\n`);
    write(stream);
    write("\nendstream\nendobj\n");
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  write(
    `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`,
  );
  return Buffer.concat(parts);
};

const CATALOG = "<< /Type /Catalog /Pages 2 0 R >>";
const page = (resources: string) =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << ${resources} >> >>`;
const text = (content: string): RawObject => ({ value: "<< >>", stream: Buffer.from(content) });

/** One real page at the end of a page tree that claims to have `pages`: readers skip the rest by its count. */
export const makeClaimingPdf = (pages: number): Buffer =>
  makeRawPdf([
    CATALOG,
    `<< /Type /Pages /Kids [6 0 R 3 0 R] /Count ${pages} >>`,
    page("/Font << /F1 5 0 R >>"),
    text("BT /F1 12 Tf 72 700 Td (There is one page only.) Tj ET"),
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    `<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count ${pages - 1} >>`,
  ]);

/** One page that draws form 1 ten times, which draws form 2 ten times, and so on: 10^depth texts out of a few kB. */
export const makeNestedFormsPdf = (depth: number): Buffer => {
  const form = (level: number): RawObject => {
    const last = level === depth;
    const resources = last ? "/Font << /F1 5 0 R >>" : `/XObject << /X ${6 + level} 0 R >>`;
    return {
      value: `<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << ${resources} >> >>`,
      stream: Buffer.from(last ? "BT /F1 12 Tf 72 700 Td (again and again and again) Tj ET" : "/X Do ".repeat(10)),
    };
  };
  return makeRawPdf([
    CATALOG,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    page("/XObject << /X 6 0 R >>"),
    text("/X Do"),
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ...Array.from({ length: depth }, (_, i) => form(i + 1)),
  ]);
};

/** A page whose content is `bytes` of drawing instructions, packed twice: about a millionth of that in the file. */
export const makeZipBombPdf = (bytes: number): Buffer => {
  const block = deflateSync(Buffer.alloc(bytes, "(all work and no play) Tj "), { level: 9 });
  return makeRawPdf([
    CATALOG,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    page("/Font << /F1 5 0 R >>"),
    { value: "<< /Filter [/FlateDecode /FlateDecode] >>", stream: deflateSync(block, { level: 9 }) },
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ]);
};

/** A page of hardly any memory that takes hours: `draws` times it draws a form of 50 MB of spaces. */
export const makeEndlessPdf = (draws = 100_000): Buffer =>
  makeRawPdf([
    CATALOG,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    page("/XObject << /X 6 0 R >>"),
    text("/X Do ".repeat(draws)),
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    {
      value: "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter [/FlateDecode /FlateDecode] >>",
      stream: deflateSync(deflateSync(Buffer.alloc(50_000_000, " "), { level: 9 }), { level: 9 }),
    },
  ]);

const hex = (unit: number) => unit.toString(16).padStart(4, "0");

/** The UTF-16 units of a text. */
const hexOf = (text: string) => Array.from({ length: text.length }, (_, i) => hex(text.charCodeAt(i))).join("");

/** Maps a code to the same UTF-16 unit, for the rows of 256 that are used. */
const toUnicode = (units: Set<number>, ligatures: Record<string, string>): RawObject => {
  const rows = [...new Set([...units].map((unit) => unit >> 8))].map((row) => {
    const start = hex(row << 8);
    return `1 beginbfrange\n<${start}> <${hex((row << 8) | 0xff)}> <${start}>\nendbfrange`;
  });
  const single = Object.entries(ligatures).map(
    ([code, letters]) => `1 beginbfchar\n<${hex(code.charCodeAt(0))}> <${hexOf(letters)}>\nendbfchar`,
  );
  return text(
    `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n${[...rows, ...single].join("\n")}\nendcmap end end`,
  );
};

/**
 * One page of texts in any script, as a printing program leaves them: each text is shown left to right from its `x`
 * exactly in the order given, every letter half an em wide. `ligatures` are letters that one glyph stands for, by the
 * character (of the private use area) that shows it. `actual` is what the file says that a text's glyphs stand for.
 */
export const makeUnicodePdf = (
  texts: (PlacedText & { actual?: string })[],
  ligatures: Record<string, string> = {},
  encoding: "Identity-H" | "Identity-V" = "Identity-H",
): Buffer => {
  const units = new Set<number>();
  const show = ({ text, x, y, size = 12, actual }: PlacedText & { actual?: string }) => {
    for (let i = 0; i < text.length; i++) if (!(text.charAt(i) in ligatures)) units.add(text.charCodeAt(i));
    const shown = `<${hexOf(text)}> Tj`;
    const said = actual === undefined ? shown : `/Span << /ActualText <FEFF${hexOf(actual)}> >> BDC ${shown} EMC`;
    return `BT /F1 ${size} Tf ${x} ${842 - y} Td ${said} ET`;
  };
  const content = texts.map(show).join("\n");
  return makeRawPdf([
    CATALOG,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    page("/Font << /F1 5 0 R >>"),
    text(content),
    `<< /Type /Font /Subtype /Type0 /BaseFont /Arial /Encoding /${encoding} /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>`,
    "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Arial /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 /FontDescriptor 8 0 R >>",
    toUnicode(units, ligatures),
    "<< /Type /FontDescriptor /FontName /Arial /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
  ]);
};
