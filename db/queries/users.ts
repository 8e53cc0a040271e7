import { sql, type Selectable } from "kysely";
import type { Invitations, Users } from "../schema.ts";
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

export const listUsers = (trx: TenantDb): Promise<UserRow[]> =>
  trx.selectFrom("users").selectAll().where("tenant_id", "=", trx.tenantId).orderBy("id").execute();

/** Two first users at once wait for each other here, so that one of them is the admin. */
const lockMembership = (trx: TenantDb) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${trx.tenantId}, 1))`.execute(trx);

/** The user of that address, made if there is none: the tenant's first as its admin, later ones by `role`. */
export const findOrCreateUser = async (
  trx: TenantDb,
  user: { id: string; email: string; role: Role },
): Promise<UserRow> => {
  await lockMembership(trx);
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

/** False when it would leave the tenant without an admin, or there is no such user. */
export const setRole = async (trx: TenantDb, id: string, role: Role): Promise<"done" | "last_admin" | "unknown"> => {
  await lockMembership(trx);
  const user = await findUser(trx, id);
  if (!user) return "unknown";
  if (user.role === "admin" && role !== "admin" && (await countAdmins(trx)) === 1) return "last_admin";
  await trx.updateTable("users").set({ role }).where("tenant_id", "=", trx.tenantId).where("id", "=", id).execute();
  return "done";
};

export const removeUser = async (trx: TenantDb, id: string): Promise<"done" | "last_admin" | "unknown"> => {
  await lockMembership(trx);
  const user = await findUser(trx, id);
  if (!user) return "unknown";
  if (user.role === "admin" && (await countAdmins(trx)) === 1) return "last_admin";
  await trx.deleteFrom("users").where("tenant_id", "=", trx.tenantId).where("id", "=", id).execute();
  return "done";
};

export const listInvitations = (trx: TenantDb): Promise<Selectable<Invitations>[]> =>
  trx.selectFrom("invitations").selectAll().where("tenant_id", "=", trx.tenantId).orderBy("email").execute();

export const findInvitation = (trx: TenantDb, email: string): Promise<Selectable<Invitations> | undefined> =>
  trx
    .selectFrom("invitations")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .where("email", "=", email)
    .executeTakeFirst();

export const putInvitation = async (trx: TenantDb, email: string, role: Role): Promise<void> => {
  await trx
    .insertInto("invitations")
    .values({ tenant_id: trx.tenantId, email, role })
    .onConflict((conflict) => conflict.columns(["tenant_id", "email"]).doUpdateSet({ role }))
    .execute();
};

export const removeInvitation = async (trx: TenantDb, email: string): Promise<boolean> => {
  const result = await trx
    .deleteFrom("invitations")
    .where("tenant_id", "=", trx.tenantId)
    .where("email", "=", email)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
};
