import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { openDb, type Db } from "../../db/index.ts";
import { putDatabase } from "./database.ts";

/** Opening one takes a second of a core: those of tests that have ended serve the next tests of this process, emptied. */
const idle: Db[] = [];

/** An embedded database with the whole schema and no rows. They go with the run. */
export const takeEmbeddedDb = async (): Promise<Db> => {
  const db = idle.pop() ?? (await open());
  const giveBack = async () => {
    await empty(db);
    idle.push(db);
  };
  let given: Promise<void> | undefined;
  return { ...db, close: () => (given ??= giveBack()) };
};

const open = async (): Promise<Db> => {
  const dataDir = await mkdtemp(join(inject("scratch"), "embedded-"));
  await putDatabase(dataDir);
  return openDb({ dataDir });
};

/** Without the foreign keys' triggers, in any order. */
const empty = async ({ queue }: Db): Promise<void> => {
  if (!("pglite" in queue)) throw new Error("not an embedded database");
  await queue.pglite.exec(`
    set session_replication_role = replica;
    do $$ declare name text; begin
      for name in
        select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname = 'public' and tablename not like 'kysely%'
          or schemaname = 'pgboss' and tablename not in ('version', 'queue')
      loop execute 'delete from ' || name; end loop;
    end $$;
    set session_replication_role = origin;`);
};
