import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { end, freePort } from "./processes.ts";

export const PG_BIN = "/usr/lib/postgresql/15/bin";
const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "max_connections=400",
  "max_locks_per_transaction=256",
  "shared_buffers=1GB",
];

export type Postgres = {
  url: string;
  start(): Promise<void>;
  /** SIGINT is PostgreSQL's fast stop, SIGQUIT its immediate one, after which it recovers. */
  stop(signal: "SIGINT" | "SIGQUIT"): Promise<void>;
};

/** Whether a server can be made here: PostgreSQL refuses to run as root, so that root is needed to become another. */
export const canRunPostgres = (): boolean => existsSync(join(PG_BIN, "postgres")) && process.getuid?.() === 0;

const idsOf = (user: string): { uid: number; gid: number } => {
  const row = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name]) => name === user);
  return { uid: Number(row?.[2]), gid: Number(row?.[3]) };
};

/** A new, started server in `folder`, which is to be its own. Without `durable` it does not wait for the disk. */
export const createPostgres = async (folder: string, { durable = false } = {}): Promise<Postgres> => {
  const ids = idsOf("postgres");
  chownSync(folder, ids.uid, ids.gid);
  const run = (program: string, args: string[]) =>
    execFileSync(join(PG_BIN, program), args, { ...ids, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const data = join(folder, "postgres");
  run("initdb", `-D ${data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-instructions -N`.split(" "));
  const port = await freePort();
  const settings = [...SETTINGS, `fsync=${durable ? "on" : "off"}`].flatMap((setting) => ["-c", setting]);
  const server = ["-h", "127.0.0.1", "-p", `${port}`];
  let child: ChildProcess;
  const start = async () => {
    child = spawn(join(PG_BIN, "postgres"), ["-D", data, "-p", `${port}`, "-k", folder, ...settings], {
      ...ids,
      cwd: folder,
      stdio: ["ignore", "ignore", "ignore"],
    });
    await waitUntilReady(child, () => run("pg_isready", ["-q", ...server]));
  };
  await start();
  const psql = (database: string, text: string) =>
    run("psql", ["-qX", ...server, "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", text]);
  // As in production: a role that owns its database and is not above row-level security.
  psql("postgres", "create role docuchat login createrole createdb");
  psql("template1", "create extension vector");
  psql("postgres", "create database docuchat owner docuchat");
  return { url: `postgres://docuchat@127.0.0.1:${port}/docuchat`, start, stop: (signal) => end(child, signal) };
};

/** It takes connections before it takes commands. */
const waitUntilReady = async (owner: ChildProcess, ask: () => unknown): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    if (owner.exitCode !== null) throw new Error(`PostgreSQL ended with ${owner.exitCode} while it started`);
    try {
      ask();
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error("PostgreSQL does not become ready");
};
