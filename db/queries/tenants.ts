import type { Selectable } from "kysely";
import type { Db } from "../open.ts";
import type { Tenants } from "../schema.ts";
import { asSystem, type TenantDb } from "../tenancy.ts";

export type TenantRow = Selectable<Tenants>;

/** Before sign-in a tenant is known by its slug alone. */
export const findTenantBySlug = (db: Db, slug: string): Promise<TenantRow | undefined> =>
  asSystem(db).selectFrom("tenants").selectAll().where("slug", "=", slug).executeTakeFirst();

/** The tenant of that slug, made if there is none; of several makers at once all get the same. */
export const findOrCreateTenant = async (db: Db, tenant: { id: string; slug: string }): Promise<TenantRow> => {
  await asSystem(db)
    .insertInto("tenants")
    .values({ ...tenant, name: tenant.slug })
    .onConflict((conflict) => conflict.column("slug").doNothing())
    .execute();
  return asSystem(db).selectFrom("tenants").selectAll().where("slug", "=", tenant.slug).executeTakeFirstOrThrow();
};

/** For maintenance, which then enters each tenant by itself. */
export const listTenantIds = async (db: Db): Promise<string[]> => {
  const rows = await asSystem(db).selectFrom("tenants").select("id").orderBy("id").execute();
  return rows.map((row) => row.id);
};

export const findTenant = (trx: TenantDb): Promise<TenantRow | undefined> =>
  trx.selectFrom("tenants").selectAll().where("id", "=", trx.tenantId).executeTakeFirst();
