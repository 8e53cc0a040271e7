import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp, type AppParts, type RunningApp } from "../../server/app.ts";
import { readConfig } from "../../server/config.ts";
import type { RequestContext } from "../../server/context.ts";
import { newId } from "../../server/id.ts";
import { createLog } from "../../server/log.ts";
import { createCaller } from "../../server/router.ts";
import { cleanUp, newDatabase, newRedisUrl, putDatabase } from "./database.ts";

export type TestApp = RunningApp & {
  /** Where it listens, without a slash at the end. */
  url: string;
  dataDir: string;
  /** Login codes as they were printed, the newest last. */
  printed: string[];
  /** A tenant's name that no other test has. */
  newTenant(): string;
  /** Signs in as this address, in process; the first of a tenant is its admin. */
  signIn(options?: { tenant?: string; email?: string }): Promise<TestUser>;
};

export type TestUser = {
  accessToken: string;
  tenant: string;
  tenantId: string;
  userId: string;
  email: string;
  /** Calls procedures in process as this user. */
  caller: ReturnType<typeof createCaller>;
};

type Options = { env?: Record<string, string>; parts?: AppParts; dataDir?: string };

/** Starts the whole product on a free port, on the services that the environment names; it ends with the test, or with the file
 * when it is started outside of one. Tests that share one take a tenant each. */
export const startTestApp = async ({ env = {}, parts = {}, dataDir }: Options = {}): Promise<TestApp> => {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), "docuchat-test-")));
  const printed: string[] = [];
  const database = dataDir === undefined ? await newDatabase() : undefined;
  if (dataDir === undefined) await putDatabase(folder);
  const config = readConfig({
    NODE_ENV: "test",
    PORT: "0",
    DATA_DIR: folder,
    DATABASE_URL: database && "url" in database ? database.url : undefined,
    REDIS_URL: newRedisUrl(),
    RATE_LIMIT_PER_MINUTE: "1000000",
    LOG_LEVEL: process.env["LOG_LEVEL"] ?? "silent",
    ...env,
  });
  const running = await startApp(config, {
    log: createLog(config.logLevel),
    print: (line) => printed.push(line),
    ...parts,
  });
  const { url } = await running.http.listen();
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= running.close());
  cleanUp(async () => {
    await close();
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
  });
  return {
    ...running,
    close,
    url: url.replace(/\/$/, ""),
    dataDir: folder,
    printed,
    newTenant,
    signIn: (options) => signIn(running, printed, options),
  };
};

const newTenant = () => `t-${newId()}`;

/** A call's context as HTTP would make it. */
export const contextOf = (app: RunningApp["app"], call: Partial<RequestContext> = {}): RequestContext => ({
  app,
  requestId: newId(),
  client: { address: `test-${newId()}`, userAgent: "test" },
  tenantSlug: undefined,
  accessToken: undefined,
  ...call,
});

export const codeIn = (line: string | undefined): string => /\b\d{6}\b/.exec(line ?? "")?.[0] ?? "";

const signIn = async (
  { app }: RunningApp,
  printed: string[],
  { tenant = newTenant(), email = `${newId()}@example.org` }: { tenant?: string; email?: string } = {},
): Promise<TestUser> => {
  const anonymous = createCaller(contextOf(app, { tenantSlug: tenant }));
  const { challengeId } = await anonymous.auth.requestCode({ email });
  const code = codeIn(printed.findLast((line) => line.includes(email.trim().toLowerCase())));
  const signedIn = await anonymous.auth.verifyCode({ challengeId, code });
  return {
    accessToken: signedIn.accessToken,
    tenant,
    tenantId: signedIn.tenant.id,
    userId: signedIn.user.id,
    email,
    caller: createCaller(contextOf(app, { accessToken: signedIn.accessToken })),
  };
};
