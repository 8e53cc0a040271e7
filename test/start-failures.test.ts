import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { createRedis } from "../scripts/services/redis.ts";
import { newId } from "../server/id.ts";
import { cleanUp } from "./support/clean-up.ts";
import { databaseUrl, newDatabase, onServer, putDatabase } from "./support/database.ts";
import { startS3Server } from "./support/s3-server.ts";
import { startServerProcess } from "./support/server-process.ts";

const SECRET = "s3cr3t-w0rd";
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const server = process.env["DATABASE_URL"] ?? "";

type Script = "main" | "migrate" | "invite";
type Env = Record<string, string>;
type Ended = { code: number; stdout: string; stderr: string };

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-start-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const run = (script: Script, env: Env, uid?: number): Promise<Ended> => {
  const args = [new URL(`../server/${script}.ts`, import.meta.url).pathname];
  if (script === "invite") args.push("acme", "ada@example.org");
  const options = { env: { PATH: process.env["PATH"], PORT: "0", LOG_LEVEL: "info", ...env }, ...(uid ? { uid } : {}) };
  return new Promise((resolve) =>
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    ),
  );
};

/** One line that names what to change, and nothing else: no stack, no secret. */
const expectOneLine = ({ stderr, code }: Ended, expected: { exit: number; line: RegExp }): void => {
  expect(stderr).toMatch(expected.line);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stderr).not.toMatch(/^ +at |node:internal/m);
  expect(stderr).not.toContain(SECRET);
  expect(code).toBe(expected.exit);
};

const listen = async (listening: Server): Promise<number> => {
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  cleanUp(() => void listening.close());
  return (listening.address() as AddressInfo).port;
};

/** A port on which nothing listens. */
const freePort = async (): Promise<number> => {
  const listening = createServer().listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  await new Promise((resolve) => listening.close(resolve));
  return port;
};

/** Answers each connection's first bytes with these. */
const replying = (reply: Buffer): Promise<number> =>
  listen(
    createServer((socket) => {
      socket.on("error", () => {}).once("data", () => socket.end(reply));
    }),
  );

/** PostgreSQL's ErrorResponse (its manual, "Message Formats"). */
const postgresError = (code: string, message: string): Buffer => {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from("E"), length, fields]);
};

const refusingPostgres = async (code: string, message: string): Promise<Env> => ({
  DATABASE_URL: `postgres://ada:${SECRET}@127.0.0.1:${await replying(postgresError(code, message))}/docuchat`,
});

type Case = { when: string; exit: 69 | 78; line: RegExp; scripts?: Script[]; uid?: number; env: () => Promise<Env> };
const EVERY: Script[] = ["main", "migrate", "invite"];

const DATA_DIR: Case[] = [
  {
    when: "DATA_DIR is a file",
    scripts: EVERY,
    exit: 78,
    line: /^DATA_DIR \S+: a file stands in the place of a folder: /,
    env: async () => {
      const path = join(await newFolder(), "data");
      await writeFile(path, "");
      return { DATA_DIR: path };
    },
  },
  {
    when: "DATA_DIR lies below a file",
    exit: 78,
    line: /^DATA_DIR \S+: a file stands in the place of a folder: /,
    env: async () => {
      const path = join(await newFolder(), "data");
      await writeFile(path, "");
      return { DATA_DIR: join(path, "below") };
    },
  },
  {
    when: "DATA_DIR cannot be written to",
    scripts: EVERY,
    exit: 78,
    uid: NOBODY,
    line: /^DATA_DIR \S+: this user may not read and write there: /,
    env: async () => {
      const folder = await newFolder();
      await chmod(folder, 0o555);
      cleanUp(() => chmod(folder, 0o755));
      return { DATA_DIR: folder };
    },
  },
  {
    when: "another user's files lie in DATA_DIR",
    exit: 78,
    uid: NOBODY,
    line: /^DATA_DIR \S+: this user may not read and write there: /,
    env: async () => {
      const folder = await newFolder();
      await mkdir(join(folder, "files"));
      await chmod(join(folder, "files"), 0o500);
      if (isRoot) await chown(folder, NOBODY, NOBODY);
      return { DATA_DIR: folder };
    },
  },
  {
    when: "DATA_DIR holds no usable secret",
    exit: 78,
    line: /jwt-secret holds no usable secret: /,
    env: async () => {
      const folder = await newFolder();
      await writeFile(join(folder, "jwt-secret"), "short");
      return { DATA_DIR: folder };
    },
  },
];

const embeddedEnv = async (env: Env): Promise<Env> => {
  const DATA_DIR = await newFolder();
  await putDatabase(DATA_DIR);
  return { DATA_DIR, ...env };
};
const privileged = Number(
  await readFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8").catch(() => (isRoot ? "0" : "1024")),
);

const LISTENING: Case[] = [
  {
    when: "the port is in use",
    exit: 69,
    line: /^PORT: another process listens on port \d+ of 127\.0\.0\.1: /,
    env: async () => embeddedEnv({ PORT: String(await listen(createServer())) }),
  },
  {
    when: "HOST is an address of another machine",
    exit: 78,
    line: /^HOST: 192\.0\.2\.1 is no address of this machine: /,
    env: () => embeddedEnv({ HOST: "192.0.2.1" }),
  },
  {
    when: "HOST is no name",
    exit: 78,
    line: /^HOST: no-host\.invalid is no address of this machine: /,
    env: () => embeddedEnv({ HOST: "no-host.invalid" }),
  },
  ...(privileged > 80
    ? [
        {
          when: "the port is only for root",
          exit: 78 as const,
          uid: NOBODY,
          line: /^PORT: this user may not listen on port 80: /,
          env: async () => {
            const folder = await newFolder();
            await putDatabase(folder);
            if (isRoot) execFileSync("chown", ["-R", String(NOBODY), folder]);
            return { PORT: "80", DATA_DIR: folder };
          },
        },
      ]
    : []),
];

const DATABASE: Case[] = [
  {
    when: "nothing listens where the database should",
    scripts: EVERY,
    exit: 69,
    line: /^DATABASE_URL: the database at 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\): /,
    env: async () => ({ DATABASE_URL: `postgres://ada:${SECRET}@127.0.0.1:${await freePort()}/docuchat` }),
  },
  {
    when: "the database's host has no address",
    exit: 69,
    line: /^DATABASE_URL: the database at no-host\.invalid:5432 cannot be reached /,
    env: async () => ({ DATABASE_URL: `postgres://ada:${SECRET}@no-host.invalid:5432/docuchat` }),
  },
  {
    when: "the database starts up",
    exit: 69,
    line: /^DATABASE_URL: the database at \S+ cannot be reached \(57P03\): /,
    env: () => refusingPostgres("57P03", "the database system is starting up"),
  },
  {
    when: "the database's password is wrong",
    scripts: EVERY,
    exit: 78,
    line: /^DATABASE_URL: the server refuses the password: /,
    env: () => refusingPostgres("28P01", 'password authentication failed for user "ada"'),
  },
  {
    when: "the database takes encrypted connections alone",
    exit: 78,
    line: /^DATABASE_URL: the server takes encrypted connections alone: /,
    env: () => refusingPostgres("28000", 'no pg_hba.conf entry for host "127.0.0.1", user "ada", no encryption'),
  },
  {
    when: "the database lets the user not in",
    exit: 78,
    line: /^DATABASE_URL: the server lets this user not in from here: /,
    env: () => refusingPostgres("28000", 'role "ada" does not exist'),
  },
  {
    when: "the database has no TLS",
    exit: 78,
    line: /^DATABASE_URL: the server has no TLS: /,
    env: async () => ({
      DATABASE_URL: `postgres://ada:${SECRET}@127.0.0.1:${await replying(Buffer.from("N"))}/docuchat?sslmode=verify-full`,
    }),
  },
  {
    when: "a certificate file is missing",
    exit: 78,
    line: /^DATABASE_URL: a certificate file that the address names cannot be read \(ENOENT\): /,
    env: async () => ({ DATABASE_URL: `postgres://ada:${SECRET}@127.0.0.1/docuchat?sslrootcert=/no/such.pem` }),
  },
];

const redisEnv = (REDIS_URL: string): Promise<Env> => embeddedEnv({ REDIS_URL });

const OTHERS: Case[] = [
  {
    when: "nothing listens where Redis should",
    exit: 69,
    line: /^REDIS_URL: Redis at 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\): /,
    env: async () => redisEnv(`redis://:${SECRET}@127.0.0.1:${await freePort()}`),
  },
  {
    when: "what answers in the place of Redis speaks HTTP",
    exit: 78,
    line: /^REDIS_URL: what answers there is no Redis: /,
    env: async () =>
      redisEnv(`redis://:${SECRET}@127.0.0.1:${await replying(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))}`),
  },
  {
    when: "the bucket does not exist",
    exit: 78,
    line: /^STORAGE_URL: the store has no bucket of this name: /,
    env: async () => {
      const { url } = await startS3Server();
      const STORAGE_URL = `s3://S3RVER:S3RVER@${new URL(url).host}/no-such-bucket?tls=off`;
      return embeddedEnv({ STORAGE_URL });
    },
  },
  {
    when: "the key pair may not use the bucket",
    exit: 78,
    line: /^STORAGE_URL: the store refuses the bucket or the key pair \(403\): /,
    env: async () => {
      const port = await listen(createHttpServer((_request, response) => response.writeHead(403).end()));
      return embeddedEnv({ STORAGE_URL: `s3://key:${SECRET}@127.0.0.1:${port}/documents?tls=off` });
    },
  },
];

const all = [...DATA_DIR, ...LISTENING, ...DATABASE, ...OTHERS].flatMap((one) =>
  (one.scripts ?? (["main"] as const)).map((script) => ({ script, ...one })),
);

/** Root tries what only another user may not do as that user, who has to be able to read this checkout. */
const othersMayRead = (): boolean => {
  const script = `require("node:fs").readFileSync(${JSON.stringify(new URL(import.meta.url).pathname)})`;
  try {
    execFileSync(process.execPath, ["-e", script], { uid: NOBODY, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const mayBeNobody = !isRoot || othersMayRead();

test.for(all)(
  "`$script` ends in one line with exit code $exit when $when",
  async ({ script, env, uid, ...expected }, { skip }) => {
    skip(uid !== undefined && !mayBeNobody, "as root: needs a checkout that another user can read");
    expectOneLine(await run(script, await env(), isRoot ? uid : undefined), expected);
  },
);

test("a worker ends in the same way as a server", async () => {
  const ended = await run("main", {
    ROLE: "worker",
    DATABASE_URL: `postgres://ada:${SECRET}@127.0.0.1:${await freePort()}/docuchat`,
  });
  expectOneLine(ended, { exit: 69, line: /^DATABASE_URL: the database at \S+ cannot be reached/ });
});

test("a second process on a data folder ends in one line with exit code 69", async () => {
  const DATA_DIR = await newFolder();
  await startServerProcess({ DATA_DIR });
  const line = /^Another process is using the data folder /;
  for (const script of EVERY) expectOneLine(await run(script, { DATA_DIR }), { exit: 69, line });
});

test("a failure that nobody expects ends with its stack", async () => {
  const DATA_DIR = await newFolder();
  await mkdir(join(DATA_DIR, "postgres"));
  await writeFile(join(DATA_DIR, "postgres", "PG_VERSION"), "not a version\n");
  const { code, stderr } = await run("migrate", { DATA_DIR });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ +at /m);
});

test("an `.env` that cannot be read ends in one line with exit code 78", async () => {
  const cwd = await newFolder();
  await mkdir(join(cwd, ".env"));
  const preload = new URL("../scripts/env-file.cjs", import.meta.url).pathname;
  const ended = await new Promise<Ended>((resolve) =>
    execFile(process.execPath, ["-r", preload, "-e", "0"], { cwd }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    ),
  );
  expectOneLine(ended, { exit: 78, line: /^\.env cannot be read \(\w+\): / });
});

describe.skipIf(server === "")("on a server of one's own (needs DATABASE_URL and REDIS_URL)", () => {
  const as = (url: string, username: string) => Object.assign(new URL(url), { username }).href;

  test("a superuser's role is refused", async () => {
    const line = /^DATABASE_URL: the role is above row-level security \(superuser or BYPASSRLS\): sign in as /;
    for (const script of EVERY)
      expectOneLine(await run(script, { DATABASE_URL: as(server, "postgres") }), { exit: 78, line });
  });

  test("a role that may not create roles is refused, and so are an unknown database and an unknown role", async () => {
    const role = `poor_${newId().replaceAll("-", "")}`;
    const name = `poor_${newId().replaceAll("-", "")}`;
    await onServer(as(server, "postgres"), `create role ${role} login`);
    cleanUp(() => onServer(as(server, "postgres"), `drop role ${role}`));
    await onServer(as(server, "postgres"), `create database ${name}`);
    cleanUp(() => onServer(as(server, "postgres"), `drop database ${name} with (force)`));
    expectOneLine(await run("migrate", { DATABASE_URL: as(databaseUrl(server, name), role) }), {
      exit: 78,
      line: /^DATABASE_URL: the role lacks a right \(permission denied /,
    });
    expectOneLine(await run("migrate", { DATABASE_URL: databaseUrl(server, "no_such") }), {
      exit: 78,
      line: /^DATABASE_URL: the server has no database of this name: /,
    });
    expectOneLine(await run("migrate", { DATABASE_URL: as(server, "no_such") }), {
      exit: 78,
      line: /^DATABASE_URL: the server lets this user not in from here: /,
    });
  });

  test("a restored database whose rights cannot be given ends the start with what to run", async () => {
    const database = await newDatabase();
    const url = "url" in database ? database.url : "";
    await onServer(as(url, "postgres"), "alter function search_few(text, uuid[], integer) owner to postgres");
    expectOneLine(await run("migrate", { DATABASE_URL: url }), {
      exit: 78,
      line: /^DATABASE_URL: the function search_few\S* does not belong to the role docuchat_search: run as a superuser `/,
    });
  });

  test.for([
    ["refuses the password", `:wrong-${SECRET}@`, /^REDIS_URL: the server refuses the user or the password: /],
    ["wants a password", "", /^REDIS_URL: the server refuses the user or the password: /],
  ] as const)("a Redis that %s ends the start", async ([, login, line]) => {
    const redis = await createRedis(await newFolder());
    cleanUp(() => redis.stop("SIGKILL"));
    const client = new Redis(redis.url);
    await client.config("SET", "requirepass", SECRET);
    client.disconnect();
    const REDIS_URL = redis.url.replace("redis://", `redis://${login}`);
    expectOneLine(await run("main", await redisEnv(REDIS_URL)), { exit: 78, line });
  });
});
