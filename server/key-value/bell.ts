/** Lets one waiter sleep until something happens. A ring that nobody waits for is remembered once. */
export type Bell = {
  ring: () => void;
  /** Whether it rang before `atMostMs` were over. */
  wait: (atMostMs?: number) => Promise<boolean>;
};

export const createBell = (): Bell => {
  let rung = false;
  let wake = () => {};
  return {
    ring: () => {
      rung = true;
      wake();
    },
    wait: async (atMostMs) => {
      if (!rung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = atMostMs === undefined ? undefined : setTimeout(resolve, atMostMs).unref();
        wake = resolve;
        await promise;
        clearTimeout(timer);
      }
      const rang = rung;
      rung = false;
      return rang;
    },
  };
};
