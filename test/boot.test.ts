import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { ConfigError, readConfig, VARIABLES } from "../server/config.ts";

const CANARY = "c4n4ry-v4lue";
const GOOD = "Zq8mW2vX9rT4kL7nB1cF6hJ3pD5sG0yA";
const PRODUCTION = {
  NODE_ENV: "production",
  JWT_SECRET: GOOD,
  SMTP_URL: "smtp://mail.example.org",
  MAIL_FROM: "docuchat@example.org",
};

/** The variable that is at fault, and what is set, in production. */
const BAD: [variable: string, environment: Record<string, string>][] = [
  ["NODE_ENV", { NODE_ENV: CANARY }],
  ["PORT", { PORT: CANARY }],
  ["PORT", { PORT: "70000" }],
  ["PORT", { PORT: "-1" }],
  ["PORT", { PORT: "80.5" }],
  ["DATABASE_URL", { DATABASE_URL: CANARY }],
  ["DATABASE_URL", { DATABASE_URL: `mysql://user:${CANARY}@db/x` }],
  ["REDIS_URL", { REDIS_URL: `http://:${CANARY}@redis` }],
  ["REDIS_URL", { REDIS_URL: CANARY }],
  ["STORAGE_URL", { STORAGE_URL: `s3://${CANARY}` }],
  ["STORAGE_URL", { STORAGE_URL: `https://key:${CANARY}@s3.example.org/bucket` }],
  ["STORAGE_URL", { STORAGE_URL: `s3://key:${CANARY}@s3.example.org/Not_A_Bucket` }],
  ["OPENAI_BASE_URL", { OPENAI_BASE_URL: `ftp://${CANARY}` }],
  ["ALLOWED_MODELS", { ALLOWED_MODELS: CANARY }],
  ["EMBEDDING_DIMENSIONS", { EMBEDDING_DIMENSIONS: "0" }],
  ["EMBEDDING_DIMENSIONS", { EMBEDDING_DIMENSIONS: "5000" }],
  ["EMBEDDING_DIMENSIONS", { EMBEDDING_DIMENSIONS: CANARY }],
  ["JWT_SECRET", { JWT_SECRET: "" }],
  ["JWT_SECRET", { JWT_SECRET: CANARY }],
  ["JWT_SECRET", { JWT_SECRET: `change-me-${CANARY}-${CANARY}-${CANARY}` }],
  ["JWT_SECRET", { JWT_SECRET: "ab".repeat(32) }],
  ["JWT_SECRET", { JWT_SECRET: `my-secret-${CANARY}-of-thirty-two-bytes` }],
  ["JWT_PREVIOUS_SECRETS", { JWT_PREVIOUS_SECRETS: CANARY }],
  ["JWT_PREVIOUS_SECRETS", { JWT_PREVIOUS_SECRETS: `${GOOD.toLowerCase()},${CANARY}` }],
  ["JWT_PREVIOUS_SECRETS", { JWT_PREVIOUS_SECRETS: GOOD }],
  ["TOKEN_TTL_DAYS", { TOKEN_TTL_DAYS: "0" }],
  ["TOKEN_TTL_DAYS", { TOKEN_TTL_DAYS: "4000" }],
  ["TENANT_HEADER", { TENANT_HEADER: `X Tenant ${CANARY}` }],
  ["SIGN_UP", { SIGN_UP: CANARY }],
  ["SMTP_URL", { SMTP_URL: "" }],
  ["SMTP_URL", { SMTP_URL: `https://user:${CANARY}@mail` }],
  ["MAIL_FROM", { MAIL_FROM: "" }],
  ["CORS_ORIGINS", { CORS_ORIGINS: "*" }],
  ["CORS_ORIGINS", { CORS_ORIGINS: `https://${CANARY}.example.org,*` }],
  ["RATE_LIMIT_PER_MINUTE", { RATE_LIMIT_PER_MINUTE: "0" }],
  ["TRUST_PROXY", { TRUST_PROXY: "11" }],
  ["CHUNK_TOKEN_SIZE", { CHUNK_TOKEN_SIZE: "10" }],
  ["CHUNK_OVERLAP", { CHUNK_OVERLAP: "300" }],
  ["MAX_CONTEXT_TOKENS", { MAX_CONTEXT_TOKENS: "1" }],
  ["TOP_K", { TOP_K: "51" }],
  ["MAX_FILE_SIZE_MB", { MAX_FILE_SIZE_MB: "2000" }],
  ["MAX_PDF_PAGES", { MAX_PDF_PAGES: CANARY }],
  ["ROLE", { ROLE: "worker" }],
  ["ROLE", { ROLE: CANARY }],
  ["LOG_LEVEL", { LOG_LEVEL: CANARY }],
];

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

test("what they are changed from is good", () => {
  expect(problemsOf(PRODUCTION)).toEqual([]);
});

test.for(BAD)("%s is refused by its name, and its value is not shown: %o", ([variable, change]) => {
  const problems = problemsOf({ ...PRODUCTION, ...change });
  expect(problems.map((problem) => problem.split(":")[0])).toContain(variable);
  expect(problems.join("\n")).not.toContain(CANARY);
  expect(VARIABLES).toContain(variable);
});

test("a process that may not start says why, all at once, and ends with 78", async () => {
  const main = new URL("../server/main.ts", import.meta.url).pathname;
  const environment = {
    ...PRODUCTION,
    JWT_SECRET: CANARY,
    DATABASE_URL: `mysql://${CANARY}`,
    CORS_ORIGINS: "*",
    PORT: CANARY,
  };
  const child = spawn(process.execPath, [main], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(78);
  for (const variable of ["JWT_SECRET", "DATABASE_URL", "PORT"]) expect(output).toContain(`  ${variable}: `);
  expect(output).not.toContain(CANARY);
});
