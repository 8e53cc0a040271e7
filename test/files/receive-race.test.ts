import { writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { authenticate } from "../../server/auth/authenticate.ts";
import { receive } from "../../server/files/receive.ts";
import { contextOf, sharedApp } from "../support/app.ts";
import { makePdf } from "../support/pdf.ts";

test("an upload that lost to one of the same bytes, which was then removed, is to be tried again", async () => {
  const { app, dataDir, signIn } = await sharedApp();
  const user = await signIn();
  const { accessToken } = user;
  const call = { ...contextOf(app), ...(await authenticate(app, { accessToken, tenantSlug: undefined })) };
  const bytes = await makePdf(["Sent twice, and removed."]);
  const incoming = async (name: string) => {
    const path = join(dataDir, `${user.userId}-${name}`);
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
