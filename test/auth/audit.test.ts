import { expect, test } from "vitest";
import { startTestApp } from "../support/app.ts";
import { addFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";

const app = await startTestApp();

test("the audit log tells who signed in, exported and removed, and which", async () => {
  const user = await app.signIn();
  const file = await addFile(app, user, { bytes: await makePdf(["Kept for a while."]) });
  const content = await fetch(`${app.url}/v1/files/${file.id}/content`, {
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
  await content.arrayBuffer();
  await user.caller.files.remove({ fileId: file.id });
  const { items } = await user.caller.admin.audit({});
  expect(items.map(({ action, actorId, subject }) => [action, actorId, subject])).toEqual([
    ["file_removed", user.userId, file.id],
    ["file_exported", user.userId, file.id],
    ["signed_in", user.userId, expect.any(String)],
  ]);
});
