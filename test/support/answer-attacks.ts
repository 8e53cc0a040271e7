import { KINDS } from "./answer-pieces.ts";
import type { Random } from "./choices.ts";

const PAYLOADS = ["<img src=x onerror=alert(1)>", "<b>", "![x](https://evil.example/x.png)", "[x](//evil.example)"];
const CONTAINERS = ["", "", "", " ", "   ", "    ", "\t", "> ", ">", "- ", "* ", "1. ", "10) ", "  - ", "> - ", "- > "];
const LONG = "a".repeat(170);
const MARKERS = ["```", "```", "````", "~~~", "~~~", "~~~~", "``", "~~", `~~~${LONG}`, "`".repeat(170)];
const SPACES = ["", "", "", " ", "  ", "   ", "    ", "     ", "\t", " \t", "\u00a0", " ".repeat(170)];

/** A fence, what may close it or not, and what is live where it has been closed. */
const makeFence = (random: Random): string => {
  const line = () => random.pick(CONTAINERS) + random.pick([...PAYLOADS, "code", "", "`<b>`", "[r]: //evil.example"]);
  const mark = (marks: string) => random.pick(CONTAINERS) + random.pick(SPACES) + marks + random.pick(SPACES);
  const marks = random.pick(MARKERS);
  const closing = random.chance(0.6) ? marks : random.pick(MARKERS);
  const info = random.pick(["", "", "js", "a`b", "~", "`", "<b>", "[x](y)"]);
  return [line(), mark(marks) + info, line(), mark(closing) + random.pick(["", "", "", "x", "`"]), line(), line()].join(
    "\n",
  );
};
const CELLS = [
  "a",
  "`a|b`",
  "`a\\|b`",
  "`a\\\\|b`",
  "``a`|b``",
  "`",
  "``",
  "`<b>`",
  "`<img src=x>`",
  "`[x](//e.example)`",
  "\\`",
];
/** Lines that may be a table, with code whose pipes end cells. */
const makeTable = (random: Random): string => {
  const start = random.pick(CONTAINERS);
  const cells = () => Array.from({ length: 1 + random.int(3) }, () => random.pick(CELLS));
  const line = () =>
    random.pick([start, start, "", "> "]) +
    random.pick(["|", "| ", "", ""]) +
    cells().join(random.pick(["|", " | ", " "]));
  const delimiter = random.pick([
    "|---|---|",
    "-|-",
    "---|---|---",
    ":-:|-",
    "|-|",
    ":-",
    "--- | ---\t",
    "- | -",
    "-\t|-",
    "| - | - |  ",
  ]);
  const between = random.pick(["", "", "", "", " ", "\t", ">", "\u00a0", "-"]);
  const rest = between === "" ? [line(), line()] : [line(), between, line(), line()];
  return [line(), random.pick([start, start, "", "> ", "  "]) + delimiter, ...rest].join("\n");
};
/** What may define a reference that is used below. */
const makeDefinition = (random: Random): string => {
  const label = random.pick(["r", "`", "1", "^1", "x", " ", "a\nr", "a\\]", "`r`", "[r]", "!r"]);
  const start = random.pick([...CONTAINERS, "[ ] ", "- [ ] ", "[x] ", "# ", "> [x] ", "\ufeff", "[1] "]);
  const address = random.pick([
    "https://evil.example",
    "<//evil.example>",
    "\n//evil.example",
    "//evil.example/`",
    "//e 'a'",
  ]);
  const end = random.pick(["", "\n'title'", " `", "`"]);
  return `${start}[${label}]:${random.pick(["", " ", "\t", "\n"])}${address}${end}\n\n[${label}] ![${label}]`;
};
/** Marks of links, mails and code that overlap. */
const makeOverlap = (random: Random): string => {
  const pieces = [
    ...Array.from("[]()<>`@!:*_~|\\"),
    "``",
    "](",
    "[a",
    "x@y.example",
    "https://ok.example/page",
    "www.",
    "b>",
    "\\`",
    "&",
    ";",
  ];
  return Array.from({ length: 3 + random.int(12) }, () => random.pick(pieces)).join("");
};
/** What stands at the start of the document, where some renderers skip a byte order mark. */
const makeStart = (random: Random): string =>
  random.pick(["\ufeff", "\ufeff\ufeff", "\r", "\u2028", "\u0000", " "]) + makeFence(random).trimStart();

const SHAPES = [makeFence, makeFence, makeTable, makeTable, makeDefinition, makeOverlap, makeStart];

/** An answer that mixes what Markdown makes something of. */
export const makeAttack = (random: Random): string => {
  if (random.chance(0.3)) {
    const shapes = Array.from({ length: 1 + random.int(2) }, () => random.pick(SHAPES)(random));
    return shapes.join(random.pick(["\n", "\n\n", "\r\n", "\n> "]));
  }
  // Few kinds at a time meet more often in the order that matters.
  const kinds = Array.from({ length: 1 + random.int(5) }, () => random.pick(KINDS));
  const pool = random.chance(0.3) ? Array.from({ length: 4 }, () => random.pick(random.pick(kinds))) : undefined;
  const length = 1 + random.int(random.chance(0.1) ? 60 : 14);
  return Array.from({ length }, () => (pool ? random.pick(pool) : random.pick(random.pick(kinds)))).join("");
};
