import { askTenant, holdCaller, holdMembership, inTenant, type TenantDb } from "../db/index.ts";
import type { Role } from "./contract/auth.ts";
import type { TenantContext } from "./context.ts";
import { ReasonError } from "./errors.ts";

/**
 * The caller's role, read in the transaction that it decides something in and held until that ends: a removal, a change of
 * role or a sign-out comes before or after it. `ctx.role` may be a second old. Throws `SESSION_REVOKED`.
 */
export const roleNow = async (trx: TenantDb, ctx: TenantContext): Promise<Role> => {
  const role = await holdCaller(trx, ctx);
  if (!role) throw new ReasonError("SESSION_REVOKED");
  return role;
};

/** Throws `SESSION_REVOKED`, and `FORBIDDEN` to whoever is no admin now. */
export const mustBeAdmin = async (trx: TenantDb, ctx: TenantContext): Promise<void> => {
  if ((await roleNow(trx, ctx)) !== "admin") throw new ReasonError("FORBIDDEN");
};

/** A transaction in which an admin changes something: the caller is an admin when it commits. */
export const adminTransaction = <T>(ctx: TenantContext, work: (trx: TenantDb) => Promise<T>): Promise<T> =>
  inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    await holdMembership(trx);
    await mustBeAdmin(trx, ctx);
    return work(trx);
  });

/** What only an admin may see. `read` sends its statements at once, as in `askTenant`. */
export const adminRead = <T>(ctx: TenantContext, read: (trx: TenantDb) => Promise<T>): Promise<T> =>
  askTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    const [allowed, result] = await Promise.allSettled([mustBeAdmin(trx, ctx), read(trx)]);
    if (allowed.status === "rejected") throw allowed.reason;
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
