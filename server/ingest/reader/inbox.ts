/** Messages that wait to be taken, one reader. A failure comes before what waits. */
export const createInbox = <T extends object>() => {
  const waiting: T[] = [];
  let failure: { error: unknown } | undefined;
  let wake = () => {};
  return {
    isEmpty: () => waiting.length === 0,
    put: (message: T) => {
      waiting.push(message);
      wake();
    },
    fail: (error: unknown) => {
      failure ??= { error };
      wake();
    },
    take: async (): Promise<T> => {
      for (;;) {
        if (failure) throw failure.error;
        const message = waiting.shift();
        if (message) return message;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
};
