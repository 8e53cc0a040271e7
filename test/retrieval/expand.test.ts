import { expect, test } from "vitest";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { startTestApp } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer, type OpenAiChatBody } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

const vendor = await startOpenAiServer();
cleanUp(() => vendor.close());

/** No two lines alike: those that return from page to page are taken for running headers. */
const WORDS = "reed boat net frost heron wharf ledger lantern tide barrel chapel orchard mill quarry violin sail".split(
  " ",
);
const remark = (n: number) =>
  `Remark ${n}: ${Array.from({ length: 9 }, (_, at) => WORDS[(n * 7 + at * at * 5 + at) % WORDS.length]).join(" ")}.`;
const page = (from: number) => Array.from({ length: 10 }, (_, n) => remark(from + n)).join(" ");
const KEEPER = "The lighthouse keeper is called Marta Lindqvist.";

const askReading = async (env: Record<string, string>) => {
  const model = createOpenAiModel({
    apiKey: "test",
    baseUrl: vendor.baseUrl,
    models: ["gpt-4o-mini"],
    embeddingModel: "text-embedding-3-small",
    embeddingDimensions: 256,
  });
  const app = await startTestApp({
    parts: { model },
    env: { TOP_K: "1", CHUNK_TOKEN_SIZE: "80", CHUNK_OVERLAP: "20", ...env },
  });
  const user = await app.signIn();
  const pages = [page(10), `${page(20)} ${KEEPER}`, page(30), page(40)];
  await ingestFile(app, user, { name: "harbour.pdf", bytes: await makePdf(pages) });
  let read = "";
  vendor.script = {
    answer: ({ messages }: OpenAiChatBody) => {
      read = messages.at(-1)?.content ?? "";
      return `${remark(31).slice(0, -1)} [1].`;
    },
  };
  const events = await askFor(user, { question: "Who is called Marta Lindqvist, keeper of the lighthouse?" });
  return { events, read, remarks: Array.from(read.matchAll(/Remark (\d+)/g), ([, n]) => Number(n)) };
};

test("a passage is read with what stands before and behind it, once and in order; what is cited there opens its page", async () => {
  const { events, read, remarks } = await askReading({});
  expect(read.match(/Marta Lindqvist\./g)).toHaveLength(1);
  expect(remarks.length).toBeGreaterThan(6);
  expect(remarks).toEqual(remarks.map((_, at) => (remarks[0] ?? 0) + at));
  expect(remarks).toContain(27);
  expect(remarks).toContain(31);
  expect(eventsOf(events, "sources")[0]?.sources).toMatchObject([{ n: 1, page: 2 }]);
  expect(eventsOf(events, "sources")[0]?.sources[0]?.excerpt).toContain("Marta Lindqvist");
  expect(eventsOf(events, "citation")).toMatchObject([{ n: 1, page: 3, verified: true }]);
  expect(eventsOf(events, "citation")[0]?.quote.replaceAll("\n", " ")).toBe(remark(31));
});

test("what the context has no room for is not read", async () => {
  const { read, remarks } = await askReading({ MAX_CONTEXT_TOKENS: "200", CHUNK_TOKEN_SIZE: "150" });
  expect(read).toContain(KEEPER);
  expect(remarks.length).toBeLessThan(12);
});
