// Opens the data folder it is given, adds tenants `t-0`, `t-1` … and prints the number of each acknowledged one.
import { findOrCreateTenant, openDb } from "../../db/index.ts";
import { newId } from "../../server/id.ts";

const db = await openDb({ dataDir: process.argv[2] });
for (let n = 0; ; n++) {
  await findOrCreateTenant(db, { id: newId(), slug: `t-${n}` });
  process.stdout.write(`${n}\n`);
}
