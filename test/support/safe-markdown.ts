import { createSafeMarkdown } from "../../server/chat/markdown/safe-markdown.ts";
import { makeAttack } from "./answer-attacks.ts";
import { createRandom } from "./choices.ts";
import { unsafeIn } from "./rendered.ts";

const SOURCES = ["Our page is https://ok.example/page and http://ok.example/page, or www.ok.example."];

/** A text as an answer shows it, and what had been shown after each piece of it. */
export const writeSafely = (text: string, pieceLength = text.length): { text: string; shown: string[] } => {
  const markdown = createSafeMarkdown(SOURCES);
  const shown: string[] = [];
  let out = "";
  for (let at = 0; at < text.length; at += pieceLength) {
    out += markdown.push(text.slice(at, at + pieceLength));
    shown.push(out);
  }
  return { text: out + markdown.end(), shown };
};

/** Generated answers that are not safe, or differ by how they are cut; each with what is wrong. */
export const findUnsafe = (count: number, seed?: number): { answer: string; found: string[] }[] => {
  const random = createRandom(seed);
  const failed: { answer: string; found: string[] }[] = [];
  for (let n = 0; n < count; n++) {
    const answer = makeAttack(random);
    const { text } = writeSafely(answer);
    const found = unsafeIn(text);
    const letters = writeSafely(answer, 1);
    for (const cut of [letters, writeSafely(answer, 2 + random.int(6))])
      if (cut.text !== text) found.push(`cut otherwise: ${cut.text}`);
    // An answer that is cancelled ends anywhere.
    found.push(...unsafeIn(random.pick([...letters.shown, ""])));
    // A model that repeats its earlier answer adds no escapes to it.
    if (writeSafely(text).text !== text) found.push(`read again: ${writeSafely(text).text}`);
    if (found.length > 0) failed.push({ answer, found });
  }
  return failed;
};
