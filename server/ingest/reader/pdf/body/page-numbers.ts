/** What a line counts pages by: `rest` is the line without it, `form` the number's surroundings. */
export type PageNumber = { value: number; form: string; rest: string };

const NAMES = [
  "pages?|pag\\.?|pg\\.?|pp?\\.?|seite|s\\.|p[aá]ginas?|p[aá]g\\.?|strona|strana|str\\.?|sid[ae]|sivu|oldal|blad|blatt|folio",
  "sayfa|halaman|trang|страница|стр\\.?|сторінка|с\\.|σελίδα|صفح[هةۀ]|الصفحة|ص\\.?|עמוד|דף|ページ|[頁页第쪽]|페이지|पृष्ठ|หน้า",
].join("|");
const OF = "of|von|de|di|del|sur|van|av|af|z|ze|od|iz|из|з|από|dari|از|من|מתוך|共|/|\\|";
const NUMBER = "(\\p{Nd}{1,5}|[ivxlcdm]{1,8})";
const EDGE = "[\\s\\p{Pd}\\p{Ps}\\p{Pe}|·•.]{0,8}";
const COUNT = `(?:\\s?(?:${OF})\\s?(?:${NAMES})?\\s?\\p{Nd}{1,5})?`;
/** Pages of a part are A-3 or 2-14. */
const LABEL = "(?:\\p{L}{1,2}|\\p{Nd}{1,3})[-–]";

const ALONE = new RegExp(
  `^${EDGE}(?:(?:${NAMES})[:\\s]*)?(?:${LABEL})?${NUMBER}${COUNT}\\s?(?:${NAMES})?${EDGE}$`,
  "iu",
);
/** A number that is called a page's, where a line of words begins or ends. */
const NAMED = `(?:${NAMES})[:\\s]{1,3}${NUMBER}${COUNT}`;
const NAMED_FIRST = new RegExp(`^${EDGE}(${NAMED})(?=${EDGE}\\s)`, "iu");
const NAMED_LAST = new RegExp(`(?<=\\s)(${NAMED})${EDGE}$`, "iu");
const PARTING = /\s[|·•–—]\s/u;
/** What a value follows, and no page number. */
const ENDS_LABEL = /(?:[:#№]|\b(?:no|nos|nr|num|number|nummer|numéro|n°|nº|id|ref))\.?\s*$/iu;
const MAX_CHARS = 160;
/** How far page numbers run ahead of a file's pages, where they stand beside words: an invoice's number is larger. */
const MAX_AHEAD = 60;

const ROMAN: Record<string, number> = { i: 1, v: 5, x: 10, l: 50, c: 100, d: 500, m: 1000 };
const DIGIT = /\p{Nd}/u;

const romanOf = (text: string): number =>
  Array.from(text.toLowerCase(), (letter) => ROMAN[letter] ?? 0).reduce(
    (sum, value, i, values) => sum + (value < (values[i + 1] ?? 0) ? -value : value),
    0,
  );

/** A digit's value in any script: the ten of a script follow each other. */
const digitOf = (digit: string): number => {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && DIGIT.test(String.fromCodePoint(code - value - 1))) value++;
  return value;
};

const valueOf = (number: string): number =>
  DIGIT.test(number) ? Array.from(number).reduce((sum, digit) => sum * 10 + digitOf(digit), 0) : romanOf(number);

const inPart = (text: string, part: string): PageNumber | undefined => {
  const number = ALONE.exec(part)?.[1];
  if (number === undefined) return;
  const at = text.indexOf(part);
  const rest = (text.slice(0, at) + text.slice(at + part.length)).trim();
  return { value: valueOf(number), form: part.replace(number, "#"), rest };
};

const besideWords = (text: string, outer: readonly string[], page: number): PageNumber | undefined => {
  const parts = text.split(PARTING);
  for (const part of [outer[0], outer.at(-1), parts[0], parts.at(-1)]) {
    const found = part === undefined || part === text ? undefined : inPart(text, part);
    if (found && found.value <= page + MAX_AHEAD && !ENDS_LABEL.test(found.rest)) return found;
  }
  return;
};

/**
 * The page number that a line is or holds. Beside words it is in an outer cell of its own, after a separator or
 * after the word for a page: other numbers that count up are not page numbers.
 */
export const pageNumberOf = (text: string, outer: readonly string[], page: number): PageNumber | undefined => {
  if (text.length > MAX_CHARS) return;
  const named = NAMED_FIRST.exec(text)?.[1] ?? NAMED_LAST.exec(text)?.[1];
  return inPart(text, text) ?? (named === undefined ? besideWords(text, outer, page) : inPart(text, named));
};
