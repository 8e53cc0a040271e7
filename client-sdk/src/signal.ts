/** Tells its listeners, each in turn; one that throws keeps nobody else from hearing. */
export type Signal<Told> = { tell: (told: Told) => void; listen: (listener: (told: Told) => void) => () => void };

export const createSignal = <Told>(): Signal<Told> => {
  const listeners = new Set<{ listener: (told: Told) => void }>();
  return {
    tell: (told) => {
      for (const { listener } of listeners) {
        try {
          listener(told);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
    listen: (listener) => {
      const entry = { listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  };
};
