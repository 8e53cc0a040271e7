import type { ReactElement } from "react";

/** Strokes in a box of 24, drawn for this page. */
const SHAPES = {
  ask: "M12 5v14M5 12h14",
  document: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  usage: "M4 20h16M7 16v-5M12 16V6M17 16v-8",
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
  rename: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  retry: "M20 5v5h-5M19.5 10a8 8 0 1 0 .5 4",
  up: "M7 11v9H4v-9zM7 11l4-7c1.5 0 2.5 1 2.5 2.5L13 10h5.5c1 0 1.8 1 1.5 2l-1.7 6.5c-.2.9-1 1.5-1.8 1.5H7",
  down: "M7 13V4H4v9zM7 13l4 7c1.5 0 2.5-1 2.5-2.5L13 14h5.5c1 0 1.8-1 1.5-2l-1.7-6.5C18.1 4.6 17.3 4 16.5 4H7",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.5",
  before: "M14 6l-6 6 6 6",
  after: "M10 6l6 6-6 6",
  plus: "M12 6v12M6 12h12",
  minus: "M6 12h12",
  signOut: "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  light:
    "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M19 5l-1.5 1.5M6.5 17.5L5 19",
  dark: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  upload: "M12 16V5M7 10l5-5 5 5M5 20h14",
  chevron: "M7 10l5 5 5-5",
} as const;

export type IconName = keyof typeof SHAPES;

/** Next to words or within a labelled control: nothing for a screen reader. */
export const Icon = ({ name, size = 18 }: { name: IconName; size?: number }): ReactElement => (
  <svg
    aria-hidden="true"
    width={size}
    height={size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.75"
    strokeLinecap="round"
    strokeLinejoin="round"
    className={name === "before" || name === "after" ? "icon-turns" : undefined}
  >
    <path d={SHAPES[name]} />
  </svg>
);

/** A page with one line marked. */
export const Logo = ({ size = 24 }: { size?: number }): ReactElement => (
  <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32">
    <rect x="5" y="2" width="22" height="28" rx="4" fill="var(--ink)" />
    <rect x="9" y="9" width="14" height="2" rx="1" fill="var(--paper)" opacity=".6" />
    <rect x="8" y="13.5" width="16" height="5" rx="1.5" fill="var(--mark)" />
    <rect x="9" y="21" width="9" height="2" rx="1" fill="var(--paper)" opacity=".6" />
  </svg>
);
