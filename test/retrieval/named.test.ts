import { expect, test } from "vitest";
import { asksByName, namedIn, type Opening } from "../../server/retrieval/named.ts";

const REPORTS: Opening[] = ["2022-Q3", "2023-Q1"].flatMap((quarter) =>
  ["Apple", "Amazon", "NVIDIA"].map((company) => ({
    file_id: `${company} ${quarter}`,
    file_name: `${quarter}-${company.slice(0, 2).toUpperCase()}X.pdf`,
    text: `Form 10-Q. Quarterly report under the Securities Exchange Act. ${company} Inc., Delaware.`,
  })),
);
const named = (query: string, openings = REPORTS) => [...namedIn(query, openings)];

test("a document is named by what it is called and how it begins, together", () => {
  expect(named("What were Apple's inventories in Q3 2022?")).toEqual(["Apple 2022-Q3"]);
  expect(named("How much debt did NVIDIA report for Q1 2023?")).toEqual(["NVIDIA 2023-Q1"]);
});

test("several are, where it fits them alike, and none, where it fits most", () => {
  expect(named("Which companies were sued in Q3 2022?")).toEqual(["Apple 2022-Q3", "Amazon 2022-Q3", "NVIDIA 2022-Q3"]);
  expect(named("What does the quarterly report say about leases?")).toEqual([]);
});

test("none is by its text alone, or by what every file's name ends with", () => {
  const names = REPORTS.map(({ file_name }) => file_name);
  expect(named("Where is Apple incorporated?")).toEqual([]);
  expect(asksByName("Where is Apple incorporated?", names)).toBe(false);
  expect(asksByName("What is in the PDF?", names)).toBe(false);
  expect(asksByName("And in Q1?", names)).toBe(true);
});

test("words are compared as search compares them", () => {
  const books = [
    { file_id: "fa", file_name: "گزارش‌های کشاورزی.pdf", text: "برداشت جو" },
    { file_id: "de", file_name: "Handbücher.pdf", text: "Bedienung" },
  ];
  expect(named("در گزارش كشاورزي چه آمده است؟", books)).toEqual(["fa"]);
  expect(named("Was steht im Handbuch?", books)).toEqual(["de"]);
});
