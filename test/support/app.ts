import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { startApp, type AppParts, type RunningApp } from "../../server/app.ts";
import { readConfig } from "../../server/config.ts";
import type { RequestContext } from "../../server/context.ts";
import { newId } from "../../server/id.ts";
import { createLog } from "../../server/log.ts";
import { createCaller } from "../../server/router.ts";
import { cleanUp } from "./clean-up.ts";
import { createDatabase, newDatabase, newRedisUrl, putDatabase, type TestDatabase } from "./database.ts";
import { takeEmbeddedDb } from "./embedded.ts";

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

type Options = {
  env?: Record<string, string>;
  parts?: AppParts;
  dataDir?: string;
  /** An embedded database lies in the data folder, instead of being one that tests share in turn. */
  ownDatabase?: boolean;
};

/** The origin that the shared app lets in. */
export const ORIGIN = "https://chat.example.org";

let shared: Promise<TestApp> | undefined;

/** The app of all test files of this process that need none of their own. Tests take a tenant each. It goes with the run. */
export const sharedApp = (): Promise<TestApp> =>
  (shared ??= (async () => {
    const dataDir = await mkdtemp(join(inject("scratch"), "shared-"));
    return open(dataDir, await createDatabase(), { env: { CORS_ORIGINS: ORIGIN } });
  })());

/** Starts the whole product on a free port, on the services that the environment names; it ends with the test, or with the file
 * when it is started outside of one. Tests that share one take a tenant each. */
export const startTestApp = async (options: Options = {}): Promise<TestApp> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "docuchat-test-")));
  const app = await open(dataDir, options.dataDir === undefined ? await newDatabase() : undefined, options);
  cleanUp(async () => {
    await app.close();
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  });
  return app;
};

const open = async (
  dataDir: string,
  database: TestDatabase | undefined,
  { env = {}, parts = {}, ownDatabase = false }: Options = {},
): Promise<TestApp> => {
  const printed: string[] = [];
  if (ownDatabase) await putDatabase(dataDir);
  const config = readConfig({
    NODE_ENV: "test",
    PORT: "0",
    DATA_DIR: dataDir,
    DATABASE_URL: database && "url" in database ? database.url : undefined,
    REDIS_URL: newRedisUrl(),
    RATE_LIMIT_PER_MINUTE: "1000000",
    LOG_LEVEL: process.env["LOG_LEVEL"] ?? "silent",
    ...env,
  });
  const running = await startApp(config, {
    ...(database && "embedded" in database && !ownDatabase ? { db: await takeEmbeddedDb() } : {}),
    log: createLog(config.logLevel),
    print: (line) => printed.push(line),
    ...parts,
  });
  const { url } = await running.http.listen();
  let closed: Promise<void> | undefined;
  return {
    ...running,
    close: () => (closed ??= running.close()),
    url: url.replace(/\/$/, ""),
    dataDir,
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

/** The newest for the address, which may come a moment after the answer; empty where none comes. */
const printedCode = async (printed: string[], email: string): Promise<string> => {
  for (let looks = 0; looks < 20; looks++) {
    const line = printed.findLast((printedLine) => printedLine.includes(email));
    if (line !== undefined) return codeIn(line);
    await sleep(10);
  }
  return "";
};

const signIn = async (
  { app }: RunningApp,
  printed: string[],
  { tenant = newTenant(), email = `${newId()}@example.org` }: { tenant?: string; email?: string } = {},
): Promise<TestUser> => {
  const anonymous = createCaller(contextOf(app, { tenantSlug: tenant }));
  const { challengeId } = await anonymous.auth.requestCode({ email });
  const code = await printedCode(printed, email.trim().toLowerCase());
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
