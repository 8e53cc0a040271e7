import { findLiveSession, getTenant, inTenant, touchSession } from "../../db/index.ts";
import type { App, SignedIn } from "../context.ts";
import { ReasonError } from "../errors.ts";

/** A revocation on another instance is noticed at the latest after this. */
const FRESH_MS = 1_000;
const TOUCH_MS = 60_000;
const KEPT = 10_000;

type Credentials = { accessToken: string | undefined; tenantSlug: string | undefined };

/**
 * Who holds this access token. Throws `NOT_SIGNED_IN`, `TOKEN_EXPIRED`, `SESSION_REVOKED`, or `TENANT_MISMATCH` when
 * the call names another tenant than the token.
 */
export const authenticate = async (app: App, { accessToken, tenantSlug }: Credentials): Promise<SignedIn> => {
  if (!accessToken) throw new ReasonError("NOT_SIGNED_IN");
  const claims = await app.tokens.verify(accessToken);
  const known = app.sessions.get(claims.sessionId);
  const signedIn =
    known && known.freshUntil > Date.now() && known.signedIn.tenantId === claims.tenantId
      ? known.signedIn
      : await lookUp(app, claims);
  if (tenantSlug !== undefined && tenantSlug !== signedIn.tenantSlug) throw new ReasonError("TENANT_MISMATCH");
  return signedIn;
};

type Claims = { tenantId: string; userId: string; sessionId: string; expiresAt: Date };

const lookUp = async (app: App, claims: Claims): Promise<SignedIn> => {
  const { tenantId, userId, sessionId, expiresAt } = claims;
  const found = await inTenant(app.db, tenantId, async (trx) => {
    const user = await findLiveSession(trx, sessionId, userId);
    if (!user) return undefined;
    if (Date.now() - user.last_seen_at.getTime() > TOUCH_MS) await touchSession(trx, sessionId);
    return { user, tenant: await getTenant(trx) };
  });
  if (!found) throw new ReasonError("SESSION_REVOKED");
  const signedIn = { tenantId, tenantSlug: found.tenant.slug, userId, role: found.user.role, sessionId, expiresAt };
  if (app.sessions.size >= KEPT) app.sessions.clear();
  app.sessions.set(sessionId, { signedIn, freshUntil: Date.now() + FRESH_MS });
  return signedIn;
};
