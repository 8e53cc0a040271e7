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
  /** Of an unexpected failure: its class, code and stack frames; never its message, which may quote what a person wrote. */
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

const describeError = (error: unknown): Record<string, unknown> => {
  if (error === undefined) return {};
  if (!(error instanceof Error)) return { error: typeof error };
  const frames =
    error.stack
      ?.split("\n")
      .filter((line) => line.startsWith("    at "))
      .slice(0, 8) ?? [];
  return {
    error: error.name,
    code: "code" in error ? error.code : undefined,
    stack: frames.map((frame) => frame.trim()),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
};
