import { Readable } from "node:stream";
import { Hono, type Context } from "hono";
import type { z } from "zod";
import { enter } from "../auth/enter.ts";
import type { RequestCodeInput, VerifyCodeInput } from "../contract/auth.ts";
import type { ListFilesInput } from "../contract/files.ts";
import { FileId } from "../contract/ids.ts";
import type { App } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { content } from "../files/files.ts";
import { createCaller } from "../router.ts";
import { readJson } from "./body.ts";
import { chatHandler } from "./chat.ts";
import { requestContext, type HttpEnv } from "./context.ts";
import { uploadHandler } from "./upload.ts";

/**
 * The API for clients without TypeScript, under `/v1`. Each route calls the procedure that the typed client calls, in
 * process: its guards, limits and reasons are the same, and it parses what is handed over here as it came.
 */
export const restRoutes = (app: App, closing: AbortSignal): Hono<HttpEnv> => {
  const caller = (c: Context<HttpEnv>) => createCaller(requestContext(app, c.env));
  return new Hono<HttpEnv>()
    .post("/auth/request-code", async (c) =>
      c.json(await caller(c).auth.requestCode(await readJson<z.input<typeof RequestCodeInput>>(c.req.raw))),
    )
    .post("/auth/verify-code", async (c) =>
      c.json(await caller(c).auth.verifyCode(await readJson<z.input<typeof VerifyCodeInput>>(c.req.raw))),
    )
    .post("/files", uploadHandler(app))
    .get("/files", async (c) => c.json(await caller(c).files.list(listInput(c.req.query()))))
    .get("/files/:id", async (c) => c.json(await caller(c).files.get({ fileId: c.req.param("id") })))
    .delete("/files/:id", async (c) => c.json(await caller(c).files.remove({ fileId: c.req.param("id") })))
    .get("/files/:id/content", (c) => download(app, c, c.req.param("id")))
    .get("/usage", async (c) => c.json(await caller(c).usage.summary()))
    .post("/chat", chatHandler(app, closing));
};

const listInput = ({ status, cursor, limit }: Record<string, string>) =>
  ({ status, cursor, limit: limit === undefined ? undefined : Number(limit) }) as z.input<typeof ListFilesInput>;

/** A stranger's bytes: never shown by the browser as a page of this origin. */
const download = async (app: App, c: Context<HttpEnv>, id: string): Promise<Response> => {
  const tenant = await enter(requestContext(app, c.env));
  const fileId = FileId.safeParse(id);
  if (!fileId.success) throw new ReasonError("INVALID_INPUT");
  const { name, stream, sizeBytes } = await content(tenant, { fileId: fileId.data });
  const headers = {
    "content-type": "application/pdf",
    "content-length": String(sizeBytes),
    "content-disposition": attachment(name),
    "content-security-policy": "sandbox; frame-ancestors 'none'",
  };
  if (c.req.method !== "HEAD") return new Response(Readable.toWeb(stream) as ReadableStream, { headers });
  stream.destroy();
  return new Response(null, { headers });
};

/** The name in UTF-8 (RFC 5987), and in ASCII for who reads only that (RFC 6266). */
export const attachment = (name: string): string => {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const utf8 = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`;
};
