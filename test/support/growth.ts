const RUNS = 3;
const TRIES = 3;
/** Below this the clock's and the compiler's noise is larger than what is measured. */
const SHORT_MS = 10;
/** CPU time is counted in steps of up to 10 ms. */
const CPU_US = 400_000;

type Work = (size: number) => unknown;

/** The least time of several runs, in ms: what other programs take of the machine only ever adds. */
const leastTime = async (work: Work, size: number): Promise<number> => {
  let least = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await work(size);
    least = Math.min(least, performance.now() - start);
  }
  return least;
};

/** The CPU time of one run on this thread, in µs: what other programs take meanwhile is not counted. */
const cpuTime = async (work: Work, size: number): Promise<number> => {
  const start = process.threadCpuUsage();
  for (let runs = 1; ; runs++) {
    await work(size);
    const { user, system } = process.threadCpuUsage(start);
    if (user + system >= CPU_US) return (user + system) / runs;
  }
};

/**
 * How many times the work grows when its input doubles. A busy machine spoils a quick measurement: what it finds above
 * `enough` is measured again by CPU time.
 */
export const growthOf = async (work: Work, size: number, enough: number): Promise<number> => {
  const [one, two] = [await leastTime(work, size), await leastTime(work, 2 * size)];
  let growth = two < SHORT_MS ? 1 : two / one;
  for (let attempt = 0; attempt < TRIES && growth > enough; attempt++)
    growth = Math.min(growth, (await cpuTime(work, 2 * size)) / (await cpuTime(work, size)));
  return growth;
};

const letters = "abcdefghijklmnopqrstuvwxyz";
/** A different word for each number, all of them with the same beginning and end. */
const alike = (at: number, begin = "abcde", end = "") =>
  `${begin}${[at, at / 26, at / 676].map((n) => letters[Math.floor(n) % 26]).join("")}${end}`;

const fill = (size: number, piece: (at: number) => string): string => {
  const pieces: string[] = [];
  for (let length = 0, at = 0; length < size; at++) {
    const next = piece(at);
    pieces.push(next);
    length += next.length;
  }
  return pieces.join("").slice(0, size);
};

/** Texts of a given length that loops over words, characters or sentences may stumble over. */
export const SHAPES: Record<string, (size: number) => string> = {
  "words with one beginning": (size) => fill(size, (at) => `${alike(at)} `),
  "words with one end": (size) => fill(size, (at) => `${alike(at, "", "abcde")} `),
  "words with one beginning and one end": (size) => fill(size, (at) => `${alike(at, "abcde", "vwxyz")} `),
  "one word": (size) => fill(size, () => "harbour "),
  "two words in turn": (size) => fill(size, () => "harbour bridge "),
  "stop words": (size) => fill(size, () => "it as the "),
  capitals: (size) => fill(size, () => "Aa "),
  "one letter": (size) => "a".repeat(size),
  "one capital": (size) => "A".repeat(size),
  "letters of Persian": (size) => fill(size, () => "کتابها"),
  "non-joiners": (size) => fill(size, () => "می\u200c"),
  "characters of Chinese": (size) => fill(size, (at) => String.fromCodePoint(0x4e00 + (at % 2_000))),
  "one character of Chinese": (size) => "那".repeat(size),
  spaces: (size) => `a${" ".repeat(size - 2)}b`,
  newlines: (size) => `a${"\n".repeat(size - 2)}b`,
  "spaces and letters": (size) => fill(size, (at) => (at % 40 ? " " : "A")),
  "full stops": (size) => ".".repeat(size),
  "full stops and a letter": (size) => `${".".repeat(size - 1)}a`,
  initials: (size) => fill(size, () => "A. "),
  "short sentences": (size) => fill(size, (at) => `${alike(at)}. `),
  "quotation marks": (size) => fill(size, () => `."`),
  "marks over one letter": (size) => `a${"\u0301".repeat(size - 1)}`,
  // Normalization sorts the marks of a letter by their class: U+0316 comes before U+0301.
  "marks over and under one letter": (size) => `a${"\u0301\u0316".repeat(size / 2)}`.slice(0, size),
  ligatures: (size) => "\ufdfa".repeat(size),
  digits: (size) => fill(size, (at) => `${at} `),
  brackets: (size) => "[".repeat(size),
  "half a marker": (size) => fill(size, () => "[1, "),
  markers: (size) => fill(size, () => "[1]"),
  hyphens: (size) => fill(size, () => "a-"),
  clauses: (size) => fill(size, () => "when it "),
  "spaces alone": (size) => " ".repeat(size),
  "newlines alone": (size) => "\n".repeat(size),
  backticks: (size) => "`".repeat(size),
  "backticks in longer and longer runs": (size) => fill(size, (at) => `${"`".repeat(at + 1)} `),
  "backticks and brackets": (size) => fill(size, () => "[`](``"),
  "code that does not close": (size) => fill(size, (at) => (at % 40 ? "a" : "`")),
  "angle brackets": (size) => "<".repeat(size),
  "exclamation marks": (size) => "!".repeat(size),
  "quotes in quotes": (size) => fill(size, () => "> "),
  fences: (size) => fill(size, () => "> ```\n"),
  tildes: (size) => "~".repeat(size),
  backslashes: (size) => "\\".repeat(size),
  references: (size) => fill(size, () => "&a"),
  addresses: (size) => fill(size, () => "http://"),
  "long addresses": (size) => fill(size, (at) => (at % 40 ? "abcdefgh" : " https://ok.example/")),
};
