import { useEffect, useEffectEvent } from "react";

/** What Escape would end, the newest last: it ends one thing at a time. */
const open: (() => void)[] = [];

/** Escape ends what was opened last; a dialog of the browser's own comes before all of it. */
export const useEscape = (onEscape: () => void, active = true): void => {
  const escaped = useEffectEvent(onEscape);
  useEffect(() => {
    if (!active) return;
    const mine = () => escaped();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (open.at(-1) !== mine) return;
      event.preventDefault();
      mine();
    };
    open.push(mine);
    addEventListener("keydown", onKeyDown);
    return () => {
      open.splice(open.indexOf(mine), 1);
      removeEventListener("keydown", onKeyDown);
    };
  }, [active]);
};
