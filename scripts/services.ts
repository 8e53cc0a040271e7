// `npm run services -- <command>`: runs a command with a throw-away PostgreSQL (with pgvector) and Redis.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PG_BIN = "/usr/lib/postgresql/15/bin";
const PG_CONFIG = `${PG_BIN}/pg_config`;
const VECTOR = "/usr/share/postgresql/15/extension/vector.control";
const REDIS = "/usr/bin/redis-server";

type Services = { env: Record<string, string>; stop(): Promise<void> };

const sh = (command: string, cwd?: string): void => {
  execFileSync("bash", ["-euo", "pipefail", "-c", command], {
    stdio: ["ignore", process.stderr, process.stderr],
    cwd,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
};

const isDebianRoot = (): boolean =>
  existsSync("/usr/bin/apt-get") && existsSync("/etc/debian_version") && process.getuid?.() === 0;

/** Installs what is missing from Debian: PostgreSQL 15 and Redis as packages, pgvector from its source package. */
const install = (): void => {
  if (existsSync(`${PG_BIN}/postgres`) && existsSync(REDIS) && existsSync(VECTOR)) return;
  process.stderr.write("services: installing PostgreSQL, pgvector and Redis\n");
  // The package would otherwise make and start a cluster of its own.
  sh(`mkdir -p /etc/postgresql-common/createcluster.d
      echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/docuchat.conf
      apt-get update -qq
      apt-get install -qq -y --no-install-recommends ca-certificates build-essential dpkg-dev \
        debian-archive-keyring postgresql-15 postgresql-server-dev-15 redis-server`);
  if (!existsSync(VECTOR)) buildVector();
};

const buildVector = (): void => {
  const folder = mkdtempSync(join(tmpdir(), "docuchat-pgvector-"));
  const list = "/etc/apt/sources.list.d/docuchat-pgvector.list";
  const source = debianMirror();
  try {
    writeFileSync(list, `deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${source} trixie main\n`);
    sh("apt-get update -qq && apt-get source -qq pgvector/trixie", folder);
    const make = (target: string) => `make -s OPTFLAGS="" with_llvm=no PG_CONFIG=${PG_CONFIG} ${target}`;
    sh(`cd pgvector-*/ && ${make("all")} && ${make("install")}`, folder);
  } finally {
    rmSync(list, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The mirror that this machine takes its Debian packages from. */
const debianMirror = (): string => {
  const sources = execFileSync(
    "bash",
    ["-c", "cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true"],
    {
      encoding: "utf8",
    },
  );
  const urls = [...sources.matchAll(/https?:\/\/\S+/g)].map(([url]) => url.replace(/\/$/, ""));
  const mirror = urls.find((url) => url.endsWith("/debian")) ?? urls[0];
  if (mirror === undefined) throw new Error("services: this machine names no source of Debian packages");
  return mirror;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

const waitForPort = async (port: number, owner: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    if (owner.exitCode !== null) throw new Error(`a service ended with ${owner.exitCode} while it started`);
    const socket = connect(port, "127.0.0.1");
    const reached = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (reached) return;
    await sleep(50);
  }
  throw new Error(`no service answers on port ${port}`);
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
};

const idsOf = (user: string): { uid: number; gid: number } => {
  const row = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name]) => name === user);
  return { uid: Number(row?.[2]), gid: Number(row?.[3]) };
};

const startPostgres = async (folder: string): Promise<{ url: string; child: ChildProcess }> => {
  const ids = idsOf("postgres");
  const data = join(folder, "postgres");
  chownSync(folder, ids.uid, ids.gid);
  const run = (program: string, args: string[]) => execFileSync(join(PG_BIN, program), args, { ...ids, cwd: folder });
  run("initdb", [
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    "--no-instructions",
    "-N",
  ]);
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", "fsync=off", "max_connections=400", "max_locks_per_transaction=256"];
  const child = spawn(
    join(PG_BIN, "postgres"),
    ["-D", data, "-p", `${port}`, "-k", folder, ...settings.flatMap((setting) => ["-c", setting])],
    { ...ids, cwd: folder, stdio: ["ignore", "ignore", "ignore"] },
  );
  await waitForPort(port, child);
  const psql = (database: string, text: string) =>
    run("psql", [
      "-qX",
      "-h",
      "127.0.0.1",
      "-p",
      `${port}`,
      "-U",
      "postgres",
      "-d",
      database,
      "-v",
      "ON_ERROR_STOP=1",
      "-c",
      text,
    ]);
  // As in production: a role that owns its database and is not above row-level security.
  psql("postgres", "create role docuchat login createrole createdb");
  psql("template1", "create extension vector");
  psql("postgres", "create database docuchat owner docuchat");
  return { url: `postgres://docuchat@127.0.0.1:${port}/docuchat`, child };
};

const startRedis = async (folder: string): Promise<{ url: string; child: ChildProcess }> => {
  const port = await freePort();
  const settings = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "no", databases: 10_000 };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const child = spawn(REDIS, args, { stdio: ["ignore", "ignore", "ignore"] });
  await waitForPort(port, child);
  return { url: `redis://127.0.0.1:${port}`, child };
};

const startServices = async (): Promise<Services> => {
  install();
  const folder = mkdtempSync(join(tmpdir(), "docuchat-services-"));
  const postgres = await startPostgres(folder);
  const redis = await startRedis(folder);
  return {
    env: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
    stop: async () => {
      await end(postgres.child, "SIGINT");
      await end(redis.child, "SIGTERM");
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
if (!command) throw new Error("services: name a command, as in `npm run services -- npm test`");
const services = await openServices();
const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...services.env } });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, "exit")) as [number | null];
await services.stop();
process.exit(code ?? 1);
