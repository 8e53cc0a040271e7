/** The handbook of an observatory that does not exist: what the demo asks about. `node scripts/sample-pdf.ts out.pdf` */
import { writeFile } from "node:fs/promises";
import PdfKit from "pdfkit";
import { PAGES, TITLE, type Block, type Table } from "./sample-text.ts";

const MARGIN = 72;
const WRITTEN = new Date("2026-03-01T00:00:00Z");

/** The same bytes at each call. */
export const makeSamplePdf = async (): Promise<Buffer> => {
  const info = { Title: TITLE, Author: "DocuChat", CreationDate: WRITTEN, ModDate: WRITTEN };
  const doc = new PdfKit({ size: "A4", margin: MARGIN, autoFirstPage: false, info });
  const parts: Buffer[] = [];
  doc.on("data", (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve, reject) => doc.once("end", resolve).once("error", reject));
  for (const [index, blocks] of PAGES.entries()) addPage(doc, blocks, index + 1);
  doc.end();
  await ended;
  return Buffer.concat(parts);
};

const addPage = (doc: PDFKit.PDFDocument, blocks: Block[], number: number): void => {
  doc.addPage();
  const { page } = doc;
  for (const block of blocks) addBlock(doc, block);
  if (doc.page !== page) throw new Error(`Page ${number} of the sample is too long.`);
  addFooter(doc, `${TITLE}  |  ${number} of ${PAGES.length}`);
};

const addBlock = (doc: PDFKit.PDFDocument, block: Block): void => {
  if (typeof block === "string") doc.font("Times-Roman").fontSize(11).text(block, { lineGap: 2 }).moveDown(0.6);
  else if ("title" in block) doc.font("Helvetica-Bold").fontSize(22).text(block.title).moveDown(0.6);
  else if ("heading" in block) doc.moveDown(0.3).font("Helvetica-Bold").fontSize(13).text(block.heading).moveDown(0.4);
  else addTable(doc, block);
};

const addTable = (doc: PDFKit.PDFDocument, { widths, rows }: Table): void => {
  for (const [index, row] of rows.entries()) {
    const top = doc.y;
    let left = MARGIN;
    doc.font(index === 0 ? "Helvetica-Bold" : "Helvetica").fontSize(9);
    for (const [column, cell] of row.entries()) {
      doc.text(cell, left, top, { lineBreak: false });
      left += widths[column] ?? 0;
    }
    doc
      .moveTo(MARGIN, top + 14)
      .lineTo(left, top + 14)
      .lineWidth(0.5)
      .strokeColor("#999999")
      .stroke();
    doc.x = MARGIN;
    doc.y = top + 19;
  }
  doc.moveDown(0.8);
};

/** Below the margin, where text would otherwise begin another page. */
const addFooter = (doc: PDFKit.PDFDocument, text: string): void => {
  doc.page.margins.bottom = 0;
  doc.font("Helvetica").fontSize(8).text(text, MARGIN, 800, { lineBreak: false });
};

if (import.meta.main) {
  const [path = "sample.pdf"] = process.argv.slice(2);
  await writeFile(path, await makeSamplePdf());
}
