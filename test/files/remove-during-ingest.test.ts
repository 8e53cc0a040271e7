import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant } from "../../db/index.ts";
import { startTestApp } from "../support/app.ts";
import { newDatabase, onServer } from "../support/database.ts";
import { addFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";

/** The embedded database runs one transaction after the other. */
test.skipIf(!process.env["DATABASE_URL"])("a file may be removed while a run ends it", async () => {
  const database = await newDatabase();
  const url = "url" in database ? database.url : "";
  const app = await startTestApp({ env: { DATABASE_URL: url, ROLE: "web" } });
  const user = await app.signIn();
  const { id: fileId } = await addFile(app, user, { bytes: await makePdf(["One."]) });
  const waiting = () =>
    onServer(url, "select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'");
  let removal: Promise<unknown> | undefined;
  // As the last transaction of a run: the file's row first, then its job.
  await inTenant(app.app.db, user.tenantId, async (trx) => {
    await sql`select from files where id = ${fileId} for update`.execute(trx);
    removal = user.caller.files.remove({ fileId });
    await expect.poll(waiting).toEqual([{ count: 1 }]);
    await app.app.jobs.removeIngest(trx, fileId);
  });
  await expect(removal).resolves.toEqual({ ok: true });
});
