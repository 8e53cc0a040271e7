import type { Selectable } from "kysely";
import type { AuditLog } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type AuditRow = Selectable<AuditLog>;

export const recordAudit = async (
  trx: TenantDb,
  entry: { id: string; actor_id: string | null; action: string; subject: string | null },
): Promise<void> => {
  await trx
    .insertInto("audit_log")
    .values({ ...entry, tenant_id: trx.tenantId })
    .execute();
};

/** Newest first, `limit` of those older than the entry `before`. */
export const listAudit = (
  trx: TenantDb,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<AuditRow[]> =>
  trx
    .selectFrom("audit_log")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .$call((query) => (before === undefined ? query : query.where("id", "<", before)))
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
