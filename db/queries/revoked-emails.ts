import type { Selectable } from "kysely";
import type { RevokedEmails } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type RevokedEmailRow = Selectable<RevokedEmails>;
type Revocation = Pick<RevokedEmailRow, "email" | "revocation_id" | "is_removed">;

export const findRevokedEmail = (trx: TenantDb, email: string): Promise<RevokedEmailRow | undefined> =>
  trx
    .selectFrom("revoked_emails")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .where("email", "=", email)
    .executeTakeFirst();

/**
 * Makes the login codes of an address void that were requested until now. That of a member who `is_removed` needs an
 * invitation from now on, until it has joined anew.
 */
export const revokeEmail = async (trx: TenantDb, revocation: Revocation): Promise<void> => {
  const { revocation_id, is_removed } = revocation;
  await trx
    .insertInto("revoked_emails")
    .values({ ...revocation, tenant_id: trx.tenantId })
    .onConflict((conflict) =>
      conflict.columns(["tenant_id", "email"]).doUpdateSet((set) => ({
        revocation_id,
        revoked_at: new Date(),
        is_removed: is_removed || set.ref("revoked_emails.is_removed"),
      })),
    )
    .execute();
};

/** The address has joined anew. Codes that it had before stay void. */
export const readmitEmail = async (trx: TenantDb, email: string): Promise<void> => {
  await trx
    .updateTable("revoked_emails")
    .set({ is_removed: false })
    .where("tenant_id", "=", trx.tenantId)
    .where("email", "=", email)
    .where("is_removed", "=", true)
    .execute();
};

/** Forgets revocations of before a moment, of which no login code is left, but not who was removed. */
export const removeOldRevocations = async (trx: TenantDb, before: Date): Promise<void> => {
  await trx
    .deleteFrom("revoked_emails")
    .where("tenant_id", "=", trx.tenantId)
    .where("is_removed", "=", false)
    .where("revoked_at", "<", before)
    .execute();
};
