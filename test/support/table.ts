import type { Reporter, TestCase, TestModule } from "vitest/node";

const WIDTH = 76;

const verdictOf = (test: TestCase): string => {
  const { state } = test.result();
  if (state === "skipped") return "not run";
  return state === "passed" ? "holds" : "DOES NOT HOLD";
};

const wrap = (text: string, width: number): string[] => {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last.length + word.length < width) lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const linesOf = (test: TestCase): string[] => {
  const { row } = test.meta();
  if (!row) return [];
  const [first = "", ...rest] = wrap(`${row.done}: ${row.figures.join(", ") || "no figure"}`, WIDTH);
  const seconds = `${Math.round((test.diagnostic()?.duration ?? 0) / 1_000)} s`;
  return [
    `| ${row.area.padEnd(16)} | ${first.padEnd(WIDTH)} | ${seconds.padStart(6)} | ${verdictOf(test).padEnd(13)} |`,
    ...rest.map((line) => `| ${"".padEnd(16)} | ${line.padEnd(WIDTH)} | ${"".padEnd(6)} | ${"".padEnd(13)} |`),
  ];
};

/** Prints what the rows have measured as one table. */
export const table = (): Reporter => ({
  onTestRunEnd: (modules: readonly TestModule[]) => {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const rule = `|${[18, WIDTH + 2, 8, 15].map((width) => "-".repeat(width)).join("|")}|`;
    const head = `| ${"area".padEnd(16)} | ${"what was done, and its figures".padEnd(WIDTH)} | ${"took".padStart(6)} | ${"".padEnd(13)} |`;
    process.stdout.write(`\n${[head, rule, ...tests.flatMap(linesOf)].join("\n")}\n`);
  },
});
