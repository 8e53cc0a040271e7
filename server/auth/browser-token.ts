import { timingSafeEqual } from "node:crypto";
import type { Claim } from "./claim.ts";
import { hashCode } from "./login-code.ts";

const TTL_MS = 180 * 24 * 60 * 60_000;

const sign = (key: Uint8Array, { slug, email }: Claim, expires: string): string =>
  hashCode(key, "browser", `${slug}:${email}:${expires}`);

/**
 * Proves that a browser has signed in to this account. It signs nobody in: it only grants the browser its own budget of
 * codes, so that it need not be revocable. A change of the key makes it worthless.
 */
export const newBrowserToken = (key: Uint8Array, claim: Claim): string => {
  const expires = (Date.now() + TTL_MS).toString(36);
  return `${expires}.${sign(key, claim, expires)}`;
};

/** Whether `token` was made for this account and has not expired. */
export const isBrowserToken = (key: Uint8Array, claim: Claim, token: string): boolean => {
  const [expires = "", signature = ""] = token.split(".", 2);
  if (!(Number.parseInt(expires, 36) > Date.now())) return false;
  const [expected, given] = [sign(key, claim, expires), signature].map((text) => Buffer.from(text));
  return expected !== undefined && expected.length === given?.length && timingSafeEqual(expected, given);
};
