import { describe, expect, it } from "vitest";
import { makeEncryptedPdf, makePdf } from "../../support/pdf.ts";
import { makeRawPdf, type RawObject } from "../../support/raw-pdf.ts";
import { readPdf, readText } from "../../support/read.ts";

const HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

type Document = {
  content: string;
  font?: string;
  /** Beside the font. */
  resources?: string;
  page?: string;
  catalog?: string;
  /** From object 6 on. */
  more?: RawObject[];
};

/** One page with a content of its own. */
const makeDocument = ({ content, font = HELVETICA, resources = "", page = "", catalog = "", more = [] }: Document) =>
  makeRawPdf([
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R ${page}
      /Resources << /Font << /F1 5 0 R >> ${resources} >> >>`,
    { value: "<< >>", stream: Buffer.from(content) },
    font,
    ...more,
  ]);

const withEncoding = (names: string) =>
  `<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+Own /FirstChar 65 /LastChar 70 /Widths [500 500 900 900 500 500]
    /Encoding << /Type /Encoding /Differences [65 ${names}] >> >>`;

describe("a glyph whose font has no map to letters", () => {
  it.each([
    ["/one.os /two.tnum", "AB", "12"],
    ["/T_h /f_l.liga", "AB", "Thfl"],
    ["/uni0041.sc /u1F600", "AB", "A😀"],
    ["/eacute.alt /Scaron.sc", "AB", "éŠ"],
    ["/Euro.lf /percent.tf", "AB", "€%"],
  ])("has the text of its name: %s", async (names, codes, text) => {
    const content = `BT /F1 12 Tf 72 700 Td (${codes}) Tj ET`;
    expect(await readText(makeDocument({ content, font: withEncoding(names) }))).toBe(text);
  });
});

describe("an old font of TeX", () => {
  const font = `<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+CMR10 /FirstChar 11 /LastChar 122
    /Widths [${Array.from({ length: 112 }, () => 500).join(" ")}] >>`;

  it.each([
    ["(e\\013ort, \\014nal, \\015oor) Tj", "effort, final, floor"],
    ["[(o) -20 (\\016) 10 (ce ba) 5 (\\017e)] TJ", "office baffle"],
  ])("has its ligatures: %s", async (shown, text) => {
    const content = `BT /F1 12 Tf 72 700 Td ${shown} ET`;
    expect(await readText(makeDocument({ content, font }))).toBe(text);
  });
});

describe("a symbol font of TeX", () => {
  it("has no ligatures", async () => {
    const font =
      "<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+CMSY10 /FirstChar 11 /LastChar 15 /Widths [1 1 1 1 1] >>";
    const content = "BT /F1 12 Tf 72 700 Td (\\013\\014\\015\\016\\017) Tj ET";
    expect(await readText(makeDocument({ content, font }))).not.toMatch(/f/);
  });
});

describe("an accent that is drawn over a letter of its own", () => {
  it("is one with it", async () => {
    const content = "BT /F1 12 Tf 72 700 Td (pr) Tj 11.3 0 Td (\\264) Tj -0.7 0 Td (el\\350ve d\\351j\\340) Tj ET";
    expect(await readText(makeDocument({ content }))).toBe("prélève déjà");
  });
});

describe("letters that are set apart", () => {
  it.each([0.12, 0.3, 0.8])("by %f em are a word", async (em) => {
    const content = `BT /F1 12 Tf ${em * 12} Tc 72 700 Td (RETURN POLICY) Tj ET`;
    expect(await readText(makeDocument({ content }))).toBe("RETURN POLICY");
  });

  it("by spaces stay so: they may be numbers", async () => {
    expect(await readText(await makePdf(["1 2 3 4 5 6", "A B C D E"]))).toBe("1 2 3 4 5 6\nA B C D E");
  });
});

describe("a text that is drawn twice", () => {
  it("is read once, wherever the second time stands in the file", async () => {
    const twice = (dx: number) => `BT /F1 12 Tf ${72 + dx} 700 Td (Total due: 455) Tj ET`;
    const between = "BT /F1 12 Tf 72 600 Td (By Friday.) Tj ET ".repeat(1);
    const content = `${twice(0)} ${between} ${"BT /F1 12 Tf 72 500 Td (.) Tj ET ".repeat(6)} ${twice(0.4)}`;
    const text = await readText(makeDocument({ content }));
    expect(text.match(/Total due: 455/g)).toHaveLength(1);
  });

  it("is no twin of a like letter that overlaps with it", async () => {
    // Each letter by itself, as some programs draw; the letters "f" are slanted over each other.
    const font = "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Italic >>";
    const letters = ["A", "f", "f", "e", "c", "t"];
    const at = [72, 79.3, 81.6, 84.2, 89.5, 94.8];
    const content = letters.map((letter, i) => `BT /F1 12 Tf ${at[i]} 700 Td (${letter}) Tj ET`).join(" ");
    expect(await readText(makeDocument({ content, font }))).toBe("Affect");
  });

  it("is read on a page whose spaces are drawn twice", async () => {
    const font = "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Italic >>";
    const show = (letter: string, x: number, y: number) => `BT /F1 12 Tf ${x} ${y} Td (${letter}) Tj ET`;
    const spaced = [740, 720].map((y) => [72, 78, 78.1, 81].map((x, i) => show("a  b".charAt(i), x, y)).join(" "));
    const at = [72, 79.3, 81.6, 84.2, 89.5, 94.8];
    const content = [...spaced, ...at.map((x, i) => show("Affect".charAt(i), x, 700))].join(" ");
    expect(await readText(makeDocument({ content, font }))).toBe("a b\na b\nAffect");
  });
});

describe("a font that is drawn wider than the file states", () => {
  it("leaves the spaces after its widest letters", async () => {
    const font = `<< /Type /Font /Subtype /TrueType /BaseFont /Arial /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 122
      /Widths [${Array.from({ length: 91 }, () => 500).join(" ")}] >>`;
    const word = (text: string, x: number) => `BT /F1 11 Tf ${x} 700 Td (${text}) Tj ET`;
    const content = [word("from", 72), word("its", 97.3), word("below", 117.1), word("4.1", 147.9)].join(" ");
    expect(await readText(makeDocument({ content, font }))).toBe("from its below 4.1");
  });
});

describe("a marked span", () => {
  it("stands for what it says, not for its glyphs", async () => {
    const content = `BT /F1 12 Tf 72 700 Td (bau) Tj /Span << /ActualText (fi) >> BDC (\\001) Tj EMC (sh) Tj ET`;
    expect(await readText(makeDocument({ content }))).toBe("baufish");
  });
});

describe("a layer", () => {
  const marked = (name: string, text: string, y: number) =>
    `/OC /${name} BDC BT /F1 12 Tf 72 ${y} Td (${text}) Tj ET EMC`;
  const groups = ["<< /Type /OCG /Name (Final) >>", "<< /Type /OCG /Name (Draft) >>"];
  const content = `${marked("L0", "The budget is 24.", 700)} ${marked("L1", "The budget is 31.", 680)} /X0 Do`;
  const form = {
    value: "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /OC 7 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    stream: Buffer.from("BT /F1 12 Tf 72 600 Td (Ask the supplier.) Tj ET"),
  };
  const make = (configuration: string, more: RawObject[] = []) =>
    makeDocument({
      content,
      resources: "/Properties << /L0 6 0 R /L1 7 0 R >> /XObject << /X0 8 0 R >>",
      catalog: `/OCProperties << /OCGs [6 0 R 7 0 R] /D << ${configuration} >> >>`,
      more: [...groups, form, ...more],
    });

  it("that is switched off is not read, nor a form that belongs to it", async () => {
    expect(await readText(make("/OFF [7 0 R]"))).toBe("The budget is 24.");
  });

  it("that is not switched on is not read where all are off", async () => {
    expect(await readText(make("/BaseState /OFF /ON [6 0 R]"))).toBe("The budget is 24.");
  });

  it("that is on is read", async () => {
    expect(await readText(make(""))).toBe("The budget is 24.\nThe budget is 31.\nAsk the supplier.");
  });
});

describe("an annotation", () => {
  const appearance = {
    value: "<< /Type /XObject /Subtype /Form /BBox [0 0 200 40] /Resources << /Font << /F1 5 0 R >> >> >>",
    stream: Buffer.from("BT /F1 12 Tf 4 20 Td (Signed by Marta Lindqvist) Tj ET"),
  };
  const make = (kind: string) =>
    makeDocument({
      content: "BT /F1 12 Tf 72 700 Td (Agreed:) Tj ET",
      page: "/Annots [6 0 R]",
      more: [`<< /Type /Annot ${kind} /Rect [72 600 272 640] /AP << /N 7 0 R >> >>`, appearance],
    });

  it.each([
    ["a stamp", "/Subtype /Stamp"],
    ["a text box", "/Subtype /FreeText /DA (/F1 12 Tf)"],
  ])("is read as it is drawn: %s", async (_, kind) => {
    const { pages } = await readPdf(make(kind));
    expect(pages[0]?.text).toBe("Agreed:\nSigned by Marta Lindqvist");
    const box = pages[0]?.lines[1]?.box;
    expect(box?.x).toBeCloseTo(76, 0);
    expect(box?.y).toBeGreaterThan(842 - 640);
  });

  it("that is hidden is not read", async () => {
    expect(await readText(make("/Subtype /Stamp /F 2"))).toBe("Agreed:");
  });
});

describe("a file", () => {
  it("is read behind bytes that stand before its header", async () => {
    const pdf = await makePdf(["The mill grinds 40 sacks a day."]);
    expect(await readText(Buffer.concat([Buffer.alloc(128, 0x20), pdf]))).toBe("The mill grinds 40 sacks a day.");
  });

  it("that asks for a password is refused as such", async () => {
    expect((await readPdf(await makeEncryptedPdf())).fault).toEqual({ reason: "PDF_ENCRYPTED" });
  });
});
