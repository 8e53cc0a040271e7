import { LIMITS } from "../contract/limits.ts";
import { ReasonError } from "../errors.ts";
import { boundedDepth } from "../json-depth.ts";
import { BodyTooLargeError } from "./errors.ts";

/**
 * The body as text. Throws `BodyTooLargeError` above `LIMITS.jsonBodyBytes`, before reading where the length is told,
 * and `INVALID_INPUT` for a body that does not arrive whole.
 */
export const readText = async (request: Request): Promise<string> => {
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > LIMITS.jsonBodyBytes) throw new BodyTooLargeError(LIMITS.jsonBodyBytes);
  try {
    // Node reads no more of a body than its length tells.
    return length === null ? await readBounded(request) : await request.text();
  } catch (cause) {
    if (cause instanceof BodyTooLargeError) throw cause;
    throw new ReasonError("INVALID_INPUT", { message: "The body did not arrive whole.", cause });
  }
};

const readBounded = async ({ body }: Request): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > LIMITS.jsonBodyBytes) throw new BodyTooLargeError(LIMITS.jsonBodyBytes);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
};

/** The body as JSON, unchecked: the procedure that it goes to parses it. */
export const readJson = async <Input>(request: Request): Promise<Input> =>
  boundedDepth(parse(await readText(request)) as Input);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReasonError("INVALID_INPUT", { message: "The body is not JSON.", cause });
  }
};
