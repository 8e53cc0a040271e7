// `npm run eval`: retrieval and answers of the whole product, measured. See docs/eval.md.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compare, toDiff } from "./compare.ts";
import { createJudge } from "./judge.ts";
import { measureSet } from "./measure.ts";
import { readOptions, USAGE, type Options } from "./options.ts";
import { startProduct } from "./product.ts";
import { toRows, type Rows } from "./rows.ts";
import { readChunking } from "./sets/chunking.ts";
import { corpus, SQUAD2 } from "./sets/corpus.ts";
import { readOwn } from "./sets/own.ts";
import { readOwnFiles } from "./sets/question-file.ts";
import { readSecFilings } from "./sets/sec-10-q.ts";
import type { EvalSet } from "./sets/set.ts";
import { readSquad, readSquad2 } from "./sets/squad.ts";
import { toTables } from "./table.ts";

const say = (text: string) => process.stdout.write(`${text}\n`);
const note = (text: string) => process.stderr.write(`${text}\n`);

const BASELINE = join(import.meta.dirname, "baseline.json");
type Reader = { name: string; place: string; long: boolean; read: () => Promise<EvalSet> };

const inCorpus = (name: string, place: string, read: (path: string) => Promise<EvalSet>): Reader => {
  const path = join(corpus, place);
  return { name, place: path, long: false, read: () => read(path) };
};

const SETS: Reader[] = [
  { name: "own", place: import.meta.dirname, long: false, read: readOwn },
  inCorpus("squad2", SQUAD2, readSquad2),
  ...["en", "ar", "de", "zh"].map((language) =>
    inCorpus(`xquad-${language}`, `xquad/xquad.${language}.json`, (path) =>
      readSquad(`xquad-${language}`, path, () => `xquad-${language}`),
    ),
  ),
  { ...inCorpus("sec-10-q", "sec-10-q", readSecFilings), long: true },
  { ...inCorpus("chunking", "chunking", readChunking), long: true },
];

const readSets = async ({ own, only, short }: Options): Promise<EvalSet[]> => {
  if (own) return [await readOwnFiles(own.questions, own.files)];
  const chosen = SETS.filter(({ name, long }) => (only ? only.includes(name) : !(short && long)));
  for (const { name, place } of chosen) if (!existsSync(place)) note(`skipped: ${name} (no ${place}; see CORPUS_DIR)`);
  return Promise.all(chosen.filter(({ place }) => existsSync(place)).map(({ read }) => read()));
};

/** The rows of all sets, under one configuration of the product. */
const run = async (options: Options, env: Record<string, string>): Promise<Rows> => {
  const sets = await readSets(options);
  const product = await startProduct(env);
  const judge = createJudge(product.app);
  const rows: Rows = {};
  try {
    for (const set of sets) {
      const start = performance.now();
      Object.assign(rows, toRows(await measureSet(product, set, { limits: options.limits, judge })));
      note(`${set.name}: ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    }
  } finally {
    await product.close();
  }
  return rows;
};

type Baselines = Partial<Record<Options["form"], Rows>>;
const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, "utf8")) as T;
const writeJson = (path: string, value: unknown) => writeFile(path, `${JSON.stringify(value, null, 2)}\n`);

/** Compares with what the options name, or the stored baseline; returns whether every gate holds. */
const checkGates = async (rows: Rows, { compare: other, own, form, env }: Options): Promise<boolean> => {
  const usual = !own && Object.keys(env).length === 0 && existsSync(BASELINE);
  const before = other ? await readJson<Rows>(other) : usual ? (await readJson<Baselines>(BASELINE))[form] : undefined;
  if (!before) return true;
  const differences = compare(before, rows);
  say(`\n## Against ${other ?? `the ${form} baseline`}\n\n${toDiff(differences)}`);
  return other !== undefined || !differences.some(({ fails }) => fails);
};

const storeBaseline = async (rows: Rows, form: Options["form"]): Promise<void> => {
  const stored = existsSync(BASELINE) ? await readJson<Baselines>(BASELINE) : {};
  const gated = Object.entries(rows).map(([part, row]) => [
    part,
    Object.fromEntries(Object.entries(row).filter(([column]) => !column.endsWith("Ms"))),
  ]);
  await writeJson(BASELINE, { ...stored, [form]: { ...stored[form], ...Object.fromEntries(gated) } });
};

const main = async (): Promise<number> => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return (say(USAGE), 0);
  const rows = await run(options, options.env);
  say(toTables(rows));
  if (options.json) await writeJson(options.json, rows);
  if (options.against) {
    say(`\n## Against ${JSON.stringify(options.against)}\n`);
    say(toDiff(compare(await run(options, options.against), rows)));
    return 0;
  }
  if (options.baseline) return (await storeBaseline(rows, options.form), 0);
  return (await checkGates(rows, options)) ? 0 : 1;
};

process.exitCode = await main();
