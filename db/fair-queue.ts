/** As pg's pool says it, so that both are told as a database that does not answer (`unavailable.ts`). */
const BUSY = "timeout exceeded when trying to connect";

type Options = {
  /** How many are let through at once. */
  atOnce: number;
  /** How long one waits before it fails; unset, as long as it takes. */
  waitMs?: number;
};

/**
 * Lets so much work through at once. Of what has to wait, tenants take turns: one that asks for much delays the others
 * by a turn, not by all that it asks for. (Fair queuing: J. Nagle, RFC 970.)
 */
export const createFairQueue = ({ atOnce, waitMs }: Options) => {
  let free = atOnce;
  /** In the order of their turns. */
  const waiting = new Map<string, Set<() => void>>();
  const letNext = () => {
    const [turn] = waiting;
    if (!turn) return void free++;
    const [tenantId, calls] = turn;
    const [go] = calls;
    if (go) calls.delete(go);
    waiting.delete(tenantId);
    if (calls.size > 0) waiting.set(tenantId, calls);
    go?.();
  };
  const wait = (tenantId: string): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const calls = waiting.get(tenantId) ?? new Set();
    waiting.set(tenantId, calls);
    const giveUp = () => {
      calls.delete(go);
      if (calls.size === 0) waiting.delete(tenantId);
      reject(new Error(BUSY));
    };
    const timer = waitMs === undefined ? undefined : setTimeout(giveUp, waitMs);
    const go = () => {
      clearTimeout(timer);
      resolve();
    };
    calls.add(go);
    return promise;
  };
  return async <T>(tenantId: string, work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--;
    else await wait(tenantId);
    try {
      return await work();
    } finally {
      letNext();
    }
  };
};
