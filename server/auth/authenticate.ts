import { setTimeout as sleep } from "node:timers/promises";
import { askTenant, findLiveSession, inTenant, touchSession } from "../../db/index.ts";
import type { App, KnownSession, LiveSession, SignedIn } from "../context.ts";
import { ReasonError } from "../errors.ts";
import type { TokenClaims } from "./access-token.ts";

/** A revocation on another instance is noticed at the latest after this. */
const FRESH_MS = 1_000;
/** From this age on a session is looked up ahead, so that who calls steadily does not wait for it. */
const RENEW_MS = 600;
/** By then the call that asked for it waits for somebody else, as a question does for the model. */
const RENEW_AFTER_MS = 100;
const TOUCH_MS = 60_000;

type Credentials = { accessToken: string | undefined; tenantSlug: string | undefined };

/**
 * Who holds this access token. Throws `NOT_SIGNED_IN`, `TOKEN_EXPIRED`, `SESSION_REVOKED`, or `TENANT_MISMATCH` when
 * the call names another tenant than the token.
 */
export const authenticate = async (app: App, { accessToken, tenantSlug }: Credentials): Promise<SignedIn> => {
  if (!accessToken) throw new ReasonError("NOT_SIGNED_IN");
  const claims = await app.tokens.verify(accessToken);
  const session = await liveSession(app, claims);
  if (tenantSlug !== undefined && tenantSlug !== session.tenantSlug) throw new ReasonError("TENANT_MISMATCH");
  return { ...claims, ...session };
};

const liveSession = (app: App, claims: TokenClaims): Promise<LiveSession> => {
  const known = app.sessions.get(claims.sessionId);
  if (known?.claims.tenantId !== claims.tenantId || known.claims.userId !== claims.userId)
    return lookUpOnce(app, claims);
  const age = Date.now() - known.at;
  if (age >= FRESH_MS) return lookUpOnce(app, claims);
  if (age >= RENEW_MS && !known.renewing) void renew(app, known);
  return known.session;
};

/** The calls of one session that come together wait for one look at it. */
const lookUpOnce = (app: App, claims: TokenClaims): Promise<LiveSession> => {
  const known: KnownSession = { claims, session: lookUp(app, claims), at: Infinity, renewing: false };
  app.sessions.set(claims.sessionId, known);
  known.session.then(
    () => (known.at = Date.now()),
    () => forget(app, known),
  );
  return known.session;
};

/** One that fails is told to nobody: the next call looks the session up, and hears why. */
const renew = async (app: App, known: KnownSession): Promise<void> => {
  known.renewing = true;
  await sleep(RENEW_AFTER_MS, undefined, { ref: false });
  try {
    const session = lookUp(app, known.claims);
    await session;
    Object.assign(known, { session, at: Date.now(), renewing: false });
  } catch {
    forget(app, known);
  }
};

const forget = (app: App, known: KnownSession): void => {
  const { sessionId } = known.claims;
  if (app.sessions.get(sessionId) === known) app.sessions.delete(sessionId);
};

const lookUp = async (app: App, { tenantId, userId, sessionId }: TokenClaims): Promise<LiveSession> => {
  const live = await askTenant(app.db, tenantId, (trx) => findLiveSession(trx, sessionId, userId));
  if (!live) throw new ReasonError("SESSION_REVOKED");
  if (Date.now() - live.last_seen_at.getTime() > TOUCH_MS)
    await inTenant(app.db, tenantId, (trx) => touchSession(trx, sessionId));
  return { tenantSlug: live.slug, role: live.role };
};
