import { expect, test } from "vitest";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { SHAPES } from "../support/growth.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

const PAGES = 40;
const PAGE_CHARS = 2_800;
const SEARCHES = 45;
const QUERY_CHARS = 8_000;
const CALLS = 15;
/** Beside hostile searches a call takes at most so many times what it takes alone. */
const MAX_RATIO = 20;
const QUESTION = "When was the harbour bridge opened?";

const search = (user: TestUser, query: string) => user.caller.files.search({ query });

/** The mean time of calls that follow one another. */
const meanOf = async (user: TestUser): Promise<number> => {
  const start = performance.now();
  for (let call = 0; call < CALLS; call++) await search(user, QUESTION);
  return (performance.now() - start) / CALLS;
};

// What else the machine does may slow the calls beside the searches, and not those before and after: it is tried again.
test(
  "hostile searches of one tenant leave another tenant's calls and its running answer alone",
  { retry: 2 },
  async () => {
    const answer = () => "The bridge opened in March [1]. ".repeat(40);
    const vendor = await startOpenAiServer({ answer, deltaDelayMs: 20 });
    cleanUp(() => vendor.close());
    const app = await startTestApp({ env: { OPENAI_API_KEY: "test", OPENAI_BASE_URL: vendor.baseUrl } });
    const [attacker, other] = [await app.signIn(), await app.signIn()];
    const words = SHAPES["words with one beginning"]?.(PAGES * PAGE_CHARS) ?? "";
    const pages = Array.from({ length: PAGES }, (_, at) => words.slice(at * PAGE_CHARS, (at + 1) * PAGE_CHARS));
    expect(await ingestFile(app, attacker, { bytes: await makePdf(pages) })).toMatchObject({ status: "ready" });
    const bridge = await makePdf(["The harbour bridge opened in March."]);
    expect(await ingestFile(app, other, { bytes: bridge })).toMatchObject({ status: "ready" });
    await meanOf(other);
    const before = await meanOf(other);

    const asked = askFor(other, { question: QUESTION });
    const query = words.slice(0, QUERY_CHARS);
    const flood = Promise.all(Array.from({ length: SEARCHES }, () => search(attacker, query)));
    const beside = await meanOf(other);
    expect((await flood).every(({ hits }) => hits.length > 0)).toBe(true);
    expect(beside / Math.max(before, await meanOf(other))).toBeLessThan(MAX_RATIO);
    expect(eventsOf(await asked, "finished")).toMatchObject([{ outcome: "answered" }]);
  },
);
