import { DataDirInUseError, isUnavailable, NewerSchemaError, UnusableDatabaseError } from "../db/index.ts";
import { explainDataDir } from "./data-dir.ts";
import { codeOf, StartError } from "./start-error.ts";

type Where = { databaseUrl?: string | undefined; dataDir: string };

/** PostgreSQL's refusals (its manual, appendix A) that only another configuration ends. */
const REFUSALS: Record<string, string> = {
  "28P01": "the server refuses the password: correct it",
  "3D000": "the server has no database of this name: create it, or correct the name",
};
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/;

/** Why the database cannot be opened, as a `StartError` where that is known; anything else as it is. */
export const explainDatabase = ({ databaseUrl, dataDir }: Where, error: unknown): unknown => {
  if (error instanceof DataDirInUseError) return new StartError(error.message, { exit: "unavailable", cause: error });
  if (error instanceof NewerSchemaError) return new StartError(error.message, { exit: "config", cause: error });
  if (databaseUrl === undefined) return explainDataDir(dataDir, error);
  const refusal = error instanceof Error ? refusalOf(error) : undefined;
  if (refusal !== undefined) return new StartError(`DATABASE_URL: ${refusal}.`, { exit: "config", cause: error });
  if (!isUnavailable(error)) return error;
  const what = `the database at ${hostOf(databaseUrl)} cannot be reached (${codeOf(error) || "no answer"})`;
  return new StartError(`DATABASE_URL: ${what}: start it, or correct the address.`, {
    exit: "unavailable",
    cause: error,
  });
};

const refusalOf = (error: Error): string | undefined => {
  const code = codeOf(error);
  if (error instanceof UnusableDatabaseError) return error.message;
  if (code === "28000" && error.message.includes("no encryption"))
    return "the server takes encrypted connections alone: add sslmode=verify-full to the address";
  if (code === "28000")
    return "the server lets this user not in from here: correct the user, or the server's pg_hba.conf";
  // PostgreSQL names the object, and quotes no value.
  if (code === "42501")
    return `the role lacks a right (${error.message}): it must own its database and may create roles`;
  if (error.message === "The server does not support SSL connections")
    return "the server has no TLS: take sslmode out of the address, or switch TLS on there";
  if (CERTIFICATE.test(code))
    return `the server's certificate is not trusted (${code}): name its authority by sslrootcert`;
  if (/^(ENOENT|EACCES|EISDIR)$/.test(code) && "syscall" in error && error.syscall === "open")
    return `a certificate file that the address names cannot be read (${code}): correct the path, or its rights`;
  return REFUSALS[code];
};

/** Without user and password. */
const hostOf = (url: string): string => URL.parse(url)?.host || "the local socket";
