import { setTimeout as sleep } from "node:timers/promises";
import { findInvitation, findRevokedEmail, findTenantBySlug, findUserByEmail, inTenant } from "../../db/index.ts";
import { TenantSlug, type RequestCodeOutput, type VerifyCodeOutput } from "../contract/auth.ts";
import { LIMITS } from "../contract/limits.ts";
import type { App, RequestContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import type { LimitRule } from "../key-value/key-value.ts";
import { giveBackPoints, takePoints, tryPoints, type Points } from "../rate-limit.ts";
import { newBrowserToken } from "./browser-token.ts";
import { mailboxOf, type Claim } from "./claim.ts";
import type { CodeMail } from "./deliver.ts";
import { giveCode, guessPoints, type GivenCode } from "./give-code.ts";
import { codeOf, hashCode } from "./login-code.ts";
import { startSession } from "./start-session.ts";
import type { z } from "zod";

/** What is kept with a challenge; `revocation` is the address's last one at the time of the request. */
type Sent = Claim & { given: GivenCode; revocation?: string | undefined };

/** Longer than an answer takes to leave: what is done for a code that is sent shall not show in the answer's time. */
const MAIL_AFTER_MS = 50;
/** Stands for a tenant that is not there. */
const NO_TENANT = "00000000-0000-0000-0000-000000000000";
/** A code may stand in several challenges, each valid for `codeTtlMs` from a request that came before the code expired. */
const CODE_USE: LimitRule = { name: "codeUses", points: 1, windowMs: 2 * LIMITS.codeTtlMs };

/**
 * Sends a login code and answers the same for known and unknown addresses. Throws `TENANT_UNKNOWN` for a missing or
 * malformed tenant, `RATE_LIMITED`, and `SERVICE_UNAVAILABLE` when no mail can be sent and anybody may sign up.
 */
export const requestCode = async (
  ctx: RequestContext,
  { email, browserToken }: { email: string; browserToken?: string | undefined },
): Promise<z.input<typeof RequestCodeOutput>> => {
  const { app } = ctx;
  const slug = TenantSlug.safeParse(ctx.tenantSlug);
  if (!slug.success) throw new ReasonError("TENANT_UNKNOWN");
  const claim: Claim = { slug: slug.data, email };
  const { mail, ...given } = await giveCode(ctx, { claim, browserToken });
  const open = app.config.signUp === "open";
  const newcomer: Points = [["mailsToNewcomer", mailboxOf(app, claim)]];
  const toAnyone = open && (await tryPoints(app, [...mail, ...newcomer]));

  const challengeId = newId();
  const code = codeOf(app.codeKey, given.seed);
  const expiresAt = new Date(Date.now() + LIMITS.codeTtlMs);
  const { known, revocation } = await lookUp(ctx, claim);
  const sent: Sent = {
    ...claim,
    revocation,
    given: { ...given, points: [...given.points, ...(toAnyone ? newcomer : [])] },
  };
  await app.keyValue.putChallenge(challengeId, {
    // Who may not come gets a challenge that no code fits.
    codeHash: hashCode(app.codeKey, challengeId, open || known ? code : newId()),
    value: JSON.stringify(sent),
    attempts: LIMITS.codeAttempts,
    ttlMs: LIMITS.codeTtlMs,
  });
  const letter: CodeMail = { email, code, tenantName: claim.slug, expiresAt };
  if (toAnyone) await deliver(ctx, letter, [...mail, ...newcomer]);
  else if (known) deliverLater(ctx, letter, mail);
  return { challengeId, expiresAt };
};

/** A mail that could not be sent takes nothing. */
const deliver = async ({ app }: RequestContext, mail: CodeMail, taken: Points): Promise<void> => {
  try {
    await app.delivery.sendCode(mail);
  } catch (error) {
    await giveBackPoints(app, taken);
    throw error;
  }
};

/**
 * Where members alone get mail, it goes out after the answer: its time would tell who they are. What it takes is taken then,
 * so that requests from before somebody was invited use up no mails.
 */
const deliverLater = ({ app, requestId }: RequestContext, mail: CodeMail, points: Points) => {
  const sent = sleep(MAIL_AFTER_MS).then(async () => {
    if (await tryPoints(app, points)) await app.delivery.sendCode(mail);
  });
  sent.catch((error: unknown) => app.log.error("login code not delivered", { requestId, error }));
};

const lookUp = async ({ app }: RequestContext, { slug, email }: Claim) => {
  const tenant = await findTenantBySlug(app.db, slug);
  // The same work for every name and address: its time would tell who is known.
  return inTenant(app.db, tenant?.id ?? NO_TENANT, async (trx) => {
    const revoked = await findRevokedEmail(trx, email);
    const known = [await findUserByEmail(trx, email), await findInvitation(trx, email)];
    return { known: known.some((row) => row !== undefined), revocation: revoked?.revocation_id };
  });
};

/**
 * Signs in with a code, once. Throws `CODE_INVALID`, `CODE_EXPIRED` (unknown, too old, used or revoked), `TOO_MANY_ATTEMPTS`
 * at this challenge or `RATE_LIMITED` for the account; `TENANT_MISMATCH` when the code was asked for another tenant than the
 * call names, and `FORBIDDEN` when only an invitation lets the address in.
 */
export const verifyCode = async (
  ctx: RequestContext,
  { challengeId, code }: { challengeId: string; code: string },
): Promise<z.input<typeof VerifyCodeOutput>> => {
  const { app } = ctx;
  const challenge = await app.keyValue.peekChallenge(challengeId);
  if (!challenge) throw new ReasonError("CODE_EXPIRED");
  if (challenge.attemptsLeft <= 0) throw new ReasonError("TOO_MANY_ATTEMPTS");
  const { given, revocation, ...claim } = JSON.parse(challenge.value) as Sent;
  // Before anything is taken: it is no guess.
  if (ctx.tenantSlug !== undefined && ctx.tenantSlug !== claim.slug) throw new ReasonError("TENANT_MISMATCH");
  const guess = guessPoints(ctx, claim, given);
  // Before the code is compared: a refusal must not tell whether it was right.
  await takePoints(app, guess);
  const { result } = await app.keyValue.attemptChallenge(challengeId, hashCode(app.codeKey, challengeId, code));
  if (result === "wrong") throw new ReasonError("CODE_INVALID");
  if (result !== "matched") {
    await giveBackPoints(app, guess);
    throw new ReasonError(result === "exhausted" ? "TOO_MANY_ATTEMPTS" : "CODE_EXPIRED");
  }
  await useCode(app, given);
  const guesses = LIMITS.codeAttempts - challenge.attemptsLeft + 1;
  // Whose code it was is proved, also where the database then fails: the next try is not to lack a code.
  await giveBackPoints(app, [...given.points, ...Array.from({ length: guesses }, () => guess).flat()]);
  const signedIn = await startSession(ctx, claim, revocation);
  return { ...signedIn, browserToken: newBrowserToken(app.codeKey, claim) };
};

/** A code works once, in whichever challenge. Released first: a code that is used must not be sent again. */
const useCode = async ({ keyValue }: App, { lease, seed }: GivenCode): Promise<void> => {
  await keyValue.release(lease, seed);
  const { allowed } = await keyValue.consume(CODE_USE, seed);
  if (!allowed) throw new ReasonError("CODE_EXPIRED");
};
