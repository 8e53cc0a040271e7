import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { canRunPostgres, createPostgres } from "../../scripts/services/postgres.ts";
import { openDb } from "../../db/index.ts";
import { toReasonError } from "../../server/errors.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startServerProcess } from "../support/server-process.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { call } from "../cluster/http.ts";

const needsPostgres = !process.env["DATABASE_URL"] || !canRunPostgres();
/** `STOPS=20` for the long form. */
const STOPS = Number(process.env["STOPS"] ?? 2);

const ownPostgres = async () => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-postgres-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const postgres = await createPostgres(folder, { durable: true });
  cleanUp(() => postgres.stop("SIGQUIT"));
  return postgres;
};

type Conversations = { items: { id: string; title: string }[] };

describe.skipIf(needsPostgres)("PostgreSQL away (needs DATABASE_URL and PostgreSQL's programs, as root)", () => {
  test(
    "a server under load outlives immediate stops, loses nothing that it acknowledged, and serves again",
    async () => {
      const postgres = await ownPostgres();
      const dataDir = await mkdtemp(join(tmpdir(), "docuchat-postgres-data-"));
      cleanUp(() => rm(dataDir, { recursive: true, force: true }));
      const server = await startServerProcess({ DATABASE_URL: postgres.url, DATA_DIR: dataDir });
      const token = await server.signIn("acme", "a@example.org");
      const acknowledged: string[] = [];
      const failures = new Set<string>();
      const over = new AbortController();
      const write = async (writer: number) => {
        for (let n = 0; !over.signal.aborted; n++) {
          const requestId = `writer-${writer}-${n}`;
          const reply = await fetch(`${server.url}/v1/chat`, {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            body: JSON.stringify({ question: requestId, requestId }),
          });
          const text = await reply.text();
          if (reply.ok) acknowledged.push(requestId);
          else failures.add((JSON.parse(text) as { error: { reason: string } }).error.reason);
        }
      };
      const writers = [1, 2, 3, 4].map(write);
      for (let stop = 0; stop < STOPS; stop++) {
        const seen = acknowledged.length;
        await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(seen + 4);
        await postgres.stop("SIGQUIT");
        await new Promise((resolve) => setTimeout(resolve, 500));
        await postgres.start();
        const serves = () =>
          call(server.url, token, "auth.me").then(
            () => true,
            () => false,
          );
        await expect.poll(serves, { timeout: 60_000, interval: 50 }).toBe(true);
      }
      over.abort();
      await Promise.all(writers);
      expect(server.isRunning()).toBe(true);
      expect([...failures]).toEqual(["SERVICE_UNAVAILABLE"]);
      expect(server.output()).not.toMatch(/unhandled|uncaught/i);
      const stored = new Set<string>();
      for (let cursor: string | undefined, first = true; first || cursor; first = false) {
        const page = await call<Conversations & { nextCursor?: string }>(server.url, token, "chat.conversations", {
          limit: 100,
          cursor,
        });
        for (const { title } of page.items) stored.add(title);
        cursor = page.nextCursor;
      }
      expect(acknowledged.filter((title) => !stored.has(title))).toEqual([]);
    },
    60_000 + STOPS * 30_000,
  );
});

describe.skipIf(!process.env["DATABASE_URL"])("a network that swallows (needs DATABASE_URL)", () => {
  test("a connection that has gone silent is given up within its timeout, and the next call finds a new one", async () => {
    const target = process.env["DATABASE_URL"] ?? "";
    const proxy = await startTcpProxy(target);
    const url = new URL(target);
    url.port = String(proxy.port);
    url.searchParams.set("query_timeout", "1000");
    const db = await openDb({ url: url.href });
    cleanUp(() => db.close());
    await db.ping();
    proxy.swallow(true);
    const failure = await db.ping().catch((error: unknown) => toReasonError(error).reason);
    expect(failure).toBe("SERVICE_UNAVAILABLE");
    proxy.swallow(false);
    await db.ping();
  });
});
