import { languageOf as languageOfWords } from "../../text/language.ts";
import { wordsOf } from "../../text/words.ts";
import { NO_ANSWER } from "../model.ts";
import type { Extract, Extracted } from "./answer.ts";

type Language = "english" | "persian" | "arabic" | "german" | "french" | "spanish" | "chinese" | "other";

type Wording = { about: string; none: string; nearest: string };

const WORDING: Record<Language, Wording> = {
  english: {
    about: "(Offline extractive answer: sentences quoted from your documents.)",
    none: "I couldn't find an answer in your documents.",
    nearest: "The closest passage:",
  },
  persian: {
    about: "(پاسخ استخراجی آفلاین: جمله‌ها عیناً از سندهای شماست.)",
    none: "پاسخی برای این پرسش در سندهای شما پیدا نشد.",
    nearest: "نزدیک‌ترین جمله:",
  },
  arabic: {
    about: "(إجابة استخراجية دون اتصال: جمل مقتبسة من مستنداتك.)",
    none: "لم أجد إجابة في مستنداتك.",
    nearest: "أقرب ما ورد فيها:",
  },
  german: {
    about: "(Extraktive Offline-Antwort: Sätze aus Ihren Dokumenten.)",
    none: "Ich habe in Ihren Dokumenten keine Antwort gefunden.",
    nearest: "Am nächsten kommt:",
  },
  french: {
    about: "(Réponse extractive hors ligne : phrases citées de vos documents.)",
    none: "Je n'ai pas trouvé de réponse dans vos documents.",
    nearest: "Le plus proche :",
  },
  spanish: {
    about: "(Respuesta extractiva sin conexión: frases citadas de sus documentos.)",
    none: "No he encontrado una respuesta en sus documentos.",
    nearest: "Lo más cercano:",
  },
  chinese: {
    about: "（离线摘录式回答：句子均引自您的文档。）",
    none: "未在您的文档中找到答案。",
    nearest: "最接近的内容：",
  },
  other: { about: "(Offline, extractive.)", none: "—", nearest: "…" },
};

/**
 * The answer as it is sent: each sentence verbatim with its marker, and last what kind of answer this is. Where the
 * sources do not tell, it says so and quotes what comes nearest.
 */
export const wordAnswer = (question: string, { answers, nearest }: Extracted): string => {
  const { about, none, nearest: introduction } = WORDING[languageOf(question)];
  if (answers.length > 0) return `${answers.map(quote).join(" ")}\n\n${about}`;
  return nearest ? `${NO_ANSWER} ${none}\n\n${introduction} ${quote(nearest)}` : `${NO_ANSWER} ${none}`;
};

/** That there is no answer, in the language of the question. */
export const wordNoAnswer = (question: string): string => WORDING[languageOf(question)].none;

const quote = ({ n, text }: Extract): string => `${text} [${n}]`;

/** By letters first: Persian has some that Arabic lacks, and people type either's keyboard. */
const languageOf = (question: string): Language => {
  if (/[پچژگیک]/.test(question)) return "persian";
  if (/\p{Script=Arabic}/u.test(question)) return /[يكةأإى]/.test(question) ? "arabic" : "persian";
  if (/\p{Script=Hiragana}|\p{Script=Katakana}/u.test(question)) return "other";
  if (/\p{Script=Han}/u.test(question)) return "chinese";
  if (!/\p{L}/u.test(question) || /[^\p{Script=Latin}\P{L}]/u.test(question)) return "other";
  return languageOfWords(wordsOf(question));
};
