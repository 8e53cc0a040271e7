import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { open, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ContentKey, FileStore } from "../../server/files/store.ts";
import { newId } from "../../server/id.ts";

const MIB = 2 ** 20;

const newKey = (tenantId = newId()): ContentKey => ({ tenantId, fileId: newId() });

export const keep = async (store: FileStore, key: ContentKey, bytes: Buffer): Promise<void> => {
  const path = join(store.incomingDir, newId());
  await writeFile(path, bytes);
  await store.adopt(key, path);
};

const idsOf = async (store: FileStore, tenantId: string) =>
  (await Array.fromAsync(store.list(tenantId))).map((file) => file.fileId);

/** What every store of files' bytes promises. */
export const storeContract = (open: () => Promise<FileStore>): void => {
  test("bytes that were taken over are read as they were, and the local file is used up", async () => {
    const store = await open();
    for (const size of [0, 1, 3 * MIB]) {
      const [key, bytes] = [newKey(), randomBytes(size)];
      await keep(store, key, bytes);
      const { stream, sizeBytes } = await store.read(key);
      expect(sizeBytes).toBe(size);
      expect((await buffer(stream)).equals(bytes)).toBe(true);
      expect(await store.has(key)).toBe(true);
    }
    expect(await readdir(store.incomingDir)).toEqual([]);
  });

  test("bytes are a local file for as long as they are wanted, and leave nothing behind", async () => {
    const store = await open();
    const [key, bytes] = [newKey(), randomBytes(MIB)];
    await keep(store, key, bytes);
    {
      await using local = await store.openLocal(key);
      expect((await readFile(local.path)).equals(bytes)).toBe(true);
    }
    expect(await readdir(store.incomingDir)).toEqual([]);
    expect(await store.has(key)).toBe(true);
  });

  test("a key without bytes is not found, and is removed like any other", async () => {
    const store = await open();
    const key = newKey();
    expect(await store.has(key)).toBe(false);
    await expect(store.read(key)).rejects.toMatchObject({ reason: "NOT_FOUND" });
    await expect(store.openLocal(key)).rejects.toMatchObject({ reason: "NOT_FOUND" });
    await store.remove(key);
    await keep(store, key, randomBytes(10));
    await store.remove(key);
    expect(await store.has(key)).toBe(false);
    expect(await readdir(store.incomingDir)).toEqual([]);
  });

  test("what is kept is listed by tenant, in the order of ids, with its age", async () => {
    const store = await open();
    const [ours, theirs] = [newId(), newId()];
    const keys = Array.from({ length: 5 }, () => newKey(ours));
    for (const key of keys.toReversed()) await keep(store, key, randomBytes(10));
    await keep(store, newKey(theirs), randomBytes(10));
    expect(await idsOf(store, ours)).toEqual(keys.map((key) => key.fileId));
    expect(await idsOf(store, newId())).toEqual([]);
    expect(await Array.fromAsync(store.tenants())).toEqual(expect.arrayContaining([ours, theirs]));
    for await (const { keptAt } of store.list(ours))
      expect(Math.abs(Date.now() - keptAt.getTime())).toBeLessThan(60_000);
  });

  test("a file that cannot be taken over leaves no bytes and is still the caller's", async () => {
    const store = await open();
    const key = newKey();
    await expect(store.adopt(key, join(store.incomingDir, "not-there"))).rejects.toMatchObject({ name: "ReasonError" });
    expect(await store.has(key)).toBe(false);
  });

  test("a reader that leaves early holds nothing back", async () => {
    const store = await open();
    const key = newKey();
    await keep(store, key, randomBytes(4 * MIB));
    for (let n = 0; n < 60; n++) (await store.read(key)).stream.destroy();
    expect((await buffer((await store.read(key)).stream)).length).toBe(4 * MIB);
  });

  test("a large file goes both ways, and no further ahead of its reader than a few parts", async () => {
    const store = await open();
    const key = newKey();
    const size = 48 * MIB;
    const path = join(store.incomingDir, newId());
    await writeZeros(path, size);
    await store.adopt(key, path);
    {
      await using local = await store.openLocal(key);
      expect((await stat(local.path)).size).toBe(size);
    }
    const { stream } = await store.read(key);
    await once(stream, "readable");
    await pause(500);
    expect(stream.readableLength).toBeLessThan(4 * MIB);
    expect(await countBytes(stream)).toBe(size);
    await store.remove(key);
  });
};

const writeZeros = async (path: string, size: number): Promise<void> => {
  const file = await open(path, "wx");
  await file.truncate(size);
  await file.close();
};

const countBytes = async (stream: Readable): Promise<number> => {
  let bytes = 0;
  for await (const part of stream) bytes += (part as Buffer).length;
  return bytes;
};
