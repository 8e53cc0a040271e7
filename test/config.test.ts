import { expect, test } from "vitest";
import { ConfigError, readConfig, readDatabaseConfig } from "../server/config.ts";

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

test("nothing set gives the documented defaults", () => {
  expect(readConfig({})).toMatchObject({
    port: 8000,
    host: "127.0.0.1",
    dataDir: "./data",
    databaseUrl: undefined,
    redisUrl: undefined,
    storage: undefined,
    trustedProxies: 0,
    openai: undefined,
    tenantHeader: "x-tenant-id",
    signUp: "open",
    rateLimitPerMinute: 50,
    chunkTokens: 400,
    overlapTokens: 40,
    maxContextTokens: 8000,
    topK: 6,
    maxFileBytes: 25 * 1024 * 1024,
    maxPages: 500,
    role: "all",
  });
});

test("the timeouts of a model are seconds, with defaults of two minutes and one", () => {
  const openai = { OPENAI_API_KEY: "test" };
  expect(readConfig(openai).openai?.timeouts).toEqual({ firstTokenMs: 120_000, betweenTokensMs: 60_000 });
  const slow = { ...openai, MODEL_FIRST_TOKEN_TIMEOUT_SECONDS: "900", MODEL_IDLE_TIMEOUT_SECONDS: "300" };
  expect(readConfig(slow).openai?.timeouts).toEqual({ firstTokenMs: 900_000, betweenTokensMs: 300_000 });
  for (const value of ["0", "3601", "1.5", "a minute"])
    expect(problemsOf({ MODEL_IDLE_TIMEOUT_SECONDS: value })).toHaveLength(1);
});

test("an empty value counts as unset", () => {
  expect(readConfig({ PORT: "", DATABASE_URL: " " })).toMatchObject({ port: 8000, databaseUrl: undefined });
});

test("every problem is told at once, by variable, and never with a value", () => {
  const secret = "s3cr3t-v4lue";
  const problems = problemsOf({ PORT: secret, DATABASE_URL: secret, ROLE: secret, OPENAI_BASE_URL: secret });
  expect(problems.map((problem) => problem.split(":")[0])).toEqual(["PORT", "DATABASE_URL", "OPENAI_BASE_URL", "ROLE"]);
  expect(problems.join()).not.toContain(secret);
});

const PRODUCTION = {
  NODE_ENV: "production",
  JWT_SECRET: "Zq8mW2vX9rT4kL7nB1cF6hJ3pD5sG0yA",
  SMTP_URL: "smtp://mail.example.org",
  MAIL_FROM: "docuchat@example.org",
};

test("production starts with a secret, a mail server and exact origins", () => {
  expect(problemsOf(PRODUCTION)).toEqual([]);
  expect(readConfig(PRODUCTION).signUp).toBe("invited");
});

test("a bucket is named by one address, whose secret may hold any character", () => {
  const { storage } = readConfig({
    STORAGE_URL: "s3://AKIA:a%2Fb%2Bc%3D@s3.example.org:9000/documents?region=eu-west-1&tls=off",
  });
  expect(storage).toEqual({
    endpoint: "http://s3.example.org:9000",
    bucket: "documents",
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIA", secretAccessKey: "a/b+c=" },
  });
  expect(readConfig({ STORAGE_URL: "s3://s3.example.org/documents" }).storage).toEqual({
    endpoint: "https://s3.example.org",
    bucket: "documents",
    region: "us-east-1",
    credentials: undefined,
  });
});

test("a store's endpoint may have a path, whose last segment is the bucket", () => {
  const { storage } = readConfig({ STORAGE_URL: "s3://key:word@project.example.org/storage/v1/s3/documents" });
  expect(storage).toMatchObject({ endpoint: "https://project.example.org/storage/v1/s3", bucket: "documents" });
});

test.for([
  ["https://chat.example.org/", ["https://chat.example.org"]],
  ["https://Chat.Example.org:443, http://localhost:5173/", ["https://chat.example.org", "http://localhost:5173"]],
  ["https://münchen.example", ["https://xn--mnchen-3ya.example"]],
  ["capacitor://localhost", ["capacitor://localhost"]],
  ["*", ["*"]],
] as const)("CORS_ORIGINS=%s are origins as browsers write them", ([text, origins]) => {
  expect(readConfig({ CORS_ORIGINS: text }).corsOrigins).toEqual(origins);
});

test.for([
  "chat.example.org",
  "https://chat.example.org/path",
  "https://chat.example.org?query",
  "https://user@chat.example.org",
  "https://*.example.org",
  "https:chat.example.org",
  "null",
  "file://",
  "https://chat.example.org,*",
])("CORS_ORIGINS=%s can match no browser's origin, and is refused", (text) => {
  expect(problemsOf({ CORS_ORIGINS: text })).toEqual([expect.stringMatching(/^CORS_ORIGINS: must be origins like/)]);
});

test.for([
  ["https://example.org/docuchat", { href: "https://example.org/docuchat", path: "/docuchat" }],
  ["https://Example.org:443/a/b/", { href: "https://example.org/a/b", path: "/a/b" }],
  ["http://localhost:8000", { href: "http://localhost:8000", path: "" }],
] as const)("PUBLIC_URL=%s has an origin and a path", ([text, expected]) => {
  expect(readConfig({ PUBLIC_URL: text }).publicUrl).toMatchObject(expected);
});

test.for([
  "example.org/docuchat",
  "ftp://example.org",
  "https://user:s3cr3t@example.org",
  "https://example.org/?query",
  "https://example.org/#hash",
  "https://example.org/with%20space",
  "https://example.org/v1",
  "https://example.org/docs/chat",
])("PUBLIC_URL=%s is refused", (text) => {
  expect(problemsOf({ PUBLIC_URL: text })).toEqual([expect.stringMatching(/^PUBLIC_URL: must be like https:/)]);
});

test.for([
  ["DATABASE_URL", "postgres:host/database"],
  ["DATABASE_URL", "postgres://user:s3cr3t#word@host/database"],
  ["DATABASE_URL", "postgres://user:s3cr3t%word@host/database"],
  ["REDIS_URL", "redis:host"],
  ["REDIS_URL", "redis://:s3cr3t%word@host"],
  ["SMTP_URL", "smtp:mail.example.org"],
  ["SMTP_URL", "smtp://user:s3cr3t%word@mail.example.org"],
  ["MAIL_FROM", "DocuChat"],
] as const)("%s=%s is malformed, and is refused with an example and without its value", ([variable, text]) => {
  const problems = problemsOf({ MAIL_FROM: "a@example.org", [variable]: text });
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^${variable}: must (be like|hold) `))]);
  expect(problems.join()).not.toContain("s3cr3t");
});

test("PostgreSQL may be reached by its local socket", () => {
  const url = "postgres:///docuchat?host=/run/postgresql";
  expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
});

test.for([
  "https://AKIA:s3cr3t@s3.example.org/documents",
  "s3://AKIA:s3cr3t@s3.example.org",
  "s3://AKIA:s3cr3t@s3.example.org/documents/Not_A_Bucket",
  "s3://AKIA:s3cr3t@s3.example.org//documents",
  "s3://s3cr3t@s3.example.org/documents",
  "s3://AKIA:s3cr3t%@s3.example.org/documents",
  "s3://AKIA:s3cr3t@s3.example.org/documents?tls=s3cr3t",
  "s3cr3t",
])("an address that names no bucket is refused and not shown: %s", (url) => {
  const problems = problemsOf({ STORAGE_URL: url });
  expect(problems).toEqual([expect.stringMatching(/^STORAGE_URL: must be like s3:/)]);
  expect(problems.join()).not.toContain("s3cr3t");
});

test("the schema is brought up to date with the database's settings alone", () => {
  const { databaseUrl } = readDatabaseConfig({ NODE_ENV: "production", DATABASE_URL: "postgres://db/docuchat" });
  expect(databaseUrl).toBe("postgres://db/docuchat");
  expect(() => readDatabaseConfig({ DATABASE_URL: "mysql://db" })).toThrow(ConfigError);
});

test.for([
  ["JWT_SECRET", { JWT_SECRET: "" }],
  ["JWT_SECRET", { JWT_SECRET: "short" }],
  ["JWT_SECRET", { JWT_SECRET: "change-me-change-me-change-me-change-me" }],
  ["JWT_SECRET", { JWT_SECRET: "a".repeat(64) }],
  ["CORS_ORIGINS", { CORS_ORIGINS: "https://app.example.org,*" }],
  ["SMTP_URL", { SMTP_URL: "" }],
  ["MAIL_FROM", { MAIL_FROM: "" }],
  ["CHUNK_OVERLAP", { CHUNK_OVERLAP: "300" }],
  ["ALLOWED_MODELS", { ALLOWED_MODELS: "other" }],
  ["ROLE", { ROLE: "worker" }],
] as const)("production refuses an unsafe or impossible %s", ([variable, change]) => {
  expect(problemsOf({ ...PRODUCTION, ...change }).map((problem) => problem.split(":")[0])).toContain(variable);
});
