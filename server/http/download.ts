import { Readable } from "node:stream";
import type { Handler } from "hono";
import { enter } from "../auth/enter.ts";
import { FileId } from "../contract/ids.ts";
import type { App } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { content } from "../files/files.ts";
import { requestContext, type HttpEnv } from "./context.ts";

/** `GET /v1/files/{id}/content`: a stranger's bytes, never shown by the browser as a page of this origin. */
export const downloadHandler =
  (app: App): Handler<HttpEnv> =>
  async (c) => {
    const ctx = requestContext(app, c.env);
    const tenant = await enter(ctx);
    const fileId = FileId.safeParse(c.req.param("id"));
    if (!fileId.success) throw new ReasonError("INVALID_INPUT");
    // Of a download the end is a cut: its length has been announced, and leaves no room for a reason.
    if (c.req.method !== "HEAD") ctx.connection.claim(tenant);
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
const attachment = (name: string): string => {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const utf8 = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`;
};
