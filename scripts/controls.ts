import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

type Removal = {
  control: string;
  file: string;
  from: string;
  to: string;
  test: string;
  name: string;
  engine?: "postgres";
};

// `npm run test:controls [words of a control]`: takes each control out of a copy of what is committed and runs the test that
// is to notice. Ends with 1 when one does not.
const root = resolve(import.meta.dirname, "..");
const wanted = process.argv[2] ?? "";
const removals = (JSON.parse(readFileSync(join(root, "scripts/controls.json"), "utf8")) as Removal[]).filter(
  ({ control }) => control.includes(wanted),
);
const copy = mkdtempSync(join(tmpdir(), "docuchat-controls-"));
const git = (...args: string[]) => execFileSync("git", ["-C", root, ...args], { stdio: "ignore" });

/** Whether the test fails while the control is out; undefined where it needs a server that is not named. */
const notices = ({ file, from, to, test, name, engine }: Removal): boolean | undefined => {
  if (engine === "postgres" && !process.env["DATABASE_URL"]) return undefined;
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const args = ["run", test, "--retry=0", "--testTimeout=180000", ...(name ? ["-t", name] : [])];
  const ran = spawnSync(join(copy, "node_modules/.bin/vitest"), args, { cwd: copy, encoding: "utf8" });
  writeFileSync(path, text);
  // A file that cannot be loaded is no test that failed.
  return ran.status !== 0 && /Tests .*\d+ failed/.test(ran.stdout);
};

let missed = 0;
git("worktree", "add", "--detach", copy, "HEAD");
try {
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const removal of removals) {
    const noticed = notices(removal);
    if (noticed === false) missed += 1;
    const outcome = noticed === undefined ? "skipped (PostgreSQL)" : noticed ? "noticed" : "MISSED";
    process.stdout.write(`| ${removal.control} | ${removal.file} | ${removal.test} | ${outcome} |\n`);
  }
} finally {
  rmSync(join(copy, "node_modules"));
  git("worktree", "remove", "--force", copy);
}
process.exit(missed > 0 ? 1 : 0);
