import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 60rem)";

const subscribe = (onChange: () => void) => {
  const query = matchMedia(NARROW);
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
};

/** Whether there is room for one column only, as `shell.css` has it. */
export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
