import { createHmac, createHash, generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createTokens } from "../../server/auth/access-token.ts";
import { deriveKey } from "../../server/auth/secret.ts";
import { hasReason, toReasonError } from "../../server/errors.ts";
import { newId } from "../../server/id.ts";

const SECRET = "the secret of this server, 32 bytes or more";
const OTHER = "another server's secret of 32 bytes or more";
const TTL_MS = 3_600_000;
const tokens = createTokens({ secret: SECRET, ttlMs: TTL_MS });
const claims = { tenantId: newId(), userId: newId(), sessionId: newId() };

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part = ""): Record<string, unknown> => JSON.parse(Buffer.from(part, "base64url").toString());
const now = () => Math.floor(Date.now() / 1_000);

/** Signs whatever it is given, as somebody who holds the key could, without the library under test. */
const forge = (
  header: unknown,
  payload: unknown,
  { key = deriveKey(SECRET, "access-token"), hash = "sha256" } = {},
) => {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest("base64url")}`;
};

const good = await tokens.sign(claims);
const [head = "", body = "", signature = ""] = good.accessToken.split(".");
const header = decode(head);
const payload = decode(body);
const without = (claim: string) => Object.fromEntries(Object.entries(payload).filter(([name]) => name !== claim));
const resigned = (changes: Record<string, unknown>) => forge(header, { ...payload, ...changes });
const reheaded = (changes: Record<string, unknown>) => forge({ ...header, ...changes }, payload);

/** The same signature bits under another last character: base64url leaves two of its bits unused. */
const paddingVariants = (): string[] => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(signature.at(-1) ?? "");
  return [1, 2, 3].map((bits) => `${head}.${body}.${signature.slice(0, -1)}${alphabet[(last & ~3) | bits]}`);
};

const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = publicKey.export({ type: "spki", format: "pem" });

const FORGERIES: [string, unknown][] = [
  ["alg none without a signature", `${encode({ ...header, alg: "none" })}.${body}.`],
  ["alg none with the old signature", `${encode({ ...header, alg: "none" })}.${body}.${signature}`],
  ["alg NONE in capitals", `${encode({ ...header, alg: "NONE" })}.${body}.`],
  ["HS512 with the same key", forge({ ...header, alg: "HS512" }, payload, { hash: "sha512" })],
  ["HS384 with the same key", forge({ ...header, alg: "HS384" }, payload, { hash: "sha384" })],
  ["HS512 claimed over an HS256 signature", reheaded({ alg: "HS512" })],
  ["RS256 claimed over an HS256 signature", reheaded({ alg: "RS256" })],
  ["a public key used as the secret", forge(header, payload, { key: Buffer.from(publicPem) })],
  ["no alg", reheaded({ alg: undefined })],
  ["an alg that is a number", reheaded({ alg: 256 })],
  ["the undivided secret as the key", forge(header, payload, { key: Buffer.from(SECRET) })],
  ["the key of login codes", forge(header, payload, { key: deriveKey(SECRET, "login-code") })],
  ["another server's key", forge(header, payload, { key: deriveKey(OTHER, "access-token") })],
  ["an empty key", forge(header, payload, { key: Buffer.alloc(0) })],
  ["no kid", reheaded({ kid: undefined })],
  ["an unknown kid", reheaded({ kid: "unknown" })],
  ["a kid that is a path", reheaded({ kid: "../../dev/null" })],
  ["a kid that is an object", reheaded({ kid: { toString: header.kid } })],
  ["a kid of the prototype", reheaded({ kid: "__proto__" })],
  ["another type of token", reheaded({ typ: "at+jwt" })],
  ["no type", reheaded({ typ: undefined })],
  ["an unknown critical header", reheaded({ crit: ["x"], x: 1 })],
  ["a critical header that is not there", reheaded({ crit: ["exp"] })],
  ["an empty list of critical headers", reheaded({ crit: [] })],
  ["an unencoded payload", reheaded({ crit: ["b64"], b64: false })],
  [
    "an embedded key",
    forge({ alg: "HS256", typ: "JWT", jwk: { kty: "oct", k: encode("x") } }, payload, { key: Buffer.from('"x"') }),
  ],
  [
    "a link to keys",
    forge({ alg: "HS256", typ: "JWT", jku: "http://127.0.0.1:9/keys" }, payload, { key: Buffer.alloc(32) }),
  ],
  ["another issuer", resigned({ iss: "somebody" })],
  ["a list of issuers", resigned({ iss: ["docuchat"] })],
  ["another audience", resigned({ aud: "somebody" })],
  ...["iss", "aud", "sub", "tid", "sid", "iat", "exp", "jti"].map((claim): [string, unknown] => [
    `no ${claim}`,
    forge(header, without(claim)),
  ]),
  ["an iat in the future", resigned({ iat: now() + 600, exp: now() + 1_200 })],
  ["an nbf in the future", resigned({ nbf: now() + 600 })],
  ["an exp that is text", resigned({ exp: "tomorrow" })],
  ["an exp that is null", resigned({ exp: null })],
  ["an iat that is text", resigned({ iat: "now" })],
  ["a user that is no id", resigned({ sub: "admin" })],
  ["a tenant that is a list", resigned({ tid: [claims.tenantId] })],
  ["a session that is an object", resigned({ sid: { id: claims.sessionId } })],
  ["a jti that is no id", resigned({ jti: "" })],
  ["another user's claims under the old signature", `${head}.${encode({ ...payload, sub: newId() })}.${signature}`],
  [
    "an expired time under a wrong signature",
    forge(header, { ...payload, exp: now() - 600 }, { key: Buffer.alloc(32) }),
  ],
  ["a payload that is a list", forge(header, [payload])],
  ["a payload that is null", forge(header, null)],
  ["a payload that is text", forge(header, "text")],
  ["a payload that is not JSON", forgeText("{")],
  ["a header that is not JSON", `${Buffer.from("{").toString("base64url")}.${body}.${signature}`],
  ["a header that is null", forge(null, payload)],
  ["a signature cut short", good.accessToken.slice(0, -1)],
  ["no signature", `${head}.${body}.`],
  ["two parts", `${head}.${body}`],
  ["four parts", `${good.accessToken}.${signature}`],
  ["five parts, as of an encrypted token", `${head}..${body}.${signature}.${signature}`],
  ...paddingVariants().map((text, n): [string, unknown] => [`unused bits set, ${n + 1}`, text]),
  ["padding", `${good.accessToken}=`],
  ["a space before", ` ${good.accessToken}`],
  ["a line break after", `${good.accessToken}\n`],
  ["the other base64 alphabet", `${head}.${body}.${signature.slice(0, -2)}+/`],
  ["the scheme left in", `Bearer ${good.accessToken}`],
  ["an empty text", ""],
  ["dots", ".."],
  ["U+0000", "\u0000"],
  ["a token of a megabyte", `${head}.${"A".repeat(1_000_000)}.${signature}`],
  ["a good token with a large claim", resigned({ more: "x".repeat(100_000) })],
  ["undefined", undefined],
  ["null", null],
  ["a number", 12345],
  ["an object", { toString: () => good.accessToken }],
  ["a list", [good.accessToken]],
  ["bytes", new TextEncoder().encode(good.accessToken)],
];

function forgeText(text: string): string {
  const signed = `${head}.${Buffer.from(text).toString("base64url")}`;
  return `${signed}.${createHmac("sha256", deriveKey(SECRET, "access-token")).update(signed).digest("base64url")}`;
}

/** What a caller is told, whatever was thrown. */
const reasonOf = (accessToken: unknown, by = tokens): Promise<string> =>
  by.verify(accessToken as string).then(
    () => "accepted",
    (error: unknown) => toReasonError(error).reason,
  );

describe("an access token", () => {
  it("says who signed in, and until when", async () => {
    const before = Date.now();
    const { accessToken, expiresAt } = await tokens.sign(claims);
    expect(await tokens.verify(accessToken)).toEqual({ ...claims, expiresAt });
    // A token's times are whole seconds.
    expect(expiresAt.getTime()).toBeGreaterThan(before + TTL_MS - 1_000);
    expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + TTL_MS);
  });

  it("is signed with HMAC-SHA-256 under a key of its own, which the header names but does not tell", () => {
    expect(forge(header, payload)).toBe(good.accessToken);
    expect(header).toEqual({ alg: "HS256", typ: "JWT", kid: expect.stringMatching(/^[\w-]{8}$/) });
    const key = deriveKey(SECRET, "access-token");
    expect(key.toString("base64url")).not.toContain(header.kid);
    expect(createHash("sha256").update(SECRET).digest("base64url")).not.toContain(header.kid);
  });

  it("differs each time", async () => {
    expect((await tokens.sign(claims)).accessToken).not.toBe((await tokens.sign(claims)).accessToken);
  });

  it.each(FORGERIES)("is refused with %s", async (_, forgery) => {
    expect(await reasonOf(forgery)).toBe("NOT_SIGNED_IN");
    // And again, now that a cache might know it.
    expect(await reasonOf(forgery)).toBe("NOT_SIGNED_IN");
  });

  it("is refused in each form above because of that form alone: what they are made from is good", async () => {
    expect(await reasonOf(forge(header, payload))).toBe("accepted");
    expect(await reasonOf(resigned({}))).toBe("accepted");
  });

  it("never passes with any one character changed", async () => {
    const changed = Array.from(good.accessToken, (character, index) => {
      const other = character === "A" ? "B" : "A";
      return `${good.accessToken.slice(0, index)}${other}${good.accessToken.slice(index + 1)}`;
    });
    const reasons = await Promise.all(changed.map((text) => reasonOf(text)));
    expect(new Set(reasons)).toEqual(new Set(["NOT_SIGNED_IN"]));
  });
});

describe("an access token's time", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is over when it has expired, which only a right signature tells", async () => {
    expect(await reasonOf(resigned({ iat: now() - 1_200, exp: now() - 600 }))).toBe("TOKEN_EXPIRED");
  });

  it("is not longer than the configured one, whatever the token says", async () => {
    expect(await reasonOf(resigned({ iat: now() - TTL_MS / 1_000 - 60, exp: now() + 600 }))).toBe("TOKEN_EXPIRED");
  });

  it("runs out for a token that was verified before", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { accessToken } = await tokens.sign(claims);
    expect(await reasonOf(accessToken)).toBe("accepted");
    vi.setSystemTime(Date.now() + TTL_MS + 10_000);
    expect(await reasonOf(accessToken)).toBe("TOKEN_EXPIRED");
    expect(await reasonOf(accessToken)).toBe("TOKEN_EXPIRED");
  });

  it("bears with clocks a few seconds apart", async () => {
    expect(await reasonOf(resigned({ iat: now() + 3 }))).toBe("accepted");
    expect(await reasonOf(resigned({ iat: now() - 600, exp: now() - 2 }))).toBe("accepted");
  });
});

describe("a rotation of the secret", () => {
  const rotated = createTokens({ secret: OTHER, ttlMs: TTL_MS, previousSecrets: [SECRET] });

  it("leaves tokens of the previous secret good, and signs with the new one", async () => {
    expect(await reasonOf(good.accessToken, rotated)).toBe("accepted");
    const { accessToken } = await rotated.sign(claims);
    expect(await reasonOf(accessToken, createTokens({ secret: OTHER, ttlMs: TTL_MS }))).toBe("accepted");
    expect(await reasonOf(accessToken)).toBe("NOT_SIGNED_IN");
  });

  it("does not let the old key sign under the new key's name", async () => {
    const { accessToken } = await rotated.sign(claims);
    const { kid } = decode(accessToken.split(".")[0]);
    expect(await reasonOf(reheaded({ kid }), rotated)).toBe("NOT_SIGNED_IN");
  });
});

describe("verified tokens", () => {
  it("are remembered: the second look costs a small part of the first", async () => {
    const fresh = await Promise.all(Array.from({ length: 500 }, () => tokens.sign(claims)));
    const time = async () => {
      const started = performance.now();
      for (const { accessToken } of fresh) await tokens.verify(accessToken);
      return performance.now() - started;
    };
    const [first, second] = [await time(), await time()];
    expect(second).toBeLessThan(first / 3);
  });

  it("keep their reason when refused together with good ones", async () => {
    const results = await Promise.allSettled([tokens.verify(good.accessToken), tokens.verify("x.y.z")]);
    expect(results[0]?.status).toBe("fulfilled");
    expect(results[1]?.status === "rejected" && hasReason(results[1].reason, "NOT_SIGNED_IN")).toBe(true);
  });
});
