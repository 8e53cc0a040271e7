import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

const PAGE_BYTES = 4_096;
const PAGES = 40;
/** The upload is of so many pages. */
const NEEDED = 12;

const mount = (path: string, inodes: number) =>
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${PAGES * PAGE_BYTES},nr_inodes=${inodes}`, "none", path], {
    stdio: "ignore",
  });
const unmount = (path: string) => execFileSync("umount", ["-l", path], { stdio: "ignore" });

/** Only who may mount can have a disk that is small enough. */
const canMount = ((): boolean => {
  const probe = mkdtempSync(join(tmpdir(), "docuchat-mount-"));
  try {
    mount(probe, 10);
    unmount(probe);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
})();

test.skipIf(!canMount)("a disk that is full, at whatever write, is told as the reason and leaves nothing", async () => {
  const app = await startTestApp();
  const user = await app.signIn();
  const files = join(app.dataDir, "files");
  const upload = async () => {
    const form = new FormData();
    const bytes = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(NEEDED * PAGE_BYTES - 100)]);
    form.append("file", new Blob([new Uint8Array(bytes)]), "a.pdf");
    const headers = { authorization: `Bearer ${user.accessToken}` };
    const response = await fetch(`${app.url}/v1/files`, { method: "POST", headers, body: form });
    return { status: response.status, text: await response.text() };
  };
  /** What is left when so many pages, or files and folders, were free. */
  const attempt = async ({ pages, inodes }: { pages: number; inodes: number }) => {
    mount(files, inodes);
    try {
      await mkdir(join(files, "incoming"));
      if (pages < PAGES) await writeFile(join(files, "ballast"), Buffer.alloc((PAGES - pages) * PAGE_BYTES));
      const answer = await upload();
      const kept = await readdir(join(files, "content"), { recursive: true }).catch(() => []);
      const left = await readdir(join(files, "incoming"));
      return { ...answer, left, kept: kept.filter((name) => name.endsWith(".pdf")) };
    } finally {
      unmount(files);
    }
  };
  cleanUp(() => rm(files, { recursive: true, force: true }));
  const disks = [
    ...Array.from({ length: NEEDED }, (_, pages) => ({ pages, inodes: 100 })),
    // The root, a folder and the ballast are there: no file, then no folder of the tenant's can be made.
    ...[2, 3, 4].map((inodes) => ({ pages: PAGES, inodes })),
  ];
  for (const disk of disks) {
    const { status, text, left, kept } = await attempt(disk);
    expect([disk, status, left, kept]).toEqual([disk, 503, [], []]);
    expect(JSON.parse(text)).toMatchObject({
      error: { reason: "SERVICE_UNAVAILABLE", message: "There is no room to keep the file now." },
    });
  }
  expect((await user.caller.files.list({})).items).toEqual([]);
  const { status, kept } = await attempt({ pages: PAGES, inodes: 100 });
  expect([status, kept.length]).toEqual([201, 1]);
});
