import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../server/config.ts";
import { openS3Store } from "../../server/files/store-s3.ts";
import { openStore, type FileStore } from "../../server/files/store.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startHttpProxy } from "../support/http-proxy.ts";
import { BUCKET, startS3Server } from "../support/s3-server.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { keep, storeContract } from "./store.contract.ts";

const newFolder = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), "docuchat-store-"));
  cleanUp(() => rm(dir, { recursive: true, force: true }));
  return dir;
};

const openTestStore = async (options: { url?: string; dir?: string } = {}): Promise<FileStore> => {
  const { storage } = readConfig({ STORAGE_URL: options.url });
  const store = await openStore({ dir: options.dir ?? (await newFolder()), storage, onError: () => {} });
  cleanUp(() => store.close());
  return store;
};

describe("a folder", () => {
  storeContract(() => openTestStore());

  test("what a crash left on its way in goes after an hour; what others are receiving stays", async () => {
    const dir = await newFolder();
    const { incomingDir } = await openTestStore({ dir });
    await writeFile(join(incomingDir, "abandoned"), "half");
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(join(incomingDir, "abandoned"), longAgo, longAgo);
    await writeFile(join(incomingDir, "arriving"), "half");
    // The folder itself is old: a process that has received nothing for long goes on using it.
    await utimes(incomingDir, longAgo, longAgo);
    const other = await openTestStore({ dir });
    expect(await readdir(other.incomingDir)).toEqual(["arriving"]);
  });

  test("what is no file's bytes is not listed", async () => {
    const dir = await newFolder();
    const store = await openTestStore({ dir });
    const key = { tenantId: newId(), fileId: newId() };
    await keep(store, key, Buffer.from("bytes"));
    await writeFile(join(dir, "content", key.tenantId, "notes.pdf"), "");
    await writeFile(join(dir, "content", "lost+found"), "");
    expect(await Array.fromAsync(store.tenants())).toEqual([key.tenantId]);
    expect((await Array.fromAsync(store.list(key.tenantId))).map((file) => file.fileId)).toEqual([key.fileId]);
  });
});

describe("a bucket", async () => {
  const server = await startS3Server();
  storeContract(() => openTestStore({ url: server.storageUrl }));

  test("a store whose endpoint has a path is called under that path", async () => {
    const prefix = "/storage/v1/s3";
    const proxy = await startHttpProxy({ target: () => server.url, prefix, strip: true });
    const url = `s3://S3RVER:S3RVER@${new URL(proxy.url).host}${prefix}/${BUCKET}?tls=off`;
    const store = await openTestStore({ url });
    const key = { tenantId: newId(), fileId: newId() };
    await keep(store, key, Buffer.from("under a path"));
    expect((await Array.fromAsync(store.list(key.tenantId))).map(({ fileId }) => fileId)).toEqual([key.fileId]);
    await store.remove(key);
    expect(await store.has(key)).toBe(false);
    expect(proxy.paths.length).toBeGreaterThan(3);
    for (const path of proxy.paths) expect(path).toMatch(/^\/storage\/v1\/s3\/documents[/?]/);
  });

  test("calls are signed as the store checks them", async () => {
    const strict = await startS3Server({ strict: true });
    const store = await openTestStore({ url: strict.storageUrl });
    const key = { tenantId: newId(), fileId: newId() };
    await keep(store, key, Buffer.from("signed"));
    expect(await store.has(key)).toBe(true);
    await store.remove(key);
    expect(await store.has(key)).toBe(false);
    const wrong = strict.storageUrl.replace(":S3RVER@", ":another@");
    await expect(openTestStore({ url: wrong })).rejects.toThrow(/^STORAGE_URL: the store refuses/);
  });

  test("a store that cannot be reached says so, and serves again when it is back", async () => {
    const strict = await startS3Server();
    const store = await openTestStore({ url: strict.storageUrl });
    const key = { tenantId: newId(), fileId: newId() };
    const path = join(store.incomingDir, newId());
    await writeFile(path, "bytes");
    await strict.close();
    const calls = await Promise.allSettled([
      store.read(key),
      store.openLocal(key),
      store.has(key),
      store.remove(key),
      store.adopt(key, path),
    ]);
    for (const call of calls)
      expect(call).toMatchObject({ status: "rejected", reason: { reason: "SERVICE_UNAVAILABLE" } });
    await startS3Server({ port: Number(new URL(strict.url).port) });
    await store.adopt(key, path);
    expect(await store.has(key)).toBe(true);
  });

  test("a store that accepts and never answers is given up", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    cleanUp(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const { storage } = readConfig({ STORAGE_URL: `s3://key:word@127.0.0.1:${port}/documents?tls=off` });
    if (!storage) throw new Error("no storage");
    const store = await openS3Store(storage, { dir: await newFolder(), onError: () => {}, answerMs: 200 });
    const key = { tenantId: newId(), fileId: newId() };
    const path = join(store.incomingDir, newId());
    await writeFile(path, "bytes");
    for (const call of [() => store.read(key), () => store.has(key), () => store.adopt(key, path)])
      await expect(call()).rejects.toMatchObject({ reason: "SERVICE_UNAVAILABLE" });
    store.close();
  });

  test("a download that is cut leaves no half file, and one that is read fails", async () => {
    const proxy = await startTcpProxy(server.url);
    const url = server.storageUrl.replace(new URL(server.url).host, new URL(proxy.url).host);
    const store = await openTestStore({ url });
    const key = { tenantId: newId(), fileId: newId() };
    await keep(await openTestStore({ url: server.storageUrl }), key, Buffer.alloc(2 ** 20));
    proxy.cutAfterBytes(300_000);
    await expect(store.openLocal(key)).rejects.toMatchObject({ reason: "SERVICE_UNAVAILABLE" });
    expect(await readdir(store.incomingDir)).toEqual([]);
    proxy.cutAfterBytes(300_000);
    const { stream } = await store.read(key);
    await expect(stream.toArray()).rejects.toThrow();
  });
});
