import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { expect, test } from "vitest";
import { newId } from "../server/id.ts";
import { cleanUp } from "./support/clean-up.ts";
import { newDatabase, newRedisUrl, putDatabase } from "./support/database.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { makePdf } from "./support/pdf.ts";
import { startServerProcess, waitFor } from "./support/server-process.ts";

/** Every level, in the long form: the lowest says all that the others do. */
const LEVELS = process.env["ALL_LOG_LEVELS"] ? ["debug", "info", "warn", "error", "silent"] : ["debug"];

const SECRET = "Kq7mW2vX9rT4kL7nB1cF6hJ3pD5sG0yA-canary";
const API_KEY = "sk-c4n4ry-of-the-vendor";
const ADDRESS = "canary.person@c4n4ry.example.org";
const QUESTION = "Whose c4n4ry-question is about herons?";
const TEXT = "The c4n4ry-document says that herons nest on the shore.";
const FILE_NAME = "c4n4ry-name.pdf";
const TITLE = "c4n4ry-title";
const COMMENT = "c4n4ry-comment";
const INVITED = "invited.c4n4ry@example.org";
const ANSWER = "The c4n4ry-answer cites [1].";
const BROKEN = "c4n4ry-in-a-broken-body";

/** A mail server that keeps the codes it was sent. */
const startMailServer = async () => {
  const codes: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _session, done) {
      let source = "";
      stream.on("data", (part: Buffer) => (source += part.toString()));
      stream.on("end", () => {
        codes.push(/\b\d{6}\b(?!=)/.exec(source.slice(source.indexOf("\r\n\r\n")))?.[0] ?? "");
        done();
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { codes, url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
};

test.for(LEVELS)(
  "of a whole journey nothing that a person wrote, and no secret, is in any output (%s)",
  { timeout: 180_000 },
  async (level) => {
    const dataDir = await mkdtemp(join(tmpdir(), "docuchat-canaries-"));
    cleanUp(() => rm(dataDir, { recursive: true, force: true }));
    const database = await newDatabase();
    await putDatabase(dataDir);
    const mail = await startMailServer();
    const vendor = await startOpenAiServer({ answer: () => ANSWER });
    cleanUp(() => vendor.close());
    const server = await startServerProcess({
      NODE_ENV: "production",
      SIGN_UP: "open",
      LOG_LEVEL: level,
      DATA_DIR: dataDir,
      DATABASE_URL: "url" in database ? database.url : undefined,
      REDIS_URL: newRedisUrl(),
      JWT_SECRET: SECRET,
      SMTP_URL: mail.url,
      MAIL_FROM: "docuchat@example.org",
      OPENAI_API_KEY: API_KEY,
      OPENAI_BASE_URL: vendor.baseUrl,
      EMBEDDING_DIMENSIONS: "64",
    });
    let token = "";
    const send = async (method: string, path: string, body?: unknown): Promise<Record<string, string>> => {
      const form = body instanceof FormData || typeof body === "string";
      const response = await fetch(`${server.url}${path}`, {
        method,
        headers: {
          "x-tenant-id": "acme",
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(form ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: form ? (body as BodyInit) : JSON.stringify(body) }),
      });
      const text = await response.text();
      return text.startsWith("{") ? (JSON.parse(text) as Record<string, string>) : { text };
    };
    const { challengeId } = await send("POST", "/v1/auth/request-code", { email: ADDRESS });
    const code = await waitFor(() => mail.codes[0]);
    await send("POST", "/v1/auth/verify-code", { challengeId, code: code === "000000" ? "000001" : "000000" });
    token = (await send("POST", "/v1/auth/verify-code", { challengeId, code }))["accessToken"] ?? "";
    expect(token).not.toBe("");

    const form = new FormData();
    form.append("file", new Blob([new Uint8Array(await makePdf([TEXT]))]), FILE_NAME);
    const { id: fileId } = await send("POST", "/v1/files", form);
    await waitFor(async () => ((await send("GET", `/v1/files/${fileId}`))["status"] === "ready" ? true : undefined));
    const requestId = newId();
    const answered = await send("POST", "/v1/chat", { question: QUESTION, requestId });
    expect(answered["text"]).toContain("c4n4ry-answer");
    const [messageId, conversationId] = ["messageId", "conversationId"].map(
      (name) => new RegExp(`"${name}":"([^"]+)"`).exec(answered["text"] ?? "")?.[1],
    );
    const mutate = (path: string, input: unknown) => send("POST", `/trpc/${path}`, input);
    await mutate("chat.rename", { conversationId, title: TITLE });
    await mutate("chat.rate", { messageId, rating: "down", comment: COMMENT });
    await mutate("admin.invite", { email: INVITED });
    await send("GET", `/v1/files/${fileId}/content`);
    // What goes wrong is logged more than what does not.
    await send("POST", "/v1/chat", { question: QUESTION, requestId, conversationId: BROKEN });
    await send("POST", "/v1/chat", `{"question": "${BROKEN}`);
    await send("POST", "/v1/files", BROKEN);
    await send("GET", `/trpc/${BROKEN}?input=${BROKEN}`);
    await send("GET", `/${BROKEN}?token=${token}`);
    const message = `The key ${API_KEY} may not ask "${QUESTION}" of ${TEXT}`;
    vendor.script = { chatFault: { kind: "status", status: 500, message } };
    await send("POST", "/v1/chat", { question: `${QUESTION} Again?` });
    vendor.script = { answer: () => ANSWER, chatFault: { kind: "malformed", after: 1 } };
    await send("POST", "/v1/chat", { question: `${QUESTION} Once more?` });
    await mutate("auth.signOut", {});
    await server.kill("SIGTERM");

    const output = server.output();
    if (level === "debug") expect(output).toContain('"path":"chat.rename"');
    const canaries = { SECRET, API_KEY, ADDRESS, QUESTION, TEXT, FILE_NAME, TITLE, COMMENT, INVITED, ANSWER, BROKEN };
    for (const [name, canary] of Object.entries({ ...canaries, token, code: ` ${code}`, challenge: `"${code}"` }))
      expect(output.includes(canary), `${name} in the output`).toBe(false);
    expect(output).not.toContain("c4n4ry");
  },
);
