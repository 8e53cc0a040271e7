import { NO_ANSWER } from "../model.ts";
import type { Extract } from "./answer.ts";

type Language = "english" | "persian" | "other";

const WORDING: Record<Language, { about: string; none: string }> = {
  english: {
    about: "(Offline extractive answer: sentences quoted from your documents.)",
    none: "The documents do not tell.",
  },
  persian: {
    about: "(پاسخ استخراجی آفلاین: جمله‌ها عیناً از سندهای شماست.)",
    none: "در سندها پاسخی برای این پرسش نیست.",
  },
  other: { about: "(Offline, extractive.)", none: "—" },
};

/** The answer as it is sent: each sentence verbatim with its marker, and last what kind of answer this is. */
export const wordAnswer = (question: string, extracts: readonly Extract[]): string => {
  const { about, none } = WORDING[languageOf(question)];
  if (extracts.length === 0) return `${NO_ANSWER} ${none}`;
  return `${extracts.map(({ n, text }) => `${text} [${n}]`).join(" ")}\n\n${about}`;
};

/** By letters alone: Persian has some that Arabic lacks, and people type either's keyboard. */
const languageOf = (question: string): Language => {
  if (/[پچژگیک]/.test(question)) return "persian";
  if (/\p{Script=Arabic}/u.test(question)) return /[يكةأإى]/.test(question) ? "other" : "persian";
  return /\p{L}/u.test(question) && !/[^\p{Script=Latin}\P{L}]/u.test(question) ? "english" : "other";
};
