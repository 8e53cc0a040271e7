import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Handler } from "hono";
import { enter } from "../auth/enter.ts";
import type { App } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { receive } from "../files/receive.ts";
import { newId } from "../id.ts";
import { requestContext, type HttpEnv } from "./context.ts";
import { FORM_BYTES, readFileForm } from "./multipart.ts";

/** `POST /v1/files`: not a byte of the body is read before it is known who sends it. */
export const uploadHandler =
  (app: App): Handler<HttpEnv> =>
  async (c) => {
    const start = performance.now();
    const tenant = await enter(requestContext(app, c.env));
    const { maxFileBytes } = app.config;
    if (Number(c.req.header("content-length") ?? 0) > maxFileBytes + FORM_BYTES)
      throw new ReasonError("FILE_TOO_LARGE");
    const path = join(app.store.incomingDir, newId());
    try {
      const incoming = await readFileForm(c.env.incoming, { path, maxBytes: maxFileBytes });
      const file = await receive(tenant, incoming);
      const { requestId, tenantId, userId } = tenant;
      const ms = Math.round(performance.now() - start);
      app.log.info("upload", { requestId, tenantId, userId, fileId: file.id, count: file.sizeBytes, ms });
      return c.json(file, file.deduplicated ? 200 : 201);
    } finally {
      await rm(path, { force: true });
    }
  };
