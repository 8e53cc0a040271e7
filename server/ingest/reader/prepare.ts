/**
 * Puts the changed parser in the place of the parser; it must be imported before it. Changing it takes a fifth of a
 * second of a core, so the one that the installation changed is taken where it is there.
 *
 * The parser wants a canvas, which text does not need: the native module would cost 300 MB and be a way out of the
 * permission model, so it is not found, and empty constructors stand in.
 *
 * The package asks for the build for old versions of Node, which takes a tenth of a second more to load; it gets the other.
 */
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { changedParser, changeParser } from "./changes.ts";

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.startsWith("@napi-rs/canvas")) throw new Error("Text needs no canvas.");
    const resolved = next(specifier.replace("pdfjs-dist/legacy/", "pdfjs-dist/"), context);
    if (!resolved.url.endsWith("/pdf.worker.mjs")) return resolved;
    const changed = changedParser(resolved.url);
    return existsSync(changed) ? { ...resolved, url: changed.href } : resolved;
  },
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!url.endsWith("/pdf.worker.mjs") || !loaded.source) return loaded;
    return { ...loaded, source: changeParser(Buffer.from(loaded.source as Uint8Array).toString()) };
  },
});

const nothing = function nothing() {};
Object.assign(globalThis, { DOMMatrix: nothing, ImageData: nothing, Path2D: nothing });
/** All that Node lacks of what that build uses; it adds up lengths and widths with it. */
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
Object.assign(Math, { sumPrecise: sum });
