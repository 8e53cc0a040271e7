/** Where the page was loaded from, with a slash at the end: the server's own address, a sub-path included. */
export const BASE = new URL(".", location.href).href;

/** Kept data is the origin's: other servers under other paths of it have names of their own. */
export const keyHere = (name: string): string => {
  const { pathname } = new URL(BASE);
  return pathname === "/" ? name : `${name}:${pathname}`;
};
