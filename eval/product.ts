import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp } from "../server/app.ts";
import { authenticate } from "../server/auth/authenticate.ts";
import { readConfig } from "../server/config.ts";
import type { App, RequestContext, TenantContext } from "../server/context.ts";
import { newId } from "../server/id.ts";
import { createLog } from "../server/log.ts";
import { createCaller } from "../server/router.ts";

/** A tenant of the running product, and what it may call. */
export type Tenant = { ctx: TenantContext; caller: ReturnType<typeof createCaller> };

export type Product = { app: App; newTenant(): Promise<Tenant>; close(): Promise<void> };

/** The whole product in this process, on an embedded database of its own; `env` is laid over the environment. */
export const startProduct = async (env: Record<string, string> = {}): Promise<Product> => {
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-eval-"));
  const config = readConfig({
    ...process.env,
    DATABASE_URL: "",
    REDIS_URL: "",
    STORAGE_URL: "",
    NODE_ENV: "test",
    PORT: "0",
    DATA_DIR: dataDir,
    RATE_LIMIT_PER_MINUTE: "100000000",
    LOG_LEVEL: "error",
    ...env,
  });
  const printed: string[] = [];
  const { app, close } = await startApp(config, {
    log: createLog(config.logLevel),
    print: (line) => printed.push(line),
  });
  return {
    app,
    newTenant: () => signIn(app, printed),
    close: async () => {
      await close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

const signIn = async (app: App, printed: string[]): Promise<Tenant> => {
  const email = `${newId()}@example.org`;
  const call: RequestContext = {
    app,
    requestId: newId(),
    client: { address: "eval", userAgent: null },
    tenantSlug: `t-${newId()}`,
    accessToken: undefined,
  };
  const { challengeId } = await createCaller(call).auth.requestCode({ email });
  const code = /\b\d{6}\b/.exec(printed.findLast((line) => line.includes(email)) ?? "")?.[0] ?? "";
  const { accessToken } = await createCaller(call).auth.verifyCode({ challengeId, code });
  const signedIn = await authenticate(app, { accessToken, tenantSlug: undefined });
  return { ctx: { ...call, ...signedIn }, caller: createCaller({ ...call, accessToken }) };
};
