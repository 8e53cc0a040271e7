/**
 * By PostgreSQL's appendix A: connection exceptions, too many connections, a shutdown, a crash, a start that is not
 * through, a timeout, and a server that only reads after a failover; by the system: a server that is not reached.
 */
const CODES =
  /^(08\w{3}|25006|53300|57014|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** What pg and its pool say without a code. */
const MESSAGES = /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client (was|has))/;

/** Whether this is the failure of a database that cannot be reached or does not answer: the same call may work later. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof Error &&
  (("code" in error && typeof error.code === "string" && CODES.test(error.code)) || MESSAGES.test(error.message));
