import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromium, type Browser, type Page } from "playwright-core";
import type { Box } from "../../server/contract/files.ts";
import type { PageText } from "../../server/ingest/document.ts";
import { toPageRow } from "../../server/ingest/rows.ts";
import { boxesOf } from "../../server/retrieval/boxes.ts";
import { compareBoxes } from "../support/area.ts";
import { readPdf } from "../support/read.ts";
import { executablePath, FLAGS } from "./browser.ts";

/** Points for a CSS pixel. */
const SCALE = 0.75;
const WIDTH = 794;
const HEIGHT = 1123;

const EMPTY: PageText = { page: 1, width: 0, height: 0, text: "", lines: [] };

type Lang = "en" | "fa" | "ar" | "ja" | "he:lang=en";
type Kind = { lang: Lang; style?: string; html: string };

/** Each with quotes in `<q>`. */
const KINDS: Record<string, Kind> = {
  Latin: {
    lang: "en",
    html: "The harvest of barley rose in every valley. <q>Prices fell by 12.5% while traders moved their grain down the river to the old port, where it was weighed.</q> Nobody knew why.",
  },
  "Latin with ligatures": {
    lang: "en",
    html: "Officers were waiting. <q>The difficult affair of the five coffee fields filled the office's file.</q> Nobody knew.",
  },
  justified: {
    lang: "en",
    style: "text-align: justify; width: 340px",
    html: "The harvest of barley rose in every valley of the land. <q>Notwithstanding considerable resistance, prices fell while the travelling traders moved their grain down the river to the old port.</q> Nobody knew why that was.",
  },
  "bold and italic": {
    lang: "en",
    html: "The <b>harvest of barley</b> rose. <q>Prices <b>fell by a third</b> while <i>traders moved</i> their grain.</q> Nobody knew.",
  },
  small: {
    lang: "en",
    style: "font-size: 10px",
    html: "The harvest rose. <q>Prices fell while traders moved their grain down the river.</q> Nobody knew.",
  },
  superscripts: {
    lang: "en",
    html: "The field has an area. <q>It measures 250 m<sup>2</sup> and costs $320<sup>1</sup> a year, water included.</q> Nobody knew.",
  },
  "one word": { lang: "en", html: "The harvest rose in every <q>valley</q> of the land." },
  Persian: {
    lang: "fa",
    html: "برداشت جو در هر دره افزایش یافت. <q>قیمت نفت در سال ۲۰۲۴ به ۸۵ دلار رسید و بازرگانان غله خود را از راه رودخانه به بندر کهنه بردند.</q> هیچ کس نمی‌دانست چرا.",
  },
  "Arabic with vowels": {
    lang: "ar",
    html: "اِرْتَفَعَ الحَصادُ فِي كُلِّ وادٍ. <q>كَتَبَ الوَلَدُ رِسَالَةً طَوِيلَةً إِلَى أُمِّهِ فِي القَرْيَةِ البَعِيدَةِ.</q> لا أَحَدَ يَعْلَمُ.",
  },
  "Hebrew with Latin and numbers": {
    lang: "he:lang=en",
    html: "היבול עלה בכל עמק. <q>המחיר של חברת Acme Trading ירד בשנת 2024 ב-12.5 אחוזים לעומת השנה הקודמת.</q> איש לא ידע מדוע.",
  },
  "Hebrew in Latin": {
    lang: "he:lang=en",
    style: "direction: ltr",
    html: "The harvest rose. <q>The word שלום עולם is a greeting of 2 words in Hebrew.</q> Nobody knew.",
  },
  Japanese: {
    lang: "ja",
    html: "港の収穫は去年より良かった。<q>漁師たちは2024年に「大漁」を喜び、ABC社の報告（第3章）を読んだ。</q>理由は誰も知らない。",
  },
  "vertical Japanese": {
    lang: "ja",
    style: "writing-mode: vertical-rl; height: 300px; width: auto",
    html: "港の収穫は去年より良かった。<q>漁師たちは二〇二四年に「大漁」を喜び、ABC社の報告（第三章）を読んだ。それは長い報告だった。</q>理由は誰も知らない。",
  },
  "vertical Japanese with numbers across": {
    lang: "ja",
    style: "writing-mode: vertical-rl; height: 300px; width: auto",
    html: "港の収穫は去年より良かった。<q>第<i>100</i>回の報告は<i>12</i>月に出た。</q>理由は誰も知らない。<style>i { font-style: normal; text-combine-upright: all }</style>",
  },
  "turned by 90 degrees": {
    lang: "en",
    style: "rotate: 90deg; transform-origin: top left; translate: 300px 0; width: 400px; margin-bottom: 330px",
    html: "The harvest of barley rose. <q>Prices fell while traders moved their grain down the river to the old port.</q> Nobody knew why.",
  },
  "turned by 270 degrees": {
    lang: "en",
    style: "rotate: 270deg; transform-origin: top left; translate: 0 400px; width: 400px; margin-bottom: 330px",
    html: "The harvest of barley rose. <q>Prices fell while traders moved their grain down the river to the old port.</q> Nobody knew why.",
  },
  "Persian turned by 90 degrees": {
    lang: "fa",
    style: "rotate: 90deg; transform-origin: top left; translate: 300px 0; width: 400px; margin-bottom: 330px",
    html: "برداشت جو در هر دره افزایش یافت. <q>قیمت نفت در سال ۲۰۲۴ به ۸۵ دلار رسید.</q> هیچ کس نمی‌دانست چرا.",
  },
};

/** Families that hold a language's letters; none where `fc-list` (fontconfig) is missing. */
const familiesOf = (lang: Lang): string[] => {
  const listed = executablePath
    ? (spawnSync("fc-list", [`:lang=${lang}`, "family"], { encoding: "utf8" }).stdout ?? "")
    : "";
  return [...new Set(listed.split("\n").map((line) => line.split(",")[0] ?? ""))]
    .filter((family) => PLAIN.test(family))
    .sort();
};
const PLAIN =
  /^(?:DejaVu (?:Sans|Serif)|Noto (?:Sans|Serif|Naskh Arabic|Sans (?:Arabic|Hebrew|CJK JP)|Serif (?:Hebrew|CJK JP))|Amiri|Liberation (?:Sans|Serif))$/;

const pageOf = (
  { lang, style = "", html }: Kind,
  family: string,
) => `<!doctype html><html lang="${lang.slice(0, 2)}"><meta charset="utf-8"><style>
@page { size: ${WIDTH}px ${HEIGHT}px; margin: 0 }
html, body { margin: 0 }
q { quotes: none }
p { margin: 60px; width: 600px; font: 16px/1.6 "${family}"; direction: ${/^(?:fa|ar|he)/.test(lang) ? "rtl" : "ltr"}; ${style} }
.ink * { color: transparent }
.ink q, .ink q * { color: black }
</style><body><p>${html}</p></body></html>`;

const compact = (text: string) => {
  const places: number[] = [];
  let letters = "";
  for (const { 0: letter, index } of text.matchAll(/\S/gu)) {
    const plain = letter.normalize("NFKC");
    letters += plain;
    for (let i = 0; i < plain.length; i++) places.push(index);
  }
  return { letters, places };
};

/** The part of a quote's ink that lies in boxes: the quote alone is drawn, and its pixels are counted. */
const inkIn = async (page: Page, boxes: Box[]): Promise<number> => {
  await page.evaluate(() => document.body.classList.add("ink"));
  const shot = `data:image/png;base64,${(await page.screenshot()).toString("base64")}`;
  return page.evaluate(
    async ({ shot, boxes, scale }) => {
      const picture = await createImageBitmap(await (await fetch(shot)).blob());
      const { width, height } = picture;
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context?.drawImage(picture, 0, 0);
      const data = context?.getImageData(0, 0, width, height).data ?? [];
      let [all, inside] = [0, 0];
      for (let at = 0; at < width * height; at++) {
        const ink = 255 - (data[at * 4] ?? 255);
        if (ink === 0) continue;
        const [x, y] = [((at % width) + 0.5) * scale, (Math.floor(at / width) + 0.5) * scale];
        all += ink;
        if (boxes.some((box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height))
          inside += ink;
      }
      return inside / all;
    },
    { shot, boxes, scale: SCALE },
  );
};

/** Where a quote stands in a page's text, whose lines end elsewhere. */
const find = (text: string, quote: string): { start: number; end: number } => {
  const [page, wanted] = [compact(text), compact(quote)];
  const at = page.letters.indexOf(wanted.letters);
  if (at < 0) throw new Error(`The quote is not in the page's text:\n${quote}\n${text}`);
  return { start: page.places[at] ?? 0, end: (page.places[at + wanted.letters.length - 1] ?? 0) + 1 };
};

describe.skipIf(executablePath === undefined)("boxes in a browser (`npm run test:browser` installs one)", () => {
  let browser: Browser | undefined;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: FLAGS });
    page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
    await page.emulateMedia({ media: "print" });
  });
  afterAll(() => browser?.close());
  for (const [name, kind] of Object.entries(KINDS)) {
    const families = familiesOf(kind.lang);
    test.skipIf(families.length === 0)(`cover quotes and little else: ${name}`, async () => {
      for (const family of families) {
        await page.setContent(pageOf(kind, family));
        const quote = await page.evaluate(() => {
          const range = document.createRange();
          const quote = document.querySelector("q") ?? document.body;
          range.selectNodeContents(quote);
          const boxes = [...range.getClientRects()].map(({ x, y, width, height }) => ({ x, y, width, height }));
          return { text: quote.textContent, boxes };
        });
        const wanted: Box[] = quote.boxes.map(({ x, y, width, height }) => ({
          x: x * SCALE,
          y: y * SCALE,
          width: width * SCALE,
          height: height * SCALE,
        }));
        const { pages } = await readPdf(await page.pdf({ preferCSSPageSize: true, printBackground: true }));
        const row = toPageRow("file", pages[0] ?? EMPTY);
        const { start, end } = find(row.text, quote.text);
        const boxes = boxesOf(row, start, end);
        const { covered, excess } = compareBoxes(boxes, wanted);
        // Some fonts draw marks outside of their own line box: what the browser marks is the measure.
        const ink = (await inkIn(page, boxes)) / (await inkIn(page, wanted));
        console.log(
          `${name} | ${family} | covered ${covered.toFixed(3)} | excess ${excess.toFixed(3)} | ink ${ink.toFixed(3)} | boxes ${boxes.length}`,
        );
        expect.soft(covered, `${name}, ${family}`).toBeGreaterThanOrEqual(0.98);
        expect.soft(ink, `${name}, ${family}`).toBeGreaterThanOrEqual(0.98);
        expect.soft(excess, `${name}, ${family}`).toBeLessThanOrEqual(0.1);
      }
    });
  }
});
