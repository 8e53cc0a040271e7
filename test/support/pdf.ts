import PdfKit from "pdfkit";

/** A text put at a place: points from the upper left corner, `y` at its baseline. */
export type PlacedText = { text: string; x: number; y: number; size?: number; bold?: boolean };

/** A page of running text, or of placed texts; `rotate` turns how the page is shown, clockwise. */
export type PdfPage = string | { texts: PlacedText[]; rotate?: 90 | 180 | 270 };

const MARGIN = 72;

type DocumentOptions = ConstructorParameters<typeof PdfKit>[0];

const build = async (draw: (doc: PDFKit.PDFDocument) => void, options: DocumentOptions = {}): Promise<Buffer> => {
  const doc = new PdfKit({ size: "A4", margin: MARGIN, autoFirstPage: false, ...options });
  const parts: Buffer[] = [];
  doc.on("data", (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve, reject) => doc.once("end", resolve).once("error", reject));
  draw(doc);
  doc.end();
  await ended;
  return Buffer.concat(parts);
};

const place = (doc: PDFKit.PDFDocument, { text, x, y, size = 11, bold = false }: PlacedText) => {
  doc
    .font(bold ? "Helvetica-Bold" : "Helvetica")
    .fontSize(size)
    .text(text, x, y, { lineBreak: false, baseline: "alphabetic" });
};

const addPage = (doc: PDFKit.PDFDocument, page: PdfPage) => {
  const margin = typeof page === "string" ? MARGIN : 0;
  doc.addPage({ size: "A4", margin });
  const added = doc.page;
  if (typeof page === "string") {
    doc.font("Helvetica").fontSize(11).text(page);
    if (doc.page !== added) throw new Error("The text does not fit on one page.");
    return;
  }
  if (page.rotate) Object.assign(added.dictionary.data, { Rotate: page.rotate });
  for (const text of page.texts) place(doc, text);
};

/** A PDF of A4 pages. The fonts know Latin letters only; `makeUnicodePdf` knows the rest. */
export const makePdf = (pages: PdfPage[]): Promise<Buffer> =>
  build((doc) => {
    for (const page of pages) addPage(doc, page);
  });

/** `n` pages of a few paragraphs each, no two alike, with a running header and a page number. */
export const makePdfOfPages = (n: number): Promise<Buffer> =>
  makePdf(Array.from({ length: n }, (_, i) => report(i + 1)));

const WORDS =
  "the harvest of barley rose in every valley while prices fell and traders moved their grain down river to the old port".split(
    " ",
  );

const report = (page: number): PdfPage => {
  const texts: PlacedText[] = [{ text: "Annual report of the granary", x: 72, y: 40, size: 9 }];
  for (let line = 0; line < 40; line++) {
    const words = Array.from(
      { length: 14 },
      (_, i) => WORDS[(page * 7 + line * 5 + i * (1 + (line % 3))) % WORDS.length],
    );
    const ends = line % 8 === 7;
    texts.push({
      text: `${words.join(" ")}${ends ? ` ${page * 100 + line}.` : ""}`,
      x: 72,
      y: 72 + line * 14 + Math.floor(line / 8) * 14,
      size: 10,
    });
  }
  texts.push({ text: `Page ${page}`, x: 280, y: 810, size: 9 });
  return { texts };
};

/** Asks for `password` before it can be read. */
export const makeEncryptedPdf = (password = "open sesame"): Promise<Buffer> =>
  build((doc) => addPage(doc, "Nobody reads this without the password."), {
    userPassword: password,
    ownerPassword: `${password}!`,
    pdfVersion: "1.7",
  });

/** A grey dot, as PNG. */
const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgwCB6CnLTgAAAABJRU5ErkJggg==",
  "base64",
);

/** A scan: every page is one picture, without a letter of text. */
export const makeImageOnlyPdf = (pages = 1): Promise<Buffer> =>
  build((doc) => {
    for (let page = 0; page < pages; page++)
      doc.addPage({ size: "A4", margin: 0 }).image(DOT, 50, 50, { width: 400, height: 600 });
  });
