import { setTimeout as sleep } from "node:timers/promises";
import {
  createSession,
  findInvitation,
  findOrCreateTenant,
  findOrCreateUser,
  findTenantBySlug,
  findUserByEmail,
  inTenant,
  recordAudit,
  removeInvitation,
} from "../../db/index.ts";
import { TenantSlug, type RequestCodeOutput, type VerifyCodeOutput } from "../contract/auth.ts";
import { LIMITS } from "../contract/limits.ts";
import type { App, RequestContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { giveBack, limit } from "../rate-limit.ts";
import { hashCode, newCode } from "./login-code.ts";
import { toTenant, toUser } from "./user.ts";
import type { z } from "zod";

type Claim = { slug: string; email: string };

/** Longer than an answer takes to leave: what is done for a code that is sent shall not show in the answer's time. */
const MAIL_AFTER_MS = 50;
/** Stands for a tenant that is not there. */
const NO_TENANT = "00000000-0000-0000-0000-000000000000";

/** By the address alone, so that many tenants' names bring no more mail; and hashed, for the store keeps it a day. */
const mailboxOf = (app: App, email: string): string => hashCode(app.codeKey, "mailbox", email);

/**
 * Sends a login code and answers the same for known and unknown addresses. Throws `TENANT_UNKNOWN` for a missing or
 * malformed tenant, `RATE_LIMITED`, and `SERVICE_UNAVAILABLE` when no mail can be sent and anybody may sign up.
 */
export const requestCode = async (
  ctx: RequestContext,
  { email }: { email: string },
): Promise<z.input<typeof RequestCodeOutput>> => {
  const { app, client } = ctx;
  const slug = TenantSlug.safeParse(ctx.tenantSlug);
  if (!slug.success) throw new ReasonError("TENANT_UNKNOWN");
  const claim: Claim = { slug: slug.data, email };
  await limit(app, "codesByClient", client.address);
  await limit(app, "codesByTenant", claim.slug);
  const mailbox = mailboxOf(app, email);
  await limit(app, "codesByAddress", mailbox);
  await limit(app, "codesByAddressDaily", mailbox);

  const challengeId = newId();
  const code = newCode();
  const expiresAt = new Date(Date.now() + LIMITS.codeTtlMs);
  const welcome = await mayCome(ctx, claim);
  // Who may not come gets a challenge that no code fits.
  const codeHash = hashCode(app.codeKey, challengeId, welcome ? code : newId());
  await app.keyValue.putChallenge(challengeId, {
    codeHash,
    value: JSON.stringify(claim),
    attempts: LIMITS.codeAttempts,
    ttlMs: LIMITS.codeTtlMs,
  });
  if (welcome) await deliver(ctx, { email, code, tenantName: claim.slug, expiresAt });
  return { challengeId, expiresAt };
};

/** Where only the invited may come, mail goes out after the answer: its time would tell who they are. */
const deliver = async (
  { app, requestId }: RequestContext,
  mail: Parameters<RequestContext["app"]["delivery"]["sendCode"]>[0],
) => {
  if (app.config.signUp === "open") return app.delivery.sendCode(mail);
  const sent = sleep(MAIL_AFTER_MS).then(() => app.delivery.sendCode(mail));
  sent.catch((error: unknown) => app.log.error("login code not delivered", { requestId, error }));
};

const mayCome = async ({ app }: RequestContext, { slug, email }: Claim): Promise<boolean> => {
  if (app.config.signUp === "open") return true;
  const tenant = await findTenantBySlug(app.db, slug);
  // The same work for every name and address: its time would tell who is known.
  const known = await inTenant(app.db, tenant?.id ?? NO_TENANT, async (trx) => [
    await findUserByEmail(trx, email),
    await findInvitation(trx, email),
  ]);
  return known.some((row) => row !== undefined);
};

/**
 * Signs in with a code, once. Throws `CODE_INVALID`, `CODE_EXPIRED` (unknown, too old or used) or `TOO_MANY_ATTEMPTS`;
 * `TENANT_MISMATCH` when the code was asked for another tenant than the call names.
 */
export const verifyCode = async (
  ctx: RequestContext,
  { challengeId, code }: { challengeId: string; code: string },
): Promise<z.input<typeof VerifyCodeOutput>> => {
  const { app, client } = ctx;
  await limit(app, "verifiesByClient", client.address);
  const attempt = await app.keyValue.attemptChallenge(challengeId, hashCode(app.codeKey, challengeId, code));
  if (attempt.result === "wrong") throw new ReasonError("CODE_INVALID");
  if (attempt.result === "exhausted") throw new ReasonError("TOO_MANY_ATTEMPTS");
  if (attempt.result === "missing") throw new ReasonError("CODE_EXPIRED");
  const claim = JSON.parse(attempt.value) as Claim;
  if (ctx.tenantSlug !== undefined && ctx.tenantSlug !== claim.slug) throw new ReasonError("TENANT_MISMATCH");
  const signedIn = await startSession(ctx, claim);
  const mailbox = mailboxOf(app, claim.email);
  await Promise.all([giveBack(app, "codesByAddress", mailbox), giveBack(app, "codesByAddressDaily", mailbox)]);
  return signedIn;
};

const startSession = async ({ app, client }: RequestContext, { slug, email }: Claim) => {
  const tenant =
    app.config.signUp === "open"
      ? await findOrCreateTenant(app.db, { id: newId(), slug })
      : await findTenantBySlug(app.db, slug);
  if (!tenant) throw new ReasonError("CODE_EXPIRED");
  const sessionId = newId();
  const expiresAt = new Date(Date.now() + app.config.tokenTtlMs);
  const user = await inTenant(app.db, tenant.id, async (trx) => {
    const invitation = await findInvitation(trx, email);
    const found = await findOrCreateUser(trx, { id: newId(), email, role: invitation?.role ?? "member" });
    await removeInvitation(trx, email);
    await createSession(trx, { id: sessionId, user_id: found.id, user_agent: client.userAgent, expires_at: expiresAt });
    await recordAudit(trx, { id: newId(), actor_id: found.id, action: "signed_in", subject: sessionId });
    return found;
  });
  const token = await app.tokens.sign({ tenantId: tenant.id, userId: user.id, sessionId });
  return { ...token, user: toUser(user), tenant: toTenant(tenant) };
};
