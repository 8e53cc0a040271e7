import { LIMITS } from "../contract/limits.ts";

/** Control characters, and the marks that turn the direction of what follows (Unicode UAX #9); ZWNJ and ZWJ stay. */
// oxlint-disable-next-line no-control-regex -- they are what is taken out
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** A file's name as it may be shown: no folders, no hidden characters, not too long, never empty. */
export const cleanName = (name: string): string => {
  const base = name.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const visible = base.replace(HIDDEN, "").trim();
  if (visible === "" || /^\.+$/.test(visible)) return "document.pdf";
  return Array.from(visible).slice(0, LIMITS.fileNameChars).join("");
};
