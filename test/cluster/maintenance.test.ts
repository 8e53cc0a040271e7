import { expect, test } from "vitest";
import { newId } from "../../server/id.ts";
import { maintain } from "../../server/maintenance.ts";
import { startTestApp } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";

const QUESTIONS = 25;

test("no answer is taken for abandoned at its beginning by a process that starts meanwhile and puts things right", async () => {
  const app = await startTestApp();
  const user = await app.signIn();
  const over = new AbortController();
  // What each process does at its start, over and over.
  const starting = async () => {
    while (!over.signal.aborted) await maintain(app.app);
  };
  const maintained = starting();
  const outcomes = new Set<string>();
  for (let n = 0; n < QUESTIONS; n++) {
    const got = await askFor(user, { question: "Is anything there?", requestId: newId() });
    for (const { outcome } of eventsOf(got, "finished")) outcomes.add(outcome);
  }
  over.abort();
  await maintained;
  expect(outcomes).toEqual(new Set(["no_answer"]));
});
