import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { NewerSchemaError } from "../../db/index.ts";
import { migrate } from "../../db/migrate.ts";
import { kyselyOf } from "../../db/open.ts";
import { openTestDb } from "../support/db.ts";

const db = kyselyOf(await openTestDb());
const history = () =>
  sql<{ name: string; timestamp: string }>`select * from kysely_migration order by name`.execute(db);
const { rows: written } = await history();

afterEach(async () => {
  await sql`delete from kysely_migration`.execute(db);
  for (const { name, timestamp } of written)
    await sql`insert into kysely_migration values (${name}, ${timestamp})`.execute(db);
});

test("a schema that is up to date is left alone", async () => {
  await migrate(db);
  expect((await history()).rows).toEqual(written);
});

test("one of a newer version is refused", async () => {
  await sql`insert into kysely_migration values ('9999-newer', ${new Date().toISOString()})`.execute(db);
  await expect(migrate(db)).rejects.toThrow(NewerSchemaError);
});

test("a history that no version has written is not called a newer one", async () => {
  await sql`delete from kysely_migration where name = '0001-initial'`.execute(db);
  await expect(migrate(db)).rejects.toThrow("corrupted migrations");
});
