const number = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 4 });
const time = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short" });
const utcDay = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", timeZone: "UTC" });

export const formatNumber = (value: number): string => number.format(value);
export const formatCompact = (value: number): string => compact.format(value);
export const formatCost = (usd: number): string => dollars.format(usd);
export const formatTime = (at: Date): string => time.format(at);
export const formatDay = (at: Date): string => day.format(at);
/** Of a bucket that is a day in UTC. */
export const formatUtcDay = (at: Date): string => utcDay.format(at);

export const formatBytes = (bytes: number): string =>
  bytes < 1_000_000
    ? `${number.format(Math.ceil(bytes / 1_000))} kB`
    : `${number.format(Math.round(bytes / 100_000) / 10)} MB`;

export const percentOf = (done: number, total: number): number =>
  total > 0 ? Math.min(100, Math.round((done / total) * 100)) : 0;

/** Ascending numbers as runs of three or more, `[7, 9]` for 7, 8 and 9, and single ones, `[3, 3]`. */
export const runsOf = (numbers: readonly number[]): [first: number, last: number][] => {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.flatMap(([first, last]): [number, number][] =>
    last === first + 1
      ? [
          [first, first],
          [last, last],
        ]
      : [[first, last]],
  );
};
