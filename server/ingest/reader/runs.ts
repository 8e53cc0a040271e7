import type { Box } from "../../contract/files.ts";
import { clean, directionOf } from "./letters.ts";
import type { PdfPage } from "./open.ts";

type TextContent = Awaited<ReturnType<PdfPage["getTextContent"]>>;
type Viewport = ReturnType<PdfPage["getViewport"]>;
type Matrix = [number, number, number, number, number, number];

/** Which way a text runs on the page as it is shown: 0 to the right, then clockwise by quarter turns. */
export type Turn = 0 | 1 | 2 | 3;

/**
 * Text that the page shows in one go, in its own frame: `u` runs with the text, `v` from line to line, so that every
 * turn is laid out by the same code. Points.
 */
export type Run = {
  text: string;
  turn: Turn;
  u0: number;
  u1: number;
  /** Upper and lower edge; the baseline lies between. */
  top: number;
  bottom: number;
  size: number;
  /** Its name, by which it is known on all pages. */
  font: string;
};

/** A style of the parser with what `prepare` adds to it. */
type Style = TextContent["styles"][string] & { name?: string };

/** Six capitals and a plus sign name the subset of a font, which may differ from page to page. */
const fontNameOf = (style: Style | undefined, id: string): string => style?.name?.replace(/^[A-Z]{6}\+/, "") || id;

const multiply = (m: Matrix, n: Matrix): Matrix => [
  m[0] * n[0] + m[2] * n[1],
  m[1] * n[0] + m[3] * n[1],
  m[0] * n[2] + m[2] * n[3],
  m[1] * n[2] + m[3] * n[3],
  m[0] * n[4] + m[2] * n[5] + m[4],
  m[1] * n[4] + m[3] * n[5] + m[5],
];

const toFrame = (turn: Turn, x: number, y: number): { u: number; v: number } => {
  if (turn === 0) return { u: x, v: y };
  if (turn === 1) return { u: y, v: -x };
  return turn === 2 ? { u: -x, v: -y } : { u: -y, v: x };
};

const round = (value: number) => Math.round(value * 100) / 100;

/** A rectangle of a frame as a box on the page. */
export const toBox = (turn: Turn, { u0, u1, top, bottom }: Pick<Run, "u0" | "u1" | "top" | "bottom">): Box => {
  const [x, y] =
    turn === 0 ? [u0, top] : turn === 1 ? [-bottom, u0] : turn === 2 ? [-u1, -bottom] : ([top, -u1] as const);
  const [width, height] = turn % 2 === 0 ? [u1 - u0, bottom - top] : [bottom - top, u1 - u0];
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
};

/** Fonts lie about their ascent; what is out of range is taken as usual. */
const within = (value: number, min: number, max: number, usual: number) =>
  value >= min && value <= max ? value : usual;

const isOn = (box: Box, { width, height }: Viewport) =>
  box.x < width && box.y < height && box.x + box.width > 0 && box.y + box.height > 0;

type Item = Extract<TextContent["items"][number], { str: string }>;

const toRun = (item: Item, style: Style | undefined, viewport: Viewport): Run => {
  const [a, b, c, d, x, y] = multiply(viewport.transform as Matrix, item.transform as Matrix);
  const vertical = style?.vertical ?? false;
  const turn = ((Math.round((Math.atan2(b, a) * 2) / Math.PI) + 4 + (vertical ? 1 : 0)) % 4) as Turn;
  const size = Math.hypot(c, d) || Math.hypot(a, b) || 1;
  const { u, v } = toFrame(turn, x, y);
  return {
    text: clean(item.str),
    turn,
    u0: u,
    u1: u + (vertical ? item.height : item.width),
    top: v - within(style?.ascent ?? 0, 0.6, 1.05, 0.85) * size,
    bottom: v - within(style?.descent ?? 0, -0.4, -0.05, -0.2) * size,
    size,
    font: fontNameOf(style, item.fontName),
  };
};

/** Joiners take no room, whatever the font says: they belong to the letter beside them. */
const JOINERS = /^[\u200C\u200D]+$/;

/** Gives a run what was shown right after it and is no run of its own: joiners, and glyphs whose letters it has. */
const extend = (run: Run, { text, turn, u0, u1, bottom }: Run): void => {
  if (text) run.text = directionOf(run.text) === "left" ? text + run.text : run.text + text;
  else if (turn === run.turn && Math.abs(bottom - run.bottom) < run.size && Math.abs(u0 - run.u1) < run.size)
    Object.assign(run, { u0: Math.min(u0, run.u0), u1: Math.max(u1, run.u1) });
};

/** The texts of a page in their frames, as the file orders them; what lies outside the page is left out. */
export const placeRuns = (content: TextContent, viewport: Viewport): Run[] => {
  const runs: Run[] = [];
  let inked: Run | undefined;
  for (const item of content.items) {
    if (!("str" in item) || (!item.str && !item.width)) continue;
    const run = toRun(item, content.styles[item.fontName], viewport);
    if (!Number.isFinite(run.u0 + run.bottom + run.size) || !isOn(toBox(run.turn, run), viewport)) continue;
    if (inked && (!run.text || JOINERS.test(run.text))) extend(inked, run);
    else if (run.text) runs.push(run);
    if (run.text.trim() && !JOINERS.test(run.text)) inked = run;
  }
  return runs;
};
