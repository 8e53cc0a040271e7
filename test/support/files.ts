import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { File } from "../../server/contract/files.ts";
import { newId } from "../../server/id.ts";
import type { TestApp, TestUser } from "./app.ts";
import { receive } from "../../server/files/receive.ts";
import { authenticate } from "../../server/auth/authenticate.ts";

type FileView = z.output<typeof File>;

/** Takes a PDF in as the upload does once the body is on disk. */
export const addFile = async (test: TestApp, user: TestUser, file: { name?: string; bytes: Buffer }) => {
  const { app } = test;
  const path = join(app.store.incomingDir, newId());
  await writeFile(path, file.bytes);
  const signedIn = await authenticate(app, { accessToken: user.accessToken, tenantSlug: undefined });
  const context = { ...signedIn, app, requestId: newId(), client: { address: "test", userAgent: null } };
  const sha256 = createHash("sha256").update(file.bytes).digest("hex");
  return receive(context, { path, name: file.name ?? "file.pdf", sizeBytes: file.bytes.length, sha256 });
};

/** Every state of a file until it has ended. */
export const watchToEnd = async (user: TestUser, fileId: string): Promise<FileView[]> => {
  const states: FileView[] = [];
  for await (const state of await user.caller.files.watch({ fileId })) states.push(state);
  return states;
};

/** Adds a PDF and waits until it is ready or failed. */
export const ingestFile = async (
  test: TestApp,
  user: TestUser,
  file: { name?: string; bytes: Buffer },
): Promise<FileView> => {
  const { id } = await addFile(test, user, file);
  const last = (await watchToEnd(user, id)).at(-1);
  if (!last) throw new Error("the file was not watched");
  return last;
};
