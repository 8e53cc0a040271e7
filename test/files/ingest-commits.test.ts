import { expect, test } from "vitest";
import { startTestApp } from "../support/app.ts";
import { newDatabase, onServer } from "../support/database.ts";
import { addFile } from "../support/files.ts";
import { startVendor } from "../support/ingest.ts";
import { makePdfOfPages } from "../support/pdf.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

/** A message of PostgreSQL's simple query protocol: how the product, and not its job queue, ends a transaction. */
const COMMIT = "Q\0\0\0\x0bcommit\0";
const SIZE = 8;

/** The embedded database has no connection whose commits could be counted. */
test.skipIf(!process.env["DATABASE_URL"])(
  "an upload of two pages takes six transactions, a long one one more for each batch",
  async () => {
    const database = await newDatabase();
    const url = "url" in database ? database.url : "";
    let commits = 0;
    const proxy = await startTcpProxy(url, (data) => {
      commits += data.toString("latin1").split(COMMIT).length - 1;
    });
    const { vendor, model } = await startVendor(SIZE);
    const app = await startTestApp({
      env: { DATABASE_URL: Object.assign(new URL(url), { port: `${proxy.port}` }).href },
      parts: { model },
    });
    const user = await app.signIn();
    const jobs = () => onServer(url, "select count(*)::int as jobs from pgboss.job where name = 'ingest'");
    const ingest = async (pages: number) => {
      const bytes = await makePdfOfPages(pages);
      const [before, calls] = [commits, vendor.requests.length];
      await addFile(app, user, { bytes });
      await expect.poll(jobs).toEqual([{ jobs: 0 }]);
      return { commits: commits - before, batches: vendor.requests.length - calls };
    };
    // What a server does at its start is over with the first one.
    await ingest(3);
    const short = await ingest(2);
    expect(short).toMatchObject({ batches: 1 });
    // Who uploads, the upload's two, the job's, the beginning and the end.

    expect(short.commits).toBeLessThanOrEqual(6);
    const long = await ingest(60);

    expect(long.batches).toBeGreaterThan(10);
    expect(long.commits).toBeLessThanOrEqual(6 + long.batches);
  },
);
