import { createHash } from "node:crypto";
import { errors, jwtVerify, SignJWT, type JWTVerifyOptions } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { SessionId, TenantId, UserId } from "../contract/ids.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { deriveKey } from "./secret.ts";

export type TokenClaims = { tenantId: string; userId: string; sessionId: string };
export type VerifiedToken = TokenClaims & { expiresAt: Date };

export type Tokens = {
  sign(claims: TokenClaims): Promise<{ accessToken: string; expiresAt: Date }>;
  /** Throws `TOKEN_EXPIRED` for a token of ours whose time is over, `NOT_SIGNED_IN` for anything else. */
  verify(accessToken: string): Promise<VerifiedToken>;
};

type Options = {
  secret: string;
  ttlMs: number;
  /** Secrets of the time before a rotation: their tokens are good until they expire. */
  previousSecrets?: readonly string[];
};

const ISSUER = "docuchat";
const TYPE = "JWT";
const ALGORITHM = "HS256";
const TOLERANCE_S = 5;
const MAX_CHARS = 1_024;
const CACHED_TOKENS = 10_000;

const Claims = z.object({ sub: UserId, tid: TenantId, sid: SessionId, exp: z.int(), jti: z.uuid() });

/** Access tokens: JWTs (RFC 7519) signed with HS256 under a key of their own, named in the header by `kid`. */
export const createTokens = ({ secret, ttlMs, previousSecrets = [] }: Options): Tokens => {
  const ttlS = Math.ceil(ttlMs / 1_000);
  const current = createSigningKey(secret);
  const keys = new Map(
    [...previousSecrets.map((previous) => createSigningKey(previous)), current].map(({ kid, key }) => [kid, key]),
  );
  const options: JWTVerifyOptions = {
    algorithms: [ALGORITHM],
    typ: TYPE,
    issuer: ISSUER,
    audience: ISSUER,
    requiredClaims: ["iss", "aud", "sub", "tid", "sid", "iat", "exp", "jti"],
    maxTokenAge: ttlS,
    clockTolerance: TOLERANCE_S,
  };
  const check = async (accessToken: string): Promise<VerifiedToken> => {
    const { payload } = await jwtVerify(
      accessToken,
      ({ kid }) => keys.get(kid ?? "") ?? refuse("the key is unknown"),
      options,
    );
    const { sub, tid, sid, exp } = Claims.parse(payload);
    return { userId: sub, tenantId: tid, sessionId: sid, expiresAt: new Date(exp * 1_000) };
  };
  return {
    sign: async ({ tenantId, userId, sessionId }) => {
      const issuedAt = Math.floor(Date.now() / 1_000);
      const accessToken = await new SignJWT({ tid: tenantId, sid: sessionId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: current.kid })
        .setIssuer(ISSUER)
        .setAudience(ISSUER)
        .setSubject(userId)
        .setJti(newId())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlS)
        .sign(current.key);
      return { accessToken, expiresAt: new Date((issuedAt + ttlS) * 1_000) };
    },
    verify: withCache(check),
  };
};

/** The key's name tells which key it is and nothing about it. */
const createSigningKey = (secret: string): { kid: string; key: Uint8Array } => {
  const key = deriveKey(secret, "access-token");
  return { kid: createHash("sha256").update(key).digest("base64url").slice(0, 8), key };
};

/** One verification costs a few hundred microseconds, and a client sends the same token again and again. */
const withCache = (check: Tokens["verify"]): Tokens["verify"] => {
  const verified = new LRUCache<string, VerifiedToken>({ max: CACHED_TOKENS });
  return async (accessToken) => {
    const known = verified.get(accessToken);
    if (known && known.expiresAt.getTime() + TOLERANCE_S * 1_000 > Date.now()) return known;
    verified.delete(accessToken);
    try {
      if (!isCanonical(accessToken)) refuse("the text is not a token's");
      const token = await check(accessToken);
      verified.set(accessToken, token);
      return token;
    } catch (cause) {
      throw new ReasonError(cause instanceof errors.JWTExpired ? "TOKEN_EXPIRED" : "NOT_SIGNED_IN", { cause });
    }
  };
};

/** Base64url leaves bits unused at the end, so that several texts mean the same token; only one of them is let in. */
const isCanonical = (accessToken: unknown): boolean =>
  typeof accessToken === "string" &&
  accessToken.length <= MAX_CHARS &&
  /^[\w-]+\.[\w-]+\.[\w-]+$/.test(accessToken) &&
  accessToken.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);

const refuse = (message: string): never => {
  throw new Error(message);
};
