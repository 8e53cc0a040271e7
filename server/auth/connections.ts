import { askTenant, findLiveSessions, type Db } from "../../db/index.ts";
import type { VerifiedToken } from "./access-token.ts";

/** Sockets, streams and transfers of one user. */
const MAX_PER_USER = 100;
/** Twice in the five seconds within which an ended session has no connection left. */
const LOOK_MS = 2_500;

export type WhyEnded = "SESSION_REVOKED" | "TOKEN_EXPIRED";
type Open = { signedIn: VerifiedToken; end: (why: WhyEnded) => void };

/** The open connections of signed-in users in this process, of every transport. */
export type Connections = {
  /**
   * Adds one that `end` ends, once, when its session or token has ended. Returns what takes it out when it has closed;
   * undefined where the user has as many as there may be.
   */
  add(signedIn: VerifiedToken, end: Open["end"]): (() => void) | undefined;
  /** Ends those of a session that has ended. */
  endSession(sessionId: string): void;
  close(): Promise<void>;
};

export const createConnections = (db: Db): Connections => {
  const open = new Set<Open>();
  const end = (connection: Open, why: WhyEnded) => {
    if (open.delete(connection)) connection.end(why);
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    for (const one of open) if (one.signedIn.expiresAt.getTime() <= Date.now()) end(one, "TOKEN_EXPIRED");
    // A database that does not answer ends nobody's connection: the calls on it fail by themselves.
    looking = looking.then(() => endUnannounced(db, open, end)).catch(() => {});
  }, LOOK_MS);
  timer.unref();
  return {
    add: (signedIn, onEnd) => {
      const own = open.values().filter((one) => one.signedIn.userId === signedIn.userId);
      if (own.toArray().length >= MAX_PER_USER) return undefined;
      const connection = { signedIn, end: onEnd };
      open.add(connection);
      return () => void open.delete(connection);
    },
    endSession: (sessionId) => {
      for (const one of open) if (one.signedIn.sessionId === sessionId) end(one, "SESSION_REVOKED");
    },
    close: () => {
      clearInterval(timer);
      return looking;
    },
  };
};

/**
 * Ends connections of sessions whose end was not announced here: the store was unavailable, or somebody changed the
 * database by hand. One statement a tenant, however many connections it has.
 */
const endUnannounced = async (
  db: Db,
  open: ReadonlySet<Open>,
  end: (connection: Open, why: WhyEnded) => void,
): Promise<void> => {
  for (const [tenantId, connections] of Map.groupBy(open, ({ signedIn }) => signedIn.tenantId)) {
    const ids = [...new Set(connections.map(({ signedIn }) => signedIn.sessionId))];
    const live = await askTenant(db, tenantId, (trx) => findLiveSessions(trx, ids));
    for (const one of connections) if (!live.has(one.signedIn.sessionId)) end(one, "SESSION_REVOKED");
  }
};
