import { createServer } from "node:http";
import { once } from "node:events";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { kyselyOf } from "../../db/open.ts";
import type { App } from "../../server/context.ts";
import { createHttp } from "../../server/http/server.ts";
import { sharedApp, startTestApp } from "../support/app.ts";
import { waitFor } from "../support/server-process.ts";

/** The app's HTTP in somebody else's server. */
const mount = async (app: App) => {
  const http = createHttp(app);
  const server = createServer(http.listener).on("upgrade", http.upgrade).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const end = async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  };
  return { http, url, end };
};

const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as unknown };
};

const { app, url } = await sharedApp();

test("a server tells that it lives, and each thing that it needs to serve", async () => {
  expect((await get(`${url}/healthz`)).status).toBe(200);
  expect(await get(`${url}/readyz`)).toEqual({
    status: 200,
    body: { status: "ready", dependencies: { database: "ok", keyValue: "ok" } },
  });

  const degraded = await mount({
    ...app,
    keyValue: { ...app.keyValue, ping: () => Promise.reject(new Error("away")) },
  });
  expect(await get(`${degraded.url}/readyz`)).toEqual({
    status: 200,
    body: { status: "degraded", dependencies: { database: "ok", keyValue: "failed" } },
  });
  await degraded.end();

  const hanging = await mount({ ...app, db: { ...app.db, ping: () => new Promise(() => {}) } });
  expect(await get(`${hanging.url}/readyz`)).toEqual({
    status: 503,
    body: { status: "not ready", dependencies: { database: "failed", keyValue: "ok" } },
  });
  expect((await get(`${hanging.url}/healthz`)).status).toBe(200);
  await hanging.end();
});

test("a server whose tenants' role lost its rights is not ready, and names the database", async () => {
  const { app, url } = await startTestApp({ ownDatabase: true });
  expect((await get(`${url}/readyz`)).status).toBe(200);
  const run = (text: string) => sql.raw(text).execute(kyselyOf(app.db));
  await run("revoke select on users from docuchat_app");
  // What a balancer was told a moment ago holds for that moment.
  const failed = await waitFor(async () => {
    const answer = await get(`${url}/readyz`);
    return answer.status === 503 ? answer.body : undefined;
  });
  expect(failed).toEqual({ status: "not ready", dependencies: { database: "failed", keyValue: "ok" } });
  await run("grant select on users to docuchat_app");
  await waitFor(async () => ((await get(`${url}/readyz`)).status === 200 ? true : undefined));
});

test("however many ask whether a server is ready, the database is asked once a second", async () => {
  let pings = 0;
  const ping = () => {
    pings++;
    return app.db.ping();
  };
  const counted = await mount({ ...app, db: { ...app.db, ping } });
  const begun = performance.now();
  await Promise.all(Array.from({ length: 50 }, () => get(`${counted.url}/readyz`)));
  for (let asked = 0; asked < 50; asked++) expect((await get(`${counted.url}/readyz`)).status).toBe(200);
  const seconds = Math.ceil((performance.now() - begun) / 1_000);
  expect(pings).toBeGreaterThan(0);
  expect(pings).toBeLessThanOrEqual(seconds);
  await counted.end();
});

test("a server that is mounted in another serves there, and says so when it closes", async () => {
  const mounted = await mount(app);
  expect((await get(`${mounted.url}/readyz`)).status).toBe(200);
  await mounted.http.close();
  expect(await get(`${mounted.url}/readyz`)).toMatchObject({ status: 503, body: { status: "closing" } });
  expect((await get(`${mounted.url}/healthz`)).status).toBe(200);
  await mounted.end();
});

test("metrics count requests by the class of their status", async () => {
  const count = (text: string, status: string) =>
    Number(new RegExp(`^docuchat_http_requests_total\\{status="${status}"\\} (\\d+)$`, "m").exec(text)?.[1]);
  const scrape = async () => (await fetch(`${url}/metrics`)).text();
  const before = await scrape();
  for (let i = 0; i < 3; i++) await get(`${url}/nowhere`);
  const after = await scrape();
  expect(count(after, "4xx") - count(before, "4xx")).toBe(3);
  expect(count(after, "2xx") - count(before, "2xx")).toBe(1);
  expect(after).toMatch(/^process_resident_memory_bytes [1-9]\d*$/m);
  expect(after).toMatch(/^docuchat_http_requests_in_flight 1$/m);
  expect(after).toMatch(/^docuchat_open_sockets 0$/m);
});
