/** A small PDF with headings and sentences; the parser finds its way without a cross-reference table. */
const sentence = "The harvest of barley rose by 12.5% in every valley, while prices fell (see No. 4).";
const lines = Array.from({ length: 40 }, (_, i) => `0 -14 Td (${i % 8 ? "" : `${i / 8 + 1}. `}${sentence}) Tj`);
const content = `BT /F2 18 Tf 72 780 Td (1 Results) Tj /F1 11 Tf ${lines.join("\n")} ET`;

export const SAMPLE = `%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
  /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >> endobj
4 0 obj << /Length ${content.length} >> stream
${content}
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> endobj
6 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >> endobj
trailer << /Size 7 /Root 1 0 R >>
%%EOF
`;
