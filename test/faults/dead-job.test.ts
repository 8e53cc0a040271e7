import type { KyselyPlugin } from "kysely";
import { expect, test } from "vitest";
import { createFile, inTenant } from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import { newId } from "../../server/id.ts";
import { DEAD_INGEST_QUEUE } from "../../server/jobs.ts";
import { startTestApp } from "../support/app.ts";

test("a file that no run could end is ended as failed, once the database lets it", async () => {
  const { app, signIn } = await startTestApp();
  const { caller, tenantId, userId } = await signIn();
  const fileId = newId();
  const file = { id: fileId, uploaded_by: userId, sha256: newId(), name: "crane.pdf", size_bytes: 1 };
  await inTenant(app.db, tenantId, (trx) => createFile(trx, file));
  let refused = 0;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (node.kind === "UpdateQueryNode" && JSON.stringify(node).includes('"failed"') && refused++ < 3)
        throw new Error("on purpose");
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  app.db = Object.assign({ ...app.db }, { kysely: kyselyOf(app.db).withPlugin(plugin) });
  await app.jobs.boss.send(DEAD_INGEST_QUEUE, { tenantId, fileId });
  await expect
    .poll(() => caller.files.get({ fileId }), { timeout: 40_000, interval: 250 })
    .toMatchObject({ status: "failed", failure: { reason: "INTERNAL" } });
  expect(refused).toBe(4);
});
