// `node bench/capacity.ts [--name=value …]`: how many machines a load needs, as a table; `--measure` takes the costs anew.
// What is measured and what is assumed stands apart below: a plan is worth no more than its assumptions.
import { measureCosts } from "./costs.ts";

/** CPU of this product, by `node bench/capacity.ts --measure` on two cores busy with other work: embedded database, offline model. */
const MEASURED = { pageMs: 33, chatMs: 75, queryMs: 9.5 };

/** PostgreSQL's own, of an exact scan of one tenant's `halfvec(1536)`: 5.6 ms at 5,000 rows, 27 at 21,000. */
const SCAN_MS_PER_1000_CHUNKS = 1.3;
/** With a partial index of its own a large tenant's search takes this. */
const INDEXED_SEARCH_MS = 2.5;
/** Tenants beyond it have an index. */
const EXACT_CHUNKS = 20_000;
/** Of a paced stream among a thousand: at most, by `PARTS=streams npm run bench:layers`. */
const TOKEN_MS = 0.093;

const ASSUMED = {
  chatsPerUserDay: 10,
  queriesPerUserDay: 60,
  pagesPerUserDay: 5,
  keptDays: 365,
  usersPerTenant: 20,
  tokensPerAnswer: 300,
  answerSeconds: 20,
  chunksPerPage: 2,
  /** Text, words, places and a vector of 1,536 half floats, with their indexes. */
  kilobytesPerChunk: 8,
  kilobytesPerPdfPage: 60,
  /** The busiest hour's share of the day. */
  peakHourShare: 0.2,
  /** Above it a queue grows on every wave. */
  busyShare: 0.5,
  coresPerMachine: 16,
  databaseTerabytes: 2,
  redisOpsPerSecond: 50_000,
};
type Assumed = typeof ASSUMED;

const readArguments = (): Assumed & typeof MEASURED => {
  const known: Record<string, number> = { ...ASSUMED, ...MEASURED };
  for (const argument of process.argv.slice(2)) {
    const [, name = "", value = ""] = /^--(\w+)=([\d.]+)$/.exec(argument) ?? [];
    if (argument === "--measure") continue;
    if (!(name in known)) throw new Error(`${argument}: one of ${Object.keys(known).join(", ")}, with a number`);
    known[name] = Number(value);
  }
  return known as Assumed & typeof MEASURED;
};

const plan = (users: number, input: Assumed & typeof MEASURED) => {
  const perSecond = (perUserDay: number) => (users * perUserDay * input.peakHourShare) / 3_600;
  const machines = (busyMsPerSecond: number) =>
    Math.max(1, Math.ceil(busyMsPerSecond / 1_000 / input.busyShare / input.coresPerMachine));
  const chats = perSecond(input.chatsPerUserDay);
  const pages = perSecond(input.pagesPerUserDay);
  const chunks = users * input.pagesPerUserDay * input.chunksPerPage * input.keptDays;
  const tenantChunks = (chunks / users) * input.usersPerTenant;
  const searchMs = tenantChunks > EXACT_CHUNKS ? INDEXED_SEARCH_MS : (tenantChunks / 1_000) * SCAN_MS_PER_1000_CHUNKS;
  const terabytes = (chunks * input.kilobytesPerChunk) / 1e9;
  const byCpu = machines(chats * searchMs + perSecond(input.queriesPerUserDay) * 0.5 + pages * input.chunksPerPage * 2);
  return {
    users: users.toLocaleString("en"),
    "chats/s": Math.ceil(chats),
    "open streams": Math.ceil(chats * input.answerSeconds),
    "pages/s": Math.ceil(pages),
    web: machines(
      chats * (input.chatMs + input.tokensPerAnswer * TOKEN_MS) + perSecond(input.queriesPerUserDay) * input.queryMs,
    ),
    worker: machines(pages * input.pageMs),
    "search ms": Number(searchMs.toFixed(1)),
    "database TB": Number(terabytes.toFixed(2)),
    databases: Math.max(byCpu, Math.ceil(terabytes / input.databaseTerabytes)),
    redis: Math.max(1, Math.ceil((chats * input.tokensPerAnswer) / input.redisOpsPerSecond / input.busyShare)),
    "files TB": Number(((users * input.pagesPerUserDay * input.keptDays * input.kilobytesPerPdfPage) / 1e9).toFixed(2)),
  };
};

const measured = process.argv.includes("--measure") ? await measureCosts() : {};
const input = { ...readArguments(), ...measured };
process.stdout.write(`${JSON.stringify(input)}\n`);
console.table([100, 10_000, 100_000, 1_000_000, 10_000_000].map((users) => plan(users, input)));
