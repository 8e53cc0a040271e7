// `npm run services -- <command>`: runs a command with a throw-away PostgreSQL (with pgvector) and Redis.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install, isDebianRoot } from "./services/install.ts";
import { createPostgres } from "./services/postgres.ts";
import { createRedis } from "./services/redis.ts";

type Services = { env: Record<string, string>; stop(): Promise<void> };

const startServices = async (): Promise<Services> => {
  install();
  const folder = mkdtempSync(join(tmpdir(), "docuchat-services-"));
  const postgres = await createPostgres(folder);
  const redis = await createRedis(folder);
  return {
    env: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
    stop: async () => {
      await postgres.stop("SIGINT");
      await redis.stop("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const openServices = async (): Promise<Services> => {
  const { DATABASE_URL, REDIS_URL } = process.env;
  if (DATABASE_URL && REDIS_URL) return { env: {}, stop: async () => {} };
  if (isDebianRoot()) return startServices();
  const missing = [DATABASE_URL ? "" : "DATABASE_URL (PostgreSQL 15+ with pgvector)", REDIS_URL ? "" : "REDIS_URL"];
  throw new Error(`services: set ${missing.filter(Boolean).join(" and ")}: only Debian's root can start them here.`);
};

const [command, ...args] = process.argv.slice(2);
if (!command) throw new Error("services: name a command, as in `npm run services -- npx vitest run test/db`");
const services = await openServices();
const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...services.env } });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, "exit")) as [number | null];
await services.stop();
process.exit(code ?? 1);
