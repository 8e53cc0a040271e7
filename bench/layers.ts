// `npm run services -- npm run bench:layers`: our server beside the layers below it, in one run on PostgreSQL and Redis:
// a signed-in query, the time to an answer's first words, for one, for a crowd that asks in the same moment and for chats
// that go on, and paced streams. First words come from a relay, too, and from one that searches before. `STREAMS=200` for
// fewer streams, `PARTS=queries` for one part alone. CPU is the server process's own; wall times depend on what else the
// machine does.
import { median } from "./figures.ts";
import { chat, firstWords, holdStreams } from "./layers/answers.ts";
import { openBare, openOurs, type Line } from "./layers/lines.ts";
import { countItems, load, type Load } from "./layers/queries.ts";
import { withWorld, type World } from "./layers/world.ts";

const { STREAMS = "1000", SECONDS = "20", ROUNDS = "9", PARTS = "queries,first,chats,streams" } = process.env;
const CROWD = 50;
/** Questions of a single chat: each alone takes some ms more or less. */
const SINGLES = 60;
const LISTED = 5;
const FIRST_DELAY_MS = 50;
/** An answer of three seconds. */
const CHAT_WORDS = 60;
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
  const path = "/trpc/chat.conversations";
  const ourPath = `${path}?input=${encodeURIComponent(JSON.stringify({ limit: LISTED }))}`;
  const token = users[0]?.token;
  for (const listed of [await countItems(bare, path), await countItems(ours, ourPath, token)])
    if (listed !== LISTED) throw new Error(`${listed} conversations are listed, not ${LISTED}`);
  const rounds: { ours: Load[]; bare: Load[] } = { ours: [], bare: [] };
  for (let round = 0; round <= Number(ROUNDS); round++) {
    rounds.bare.push(await load(bare, path));
    rounds.ours.push(await load(ours, ourPath, token));
  }
  const of = (loads: Load[], what: keyof Load) => median(loads.slice(1).map((one) => one[what]));
  const row = (what: keyof Load, unit: string, ratio: number, target: string) =>
    print(`query, ${unit}`, of(rounds.ours, what).toFixed(0), of(rounds.bare, what).toFixed(0), times(ratio), target);
  row("perSecond", "a second", of(rounds.ours, "perSecond") / of(rounds.bare, "perSecond"), ">= 0.6 x");
  row("cpuUs", "CPU µs", of(rounds.bare, "cpuUs") / of(rounds.ours, "cpuUs"), "");
};

const KINDS = ["bare", "searching", "ours"] as const;
type Waited = Record<(typeof KINDS)[number], number[]>;

const openKinds = async (world: World): Promise<Record<keyof Waited, Line[]>> => {
  const searching = await Promise.all(Array.from({ length: CROWD }, () => openBare(world.searching)));
  return { ...(await openLines(world, CROWD)), searching };
};

const printFirst = (what: string, waited: Waited, target: string): void => {
  const ms = (values: number[]) => median(values) - FIRST_DELAY_MS;
  const text = (value: number) => `${value.toFixed(1)} ms`;
  for (const which of ["bare", "searching"] as const) {
    const [ours, other] = [ms(waited.ours), ms(waited[which])];
    const beside = which === "bare" ? "" : " and searching";
    print(`first words, ${what}${beside}`, text(ours), text(other), `+ ${text(ours - other)}`, target);
  }
};

/** The crowd comes first: what a server has never done takes it several times as long. */
const first = async (world: World): Promise<void> => {
  const lines = await openKinds(world);
  for (const [crowd, target] of [
    [CROWD, "<= 60 ms"],
    [1, "<= 15 ms"],
  ] as const) {
    const waited: Waited = { ours: [], bare: [], searching: [] };
    for (let round = 0; round <= (crowd === 1 ? SINGLES : Number(ROUNDS)); round++)
      for (const which of KINDS) {
        const asked = await firstWords(lines[which].slice(0, crowd));
        if (round > 0) waited[which].push(...asked);
      }
    printFirst(`${crowd} at once`, waited, target);
  }
  for (const line of Object.values(lines).flat()) line.close();
};

const chats = async (world: World): Promise<void> => {
  const lines = await openKinds(world);
  const waited: Waited = { ours: [], bare: [], searching: [] };
  const answerMs = CHAT_WORDS * FIRST_DELAY_MS;
  for (const which of KINDS) waited[which].push(...(await chat(lines[which], { answerMs, rounds: 4 })));
  printFirst(`${CROWD} chats`, waited, "<= 60 ms");
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
if (PARTS.includes("chats")) await withWorld({ words: CHAT_WORDS, delayMs: FIRST_DELAY_MS }, CROWD, chats);
const words = Number(STREAMS) + Number(SECONDS) * 20 + 200;
if (PARTS.includes("streams")) await withWorld({ words, delayMs: PACE_MS }, Number(STREAMS), streams);
