import { sql } from "kysely";
import type { Db } from "../open.ts";
import { PLANNED_ONCE } from "../planned-once.ts";
import { asSystem, type TenantDb } from "../tenancy.ts";

/** A vector space: vectors of two are never compared. */
export type VectorSpace = { id: number; name: string; dimensions: number };

/** The number of a vector space in the database, made when it is new; notes that a process starts with it. */
export const embeddingModelId = async (db: Db, model: { name: string; dimensions: number }): Promise<number> => {
  const row = await asSystem(db)
    .insertInto("embedding_models")
    .values(model)
    .onConflict((conflict) => conflict.columns(["name", "dimensions"]).doUpdateSet({ configured_at: sql`now()` }))
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
};

/** The space that a process has started with last: while a deployment rolls, older ones do not turn tenants back. */
export const newestModelId = async (db: Db): Promise<number | undefined> => {
  const row = await asSystem(db)
    .selectFrom("embedding_models")
    .select("id")
    .orderBy("configured_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.id;
};

const served = (trx: TenantDb) =>
  trx
    .selectFrom("served_models")
    .innerJoin("embedding_models", "embedding_models.id", "served_models.model_id")
    .select(["embedding_models.id", "embedding_models.name", "embedding_models.dimensions"])
    .where("served_models.tenant_id", "=", trx.tenantId);

/** The space that the tenant is served from; undefined before its first file. */
export const findServedModel = (trx: TenantDb): Promise<VectorSpace | undefined> =>
  served(trx).modifyEnd(PLANNED_ONCE).executeTakeFirst();

/** The space that the tenant is served from, or from now on this one. */
export const findOrServeModel = async (trx: TenantDb, modelId: number): Promise<VectorSpace> => {
  await trx
    .insertInto("served_models")
    .values({ tenant_id: trx.tenantId, model_id: modelId })
    .onConflict((conflict) => conflict.column("tenant_id").doNothing())
    .execute();
  return served(trx).executeTakeFirstOrThrow();
};

/** The same, held until the transaction ends: no switch happens meanwhile. */
export const holdServedModel = async (trx: TenantDb, modelId: number): Promise<VectorSpace> => {
  const held = served(trx).forShare("served_models");
  const known = await held.executeTakeFirst();
  if (known) return known;
  await findOrServeModel(trx, modelId);
  return held.executeTakeFirstOrThrow();
};

/** Waits for those who hold the tenant's space, and holds it against them until the transaction ends. */
export const lockServedModel = async (trx: TenantDb): Promise<void> => {
  await trx.selectFrom("served_models").select("model_id").where("tenant_id", "=", trx.tenantId).forUpdate().execute();
};

export const serveModel = async (trx: TenantDb, modelId: number): Promise<void> => {
  await trx
    .updateTable("served_models")
    .set({ model_id: modelId, since: sql`now()` })
    .where("tenant_id", "=", trx.tenantId)
    .execute();
};

/** Whether the tenant has been served from its space for so long that no search can still be reading another. */
export const isSettled = async (trx: TenantDb, settledMs: number): Promise<boolean> => {
  const row = await trx
    .selectFrom("served_models")
    .select(sql<boolean>`since <= now() - make_interval(secs => ${settledMs / 1_000})`.as("settled"))
    .where("tenant_id", "=", trx.tenantId)
    .executeTakeFirst();
  return row?.settled ?? false;
};
