import { z } from "zod";
import { isServerUrl, readOrigins, readPublicUrl, readStorageUrl, splitList } from "./config-values.ts";

const list = z.string().transform(splitList);
const count = (fallback: number, min = 1, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(min).max(max).default(fallback);
/** Generated ones, as `openssl rand -base64 48` writes them: without commas. */
const secrets = list.refine((all) => all.every((secret) => secret.length >= 32), "must each be at least 32 bytes");
/** What `read` makes of the text; where it makes nothing of it, `message` says what was expected. */
const readBy = <T>(read: (text: string) => T | undefined, message: string) =>
  z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
const url = (protocol: RegExp, example: string) =>
  readBy((text) => (isServerUrl(text, protocol) ? text : undefined), `must be like ${example}`).optional();

const Variables = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  PORT: count(8000, 0, 65535),
  HOST: z.string().default("127.0.0.1"),
  PUBLIC_URL: readBy(
    readPublicUrl,
    "must be like https://example.org/docuchat, and its path may not begin as a route of the server",
  ).optional(),
  DATA_DIR: z.string().default("./data"),
  DATABASE_URL: url(/^postgres(ql)?$/, "postgres://user:password@host:5432/database"),
  REDIS_URL: url(/^rediss?$/, "redis://user:password@host:6379"),
  STORAGE_URL: readBy(readStorageUrl, "must be like s3://key:secret@host/bucket?region=name").optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: url(/^https?$/, "https://host/v1"),
  OPENAI_MODEL: z.string().default("gpt-4o-mini"),
  ALLOWED_MODELS: list.optional(),
  EMBEDDING_MODEL: z.string().default("text-embedding-3-small"),
  EMBEDDING_DIMENSIONS: count(1536, 1, 4000),
  MODEL_FIRST_TOKEN_TIMEOUT_SECONDS: count(120, 1, 3_600),
  MODEL_IDLE_TIMEOUT_SECONDS: count(60, 1, 3_600),
  JWT_SECRET: z.string().min(32, "must be at least 32 bytes").optional(),
  JWT_PREVIOUS_SECRETS: secrets.default([]),
  TOKEN_TTL_DAYS: count(7, 1, 365),
  TENANT_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .default("X-Tenant-ID"),
  SIGN_UP: z.enum(["open", "invited"]).optional(),
  SMTP_URL: url(/^smtps?$/, "smtp://user:password@host:587"),
  MAIL_FROM: z.string().regex(/@/, "must hold an e-mail address").optional(),
  CORS_ORIGINS: readBy(
    readOrigins,
    "must be origins like https://chat.example.org, without a path, or * alone",
  ).default([]),
  RATE_LIMIT_PER_MINUTE: count(50),
  TRUST_PROXY: count(0, 0, 10),
  CHUNK_TOKEN_SIZE: count(400, 50, 4000),
  CHUNK_OVERLAP: count(40, 0, 1000),
  MAX_CONTEXT_TOKENS: count(8000, 200),
  TOP_K: count(6, 1, 50),
  MAX_FILE_SIZE_MB: count(25, 1, 1024),
  MAX_PDF_PAGES: count(500, 1, 100_000),
  READERS: count(2, 1, 8),
  READER_MEMORY_MB: count(256, 64, 2_000),
  READER_CPU_SECONDS: count(60, 1, 3_600),
  REREAD: z.enum(["on", "off"]).default("on"),
  ROLE: z.enum(["web", "worker", "all"]).default("all"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

const Environment = Variables.superRefine((env, context) => {
  const refuse = (path: keyof typeof env, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (env.CHUNK_OVERLAP * 2 > env.CHUNK_TOKEN_SIZE) refuse("CHUNK_OVERLAP", "must be at most half of CHUNK_TOKEN_SIZE");
  if (env.JWT_SECRET && env.JWT_PREVIOUS_SECRETS.includes(env.JWT_SECRET))
    refuse("JWT_PREVIOUS_SECRETS", "contains JWT_SECRET, which signs still");
  if (env.SMTP_URL && !env.MAIL_FROM) refuse("MAIL_FROM", "is needed with SMTP_URL");
  if (env.ALLOWED_MODELS && !env.ALLOWED_MODELS.includes(env.OPENAI_MODEL))
    refuse("ALLOWED_MODELS", "must contain OPENAI_MODEL");
  if (env.ROLE !== "all" && !env.DATABASE_URL)
    refuse("ROLE", "other than `all` needs DATABASE_URL: the embedded database belongs to one process");
  if (env.NODE_ENV !== "production") return;
  if (!env.JWT_SECRET) refuse("JWT_SECRET", "is required in production");
  else if (new Set(env.JWT_SECRET).size < 8 || /change.?me|secret|example/i.test(env.JWT_SECRET))
    refuse("JWT_SECRET", "looks like a placeholder; generate one, for example with `openssl rand -base64 48`");
  if (env.CORS_ORIGINS.includes("*")) refuse("CORS_ORIGINS", "may not be * in production");
  if (!env.SMTP_URL) refuse("SMTP_URL", "is required in production: login codes are never printed there");
});

export type Config = ReturnType<typeof shape>;

const shape = (env: z.infer<typeof Environment>) => {
  const production = env.NODE_ENV === "production";
  return {
    production,
    port: env.PORT,
    host: env.HOST,
    publicUrl: env.PUBLIC_URL,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    storage: env.STORAGE_URL,
    openai:
      env.OPENAI_API_KEY || env.OPENAI_BASE_URL
        ? {
            apiKey: env.OPENAI_API_KEY ?? "none",
            baseUrl: env.OPENAI_BASE_URL,
            models: [env.OPENAI_MODEL, ...(env.ALLOWED_MODELS ?? []).filter((name) => name !== env.OPENAI_MODEL)] as [
              string,
              ...string[],
            ],
            embeddingModel: env.EMBEDDING_MODEL,
            embeddingDimensions: env.EMBEDDING_DIMENSIONS,
            timeouts: {
              firstTokenMs: env.MODEL_FIRST_TOKEN_TIMEOUT_SECONDS * 1_000,
              betweenTokensMs: env.MODEL_IDLE_TIMEOUT_SECONDS * 1_000,
            },
          }
        : undefined,
    jwtSecret: env.JWT_SECRET,
    previousJwtSecrets: env.JWT_PREVIOUS_SECRETS,
    tokenTtlMs: env.TOKEN_TTL_DAYS * 24 * 3_600_000,
    tenantHeader: env.TENANT_HEADER.toLowerCase(),
    signUp: env.SIGN_UP ?? (production ? ("invited" as const) : ("open" as const)),
    mail: env.SMTP_URL && env.MAIL_FROM ? { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM } : undefined,
    corsOrigins: env.CORS_ORIGINS,
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
    trustedProxies: env.TRUST_PROXY,
    chunkTokens: env.CHUNK_TOKEN_SIZE,
    overlapTokens: env.CHUNK_OVERLAP,
    maxContextTokens: env.MAX_CONTEXT_TOKENS,
    topK: env.TOP_K,
    maxFileBytes: env.MAX_FILE_SIZE_MB * 1024 * 1024,
    maxPages: env.MAX_PDF_PAGES,
    readers: {
      threads: env.READERS,
      memoryBytes: env.READER_MEMORY_MB * 1024 * 1024,
      cpuMs: env.READER_CPU_SECONDS * 1_000,
    },
    rereads: env.REREAD === "on",
    role: env.ROLE,
    logLevel: env.LOG_LEVEL,
  };
};

/** Invalid configuration. `problems` name variables and what was expected of them, never their values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`Invalid configuration:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** Reads the configuration; an empty value counts as unset. Every problem is reported at once, as a `ConfigError`. */
export const readConfig = (environment: Record<string, string | undefined> = process.env): Config =>
  shape(read(Environment, environment));

/** What bringing the schema up to date needs, and no more: it runs before anything else is set up. */
export const readDatabaseConfig = (environment: Record<string, string | undefined> = process.env) => {
  const { DATABASE_URL, DATA_DIR } = read(Variables.pick({ DATABASE_URL: true, DATA_DIR: true }), environment);
  return { databaseUrl: DATABASE_URL, dataDir: DATA_DIR };
};

/** The names of all settings. */
export const VARIABLES: string[] = Object.keys(Variables.shape);

const read = <T>(schema: z.ZodType<T>, environment: Record<string, string | undefined>): T => {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${describe(issue)}`));
};

/** zod's sentence for custom rules; for the rest what was expected, since zod may quote the value. */
const describe = (issue: z.core.$ZodIssue): string => {
  if (issue.code === "custom" || issue.message.startsWith("must")) return issue.message;
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "invalid_type") return `must be a ${issue.expected}`;
  if (issue.code === "too_small") return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  return "has the wrong format";
};
