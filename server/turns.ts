import { setImmediate as yieldToLoop } from "node:timers/promises";
import { createFairQueue } from "../db/index.ts";

const MS_PER_TURN = 5;
const SHARED_MS = 1;

let last: Promise<unknown> = Promise.resolve();
/** Callers go on in the order they came, one in each turn of the event loop. */
const nextTurn = (): Promise<unknown> => (last = last.then(() => yieldToLoop()));

/**
 * For long work on this thread: the function made here is awaited between its steps, and waits for a turn of its own
 * whenever the work has had 5 ms. However many work at once, no turn of the event loop takes much longer than that.
 */
export const inTurns = (): (() => Promise<void>) => {
  let endsAt = 0;
  return async () => {
    if (performance.now() < endsAt) return;
    await nextTurn();
    endsAt = performance.now() + MS_PER_TURN;
  };
};

let sharedEndsAt: number | undefined;

/**
 * For short work that others ask for, a message each: it is done in the order it was asked for, 1 ms of it in each turn
 * of the event loop, what it sets off at once included.
 */
export const shareTurn = (work: () => void): void => {
  setImmediate(() => {
    if (sharedEndsAt === undefined) {
      sharedEndsAt = performance.now() + SHARED_MS;
      setImmediate(() => (sharedEndsAt = undefined));
    }
    if (performance.now() < sharedEndsAt) work();
    else shareTurn(work);
  });
};

/**
 * For what can wait until that which is asked of others now has left. It does within two turns of the event loop: Node.js's
 * `fetch` takes one to see that an idle connection is still open.
 */
export const onceSent = (work: () => void): void => {
  setImmediate(() => setImmediate(work));
};

/** A turn in which nothing else was ready takes less. */
const IDLE_TURN_MS = 0.2;
const MOST_APART_MS = 20;

let lastBegun = Number.NEGATIVE_INFINITY;

const idleTurn = async (): Promise<void> => {
  const latest = lastBegun + MOST_APART_MS;
  for (let start = performance.now(); start < latest;) {
    const end = await endOfTurn();
    if (end - start < IDLE_TURN_MS) break;
    start = end;
  }
  lastBegun = performance.now();
};

const endOfTurn = async (): Promise<number> => {
  await yieldToLoop();
  return performance.now();
};

const beginnings = createFairQueue({ atOnce: 1 });

/**
 * For work of many steps that many ask for in one moment. Resolves when this thread has nothing left to do for those
 * that have begun, for one caller after the other, tenants in turn: most are done much sooner than if all went on side by
 * side, the last somewhat later, for what the first go on to do. (First come, first served against shared time:
 * L. Kleinrock, Queueing Systems II, 1976.) A thread that is never idle takes one every 20 ms.
 */
export const atLeisure = (tenantId: string): Promise<void> => beginnings(tenantId, idleTurn);
