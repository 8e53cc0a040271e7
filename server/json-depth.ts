import { ReasonError } from "./errors.ts";

/** No input of the API has more than a few levels. */
const MAX_DEPTH = 64;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/**
 * Returns a client's parsed JSON. Throws `INVALID_INPUT` where it is nested deeper than 64 levels: `JSON.parse` reads any
 * depth, and what recurses into the value later (a fingerprint, a schema) would overflow the stack.
 */
export const boundedDepth = <T>(json: T): T => {
  let level = [json as unknown].filter(isObject);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new ReasonError("INVALID_INPUT", { message: `JSON may be nested at most ${MAX_DEPTH} levels deep.` });
    level = level.flatMap((part) => Object.values(part).filter(isObject));
  }
  return json;
};
