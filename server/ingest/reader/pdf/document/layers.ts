import { inflateSync } from "node:zlib";
import { readPlainObjects } from "./plain-objects.ts";

/** Object streams of more than this hold no catalogue that anybody wrote. */
const MAX_INFLATED = 8 * 1024 * 1024;

/** Whether a file may have layers: its catalogue lies open, or in a compressed stream of objects. */
export const mayHaveLayers = (data: Buffer): boolean => {
  if (data.includes("/OCProperties")) return true;
  let left = MAX_INFLATED;
  for (let at = data.indexOf("/ObjStm"); at >= 0 && left > 0; at = data.indexOf("/ObjStm", at + 1)) {
    const start = data.indexOf("stream", at);
    const end = data.indexOf("endstream", start);
    if (start < 0 || end < 0) return false;
    const first = start + (data[start + 6] === 13 ? 8 : 7);
    try {
      const objects = inflateSync(data.subarray(first, end), { maxOutputLength: left });
      left -= objects.length;
      if (objects.includes("/OCProperties")) return true;
    } catch {
      // Encrypted, or no deflate stream: its contents are unknown.
    }
  }
  return false;
};

const references = (text: string | undefined): number[] =>
  [...(text ?? "").matchAll(/(\d+) \d+ R/g)].map(([, number]) => Number(number));

const arrayOf = (text: string, key: string): number[] =>
  references(new RegExp(`/${key}\\s*\\[([^\\]]*)\\]`).exec(text)?.[1]);

/** The groups that the default configuration hides (ISO 32000-2, 8.11.4.3). */
const hiddenGroups = (catalog: string, resolve: (text: string) => string): Set<number> => {
  const properties = /\/OCProperties\s*(<<[^]*|\d+ \d+ R)/.exec(catalog)?.[1] ?? "";
  const all = resolve(properties);
  const configuration = resolve(/\/D\s*(<<[^]*|\d+ \d+ R)/.exec(all)?.[1] ?? "");
  const off = arrayOf(configuration, "OFF");
  if (!/\/BaseState\s*\/OFF/.test(configuration)) return new Set(off);
  const on = new Set(arrayOf(configuration, "ON"));
  return new Set([...arrayOf(all, "OCGs").filter((group) => !on.has(group)), ...off]);
};

/** Whether a membership dictionary is hidden; without a policy one visible group shows it. */
const isHiddenMember = (text: string, hidden: Set<number>): boolean => {
  const single = /\/OCGs (\d+) \d+ R/.exec(text)?.[1];
  const groups = single === undefined ? arrayOf(text, "OCGs") : [Number(single)];
  if (groups.length === 0) return false;
  switch (/\/P\s*\/(\w+)/.exec(text)?.[1] ?? "AnyOn") {
    case "AllOn":
      return groups.some((group) => hidden.has(group));
    case "AnyOff":
      return !groups.some((group) => hidden.has(group));
    case "AllOff":
      return !groups.every((group) => hidden.has(group));
    default:
      return groups.every((group) => hidden.has(group));
  }
};

/** The key that a hidden group or membership has in a copy instead of `Type`, as long as that. */
export const HIDDEN_KEY = "Hide";

/**
 * Marks in a plain copy what its layers hide: PDFium's text takes no account of them. Groups get another key,
 * which the marks of their contents show; forms and annotations lose their subtype, so that PDFium does not draw them.
 * Undefined where nothing is hidden.
 */
export const markHidden = (copy: Buffer): Buffer | undefined => {
  const objects = readPlainObjects(copy);
  const resolve = (text: string) => {
    const [, number] = /^(\d+) \d+ R/.exec(text) ?? [];
    return number === undefined ? text : (objects.get(Number(number))?.text ?? "");
  };
  const catalog = [...objects.values()].find(({ text }) => /\/Type\/Catalog\b/.test(text))?.text ?? "";
  const hidden = hiddenGroups(catalog, resolve);
  if (hidden.size === 0) return undefined;
  for (const [number, { text }] of objects)
    if (/\/Type\/OCMD\b/.test(text) && isHiddenMember(text, hidden)) hidden.add(number);
  for (const [number, { text, at }] of objects) {
    const replace = (from: string, sameLength: string) => {
      const place = text.indexOf(from);
      if (place >= 0) copy.write(sameLength, at + place, "latin1");
    };
    if (hidden.has(number)) replace("/Type/OC", `/${HIDDEN_KEY}/OC`);
    const layer = /\/OC (\d+) \d+ R/.exec(text)?.[1];
    if (layer !== undefined && hidden.has(Number(layer))) replace("/Subtype/", "/Subhide/");
  }
  return copy;
};
