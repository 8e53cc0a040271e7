import { expect, test } from "vitest";
import { sharedApp } from "../support/app.ts";
import { hasCases, readCase } from "../support/cases.ts";
import { askFor, eventsOf, textOf } from "../support/chat.ts";
import { ingestFile } from "../support/files.ts";

const shared = await sharedApp();

test.skipIf(!hasCases)("a question is answered by the section and not by the table of contents", async () => {
  const user = await shared.signIn();
  await ingestFile(shared, user, { name: "manual.pdf", bytes: await readCase("toc-crowds-out/manual.pdf") });
  const got = await askFor(user, { question: "How long is the warranty?" });
  expect(textOf(got)).toContain("thirty months");
  const citations = eventsOf(got, "citation");
  expect(citations[0]).toMatchObject({ page: 8 });
  for (const { quote } of citations) expect(quote).not.toContain("....");
});

test.skipIf(!hasCases)("a total is found by its invoice's number", async () => {
  const user = await shared.signIn();
  await ingestFile(shared, user, { name: "invoices.pdf", bytes: await readCase("header-drop/invoices.pdf") });
  const got = await askFor(user, { question: "What is the total due on invoice INV-2043?" });
  expect(textOf(got)).toContain("$3,911.40");
  expect(eventsOf(got, "citation").some(({ page }) => page === 3)).toBe(true);
});

test.skipIf(!hasCases)(
  "a contract's number and parties are found though they stand in running headers only",
  async () => {
    const user = await shared.signIn();
    await ingestFile(shared, user, { name: "contract.pdf", bytes: await readCase("header-drop/contract.pdf") });
    const got = await askFor(user, {
      question: "What is the number of the cleaning contract and who are its parties?",
    });
    expect(textOf(got)).toContain("C-2210-B");
  },
);
