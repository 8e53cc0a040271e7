import { sql } from "kysely";
import { expect, test } from "vitest";
import { failFile, inTenant } from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import { newId } from "../../server/id.ts";
import { sharedApp, type TestApp, type TestUser } from "../support/app.ts";
import { ingestFile, watchToEnd } from "../support/files.ts";
import { makeEncryptedPdf, makeImageOnlyPdf, makePdf } from "../support/pdf.ts";

const shared = await sharedApp();

/** As a cause of before has left it: its document is one that can be read. */
const failAs = async ({ app }: TestApp, user: TestUser, reason: string): Promise<string> => {
  const { id } = await ingestFile(shared, user, { bytes: await makePdf([`The words of ${newId()}.`]) });
  await inTenant(app.db, user.tenantId, async (trx) => {
    await trx.updateTable("files").where("id", "=", id).set({ status: "ingesting" }).execute();
    await failFile(trx, id, { reason, message: "It was so." });
  });
  return id;
};

const statusesOf = async (user: TestUser, ids: string[]) => {
  const ends = await Promise.all(ids.map((id) => watchToEnd(user, id)));
  return ends.map((states) => states.at(-1)?.status);
};

test("files that failed for the given reasons are ingested again, and no others", async () => {
  const user = await shared.signIn();
  const gone = [await failAs(shared, user, "MODEL_UNAVAILABLE"), await failAs(shared, user, "QUOTA_EXCEEDED")];
  const locked = await ingestFile(shared, user, { bytes: await makeEncryptedPdf() });
  const scan = await ingestFile(shared, user, { bytes: await makeImageOnlyPdf() });
  expect(await user.caller.files.retryFailed({ reasons: ["MODEL_UNAVAILABLE", "QUOTA_EXCEEDED"] })).toEqual({
    count: 2,
  });
  expect(await statusesOf(user, gone)).toEqual(["ready", "ready"]);
  const failed = (await user.caller.files.list({ status: "failed" })).items;
  expect(failed.map(({ id }) => id)).toEqual([scan.id, locked.id]);
});

test("without reasons all failed files are ingested again; a second call finds none, nor does a third", async () => {
  const user = await shared.signIn();
  const ids = [await failAs(shared, user, "INTERNAL"), await failAs(shared, user, "PDF_TOO_COMPLEX")];
  const counts = await Promise.all([1, 2].map(() => user.caller.files.retryFailed({})));
  expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  expect(await statusesOf(user, ids)).toEqual(["ready", "ready"]);
  expect(await user.caller.files.retryFailed({})).toEqual({ count: 0 });
});

test("the failed files of another tenant stay as they are; a member may retry those of a colleague", async () => {
  const tenant = shared.newTenant();
  const [owner, colleague] = [await shared.signIn({ tenant }), await shared.signIn({ tenant })];
  const stranger = await shared.signIn();
  const id = await failAs(shared, owner, "INTERNAL");
  expect(await stranger.caller.files.retryFailed({})).toEqual({ count: 0 });
  expect(await owner.caller.files.get({ fileId: id })).toMatchObject({ status: "failed" });
  expect(await colleague.caller.files.retryFailed({})).toEqual({ count: 1 });
  expect(await statusesOf(owner, [id])).toEqual(["ready"]);
});

test("an unknown reason is refused, and so is an empty list", async () => {
  const user = await shared.signIn();
  const refused = { cause: { reason: "INVALID_INPUT" } };
  for (const reasons of [[], ["NO_SUCH_REASON"]])
    await expect(user.caller.files.retryFailed({ reasons: reasons as [] })).rejects.toMatchObject(refused);
});

test("700 failed files are queued by one call, each once, although each fails again at once", async () => {
  const user = await shared.signIn();
  const failure = JSON.stringify({ reason: "PDF_TOO_COMPLEX", message: "It was so." });
  await inTenant(shared.app.db, user.tenantId, (trx) =>
    sql`insert into files (tenant_id, id, uploaded_by, sha256, name, size_bytes, status, failure)
      select ${user.tenantId}, gen_random_uuid(), ${user.userId}, md5(n::text) || md5(n::text), n || '.pdf', 1, 'failed',
        ${failure}::jsonb from generate_series(1, 700) n`.execute(trx),
  );
  const owner = kyselyOf(shared.app.db);
  await sql`create function fail_again() returns trigger language plpgsql as
    $$ begin new.status := 'failed'; new.failure := old.failure; new.waits := old.waits + 1; return new; end $$`.execute(
    owner,
  );
  await sql
    .raw(
      `create trigger fail_again before update on files for each row
        when (new.status = 'queued' and new.tenant_id = '${user.tenantId}') execute function fail_again()`,
    )
    .execute(owner);
  expect(await user.caller.files.retryFailed({})).toEqual({ count: 700 });
  const { rows } = await inTenant(shared.app.db, user.tenantId, (trx) =>
    sql`select waits, count(*)::int as files from files where tenant_id = ${user.tenantId} group by 1`.execute(trx),
  );
  expect(rows).toEqual([{ waits: 1, files: 700 }]);
  await sql`drop trigger fail_again on files`.execute(owner);
});

test("a watcher sees the files queued again", async () => {
  const user = await shared.signIn();
  const id = await failAs(shared, user, "INTERNAL");
  const seen: string[] = [];
  for await (const state of await user.caller.files.watch({})) {
    seen.push(state.status);
    if (seen.length === 1) expect(await user.caller.files.retryFailed({})).toEqual({ count: 1 });
    if (state.status === "ready") break;
  }
  expect(seen[0]).toBe("failed");
  expect(seen).toContain("queued");
  expect((await user.caller.files.get({ fileId: id })).failure).toBeUndefined();
});
