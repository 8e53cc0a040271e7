import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Limits } from "./measure.ts";

export const USAGE = `npm run eval                                     every set, every question
npm run eval -- --short                          a sample of each, as CI runs it
npm run eval -- --only own,squad2                some sets
npm run eval -- --questions mine.jsonl --files ./pdfs   your own PDFs
npm run eval -- --set TOP_K=10 --against TOP_K=6 two configurations side by side
npm run eval -- --compare before.json            with an earlier run's --json after.json
  --json FILE      writes the figures          --baseline       stores them as the new baseline
  --searches N, --asks N    at most N questions of each kind in each row`;

/** npm runs scripts in the project's folder, and keeps where it was called in INIT_CWD. */
const path = (name: string) => resolve(process.env["INIT_CWD"] ?? process.cwd(), name);

const FULL: Limits = { searches: Infinity, asks: Infinity };
const SHORT: Limits = { searches: 60, asks: 24 };

const pairs = (settings: string[]): Record<string, string> =>
  Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf("=");
      if (at < 1) throw new Error(`Not NAME=value: ${setting}`);
      return [setting.slice(0, at), setting.slice(at + 1)];
    }),
  );

export type Options = ReturnType<typeof readOptions>;

export const readOptions = (args: string[]) => {
  const { values } = parseArgs({
    args,
    options: {
      short: { type: "boolean", default: false },
      only: { type: "string" },
      questions: { type: "string" },
      files: { type: "string" },
      set: { type: "string", multiple: true, default: [] },
      against: { type: "string", multiple: true },
      compare: { type: "string" },
      json: { type: "string" },
      baseline: { type: "boolean", default: false },
      searches: { type: "string" },
      asks: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if ((values.questions === undefined) !== (values.files === undefined))
    throw new Error("--questions and --files belong together.");
  const limits = values.short ? SHORT : FULL;
  return {
    ...values,
    form: values.short ? ("short" as const) : ("full" as const),
    limits: {
      searches: values.searches === undefined ? limits.searches : Number(values.searches),
      asks: values.asks === undefined ? limits.asks : Number(values.asks),
    },
    only: values.only?.split(","),
    own:
      values.questions !== undefined && values.files !== undefined
        ? { questions: path(values.questions), files: path(values.files) }
        : undefined,
    env: pairs(values.set),
    against: values.against && pairs(values.against),
    compare: values.compare && path(values.compare),
    json: values.json && path(values.json),
  };
};
