import type { Selectable } from "kysely";
import { PLANNED_ONCE } from "../planned-once.ts";
import type { Conversations } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type ConversationRow = Selectable<Conversations>;

/** Conversations belong to one user: every query here names both the tenant and the user. */
const own = (trx: TenantDb, userId: string) =>
  trx.selectFrom("conversations").selectAll().where("tenant_id", "=", trx.tenantId).where("user_id", "=", userId);

/** Its moment is written in whole milliseconds, as cursors carry it. */
export const createConversation = (
  trx: TenantDb,
  conversation: { id: string; user_id: string; title: string },
): Promise<{ id: string }> =>
  trx
    .insertInto("conversations")
    .values({ ...conversation, tenant_id: trx.tenantId, updated_at: new Date() })
    .returning("id")
    .modifyEnd(PLANNED_ONCE)
    .executeTakeFirstOrThrow();

export const findConversation = (trx: TenantDb, userId: string, id: string): Promise<ConversationRow | undefined> =>
  own(trx, userId).where("id", "=", id).executeTakeFirst();

/** Most recently used first, `limit` of those after the place of `before`. */
export const listConversations = (
  trx: TenantDb,
  userId: string,
  { before, limit }: { before?: { updatedAt: Date; id: string } | undefined; limit: number },
): Promise<ConversationRow[]> =>
  own(trx, userId)
    .$call((query) =>
      before === undefined
        ? query
        : query.where((where) =>
            where(where.refTuple("updated_at", "id"), "<", where.tuple(before.updatedAt, before.id)),
          ),
    )
    .orderBy("updated_at", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .execute();

const change = (trx: TenantDb, userId: string, id: string) =>
  trx
    .updateTable("conversations")
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", userId)
    .where("id", "=", id);

/** False when there is no such conversation of the user's. */
export const touchConversation = async (trx: TenantDb, userId: string, id: string): Promise<boolean> => {
  const result = await change(trx, userId, id).set({ updated_at: new Date() }).executeTakeFirst();
  return result.numUpdatedRows > 0n;
};

export const renameConversation = (
  trx: TenantDb,
  userId: string,
  conversation: { id: string; title: string },
): Promise<ConversationRow | undefined> =>
  change(trx, userId, conversation.id).set({ title: conversation.title }).returningAll().executeTakeFirst();

/** With its messages. */
export const removeConversation = async (trx: TenantDb, userId: string, id: string): Promise<boolean> => {
  const result = await trx
    .deleteFrom("conversations")
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
};
