import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { newId } from "../../server/id.ts";
import { sharedApp } from "../support/app.ts";
import { addFile } from "../support/files.ts";

const shared = await sharedApp();
const { app } = shared;

const newBytes = () => Buffer.from(`%PDF-1.7 ${newId()}`);
const kept = (tenantId: string) => Array.fromAsync(app.store.list(tenantId));

test("of the same bytes at the same moment one file is kept, and each upload is answered with it", async () => {
  const user = await shared.signIn();
  const bytes = newBytes();
  const files = await Promise.all([1, 2, 3, 4, 5].map((n) => addFile(shared, user, { bytes, name: `${n}.pdf` })));
  expect(new Set(files.map(({ id }) => id)).size).toBe(1);
  expect(files.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
  expect(await kept(user.tenantId)).toHaveLength(1);
  expect((await user.caller.files.list({})).items).toHaveLength(1);
});

test("bytes that were lost come back with the next upload of the same", async () => {
  const user = await shared.signIn();
  const bytes = newBytes();
  const first = await addFile(shared, user, { bytes });
  const key = { tenantId: user.tenantId, fileId: first.id };
  await app.store.remove(key);
  expect(await app.store.has(key)).toBe(false);
  const again = await addFile(shared, user, { bytes });
  expect(again).toMatchObject({ id: first.id, deduplicated: true });
  expect(await app.store.has(key)).toBe(true);
});

test("a known file is answered even where the tenant may keep no more", async () => {
  const user = await shared.signIn();
  const bytes = newBytes();
  const first = await addFile(shared, user, { bytes });
  await user.caller.admin.setQuotas({ requestsPerDay: null, tokensPerDay: null, files: 1, bytes: null });
  expect(await addFile(shared, user, { bytes })).toMatchObject({ id: first.id, deduplicated: true });
  // What has no room is not even moved into the store.
  const before = (await readdir(app.store.incomingDir)).length;
  await expect(addFile(shared, user, { bytes: newBytes() })).rejects.toMatchObject({ reason: "QUOTA_EXCEEDED" });
  expect((await readdir(app.store.incomingDir)).length).toBe(before + 1);
  expect(await kept(user.tenantId)).toHaveLength(1);
});
