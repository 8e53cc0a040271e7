/**
 * The parser wants a canvas at import, which text does not need: its native module would cost 300 MB and be a way out
 * of the permission model. Empty constructors stand in, and the module is not found.
 */
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.startsWith("@napi-rs/canvas")) throw new Error("Text needs no canvas.");
    return next(specifier, context);
  },
});

const nothing = function nothing() {};
Object.assign(globalThis, { DOMMatrix: nothing, ImageData: nothing, Path2D: nothing });
console.warn = () => {};
