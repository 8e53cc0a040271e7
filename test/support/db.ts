import { findOrCreateTenant, openDb, type Db } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "./clean-up.ts";
import { newDatabase } from "./database.ts";
import { takeEmbeddedDb } from "./embedded.ts";

/** A database of the kind that the environment names; it closes with the test or the file. */
export const openTestDb = async (): Promise<Db> => {
  const database = await newDatabase();
  const db = "url" in database ? await openDb(database) : await takeEmbeddedDb();
  cleanUp(() => db.close());
  return db;
};

/** The id of a tenant that no other test has. */
export const newTestTenant = async (db: Db): Promise<string> => {
  const id = newId();
  await findOrCreateTenant(db, { id, slug: `t-${id}` });
  return id;
};
