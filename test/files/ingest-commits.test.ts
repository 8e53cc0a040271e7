import { expect, test } from "vitest";
import { startTestApp } from "../support/app.ts";
import { newDatabase, onServer } from "../support/database.ts";
import { addFile } from "../support/files.ts";
import { startVendor } from "../support/ingest.ts";
import { makePdfOfPages } from "../support/pdf.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const SIZE = 8;

/** The embedded database has no connection on which transactions could be counted. */
test.skipIf(!process.env["DATABASE_URL"])(
  "an upload of two pages takes five of its tenant's transactions, a long one one more for each batch",
  async () => {
    const database = await newDatabase();
    const url = "url" in database ? database.url : "";
    let sent = "";
    const proxy = await startTcpProxy(url, (data) => (sent += data.toString("latin1")));
    const { vendor, model } = await startVendor(SIZE);
    const app = await startTestApp({
      env: { DATABASE_URL: Object.assign(new URL(url), { port: `${proxy.port}` }).href },
      parts: { model },
    });
    const user = await app.signIn();
    const jobs = () => onServer(url, "select count(*)::int as jobs from pgboss.job where name = 'ingest'");
    const ingest = async (pages: number) => {
      const bytes = await makePdfOfPages(pages);
      const calls = vendor.requests.length;
      sent = "";
      await addFile(app, user, { bytes });
      await expect.poll(jobs).toEqual([{ jobs: 0 }]);
      const transactions = sent.split(`set local app.tenant_id = '${user.tenantId}'`).length - 1;
      return { transactions, batches: vendor.requests.length - calls };
    };
    // What a server does at its start is over with the first one.
    await ingest(3);
    const short = await ingest(2);
    expect(short).toMatchObject({ batches: 1 });
    // Who uploads, the upload's two, the beginning and the end.
    expect(short.transactions).toBeLessThanOrEqual(5);
    const long = await ingest(60);
    expect(long.batches).toBeGreaterThan(10);
    expect(long.transactions).toBeLessThanOrEqual(5 + long.batches);
  },
);
