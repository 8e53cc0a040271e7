/** Limits how many hold a permit at once; those that wait get one in the order of their calls. */
export type Permits = {
  /** Rejects with the signal's reason when that aborts first. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Takes a permit if one is free. */
  tryAcquire(): boolean;
  release(): void;
  /** Whether someone waits for a permit. */
  isAwaited(): boolean;
};

export const createPermits = (count: number): Permits => {
  let free = count;
  const waiting = new Set<() => void>();
  const tryAcquire = (): boolean => {
    if (free === 0) return false;
    free--;
    return true;
  };
  const wait = async (signal: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => {
      waiting.delete(resolve);
      reject(signal.reason as Error);
    };
    waiting.add(resolve);
    signal.addEventListener("abort", abort, { once: true });
    await promise.finally(() => signal.removeEventListener("abort", abort));
  };
  return {
    tryAcquire,
    acquire: async (signal) => {
      signal.throwIfAborted();
      if (!tryAcquire()) await wait(signal);
    },
    isAwaited: () => waiting.size > 0,
    release: () => {
      const [next] = waiting;
      if (!next) {
        free++;
        return;
      }
      waiting.delete(next);
      next();
    },
  };
};
