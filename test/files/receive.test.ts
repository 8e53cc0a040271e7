import { createHash } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { authenticate } from "../../server/auth/authenticate.ts";
import { receive } from "../../server/files/receive.ts";
import { newId } from "../../server/id.ts";
import { contextOf, sharedApp } from "../support/app.ts";
import { addFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";

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

test("of two that found room for one the later is refused, and its bytes are gone", async () => {
  const unlimited = { requestsPerDay: null, tokensPerDay: null, files: null, bytes: null };
  for (const room of [{ files: 1 }, { bytes: 60 }]) {
    const user = await shared.signIn();
    await user.caller.admin.setQuotas({ ...unlimited, ...room });
    const store: typeof app.store = {
      ...app.store,
      adopt: async (key, path) => {
        await app.store.adopt(key, path);
        await addFile(shared, user, { bytes: newBytes() });
      },
    };
    const late = addFile({ ...shared, app: { ...app, store } }, user, { bytes: newBytes() });
    await expect(late).rejects.toMatchObject({ reason: "QUOTA_EXCEEDED" });
    expect(await kept(user.tenantId)).toHaveLength(1);
  }
});

test("bytes whose row may have been stored all the same stay, for whoever compares them with the rows", async () => {
  const user = await shared.signIn();
  const jobs: typeof app.jobs = {
    ...app.jobs,
    sendIngest: async () => {
      throw new Error("no queue");
    },
  };
  await expect(addFile({ ...shared, app: { ...app, jobs } }, user, { bytes: newBytes() })).rejects.toThrow("no queue");
  expect(await kept(user.tenantId)).toHaveLength(1);
  expect((await user.caller.files.list({})).items).toEqual([]);
});

test("an upload that lost to one of the same bytes, which was then removed, is to be tried again", async () => {
  const user = await shared.signIn();
  const { accessToken } = user;
  const call = { ...contextOf(app), ...(await authenticate(app, { accessToken, tenantSlug: undefined })) };
  const bytes = await makePdf(["Sent twice, and removed."]);
  const incoming = async (name: string) => {
    const path = join(shared.dataDir, `${user.userId}-${name}`);
    await writeFile(path, bytes);
    return { path, name, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  };
  let fileId = "";
  const store: typeof app.store = {
    ...app.store,
    adopt: async (key, path) => {
      await app.store.adopt(key, path);
      fileId = (await receive(call, await incoming("first.pdf"))).id;
    },
    remove: async (key) => {
      await app.store.remove(key);
      await user.caller.files.remove({ fileId });
    },
  };
  const second = receive({ ...call, app: { ...app, store } }, await incoming("second.pdf"));
  await expect(second).rejects.toMatchObject({ reason: "SERVICE_UNAVAILABLE" });
  expect((await user.caller.files.list({})).items).toEqual([]);
  expect(await receive(call, await incoming("third.pdf"))).toMatchObject({ deduplicated: false });
});
