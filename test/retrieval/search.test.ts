import { expect, test } from "vitest";
import { sharedApp, startTestApp } from "../support/app.ts";
import { ingestFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";
import { makeUnicodePdf } from "../support/raw-pdf.ts";

const shared = await sharedApp();

/** Letters from left to right, as a page shows text that is written from right to left. */
const drawn = (text: string) => Array.from(text).toReversed().join("");

const filler = (topic: string) =>
  Array.from({ length: 30 }, (_, n) => `Remark ${n} on ${topic} says little.`).join(" ");

test("the passage that answers comes first, with its page and file", async () => {
  const user = await shared.signIn();
  const pages = [filler("boats"), "The lighthouse keeper is called Marta Lindqvist.", filler("nets")];
  const file = await ingestFile(shared, user, { name: "harbour.pdf", bytes: await makePdf(pages) });
  const { hits } = await user.caller.files.search({ query: "Who is the keeper of the lighthouse?" });
  expect(hits[0]).toMatchObject({ fileId: file.id, fileName: "harbour.pdf" });
  expect(hits[0]?.text).toContain("Marta Lindqvist");
  expect(hits[0]?.page).toBeLessThanOrEqual(2);
  expect(hits[0]?.pageEnd).toBeGreaterThanOrEqual(2);
  expect(hits.map((hit) => hit.rank)).toEqual(hits.map((hit) => hit.rank).toSorted((a, b) => b - a));
});

test("a document is found by its name too", async () => {
  const user = await shared.signIn();
  const text = "Revenue grew by four per cent against the year before.";
  for (const name of ["Borealis_annual-report.pdf", "Cumulus_annual-report.pdf"])
    await ingestFile(shared, user, { name, bytes: await makePdf([`${text} ${filler(name)}`]) });
  for (const company of ["Borealis", "Cumulus"]) {
    const { hits } = await user.caller.files.search({ query: `How much did revenue grow at ${company}?`, limit: 1 });
    expect(hits[0]?.fileName).toContain(company);
  }
});

test("of documents alike the one that is named is read first, though another has more of the words", async () => {
  const user = await shared.signIn();
  const aside = "The inventories in Q3 2022 were 95 tons.";
  for (const [name, pages] of [
    [
      "2022-Q3-BOR.pdf",
      [`Borealis Ltd. ${filler("staff")}`, filler("roads"), `Inventories: 41 tons. ${filler("fuel")}`],
    ],
    [
      "2022-Q3-CUM.pdf",
      [`Cumulus Ltd. ${filler("staff")}`, `${aside} ${filler("roads")}`, `${aside} ${filler("fuel")}`],
    ],
  ] as const)
    await ingestFile(shared, user, { name, bytes: await makePdf([...pages]) });
  const { hits } = await user.caller.files.search({ query: "What were the inventories of Borealis in Q3 2022?" });
  const found = hits.map(({ fileName }) => fileName.slice(8, 11));
  expect(found).toEqual(found.toSorted());
});

test.for([
  ["Chinese", "灯塔的看守人叫林德。港口在北边。", "谁看守灯塔？"],
  ["Persian", "نگهبان فانوس دریایی مارتا نام دارد.", "نام نگهبان فانوس چیست؟"],
] as const)("%s is searched as well", async ([_, text, query]) => {
  const user = await shared.signIn();
  await ingestFile(shared, user, { bytes: makeUnicodePdf([{ text, x: 50, y: 80 }]) });
  const { hits } = await user.caller.files.search({ query });
  expect(hits).toHaveLength(1);
});

test.for([
  ["with a non-joiner", "with none", "دانش\u200Cآموز", "دانشآموز"],
  ["with none", "with a non-joiner", "دانشآموز", "دانش\u200Cآموز"],
  ["with a space", "with a non-joiner", "دانش آموز", "دانش\u200Cآموز"],
] as const)("a Persian word asked %s is found where it is written %s", async ([_asked, _written, query, word]) => {
  const user = await shared.signIn();
  for (const [name, text] of [
    ["right.pdf", `هر ${word} ده روز فرصت دارد.`],
    ["wrong.pdf", "هر مهمان ده روز فرصت دارد."],
  ] as const)
    await ingestFile(shared, user, { name, bytes: makeUnicodePdf([{ text: drawn(text), x: 50, y: 80 }]) });
  const { hits } = await user.caller.files.search({ query });
  expect(hits[0]).toMatchObject({ fileName: "right.pdf" });
  expect(hits[0]?.text).toContain(word);
});

test("nothing of another tenant is ever found, and nothing of a file that is not ready", async () => {
  const [ours, theirs] = [await shared.signIn(), await shared.signIn()];
  await ingestFile(shared, theirs, { bytes: await makePdf(["The secret of the lighthouse is a brass key."]) });
  expect((await ours.caller.files.search({ query: "What is the secret of the lighthouse?" })).hits).toEqual([]);
});

test("words that no text has find what is nearest, never an error", async () => {
  const user = await shared.signIn();
  await ingestFile(shared, user, { bytes: await makePdf(["Plain words."]) });
  for (const query of ["?!", "'; drop table chunks; --", "the of and", "x".repeat(8_000), "\u0000 | & ! ( ) <-> :*"])
    expect(Array.isArray((await user.caller.files.search({ query })).hits)).toBe(true);
});

test("no more passages are read than the context holds", async () => {
  const own = await startTestApp({ env: { MAX_CONTEXT_TOKENS: "400", TOP_K: "20" } });
  const user = await own.signIn();
  const pages = Array.from({ length: 12 }, (_, n) => `Heron report ${n}. ${filler(`heron ${n}`)}`);
  await ingestFile(own, user, { bytes: await makePdf(pages) });
  expect((await user.caller.files.search({ query: "heron report" })).hits.length).toBeGreaterThan(2);
  for await (const tracked of await user.caller.chat.ask({ question: "What do the heron reports say?" })) {
    const event = Array.isArray(tracked) ? tracked[1] : undefined;
    if (event?.type !== "sources") continue;
    expect(event.sources.length).toBeGreaterThan(0);
    expect(event.sources.length).toBeLessThan(3);
  }
});
