import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PG_BIN } from "./postgres.ts";
import { REDIS } from "./redis.ts";

const PG_CONFIG = `${PG_BIN}/pg_config`;
const VECTOR = "/usr/share/postgresql/15/extension/vector.control";

/** Runs a line of shell without questions; what it prints goes to standard error. */
export const sh = (command: string, cwd?: string): void => {
  execFileSync("bash", ["-euo", "pipefail", "-c", command], {
    stdio: ["ignore", process.stderr, process.stderr],
    cwd,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
};

export const isDebianRoot = (): boolean =>
  existsSync("/usr/bin/apt-get") && existsSync("/etc/debian_version") && process.getuid?.() === 0;

/** Installs what is missing from Debian: PostgreSQL 15 and Redis as packages, pgvector from its source package. */
export const install = (): void => {
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
