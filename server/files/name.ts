import { LIMITS } from "../contract/limits.ts";
import { compose } from "../text/marks.ts";

/** Control characters, and the marks that turn the direction of what follows (Unicode UAX #9); ZWNJ and ZWJ stay. */
const HIDDEN =
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** Names that Windows takes for devices, whatever their ending (Microsoft, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
const NAMELESS = "document.pdf";

/**
 * A file's name as it may be shown, and kept on any disk: no folders, no hidden characters, no device, not too long in
 * characters or bytes, never empty. What is cut is cut before its ending.
 */
export const cleanName = (name: string): string => {
  const base = name.toWellFormed().split(/[/\\]/).at(-1) ?? "";
  // Composed when nothing hidden stands between any more.
  const visible = withoutEnd(compose(base.replace(HIDDEN, ""), "NFC").trim());
  if (visible === "") return NAMELESS;
  return fit(DEVICE.test(visible) ? `_${visible}` : visible);
};

/** Without dots and spaces at the end, which not every disk keeps. No pattern: it would take the square of a long row. */
const withoutEnd = (name: string): string => {
  let end = name.length;
  while (end > 0 && /[.\s]/.test(name.charAt(end - 1))) end--;
  return name.slice(0, end);
};

const fit = (name: string): string => {
  const ending = /\.[^.\s]{1,10}$/u.exec(name)?.[0] ?? "";
  let [chars, bytes] = [Array.from(ending).length, Buffer.byteLength(ending)];
  let stem = "";
  for (const character of ending ? name.slice(0, -ending.length) : name) {
    chars += 1;
    bytes += Buffer.byteLength(character);
    if (chars > LIMITS.fileNameChars || bytes > LIMITS.fileNameBytes) return `${stem.trimEnd()}${ending}`;
    stem += character;
  }
  return name;
};
