import { sql, type Selectable } from "kysely";
import type { Users } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type UserRow = Selectable<Users>;
type Role = UserRow["role"];

export const findUser = (trx: TenantDb, id: string): Promise<UserRow | undefined> =>
  trx.selectFrom("users").selectAll().where("tenant_id", "=", trx.tenantId).where("id", "=", id).executeTakeFirst();

export const findUserByEmail = (trx: TenantDb, email: string): Promise<UserRow | undefined> =>
  trx
    .selectFrom("users")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .where("email", "=", email)
    .executeTakeFirst();

/** In the order in which they joined, `limit` of those after the user `after`. */
export const listUsers = (
  trx: TenantDb,
  { after, limit }: { after?: string | undefined; limit: number } = { limit: 200 },
): Promise<UserRow[]> =>
  trx
    .selectFrom("users")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .$call((query) => (after === undefined ? query : query.where("id", ">", after)))
    .orderBy("id")
    .limit(limit)
    .execute();

/**
 * Held until the transaction ends by whatever decides who belongs to the tenant and as what: sign-ins and changes of admins
 * happen one after the other. Taken before any row lock, so that no two of them wait for each other.
 */
export const holdMembership = (trx: TenantDb): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(hashtextextended(${trx.tenantId}, 1))`.execute(trx);

/** The user of that address, made if there is none: the tenant's first as its admin, later ones by `role`. */
export const findOrCreateUser = async (
  trx: TenantDb,
  user: { id: string; email: string; role: Role },
): Promise<UserRow> => {
  await holdMembership(trx);
  const known = await findUserByEmail(trx, user.email);
  if (known) return known;
  const first = (await countAdmins(trx)) === 0;
  return trx
    .insertInto("users")
    .values({ ...user, tenant_id: trx.tenantId, role: first ? "admin" : user.role })
    .returningAll()
    .executeTakeFirstOrThrow();
};

export const countAdmins = async (trx: TenantDb): Promise<number> => {
  const row = await trx
    .selectFrom("users")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("tenant_id", "=", trx.tenantId)
    .where("role", "=", "admin")
    .executeTakeFirstOrThrow();
  return row.count;
};

/** Changes nothing when it would leave the tenant without an admin, or there is no such user. */
export const setRole = async (trx: TenantDb, id: string, role: Role): Promise<"done" | "last_admin" | "unknown"> => {
  await holdMembership(trx);
  const user = await findUser(trx, id);
  if (!user) return "unknown";
  if (user.role === "admin" && role !== "admin" && (await countAdmins(trx)) === 1) return "last_admin";
  await trx.updateTable("users").set({ role }).where("tenant_id", "=", trx.tenantId).where("id", "=", id).execute();
  return "done";
};

export const removeUser = async (trx: TenantDb, id: string): Promise<"done" | "last_admin" | "unknown"> => {
  await holdMembership(trx);
  const user = await findUser(trx, id);
  if (!user) return "unknown";
  if (user.role === "admin" && (await countAdmins(trx)) === 1) return "last_admin";
  await trx.deleteFrom("users").where("tenant_id", "=", trx.tenantId).where("id", "=", id).execute();
  return "done";
};
