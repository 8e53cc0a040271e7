import { ServerFailure } from "./errors.ts";

/** The only fields a log line may carry beside `at`, `level` and `event`: nothing that a person wrote. */
export type LogFields = {
  requestId?: string | undefined;
  tenantId?: string | undefined;
  userId?: string | undefined;
  fileId?: string | undefined;
  messageId?: string | undefined;
  path?: string | undefined;
  status?: number | undefined;
  ms?: number | undefined;
  count?: number | undefined;
  reason?: string | undefined;
  address?: string | undefined;
  port?: number | undefined;
  /**
   * Of a failure and its causes: class, code, status and stack frames. The message, which may quote what a person wrote,
   * only of a `ServerFailure`.
   */
  error?: unknown;
};

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LEVELS)[number];

export type Log = Record<Exclude<LogLevel, "silent">, (event: string, fields?: LogFields) => void>;

/** JSON lines, one an event, to standard error unless told otherwise. */
export const createLog = (
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log => {
  const at =
    (own: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return;
      const { error, ...rest } = fields;
      write(
        `${JSON.stringify({ at: new Date().toISOString(), level: own, event, ...rest, ...describeError(error) })}\n`,
      );
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
};

/** The same log, whose every line carries these fields as well. */
export const withFields = (log: Log, fields: LogFields): Log => ({
  debug: (event, more) => log.debug(event, { ...fields, ...more }),
  info: (event, more) => log.info(event, { ...fields, ...more }),
  warn: (event, more) => log.warn(event, { ...fields, ...more }),
  error: (event, more) => log.error(event, { ...fields, ...more }),
});

const FRAMES = 8;
/** Causes may lead back to where they began. */
const CAUSES = 5;

const describeError = (error: unknown, causes = CAUSES): Record<string, unknown> => {
  if (error === undefined) return {};
  if (!(error instanceof Error)) return { error: typeof error };
  const status = statusOf(error);
  const frames = error.stack?.split("\n").filter((line) => line.startsWith("    at ")) ?? [];
  return {
    error: error.name,
    code: wordIn(error, "code"),
    ...(status === undefined ? {} : { status }),
    ...(error instanceof ServerFailure ? { message: error.message } : {}),
    stack: frames.slice(0, FRAMES).map((frame) => frame.trim()),
    ...(error.cause instanceof Error && causes > 0 ? { cause: describeError(error.cause, causes - 1) } : {}),
  };
};

const fieldOf = (value: object, name: string): unknown => Object.entries(value).find(([key]) => key === name)?.[1];

const wordIn = (error: Error, name: string): string | number | undefined => {
  const value = fieldOf(error, name);
  return typeof value === "string" || typeof value === "number" ? value : undefined;
};

/** As HTTP clients, the client of S3 and that of mail call it. */
const statusOf = (error: Error): number | undefined => {
  const metadata = fieldOf(error, "$metadata");
  const s3 = typeof metadata === "object" && metadata !== null ? fieldOf(metadata, "httpStatusCode") : undefined;
  return [fieldOf(error, "status"), s3, fieldOf(error, "responseCode")].find((value) => typeof value === "number");
};
