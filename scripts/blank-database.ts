// After `npm ci`: the database that a first start begins with, unless it is there.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { blankFolder } from "../db/pglite/blank.ts";
import { startPglite } from "../db/pglite/pglite.ts";

const blank = blankFolder();
if (!existsSync(blank)) {
  await mkdir(dirname(blank), { recursive: true });
  const folder = await mkdtemp(`${blank}-`);
  try {
    const pglite = startPglite({ dataDir: join(folder, "postgres") });
    await pglite.waitReady;
    await pglite.close();
    await rename(join(folder, "postgres"), blank);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
