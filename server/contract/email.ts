import { z } from "zod";
import { LIMITS } from "./limits.ts";

/**
 * A dot-atom of RFC 5321 with the characters that RFC 6531 adds: no blanks, controls or bidi controls, nothing quoted. The
 * joiners that Persian and Indic words need stand between letters only.
 */
const LOCAL = (() => {
  const ascii = "[a-z0-9!#$%&'*+\\-/=?^_`{|}~]";
  const other = "(?![\\p{ASCII}\\p{DI}])[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]";
  const joiner = "(?<=[\\p{L}\\p{M}])[\\u200c\\u200d](?=[\\p{L}\\p{M}])";
  const atom = `(?:${ascii}|${other}|${joiner})+`;
  return new RegExp(`^${atom}(?:\\.${atom})*$`, "u");
})();
/** What may stand in a domain before it is mapped: ASCII letters, digits, dots, hyphens, and whatever IDNA knows. */
const DOMAIN_INPUT = /^(?:[a-z0-9.-]|(?!\p{ASCII})[\p{L}\p{M}\p{N}\p{P}\p{S}\u200c\u200d])+$/iu;
const DOMAIN = /^(?:[a-z0-9][a-z0-9-]{0,62}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;

/** The ASCII (punycode) form of a domain by the URL standard's mapping (UTS 46); undefined where it has none. */
const toAsciiDomain = (domain: string): string | undefined => {
  const url = `http://${domain}/`;
  return DOMAIN_INPUT.test(domain) && URL.canParse(url) ? new URL(url).hostname : undefined;
};

/** One text for one mailbox: the local part in NFC and lower case, the domain in ASCII. */
export const canonicalEmail = (text: string): string => {
  const at = text.lastIndexOf("@");
  const domain = toAsciiDomain(text.slice(at + 1));
  if (at < 0 || domain === undefined) return text;
  // Lower case may leave NFC: it is composed once more, so that the result is its own canonical form.
  return `${text.slice(0, at).normalize("NFC").toLowerCase().normalize("NFC")}@${domain}`;
};

const asciiOf = (text: string) => text.replaceAll(/\P{ASCII}/gu, "");

/** A mail server that maps compatibility characters must not arrive at somebody else's address, or at a delimiter. */
const keepsItsAscii = (local: string) => asciiOf(local.normalize("NFKC")) === asciiOf(local);

const isEmail = (text: string): boolean => {
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const bytes = new TextEncoder().encode(text).length;
  const isDomain = DOMAIN.test(domain) && toAsciiDomain(domain) === domain;
  return isDomain && bytes <= LIMITS.emailChars && LOCAL.test(local) && keepsItsAscii(local);
};

/** An email address in its canonical form; international ones (RFC 6531, IDN) too. */
export const Email = z
  .string()
  .trim()
  .max(LIMITS.emailChars, { abort: true })
  .overwrite(canonicalEmail)
  .refine(isEmail, { message: "Invalid email address" });
export type Email = z.infer<typeof Email>;
