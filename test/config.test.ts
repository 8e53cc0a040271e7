import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../server/config.ts";

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

test("an empty value counts as unset", () => {
  expect(readConfig({ PORT: "", DATABASE_URL: " " })).toMatchObject({ port: 8000, databaseUrl: undefined });
});

test("every problem is told at once, by variable, and never with a value", () => {
  const secret = "s3cr3t-v4lue";
  const problems = problemsOf({ PORT: `${secret}`, DATABASE_URL: secret, ROLE: secret, OPENAI_BASE_URL: secret });
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
