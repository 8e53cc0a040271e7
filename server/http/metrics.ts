import type { ServerResponse } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { RereadProgress } from "../../db/index.ts";

type Gauges = {
  openSockets: number;
  /** Undefined while the database cannot tell. */
  rereads: RereadProgress | undefined;
};

export type Metrics = {
  /** Counts a request until its response has gone out or its connection has broken. */
  track(outgoing: ServerResponse): void;
  /** Resolves when no request is in flight. */
  idle(): Promise<void>;
  /** Prometheus' text format, version 0.0.4. */
  text(gauges: Gauges): string;
  close(): void;
};

const STATUS_CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;
const LOOP_RESOLUTION_MS = 10;

/** What this process measures of itself. */
export const createMetrics = (): Metrics => {
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loop.enable();
  const requests = new Map<string, number>(STATUS_CLASSES.map((name) => [name, 0]));
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  const ended = (status: number) => {
    const name = `${Math.floor(status / 100)}xx`;
    requests.set(name, (requests.get(name) ?? 0) + 1);
    inFlight--;
    if (inFlight === 0) for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    track: (outgoing) => {
      inFlight++;
      outgoing.once("close", () => ended(outgoing.statusCode));
    },
    idle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    text: ({ openSockets, rereads }) => {
      const delay = { max: loop.max / 1e9, mean: loop.count === 0 ? 0 : loop.mean / 1e9 };
      loop.reset();
      return [
        gauge("process_uptime_seconds", "Since the process started.", process.uptime()),
        gauge("process_resident_memory_bytes", "Resident set size.", process.memoryUsage.rss()),
        gauge("nodejs_eventloop_delay_max_seconds", "Longest since the last scrape.", delay.max),
        gauge("nodejs_eventloop_delay_mean_seconds", "Mean since the last scrape.", delay.mean),
        gauge("docuchat_open_sockets", "WebSocket connections.", openSockets),
        gauge("docuchat_http_requests_in_flight", "Requests not answered yet.", inFlight),
        "# HELP docuchat_http_requests_total Requests by status class.\n# TYPE docuchat_http_requests_total counter",
        ...[...requests].map(([status, count]) => `docuchat_http_requests_total{status="${status}"} ${count}`),
        ...(rereads ? rereadLines(rereads) : []),
        "",
      ].join("\n");
    },
    close: () => loop.disable(),
  };
};

const gauge = (name: string, help: string, value: number): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}`;

/** The same in every process: the database counts. */
const rereadLines = ({ outdated, ...reread }: RereadProgress): string[] => [
  gauge("docuchat_files_outdated", "Ready files that an older version of the reader has read.", outdated),
  "# HELP docuchat_files_reread_total Files read again by this version.\n# TYPE docuchat_files_reread_total counter",
  ...Object.entries(reread).map(([text, count]) => `docuchat_files_reread_total{text="${text}"} ${count}`),
];
