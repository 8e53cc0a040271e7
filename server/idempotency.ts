import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { claimKey, inTenant, keepAnswer, releaseKey } from "../db/index.ts";
import { mustBeAdmin, roleNow } from "./caller.ts";
import type { TenantContext } from "./context.ts";
import { IdempotencyKey } from "./contract/ids.ts";
import { ReasonError } from "./errors.ts";
import { newId } from "./id.ts";

/** How long a key is known. */
export const KEY_MS = 24 * 3_600_000;
/** Longer than any call takes: a first one that has not ended by then has died, and the next one takes its place. */
const HOLD_MS = 60_000;
const WAIT_MS = 20_000;
const LOOK_MS = [10, 20, 50, 100, 200] as const;

type Keyed = {
  key: string;
  /** Everything that the call says. */
  parameters: object | string;
  /** An admin's call: its answer is for admins only, also when it is given again. */
  forAdmins?: boolean;
};

/**
 * Carries a call out once for each key of a user, and answers each further call of the key with the first one's answer, as
 * long as the caller may still make the call: throws `SESSION_REVOKED` or `FORBIDDEN`. Throws `INVALID_INPUT` for a key
 * that came with other parameters before. A failure is not kept: the next call tries again.
 */
export const once = async (
  ctx: TenantContext,
  { key, parameters, forAdmins = false }: Keyed,
  work: () => Promise<string>,
): Promise<string> => {
  const { app, tenantId, userId } = ctx;
  const call = { userId, key: parseKey(key), fingerprint: fingerprintOf(parameters), holder: newId() };
  const known = await claim(ctx, call, forAdmins ? mustBeAdmin : roleNow);
  if (known !== undefined) return known;
  try {
    const answer = await work();
    await inTenant(app.db, tenantId, (trx) => keepAnswer(trx, call, answer));
    return answer;
  } catch (error) {
    // One that cannot be let go now is taken over when its time is over.
    await inTenant(app.db, tenantId, (trx) => releaseKey(trx, call)).catch(() => {});
    throw error;
  }
};

type Call = Parameters<typeof claimKey>[1];

/** The answer of an earlier call, waited for while that one runs; undefined when this call is the first. */
const claim = async (ctx: TenantContext, call: Call, checkCaller: typeof roleNow | typeof mustBeAdmin) => {
  const end = Date.now() + WAIT_MS;
  for (let looks = 0; ; looks++) {
    const claimed = await inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
      await checkCaller(trx, ctx);
      return claimKey(trx, call, { holdMs: HOLD_MS, keepMs: KEY_MS });
    });
    if (claimed.state === "first") return undefined;
    if (claimed.state === "done") return claimed.answer;
    if (claimed.state === "other") throw otherParameters();
    if (Date.now() > end) throw new ReasonError("SERVICE_UNAVAILABLE", { message: "The first call is still running." });
    await sleep(LOOK_MS[Math.min(looks, LOOK_MS.length - 1)]);
  }
};

/** The draft of the standard writes the key as a quoted string; most clients do not. */
const parseKey = (text: string): string => {
  const parsed = IdempotencyKey.safeParse(text.replace(/^"(.*)"$/, "$1"));
  if (parsed.success) return parsed.data;
  throw new ReasonError("INVALID_INPUT", { message: "The idempotency key has 8 to 128 letters, digits and -_.:" });
};

const otherParameters = () =>
  new ReasonError("INVALID_INPUT", { message: "This idempotency key was used with other parameters." });

const fingerprintOf = (parameters: object | string): string =>
  createHash("sha256").update(canonical(parameters)).digest("base64url");

/** JSON with the members of objects in the order of their names. */
const canonical = (value: object | string): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
