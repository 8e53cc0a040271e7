import { sql, type Selectable } from "kysely";
import type { Invitations } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type InvitationRow = Selectable<Invitations>;

/** An invitation makes an admin only while its issuer is an admin, or the operator issued it. */
const role = sql<InvitationRow["role"]>`case
  when invitations.role = 'admin' and (invitations.invited_by is null or inviter.role = 'admin') then 'admin'
  else 'member' end`;

const invitations = (trx: TenantDb) =>
  trx
    .selectFrom("invitations")
    .leftJoin("users as inviter", (join) =>
      join.onRef("inviter.tenant_id", "=", "invitations.tenant_id").onRef("inviter.id", "=", "invitations.invited_by"),
    )
    .select(["invitations.tenant_id", "invitations.email", "invitations.invited_by", "invitations.created_at"])
    .select(role.as("role"))
    .where("invitations.tenant_id", "=", trx.tenantId);

/** By address, `limit` of those after the address `after`; each with the role that it gives now. */
export const listInvitations = (
  trx: TenantDb,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<InvitationRow[]> =>
  invitations(trx)
    .$call((query) => (after === undefined ? query : query.where("invitations.email", ">", after)))
    .orderBy("invitations.email")
    .limit(limit)
    .execute();

/** With the role that it gives now. */
export const findInvitation = (trx: TenantDb, email: string): Promise<InvitationRow | undefined> =>
  invitations(trx).where("invitations.email", "=", email).executeTakeFirst();

/** A second one for the same address replaces the first. */
export const putInvitation = async (
  trx: TenantDb,
  { email, ...invitation }: Pick<InvitationRow, "email" | "role" | "invited_by">,
): Promise<void> => {
  await trx
    .insertInto("invitations")
    .values({ ...invitation, email, tenant_id: trx.tenantId })
    .onConflict((conflict) => conflict.columns(["tenant_id", "email"]).doUpdateSet(invitation))
    .execute();
};

/** False when there is none. */
export const removeInvitation = async (trx: TenantDb, email: string): Promise<boolean> => {
  const result = await trx
    .deleteFrom("invitations")
    .where("tenant_id", "=", trx.tenantId)
    .where("email", "=", email)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
};
