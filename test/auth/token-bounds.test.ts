import { createHmac } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { createTokens } from "../../server/auth/access-token.ts";
import { deriveKey } from "../../server/auth/secret.ts";
import { newId } from "../../server/id.ts";

const SECRET = "the secret of this server, 32 bytes or more";
const TTL_MS = 60_000;
const newClaims = () => ({ tenantId: newId(), userId: newId(), sessionId: newId() });
const newTokens = () => createTokens({ secret: SECRET, ttlMs: TTL_MS });

afterEach(() => {
  vi.useRealTimers();
});

const claimsIn = (accessToken: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString());

/** The token with other claims under a right signature. */
const resigned = (accessToken: string, changes: Record<string, unknown>): string => {
  const claims = { ...claimsIn(accessToken), ...changes };
  const signed = `${accessToken.split(".")[0]}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${signed}.${createHmac("sha256", deriveKey(SECRET, "access-token")).update(signed).digest("base64url")}`;
};

test("a token names this product as who gives it and whom it is for, and ends when it says", async () => {
  const tokens = newTokens();
  const { accessToken, expiresAt } = await tokens.sign(newClaims());
  const { iss, aud, iat, exp } = claimsIn(accessToken);
  expect({ iss, aud }).toEqual({ iss: "docuchat", aud: "docuchat" });
  expect(Number(exp) - Number(iat)).toBe(TTL_MS / 1_000);
  expect(expiresAt.getTime()).toBe(Number(exp) * 1_000);
});

test("a token of 1,024 characters is read, a longer one is not", async () => {
  const tokens = newTokens();
  const { accessToken } = await tokens.sign(newClaims());
  const sizes = Array.from({ length: 800 }, (_, chars) => resigned(accessToken, { more: "x".repeat(chars) }));
  const longest = sizes.find(({ length }) => length === 1_024) ?? "";
  const tooLong = sizes.find(({ length }) => length > 1_024) ?? "";
  await expect(tokens.verify(longest)).resolves.toMatchObject({ sessionId: claimsIn(longest)["sid"] });
  await expect(tokens.verify(tooLong)).rejects.toMatchObject({ reason: "NOT_SIGNED_IN" });
});

test("a token that was read before ends with its five seconds of grace, not later", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const tokens = newTokens();
  const { accessToken, expiresAt } = await tokens.sign(newClaims());
  await tokens.verify(accessToken);
  vi.setSystemTime(expiresAt.getTime() + 4_000);
  await expect(tokens.verify(accessToken)).resolves.toMatchObject({ expiresAt });
  vi.setSystemTime(expiresAt.getTime() + 5_000);
  await expect(tokens.verify(accessToken)).rejects.toMatchObject({ reason: "TOKEN_EXPIRED" });
});

test("the log can tell why a token was refused", async () => {
  await expect(newTokens().verify("x.y.z")).rejects.toMatchObject({
    reason: "NOT_SIGNED_IN",
    cause: expect.any(Error),
  });
});

test.for([
  [{ iss: "somebody" }, "NOT_SIGNED_IN"],
  [{ aud: "somebody" }, "NOT_SIGNED_IN"],
  [{ iat: undefined }, "NOT_SIGNED_IN"],
  [{ iat: Math.floor(Date.now() / 1_000) - TTL_MS / 1_000 - 30 }, "TOKEN_EXPIRED"],
] as const)("a token under a right signature is refused for its claims: %j", async ([changes, reason]) => {
  const tokens = newTokens();
  const { accessToken } = await tokens.sign(newClaims());
  await expect(tokens.verify(resigned(accessToken, {}))).resolves.toBeDefined();
  await expect(tokens.verify(resigned(accessToken, changes))).rejects.toMatchObject({ reason });
});

test("a server that knows an older secret reads its tokens, and one that does not refuses them", async () => {
  const claims = newClaims();
  const { accessToken } = await newTokens().sign(claims);
  const secret = "the next secret of this server, 32 bytes or more";
  const next = createTokens({ secret, ttlMs: TTL_MS, previousSecrets: [SECRET] });
  await expect(next.verify(accessToken)).resolves.toMatchObject(claims);
  const strict = createTokens({ secret, ttlMs: TTL_MS });
  await expect(strict.verify(accessToken)).rejects.toMatchObject({ reason: "NOT_SIGNED_IN" });
});
