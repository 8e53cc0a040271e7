import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { describe, expect, test } from "vitest";
import { findOrCreateTenant, inTenant, putInvitation } from "../db/index.ts";
import { newId } from "../server/id.ts";
import { createLog } from "../server/log.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { cleanUp } from "./support/clean-up.ts";
import { ingestFile } from "./support/files.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { makePdf } from "./support/pdf.ts";
import { waitFor } from "./support/server-process.ts";

type Line = Record<string, unknown> & { event: string };

const keepLines = () => {
  const lines: Line[] = [];
  return { lines, log: createLog("debug", (line) => lines.push(JSON.parse(line) as Line)) };
};

/** A line's failure and what caused it, one after the other. */
const failuresIn = (line: unknown): object[] => {
  if (typeof line !== "object" || line === null) return [];
  return [line, ...failuresIn("cause" in line ? line.cause : undefined)];
};

const TEXT = "Forty-two c4n4ry-herons nest on the northern shore.";
const QUESTION = "How many c4n4ry-herons nest on the northern shore?";

/** Web and worker: two processes' parts where they share services, and one that is both where it is embedded. */
const startBoth = async (baseUrl: string) => {
  const { lines, log } = keepLines();
  const env = { OPENAI_BASE_URL: baseUrl, EMBEDDING_DIMENSIONS: "64" };
  if (!process.env["DATABASE_URL"]) return { lines, web: await startTestApp({ env, parts: { log } }) };
  const web = await startTestApp({ env: { ...env, ROLE: "web" }, parts: { log } });
  const { databaseUrl = "", redisUrl = "" } = web.app.config;
  const shared = { ...env, ROLE: "worker", DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  await startTestApp({ dataDir: web.dataDir, env: shared, parts: { log } });
  return { lines, web };
};

const upload = async (web: TestApp, accessToken: string, requestId: string): Promise<string> => {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(await makePdf([TEXT]))]), "c4n4ry.pdf");
  const headers = { authorization: `Bearer ${accessToken}`, "x-request-id": requestId };
  const response = await fetch(`${web.url}/v1/files`, { method: "POST", headers, body: form });
  return ((await response.json()) as { id: string }).id;
};

describe("the model's failures are logged with status, message and request", () => {
  test("by the worker that reads a file, under the request that sent it", async () => {
    const message = `the key is not known; while reading '${TEXT}'`;
    const vendor = await startOpenAiServer({ embeddingFault: { kind: "status", status: 403, message } });
    cleanUp(() => vendor.close());
    const { lines, web } = await startBoth(vendor.baseUrl);
    const { accessToken } = await web.signIn();
    const requestId = `upload-${newId()}`;
    const fileId = await upload(web, accessToken, requestId);
    const failed = await waitFor(() => lines.find((line) => line["fileId"] === fileId && line["level"] === "warn"));
    expect(failed["requestId"]).toBe(requestId);
    expect(failuresIn(failed)).toContainEqual(
      expect.objectContaining({ status: 403, message: expect.stringContaining("answered 403: the key is not known") }),
    );
    expect(JSON.stringify(lines)).not.toContain("c4n4ry");

    vendor.script = {};
    const other = `upload-${newId()}`;
    const { accessToken: others } = await web.signIn();
    const ready = await upload(web, others, other);
    const ingested = await waitFor(() => lines.find((line) => line.event === "ingested" && line["fileId"] === ready));
    expect(ingested["requestId"]).toBe(other);
  });

  test("by an answer, under the request that asked", async () => {
    const vendor = await startOpenAiServer();
    cleanUp(() => vendor.close());
    const { lines, web } = await startBoth(vendor.baseUrl);
    const user = await web.signIn();
    await ingestFile(web, user, { bytes: await makePdf([TEXT]) });
    const refused = { kind: "status", status: 403, message: `no such deployment for: ${QUESTION}` } as const;
    vendor.script = { chatFault: refused };
    const requestId = `question-${newId()}`;
    const asked = await fetch(`${web.url}/v1/chat`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${user.accessToken}`,
        "content-type": "application/json",
        "x-request-id": requestId,
      },
      body: JSON.stringify({ question: QUESTION }),
    });
    expect(await asked.text()).toContain("MODEL_UNAVAILABLE");
    const failed = lines.find(({ event }) => event === "answer failed");
    expect(failed).toMatchObject({ requestId, reason: "MODEL_UNAVAILABLE" });
    const message = expect.stringContaining("answered 403: no such deployment for: …");
    expect(failuresIn(failed)).toContainEqual(expect.objectContaining({ status: 403, message }));
    expect(JSON.stringify(lines)).not.toContain("c4n4ry");
  });

  test("by a search, under the request that searched", async () => {
    const vendor = await startOpenAiServer();
    cleanUp(() => vendor.close());
    const { lines, web } = await startBoth(vendor.baseUrl);
    const user = await web.signIn();
    await ingestFile(web, user, { bytes: await makePdf([TEXT]) });
    vendor.script = { embeddingFault: { kind: "status", status: 403, message: "no quota" } };
    await expect(user.caller.files.search({ query: QUESTION })).rejects.toThrow();
    const failed = lines.find(({ path, level }) => path === "files.search" && level === "warn");
    expect(failed).toMatchObject({ requestId: expect.stringMatching(/./), reason: "MODEL_UNAVAILABLE" });
    const message = expect.stringContaining("no quota");
    expect(failuresIn(failed)).toContainEqual(expect.objectContaining({ status: 403, message }));
  });
});

test("a job that an earlier release has queued, without a request, is worked on", async () => {
  const { lines, log } = keepLines();
  const web = await startTestApp({ parts: { log } });
  const user = await web.signIn();
  const file = await ingestFile(web, user, { bytes: await makePdf([TEXT]) });
  const { tenantId } = user;
  lines.splice(0);
  await inTenant(web.app.db, tenantId, async (trx) => {
    await trx.updateTable("files").set({ status: "queued" }).where("id", "=", file.id).execute();
    await web.app.jobs.sendIngest(trx, { tenantId, fileId: file.id });
  });
  const ingested = await waitFor(() => lines.find(({ event }) => event === "ingested"));
  expect(ingested).toMatchObject({ fileId: file.id });
  expect(ingested).not.toHaveProperty("requestId");
});

describe("the mail server's refusals are logged with status, message and request", () => {
  const startRefusing = async (): Promise<string> => {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onRcptTo: ({ address }, _session, done) =>
        done(Object.assign(new Error(`5.1.1 <${address}>: no such mailbox here`), { responseCode: 550 })),
    });
    server.on("error", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanUp(() => new Promise<void>((resolve) => server.close(() => resolve())));
    return `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  };

  test.for(["open", "invited"] as const)("where SIGN_UP is %s", async (SIGN_UP) => {
    const { lines, log } = keepLines();
    const env = { SMTP_URL: await startRefusing(), MAIL_FROM: "docuchat@example.org", SIGN_UP };
    const app = await startTestApp({ env, parts: { log } });
    const tenant = app.newTenant();
    const { id } = await findOrCreateTenant(app.app.db, { id: newId(), slug: tenant });
    await inTenant(app.app.db, id, (trx) =>
      putInvitation(trx, { email: "ada.c4n4ry@example.org", role: "admin", invited_by: null }),
    );
    const requestId = `sign-in-${newId()}`;
    await fetch(`${app.url}/v1/auth/request-code`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-request-id": requestId, "x-tenant-id": tenant },
      body: JSON.stringify({ email: "ada.c4n4ry@example.org" }),
    });
    const failed = await waitFor(() => lines.find((line) => line["cause"] !== undefined));
    expect(failed["requestId"]).toBe(requestId);
    const message = "The mail server failed at RCPT TO: 550 5.1.1 <***>: no such mailbox here";
    expect(failuresIn(failed)).toContainEqual(expect.objectContaining({ status: 550, message }));
    expect(JSON.stringify(lines)).not.toContain("c4n4ry");
  });
});
