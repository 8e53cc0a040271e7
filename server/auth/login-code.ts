import { createHmac } from "node:crypto";
import { LIMITS } from "../contract/limits.ts";

/**
 * The code of a seed: decimal digits, each code as likely as any other. Whoever reads the store sees seeds, and cannot make
 * codes of them without the server's key.
 */
export const codeOf = (key: Uint8Array, seed: string): string => {
  const number = createHmac("sha256", key).update(`code:${seed}`).digest().readBigUInt64BE();
  return (number % BigInt(10 ** LIMITS.codeDigits)).toString().padStart(LIMITS.codeDigits, "0");
};

/**
 * What is stored of a code: HMAC-SHA-256 with a key of the server, since a plain hash of six digits is soon reversed.
 * It holds for one challenge only.
 */
export const hashCode = (key: Uint8Array, challengeId: string, code: string): string =>
  createHmac("sha256", key).update(`${challengeId}:${code}`).digest("base64url");
