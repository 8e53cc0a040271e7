import { codeOf, StartError } from "./start-error.ts";

/** Redis's own refusals, by the first word of its reply; those of its protocol, by ioredis. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR|Unknown RESP type)/;

/** Why Redis cannot be used at a start, as a `StartError`. */
export const explainRedis = (url: string, error: unknown): StartError => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const [refusal] = (cause instanceof Error && REFUSED.exec(cause.message)) || [];
  if (refusal === undefined) {
    const what = `Redis at ${URL.parse(url)?.host ?? ""} cannot be reached (${codeOf(cause) || "no answer"})`;
    return new StartError(`REDIS_URL: ${what}: start it, or correct the address.`, { exit: "unavailable", cause });
  }
  return new StartError(`REDIS_URL: ${PROBLEMS[refusal] ?? OTHER}.`, { exit: "config", cause });
};

const LOGIN = "the server refuses the user or the password: correct them";
const OTHER = "the server refuses the commands of this client: use Redis 6 or newer, and a database that it has";
const PROBLEMS: Record<string, string> = {
  WRONGPASS: LOGIN,
  NOAUTH: LOGIN,
  NOPERM: "the user lacks rights: let it use all commands on the keys and channels that begin with docuchat:",
  "Unknown RESP type": "what answers there is no Redis: correct the address",
};
