import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Handler } from "hono";
import { enter } from "../auth/enter.ts";
import type { App, TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { receive, type Incoming } from "../files/receive.ts";
import { newId } from "../id.ts";
import { once } from "../idempotency.ts";
import { requestContext, type HttpEnv } from "./context.ts";
import { FORM_BYTES, readFileForm } from "./multipart.ts";

type Received = Awaited<ReturnType<typeof receive>>;

/** The same key again is answered as the first time, whatever has become of the file since. */
const receiveOnce = async (tenant: TenantContext, incoming: Incoming, key: string | undefined): Promise<Received> => {
  if (key === undefined) return receive(tenant, incoming);
  const { name, sha256 } = incoming;
  const answer = await once(tenant, { key, parameters: ["upload", name, sha256] }, async () =>
    JSON.stringify(await receive(tenant, incoming)),
  );
  return JSON.parse(answer) as Received;
};

/** `POST /v1/files`: not a byte of the body is read before it is known who sends it. */
export const uploadHandler =
  (app: App): Handler<HttpEnv> =>
  async (c) => {
    const start = performance.now();
    const ctx = requestContext(app, c.env);
    const tenant = await enter(ctx);
    ctx.connection.claim(tenant);
    const { ended } = ctx.connection;
    const { maxFileBytes } = app.config;
    if (Number(c.req.header("content-length") ?? 0) > maxFileBytes + FORM_BYTES)
      throw new ReasonError("FILE_TOO_LARGE");
    const path = join(app.store.incomingDir, newId());
    try {
      const incoming = await readFileForm(c.env.incoming, { path, maxBytes: maxFileBytes, ended });
      const file = await receiveOnce(tenant, incoming, ctx.idempotencyKey);
      const { requestId, tenantId, userId } = tenant;
      const ms = Math.round(performance.now() - start);
      app.log.info("upload", { requestId, tenantId, userId, fileId: file.id, count: file.sizeBytes, ms });
      return c.json(file, file.deduplicated ? 200 : 201);
    } finally {
      await rm(path, { force: true });
    }
  };
