import { DESCENT, type Glyph, type Run } from "./runs.ts";

/** Of its base's size: larger runs are no superscripts, smaller ones stand beside a drop cap. */
const MAX_SIZE = 0.85;
const MIN_SIZE = 0.4;
/** In ems of the base, measured on files of TeX, Word and browsers. */
const MIN_SHIFT = 0.1;
const MAX_GAP = 0.15;
/** How much preceding text decides what a script is. */
const TAIL_CHARS = 24;

const RAISED = new Map(Array.from("0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻−⁻–⁻".matchAll(/(.)(.)/gu), ([, from, to]) => [from, to]));
const LOWERED = new Map(Array.from("0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋−₋".matchAll(/(.)(.)/gu), ([, from, to]) => [from, to]));

/** Signs of charge and exponents below zero belong to what they follow; so do exponents of a unit, a variable or a ten. */
const SIGNED = /^(?:\d*[+−–-]|[+−–-]\d+)$/u;
const EXPONENT = /^[2-9]$/;
const TAKES_EXPONENT = /(?:^|[^\p{L}])(?:[kcdmµμn]?m|ft|in|yd|mi|\p{L})$/u;
const TEN = /[x×·⋅∙*]\s*10$/u;
const DIGITS = /^[\d+−–-](?:[\d,+−–-]{0,8}\d|[+−–-])?$/u;

const ORDINAL = /^(?:st|nd|rd|th|e|er|re|ère|nde|d|de|ème|eme|è|ste|te|o|os|°|º|ª)$/iu;
const LETTER_MARKS = /^(?:\p{Ll}(?:,\s?\p{Ll}){0,4}|TM|SM)$/u;
const ENDS_NUMBER = /(?:\p{N}|(?:^|[^\p{L}])[IVXLC]+)$/u;
const ENDS_WORD = /\p{L}{3}$/u;

type Shift = "raised" | "lowered";

const baselineOf = ({ bottom, size }: Run) => bottom - DESCENT * size;

/** Whether a run is set above or below the baseline of a larger one beside it. */
const shiftFrom = (base: Run | undefined, run: Run): Shift | undefined => {
  if (!base || run.size > MAX_SIZE * base.size || run.size < MIN_SIZE * base.size) return;
  const shift = (baselineOf(run) - baselineOf(base)) / base.size;
  if (Math.abs(shift) >= MIN_SHIFT) return shift < 0 ? "raised" : "lowered";
  return;
};

const isTight = (left: Run | undefined, right: Run | undefined): boolean =>
  left !== undefined && right !== undefined && right.u0 - left.u1 <= MAX_GAP * Math.max(left.size, right.size);

/** Whether a raised text is a mark that leads to a note, and no part of the word or number before it. */
const isMark = (before: string, text: string): boolean => {
  if (DIGITS.test(text)) {
    if (SIGNED.test(text) || !/[\p{L}\p{N}]$/u.test(before)) return false;
    return !(TEN.test(before) || (EXPONENT.test(text) && TAKES_EXPONENT.test(before)));
  }
  if (!LETTER_MARKS.test(text)) return false;
  return ENDS_NUMBER.test(before) ? !ORDINAL.test(text) : ENDS_WORD.test(before);
};

/** A run with superscript or subscript digits, and a space on each side that has a word. */
const setApart = (run: Run, shift: Shift, { left, right }: { left: boolean; right: boolean }): Run => {
  const digits = shift === "raised" ? RAISED : LOWERED;
  const written = DIGITS.test(run.text);
  const glyphs: Glyph[] = run.glyphs.map((glyph) => ({
    ...glyph,
    text: written ? Array.from(glyph.text, (digit) => digits.get(digit) ?? digit).join("") : glyph.text,
  }));
  if (left) glyphs.unshift({ text: " ", u0: run.u0, u1: run.u0 });
  if (right) glyphs.push({ text: " ", u0: run.u1, u1: run.u1 });
  return { ...run, glyphs, text: glyphs.map(({ text }) => text).join("") };
};

/** A note's mark in front of its text; that of an isotope belongs to the element's sign. */
const leadsWord = (run: Run, next: Run | undefined): boolean =>
  isTight(run, next) && /^\p{L}{3}/u.test(next?.text ?? "");

/**
 * Runs of a row from left to right, with superscripts and subscripts as Unicode has them: marks of notes stand apart
 * from the word or number before them; exponents, indices and ordinals stay with it.
 */
export const setScripts = (runs: Run[]): Run[] => {
  if (runs.length < 2) return runs;
  let base: Run | undefined;
  let before = "";
  return runs.map((run, i) => {
    const [previous, next] = [runs[i - 1], runs[i + 1]];
    const after = isTight(previous, run);
    const shift = shiftFrom(base, run) ?? (after ? undefined : shiftFrom(next, run));
    if (!shift || !(after || isTight(run, next))) {
      base = run;
      before = `${before}${after ? "" : " "}${run.text}`.slice(-TAIL_CHARS);
      return run;
    }
    const mark = shift === "raised" && after && isMark(before, run.text);
    const leads = shift === "raised" && DIGITS.test(run.text) && (mark || !after) && leadsWord(run, next);
    return setApart(run, shift, { left: mark, right: leads });
  });
};
