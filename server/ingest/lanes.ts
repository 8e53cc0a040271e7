/** Runs up to `count` pieces of work concurrently. */
export const createLanes = (count: number) => {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const throwFailure = () => {
    if (failures.length > 0) throw failures[0];
  };
  return {
    /** Starts work as soon as a lane is free. Throws what earlier work has failed with, and then starts none. */
    start: async (work: () => Promise<void>): Promise<void> => {
      while (running.size >= count && failures.length === 0) await Promise.race(running);
      throwFailure();
      const lane = work()
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(lane));
      running.add(lane);
    },
    /** Waits for all work that was started. */
    settle: async (): Promise<void> => {
      await Promise.all(running);
    },
    throwFailure,
  };
};
