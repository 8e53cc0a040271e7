import { deflateSync } from "node:zlib";
import PdfKit from "pdfkit";
import { makeRawPdf, type RawObject } from "./raw-pdf.ts";

/** The text of a cover, line by line, on its pages. */
type Cover = { pages: string[]; annotations?: string };
type Attached = { name: string; type?: string; bytes: Buffer };

const FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
const escaped = (line: string) => line.replaceAll(/[\\()]/g, String.raw`\$&`);
const contentOf = (text: string): RawObject => {
  const lines = text.split("\n").map((line) => `(${escaped(line)}) Tj T*`);
  return { value: "<< >>", stream: Buffer.from(`BT /F1 10 Tf 14 TL 72 780 Td ${lines.join(" ")} ET`, "latin1") };
};

/** Objects 2 and on: the page tree, its font, a page and its content each; further ones go behind. */
const coverObjects = ({ pages, annotations = "" }: Cover): RawObject[] => [
  `<< /Type /Pages /Kids [${pages.map((_, i) => `${4 + 2 * i} 0 R`).join(" ")}] /Count ${pages.length} >>`,
  FONT,
  ...pages.flatMap((text, i) => [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * i} 0 R
      /Resources << /Font << /F1 3 0 R >> >> ${i === 0 ? annotations : ""} >>`,
    contentOf(text),
  ]),
];

export type PortfolioOptions = Cover & {
  files: Attached[];
  /** Of the catalog, such as its `Collection`. */
  keys?: string;
  /** Behind the cover and the files, from number `next` on. */
  others?: (next: number) => { keys: string; objects: RawObject[] };
  write?: (objects: RawObject[]) => Buffer;
};

const fileObjects = (files: Attached[], first: number): RawObject[] =>
  files.flatMap(({ name, type = "application/pdf", bytes }, i) => [
    { value: `<< /Type /EmbeddedFile /Subtype /${type.replace("/", "#2F")} >>`, stream: bytes },
    `<< /Type /Filespec /F (${escaped(name)}) /UF (${escaped(name)}) /EF << /F ${first + 2 * i} 0 R >> >>`,
  ]);

/** A document with attached files, uncompressed; a portfolio where `keys` say so. */
export const makeAttachingPdf = ({ files, keys = "", others, write = makeRawPdf, ...cover }: PortfolioOptions) => {
  const own = coverObjects(cover);
  const first = 2 + own.length;
  const further = others?.(first + 2 * files.length) ?? { keys: "", objects: [] };
  const names = files.map(({ name }, i) => `(${escaped(name)}) ${first + 2 * i + 1} 0 R`).toSorted();
  const tree = files.length === 0 ? "" : `/Names << /EmbeddedFiles << /Names [${names.join(" ")}] >> >>`;
  const catalog = `<< /Type /Catalog /Pages 2 0 R ${tree} ${keys} ${further.keys} >>`;
  return write([catalog, ...own, ...fileObjects(files, first), ...further.objects]);
};

/** A page with a paper clip on it, to which a file is attached. */
export const makeClippedPdf = (text: string, file: Attached): Buffer => {
  const own = coverObjects({ pages: [text], annotations: "/Annots [6 0 R]" });
  const clip = "<< /Type /Annot /Subtype /FileAttachment /Rect [72 700 90 720] /FS 8 0 R >>";
  return makeRawPdf(["<< /Type /Catalog /Pages 2 0 R >>", ...own, clip, ...fileObjects([file], 7)]);
};

export type FormOptions = Cover & {
  /** Named parts of the form, or the whole of it in one. */
  packets: Record<string, string> | string;
  /** Of the catalog. */
  keys?: string;
  /** Where the form's one field stands on the first page. */
  field?: [number, number, number, number];
};

/** A form in XFA with the pages that its file has for other viewers. */
export const makeXfaPdf = ({ packets, keys = "", field, ...cover }: FormOptions): Buffer => {
  const own = coverObjects({ ...cover, annotations: field ? `/Annots [${4 + 2 * cover.pages.length} 0 R]` : "" });
  const widget: RawObject[] = field
    ? [`<< /Type /Annot /Subtype /Widget /FT /Tx /T (applicant) /V (Marta Lindqvist) /Rect [${field.join(" ")}] >>`]
    : [];
  const first = 2 + own.length + widget.length;
  const streams = typeof packets === "string" ? [packets] : Object.values(packets);
  const references =
    typeof packets === "string"
      ? `${first} 0 R`
      : `[${Object.keys(packets)
          .map((name, i) => `(${name}) ${first + i} 0 R`)
          .join(" ")}]`;
  const form = `<< /Fields [${field ? `${first - 1} 0 R` : ""}] /XFA ${references} >>`;
  return makeRawPdf([
    `<< /Type /Catalog /Pages 2 0 R /AcroForm ${form} ${keys} >>`,
    ...own,
    ...widget,
    ...streams.map((xml) => ({ value: "<< /Filter /FlateDecode >>", stream: deflateSync(Buffer.from(xml)) })),
  ]);
};

/** The same objects, those without a stream packed into an object stream, as newer programs write them. */
export const packObjects = (objects: RawObject[]): Buffer => {
  const packed = objects
    .map((object, i) => ({ number: i + 1, object }))
    .filter(({ object }) => typeof object === "string");
  const container = objects.length + 1;
  const bodies = packed.map(({ object }) => `${object as string} `);
  let at = 0;
  const heads = packed.map(({ number }, i) => {
    const head = `${number} ${at}`;
    at += bodies[i]?.length ?? 0;
    return head;
  });
  const head = `${heads.join(" ")} `;
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n")];
  const rows: number[][] = [[0, 0, 65_535]];
  const position = () => parts.reduce((sum, { length }) => sum + length, 0);
  const write = (number: number, value: string, stream: Buffer) => {
    rows[number] = [1, position(), 0];
    const dictionary = value.replace(/>>$/, ` /Length ${stream.length} >>`);
    parts.push(Buffer.from(`${number} 0 obj\n${dictionary}\nstream\n`), stream, Buffer.from("\nendstream\nendobj\n"));
  };
  objects.forEach((object, i) => {
    if (typeof object !== "string" && object.stream) write(i + 1, object.value, object.stream);
  });
  packed.forEach(({ number }, i) => (rows[number] = [2, container, i]));
  const values = `<< /Type /ObjStm /N ${packed.length} /First ${head.length} /Filter /FlateDecode >>`;
  write(container, values, deflateSync(Buffer.from(head + bodies.join(""), "latin1")));
  const start = position();
  rows[container + 1] = [1, start, 0];
  const table = Buffer.concat(
    rows.map(([type = 0, second = 0, third = 0]) => {
      const row = Buffer.alloc(7);
      row.writeUInt8(type, 0);
      row.writeUInt32BE(second, 1);
      row.writeUInt16BE(third, 5);
      return row;
    }),
  );
  write(container + 1, `<< /Type /XRef /Size ${rows.length} /W [1 4 2] /Root 1 0 R >>`, table);
  parts.push(Buffer.from(`startxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
};

/** A portfolio that opens without a password, and is encrypted all the same. */
export const makeEncryptedPortfolio = async (cover: string, { name, bytes }: Attached): Promise<Buffer> => {
  const doc = new PdfKit({ size: "A4", ownerPassword: "of the owner", pdfVersion: "1.7" });
  const parts: Buffer[] = [];
  doc.on("data", (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => doc.once("end", resolve));
  doc.text(cover);
  doc.file(bytes, { name });
  // Its types leave the catalog out.
  const { _root: root } = doc as unknown as { _root: { data: Record<string, unknown> } };
  root.data["Collection"] = doc.ref({ Type: "Collection", View: "D" });
  (root.data["Collection"] as { end(): void }).end();
  doc.end();
  await ended;
  return Buffer.concat(parts);
};
