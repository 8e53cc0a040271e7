// `npm run services -- npm run bench:layers`: our server beside the layers below it, in one run on PostgreSQL and Redis:
// a signed-in query, the time to an answer's first words, and paced streams. First words come from a relay, too, and from
// one that searches before. `STREAMS=200` for fewer streams, `PARTS=queries` for one part alone. CPU is the server process's
// own; wall times depend on what else the machine does.
import { median } from "./figures.ts";
import { firstWords, holdStreams } from "./layers/answers.ts";
import { openBare, openOurs, type Line } from "./layers/lines.ts";
import { load, type Load } from "./layers/queries.ts";
import { withWorld, type World } from "./layers/world.ts";

const { STREAMS = "1000", SECONDS = "20", ROUNDS = "9", PARTS = "queries,first,streams" } = process.env;
const CROWD = 50;
const LISTED = 5;
const FIRST_DELAY_MS = 50;
const PACE_MS = 100;

const print = (what: string, ...cells: string[]) =>
  process.stdout.write(`${what.padEnd(44)}${cells.map((cell) => cell.padStart(16)).join("")}\n`);
const times = (ratio: number) => `${ratio.toFixed(2)} x`;

const openLines = async ({ ours, bare, users }: World, count: number) => {
  const lines: { ours: Line[]; bare: Line[] } = { ours: [], bare: [] };
  for (let n = 0; n < count; n++) {
    lines.ours.push(await openOurs(ours, users[n % users.length] ?? { id: "", token: "" }));
    lines.bare.push(await openBare(bare));
  }
  return lines;
};

const queries = async (world: World): Promise<void> => {
  const { ours, bare, users } = world;
  const lines = await openLines(world, 1);
  for (let n = 0; n < LISTED; n++) await firstWords(lines.ours);
  const input = encodeURIComponent(JSON.stringify({ limit: LISTED }));
  const rounds: { ours: Load[]; bare: Load[] } = { ours: [], bare: [] };
  for (let round = 0; round <= Number(ROUNDS); round++) {
    rounds.bare.push(await load(bare, "/trpc/chat.conversations"));
    rounds.ours.push(await load(ours, `/trpc/chat.conversations?input=${input}`, users[0]?.token));
  }
  const of = (loads: Load[], what: keyof Load) => median(loads.slice(1).map((one) => one[what]));
  const row = (what: keyof Load, unit: string, ratio: number, target: string) =>
    print(`query, ${unit}`, of(rounds.ours, what).toFixed(0), of(rounds.bare, what).toFixed(0), times(ratio), target);
  row("perSecond", "a second", of(rounds.ours, "perSecond") / of(rounds.bare, "perSecond"), ">= 0.6 x");
  row("cpuUs", "CPU µs", of(rounds.bare, "cpuUs") / of(rounds.ours, "cpuUs"), "");
};

const first = async (world: World): Promise<void> => {
  const searching = await Promise.all(Array.from({ length: CROWD }, () => openBare(world.searching)));
  const lines = { ...(await openLines(world, CROWD)), searching };
  for (const [crowd, target] of [
    [1, "<= 15 ms"],
    [CROWD, "<= 60 ms"],
  ] as const) {
    const waited = { ours: [] as number[], bare: [] as number[], searching: [] as number[] };
    for (let round = 0; round <= Number(ROUNDS); round++)
      for (const which of ["bare", "searching", "ours"] as const) {
        const asked = await firstWords(lines[which].slice(0, crowd));
        if (round > 0) waited[which].push(...asked.map((ms) => ms - FIRST_DELAY_MS));
      }
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    const ours = median(waited.ours);
    for (const [which, beside] of [
      ["bare", ""],
      ["searching", " and searching"],
    ] as const) {
      const bare = median(waited[which]);
      print(`first words, ${crowd} at once${beside}`, ms(ours), ms(bare), `+ ${ms(ours - bare)}`, target);
    }
  }
  for (const line of Object.values(lines).flat()) line.close();
};

const streams = async (world: World): Promise<void> => {
  const lines = await openLines(world, Number(STREAMS));
  const bare = await holdStreams(world.bare, lines.bare, Number(SECONDS));
  for (const line of lines.bare) line.close();
  const ours = await holdStreams(world.ours, lines.ours, Number(SECONDS));
  for (const line of lines.ours) line.close();
  const rate = (held: { tokensPerSecond: number }) =>
    `${((held.tokensPerSecond * PACE_MS) / Number(STREAMS) / 10).toFixed(1)}%`;
  print(`${STREAMS} streams, share of the pace held`, rate(ours), rate(bare));
  print(
    `${STREAMS} streams, CPU µs a token`,
    ours.cpuUs.toFixed(1),
    bare.cpuUs.toFixed(1),
    times(ours.cpuUs / bare.cpuUs),
    "<= 3 x",
  );
};

print("", "ours", "bare", "", "target");
if (PARTS.includes("queries")) await withWorld({ words: 20, delayMs: 0 }, 1, queries);
if (PARTS.includes("first")) await withWorld({ words: 5, delayMs: FIRST_DELAY_MS }, CROWD, first);
const words = Number(STREAMS) + Number(SECONDS) * 20 + 200;
if (PARTS.includes("streams")) await withWorld({ words, delayMs: PACE_MS }, Number(STREAMS), streams);
