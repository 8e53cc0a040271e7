import { deflateSync } from "node:zlib";
import {
  makeClaimingPdf,
  makeEndlessPdf,
  makeNestedFormsPdf,
  makeRawPdf,
  makeZipBombPdf,
  type RawObject,
} from "../support/raw-pdf.ts";

const CATALOG = "<< /Type /Catalog /Pages 2 0 R >>";
const PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
const FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
const page = (more = "", resources = "/Font << /F1 5 0 R >>"): string =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << ${resources} >> ${more} >>`;
const text = (content: string, dictionary = "<< >>"): RawObject => ({
  value: dictionary,
  stream: Buffer.from(content),
});
const packed = (content: string | Buffer, more = ""): RawObject => ({
  value: `<< /Filter /FlateDecode ${more} >>`,
  stream: deflateSync(content, { level: 9 }),
});
const HELLO = "BT /F1 12 Tf 72 700 Td (Hello there.) Tj ET";

type Parts = {
  catalog?: string;
  pages?: string;
  page?: string;
  content?: RawObject;
  font?: RawObject;
  more?: RawObject[];
};

/** One page of text, with one thing or another about it as none should be. */
const onePage = ({
  catalog = CATALOG,
  pages = PAGES,
  page: own = page(),
  content = text(HELLO),
  font = FONT,
  more = [],
}: Parts = {}) => makeRawPdf([catalog, pages, own, content, font, ...more]);

/** An xref table, or the lack of one, behind objects that are well. */
const withTail = (tail: (at: number) => string): Buffer => {
  const whole = onePage().toString("latin1");
  const body = whole.slice(0, whole.lastIndexOf("xref\n0"));
  return Buffer.from(body + tail(body.length), "latin1");
};

const manyPages = (count: number): Buffer => {
  const kids = Array.from({ length: count }, (_, index) => `${5 + index} 0 R`).join(" ");
  const own = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>`;
  return makeRawPdf([
    CATALOG,
    `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`,
    FONT,
    text(HELLO),
    ...Array<string>(count).fill(own),
  ]);
};

const type0 = (cmap: string): Parts => ({
  font: "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
  more: [
    "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
    text(cmap),
  ],
});

const image = (dictionary: string, stream = Buffer.from("garbage")): Parts => ({
  page: page("", "/XObject << /X 6 0 R >>"),
  content: text("/X Do"),
  more: [{ value: `<< /Type /XObject /Subtype /Image ${dictionary} >>`, stream }],
});

/** Forms that draw the next one so many times, so many levels deep. */
const fanOut = (depth: number, times: number, last = "BT /F1 12 Tf (again) Tj ET"): Buffer => {
  const form = (level: number) =>
    packed(
      level === depth ? last : "/X Do ".repeat(times),
      `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 5 0 R >> /XObject << /X ${6 + level} 0 R >> >>`,
    );
  return onePage({
    page: page("", "/XObject << /X 6 0 R >>"),
    content: text("/X Do"),
    more: Array.from({ length: depth }, (_, level) => form(level + 1)),
  });
};

/** The code of LZW for the letter q, nine bits again and again, each preceded by a clear. */
const lzwRun = (bytes: number): Buffer => Buffer.alloc(bytes, Buffer.from([0x80, 0x1c, 0x60, 0x07, 0x18, 0x01, 0xc6]));
/** Each two bytes stand for 128. */
const runs = (pairs: number): Buffer => Buffer.alloc(pairs * 2, Buffer.from([129, 0x20]));

/** Files that are made to hurt whoever reads them, each in a way of its own. */
export const HOSTILE: Record<string, () => Buffer> = {
  "zip bomb": () => makeZipBombPdf(300_000_000),
  "forms in forms, ten each, nine deep": () => makeNestedFormsPdf(9),
  "a billion pages claimed": () => makeClaimingPdf(1e9),
  "100,000 pages": () => manyPages(100_000),
  "a page tree that is its own child": () => onePage({ pages: "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>" }),
  "a page that is its own parent": () => onePage({ page: page().replace("/Parent 2 0 R", "/Parent 3 0 R") }),
  "a form that draws itself": () =>
    onePage({
      page: page("", "/XObject << /X 6 0 R >>"),
      content: text("/X Do"),
      more: [
        text(
          "/X Do /X Do",
          "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >> >>",
        ),
      ],
    }),
  "a glyph that shows itself": () =>
    onePage({
      content: text("BT /F1 12 Tf (aaaa) Tj ET"),
      font: "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 6 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [9] /Resources << /Font << /F1 5 0 R >> >> >>",
      more: [text("9 0 d0 BT /F1 1 Tf (a) Tj ET")],
    }),
  "an xref that goes on at itself": () =>
    withTail(
      (at) => `xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 6 /Root 1 0 R /Prev ${at} >>\nstartxref\n${at}\n%%EOF`,
    ),
  "an xref of a hundred million": () =>
    withTail(
      (at) =>
        `xref\n0 99999999\n0000000000 65535 f \ntrailer\n<< /Size 99999999 /Root 1 0 R >>\nstartxref\n${at}\n%%EOF`,
    ),
  "an xref stream of huge fields": () =>
    withTail(
      (at) =>
        `9 0 obj\n<< /Type /XRef /Size 9 /W [1 999999999 1] /Index [0 999999999] /Root 1 0 R /Length 9 >>\nstream\n123456789\nendstream\nendobj\nstartxref\n${at}\n%%EOF`,
    ),
  "no xref at all": () => withTail(() => ""),
  "five thousand updates": () =>
    withTail((at) =>
      Array.from(
        { length: 5_000 },
        () => `xref\n0 0\ntrailer\n<< /Size 6 /Root 1 0 R /Prev ${at} >>\nstartxref\n${at}\n%%EOF\n`,
      ).join(""),
    ),
  "an object stream that extends itself": () =>
    onePage({ more: [text("7 0 << >>", "<< /Type /ObjStm /N 99999999 /First 4 /Extends 6 0 R >>")] }),
  "a length that is its own": () => onePage({ content: { value: "<< /Length 4 0 R >>", stream: Buffer.from(HELLO) } }),
  "arrays, a hundred thousand deep": () => onePage({ content: text(`${"[".repeat(100_000)} ${HELLO}`) }),
  "dictionaries, fifty thousand deep": () => onePage({ page: page(`/X ${"<< /X ".repeat(50_000)}`) }),
  "JavaScript and launching": () =>
    onePage({
      catalog: `<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while (true) app.alert\\(1\\)) >> /AA << /WC << /S /Launch /F (/bin/sh) >> >> >>`,
    }),
  "a stream that is another file": () => onePage({ content: text("", "<< /F (/etc/passwd) /FFilter /FlateDecode >>") }),
  "forms of XML that laughs a billion times": () => {
    const entities = Array.from({ length: 10 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`).join("");
    const xml = `<!DOCTYPE x [<!ENTITY e0 "ha">${entities}]><xdp:xdp>&e10;</xdp:xdp>`;
    return onePage({ catalog: "<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA 6 0 R >> >>", more: [text(xml)] });
  },
  "a web page and a PDF": () =>
    Buffer.concat([Buffer.from("<html><script>alert(1)</script><!--"), onePage(), Buffer.from("-->")]),
  "a ZIP and a PDF": () =>
    Buffer.concat([Buffer.from("PK\u0003\u0004"), onePage(), Buffer.from("PK\u0005\u0006".padEnd(22, "\0"))]),
  "cut in the middle": () => onePage().subarray(0, 300),
  "nothing but a head": () => Buffer.from("%PDF-1.7"),
  "four million operators": () => onePage({ content: packed(Buffer.alloc(12_000_000, "q Q ")) }),
  "a million texts": () => onePage({ content: packed(`BT /F1 1 Tf ${"1 0 Td (a) Tj ".repeat(1_000_000)} ET`) }),
  "a text of ten million letters": () => onePage({ content: packed(`BT /F1 1 Tf (${"a ".repeat(5_000_000)}) Tj ET`) }),
  "a string without an end": () => onePage({ content: text(`BT (${"(".repeat(200_000)}`) }),
  "a character map of four billion": () =>
    onePage(
      type0(
        "begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <00000000> <ffffffff> <0041> endbfrange endcmap",
      ),
    ),
  "a character map that uses itself": () => onePage(type0("/Identity-H usecmap /X usecmap begincmap endcmap")),
  "a font program of noise": () =>
    onePage({
      font: "<< /Type /Font /Subtype /TrueType /BaseFont /A /FirstChar 0 /LastChar 255 /FontDescriptor 6 0 R >>",
      more: [
        "<< /Type /FontDescriptor /FontName /A /Flags 4 /FontFile2 7 0 R >>",
        { value: "<< >>", stream: Buffer.concat([Buffer.from([0, 1, 0, 0, 0xff, 0xff]), Buffer.alloc(5_000, 0xff)]) },
      ],
    }),
  "a picture of ten billion points": () =>
    onePage(image("/Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /JPXDecode")),
  "a hundred filters": () => onePage({ content: text("00", `<< /Filter [${"/ASCIIHexDecode ".repeat(100)}] >>`) }),
  "columns of a predictor without end": () =>
    onePage({ content: packed(HELLO, "/DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 32 >>") }),
  "sizes that are no sizes": () =>
    onePage({ page: page("/UserUnit 1e308 /Rotate 91").replace("0 0 595 842", "1e308 -1e308 x 1e400") }),
  "a lock that nobody knows": () =>
    withTail(
      (at) =>
        `trailer\n<< /Size 6 /Root 1 0 R /Encrypt << /Filter /Standard /V 99 /R 99 /O (x) /U (x) /P -1 >> /ID [(a) (b)] >>\nstartxref\n${at}\n%%EOF`,
    ),
  "a form of 50 MB, drawn 100,000 times": () => makeEndlessPdf(),
  "forms in forms, a thousand each, 30 deep": () => fanOut(30, 1_000),
  "forms that draw nothing, ten each, 12 deep": () => fanOut(12, 10, "q Q"),
  "a page tree of 50,000 levels": () => {
    const count = 50_000;
    const levels = Array.from(
      { length: count },
      (_, level) => `<< /Type /Pages /Kids [${level + 1 < count ? level + 4 : 3} 0 R] /Count 1 >>`,
    );
    return makeRawPdf([CATALOG, "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", "<< /Type /Page >>", ...levels]);
  },
  "LZW that fills memory": () =>
    onePage({ content: { value: "<< /Filter [/FlateDecode /LZWDecode] >>", stream: deflateSync(lzwRun(8_000_000)) } }),
  "run lengths that fill memory": () =>
    onePage({
      content: { value: "<< /Filter [/FlateDecode /RunLengthDecode] >>", stream: deflateSync(runs(4_000_000)) },
    }),
  "deflate in deflate in deflate": () => {
    const block = [9, 9, 9].reduce((bytes, level) => deflateSync(bytes, { level }), Buffer.alloc(500_000_000, "q Q "));
    return onePage({ content: { value: `<< /Filter [${"/FlateDecode ".repeat(3)}] >>`, stream: block } });
  },
  "JBIG2 of four billion points": () =>
    onePage(
      image(
        "/Width 65535 /Height 65535 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /JBIG2Decode",
        Buffer.from("0000000030000100000013ffffffffffffffff0000000000000000000000", "hex"),
      ),
    ),
  "a composite font that is its own descendant": () =>
    onePage({ font: "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [5 0 R] >>" }),
  "an encoding that is its own base": () =>
    onePage({
      font: "<< /Type /Font /Subtype /Type1 /BaseFont /A /Encoding 6 0 R >>",
      more: ["<< /Type /Encoding /BaseEncoding 6 0 R /Differences [0 6 0 R] >>"],
    }),
  "bookmarks that are their own children": () =>
    onePage({
      catalog: "<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>",
      more: [
        "<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 2 >>",
        "<< /Title (Again) /Parent 6 0 R /First 7 0 R /Next 7 0 R /Dest [3 0 R /Fit] >>",
      ],
    }),
  "100,000 bookmarks in a row": () => {
    const count = 100_000;
    const own = (n: number) => `<< /Title (B${n}) /Parent 6 0 R /Next ${n + 8} 0 R /Dest [3 0 R /Fit] >>`;
    return onePage({
      catalog: "<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>",
      more: ["<< /Type /Outlines /First 7 0 R >>", ...Array.from({ length: count }, (_, n) => own(n))],
    });
  },
  "fields that are their own parents": () =>
    onePage({
      catalog: "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>",
      page: page("/Annots [6 0 R 6 0 R]"),
      more: ["<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (b) /Rect [0 0 9 9] /Parent 6 0 R /Kids [6 0 R] >>"],
    }),
  "100,000 annotations with an appearance of its own page": () =>
    onePage({
      page: page(`/Annots [${"6 0 R ".repeat(100_000)}]`),
      more: [
        "<< /Type /Annot /Subtype /Stamp /Rect [0 0 9 9] /AP << /N 7 0 R >> >>",
        text(
          "/X Do /X Do",
          "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 7 0 R >> >> >>",
        ),
      ],
    }),
  "marks that are never closed": () =>
    onePage({ content: packed(`BT /F1 9 Tf ${"/Span << /ActualText (x) >> BDC (a) Tj ".repeat(200_000)} ET`) }),
  "layers that hide each other": () =>
    onePage({
      catalog:
        "<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] /Order [6 0 R] >> >> >>",
      page: page("", "/Font << /F1 5 0 R >> /Properties << /L 6 0 R >>"),
      content: text(`/OC /L BDC ${HELLO} EMC`),
      more: ["<< /Type /OCMD /OCGs [6 0 R 6 0 R] /VE [/And 6 0 R 6 0 R] >>"],
    }),
  "a page of ten million letters, one object each": () =>
    onePage({ content: packed(`BT /F1 1 Tf ${"(a) Tj ".repeat(10_000_000)} ET`) }),
};
