/** A page that was hidden for longer than this may have slept. */
const SLEEP_MS = 30_000;

/** Calls when the machine may have slept or changed its network, where that can be noticed. Gives the way to stop. */
export const onWake = (listener: () => void): (() => void) => {
  const { document, addEventListener, removeEventListener } = globalThis as Partial<typeof globalThis>;
  let hiddenAt = Infinity;
  const onVisibility = () => {
    if (document?.visibilityState === "hidden") hiddenAt = Date.now();
    else if (Date.now() - hiddenAt > SLEEP_MS) listener();
  };
  addEventListener?.call(globalThis, "online", listener);
  document?.addEventListener("visibilitychange", onVisibility);
  return () => {
    removeEventListener?.call(globalThis, "online", listener);
    document?.removeEventListener("visibilitychange", onVisibility);
  };
};
