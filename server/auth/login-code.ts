import { createHmac, randomInt } from "node:crypto";
import { LIMITS } from "../contract/limits.ts";

/** Decimal digits, each code as likely as any other. */
export const newCode = (): string =>
  randomInt(10 ** LIMITS.codeDigits)
    .toString()
    .padStart(LIMITS.codeDigits, "0");

/**
 * What is stored of a code: HMAC-SHA-256 with a key of the server, since a plain hash of six digits is soon reversed.
 * It holds for one challenge only.
 */
export const hashCode = (key: Uint8Array, challengeId: string, code: string): string =>
  createHmac("sha256", key).update(`${challengeId}:${code}`).digest("base64url");
