import { findOrCreateTenant, openDb, type Db } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "./clean-up.ts";
import { newDatabase } from "./database.ts";

/** The database that the environment names, or an embedded one in memory; it closes with the test or the file. */
export const openTestDb = async (): Promise<Db> => {
  const db = await openDb(await newDatabase());
  cleanUp(() => db.close());
  return db;
};

/** The id of a tenant that no other test has. */
export const newTestTenant = async (db: Db): Promise<string> => {
  const id = newId();
  await findOrCreateTenant(db, { id, slug: `t-${id}` });
  return id;
};
