import type { TenantDb } from "../tenancy.ts";
import { holdLiveSession } from "./sessions.ts";
import type { UserRow } from "./users.ts";

/**
 * The role of a user whose session is live, as it stands now: until the transaction ends neither can change. Undefined
 * when the session has ended or the user is gone.
 */
export const holdCaller = async (
  trx: TenantDb,
  caller: { userId: string; sessionId: string },
): Promise<UserRow["role"] | undefined> => {
  // Sent together, the user first: a removal takes the locks in this order too.
  const [user, isLive] = await Promise.all([
    trx
      .selectFrom("users")
      .select("role")
      .where("tenant_id", "=", trx.tenantId)
      .where("id", "=", caller.userId)
      .forShare()
      .executeTakeFirst(),
    holdLiveSession(trx, caller),
  ]);
  return isLive ? user?.role : undefined;
};
