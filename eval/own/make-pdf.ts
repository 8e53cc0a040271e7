import { makeRawPdf, type RawObject } from "../../test/support/raw-pdf.ts";

const [WIDTH, HEIGHT, MARGIN] = [595, 842, 64];
const SIZES = { text: 11, heading: 15, title: 20 };
/** The width of each letter, in ems. */
const LETTER = 0.5;
const WIDE = /[\p{Script=Han}。，、；：？！（）“”]/u;
const FROM_RIGHT = /[\p{Script=Arabic}]/u;

type Word = { text: string; x: number; y: number; size: number; fromRight: boolean };

const widthOf = (text: string) => Array.from(text).reduce((sum, char) => sum + (WIDE.test(char) ? 1 : LETTER), 0);

/** Ideographs break anywhere; a mark stays with the character before it. */
const wordsOf = (paragraph: string): string[] =>
  WIDE.test(paragraph)
    ? (paragraph.match(/[\p{Script=Han}]\P{Script=Han}*|\P{Script=Han}+/gu) ?? [])
    : paragraph.split(" ");

/** The words of a page's text, each at its place; lines from the right where the script is written so. */
const layOut = (page: string): Word[] => {
  const words: Word[] = [];
  let y = MARGIN;
  for (const block of page.split(/\n\n|\n(?=\|)/).map((text) => text.trim())) {
    const size = block.startsWith("##") ? SIZES.heading : block.startsWith("#") ? SIZES.title : SIZES.text;
    const text = block.replace(/^#+ /, "").replaceAll("\n", " ");
    const [gap, fromRight] = [WIDE.test(text) ? 0 : 0.3, FROM_RIGHT.test(text)];
    let at = 0;
    y += size * 1.3;
    for (const word of wordsOf(text)) {
      const width = widthOf(word) * size;
      if (at > 0 && at + width > WIDTH - 2 * MARGIN) [at, y] = [0, y + size * 1.3];
      words.push({ text: word, x: fromRight ? WIDTH - MARGIN - at - width : MARGIN + at, y, size, fromRight });
      at += width + gap * size;
    }
    y += block.startsWith("|") ? 0 : size;
  }
  if (y > HEIGHT - MARGIN) throw new Error("A page is too long.");
  return words;
};

const hex = (text: string) =>
  Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, "0")).join("");

const show = ({ text, x, y, size, fromRight }: Word) =>
  `BT /F1 ${size} Tf ${x.toFixed(1)} ${(HEIGHT - y).toFixed(1)} Td <${hex(fromRight ? visual(text) : text)}> Tj ET`;

/** Figures and Latin words of a line that is written from the right: they are not turned, with the marks inside them. */
const FROM_LEFT = /[\p{Script=Latin}\p{Nd}]+(?:[.,:/٫٬-][\p{Script=Latin}\p{Nd}]+)*|./gu;

/** Letters as they stand on paper, from left to right. */
const visual = (word: string) => (word.match(FROM_LEFT) ?? []).reverse().join("");

const stream = (content: string): RawObject => ({ value: "<< >>", stream: Buffer.from(content) });

/** Wide letters have a width of their own. */
const widths = (texts: string): string =>
  [...new Set(Array.from(texts).filter((char) => WIDE.test(char)))]
    .map((char) => `${char.charCodeAt(0)} [1000]`)
    .join(" ");

const TO_UNICODE = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def
1 begincodespacerange\n<0000> <ffff>\nendcodespacerange
${Array.from({ length: 256 }, (_, row) => row.toString(16).padStart(2, "0"))
  .map((row) => `1 beginbfrange\n<${row}00> <${row}ff> <${row}00>\nendbfrange`)
  .join("\n")}
endcmap end end`;

const FIRST_PAGE = 7;

/** A PDF of any script from a plain text: pages parted by `---`, headings by `#`; the same bytes each time. */
export const makePdf = (text: string): Buffer => {
  const pages = text.split(/\n---\n/).map(layOut);
  const kids = pages.map((_, at) => `${FIRST_PAGE + 2 * at} 0 R`).join(" ");
  return makeRawPdf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type0 /BaseFont /Arial /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Arial /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 /W [${widths(text)}] /FontDescriptor 6 0 R >>`,
    stream(TO_UNICODE),
    "<< /Type /FontDescriptor /FontName /Arial /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
    ...pages.flatMap((words, at): RawObject[] => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents ${FIRST_PAGE + 2 * at + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      stream(words.map(show).join("\n")),
    ]),
  ]);
};
