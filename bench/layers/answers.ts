import { setTimeout as sleep } from "node:timers/promises";
import type { Line } from "./lines.ts";
import { cpuMs } from "./program.ts";
import type { Place } from "./world.ts";

const wordsIn = (text: string) => text.trim().split(/\s+/).length;

/** Asks on all lines in the same moment; how long each waited for its first words. Resolves when all have ended. */
export const firstWords = async (lines: Line[]): Promise<number[]> => {
  const start = performance.now();
  const waited = (line: Line) =>
    new Promise<number>((resolve) => {
      let firstMs: number | undefined;
      line.ask("Which words are there in the report?", (text) => {
        if (text === undefined) resolve(firstMs ?? Number.NaN);
        else firstMs ??= performance.now() - start;
      });
    });
  return Promise.all(lines.map(waited));
};

/** Asks on all lines for a while, on each again as soon as its answer has ended; how long each question waited. */
export const chat = async (lines: Line[], { answerMs, rounds }: { answerMs: number; rounds: number }) => {
  const waited: number[] = [];
  const talk = async (line: Line, index: number) => {
    await sleep((answerMs * index) / lines.length);
    await firstWords([line]);
    for (let round = 0; round < rounds; round++) waited.push(...(await firstWords([line])));
  };
  await Promise.all(lines.map(talk));
  return waited;
};

const ASKED_AT_ONCE = 10;
const SETTLE_MS = 3_000;

export type Held = { tokensPerSecond: number; cpuUs: number };

/** Holds a stream on each line for a while: the words that came a second, and the server's CPU for each. */
export const holdStreams = async ({ program }: Place, lines: Line[], seconds: number): Promise<Held> => {
  let words = 0;
  let ended = 0;
  const begin = (line: Line) =>
    new Promise<void>((resolve) =>
      line.ask("Which words are there in the report?", (text) => {
        resolve();
        if (text === undefined) ended++;
        else words += wordsIn(text);
      }),
    );
  // A crowd that asks in one moment is measured elsewhere.
  for (let from = 0; from < lines.length; from += ASKED_AT_ONCE)
    await Promise.all(lines.slice(from, from + ASKED_AT_ONCE).map(begin));
  await sleep(SETTLE_MS);
  const [cpu, before, start] = [await cpuMs(program), words, performance.now()];
  await sleep(seconds * 1_000);
  const [spent, count, ms] = [(await cpuMs(program)) - cpu, words - before, performance.now() - start];
  if (ended > 0) throw new Error(`${ended} answers ended while they were measured: give them more words`);
  return { tokensPerSecond: (count / ms) * 1_000, cpuUs: (spent * 1_000) / count };
};
