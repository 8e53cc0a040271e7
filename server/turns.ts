import { setImmediate as yieldToLoop } from "node:timers/promises";

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
