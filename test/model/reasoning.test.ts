import { expect, test } from "vitest";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { createReasoningReader, withoutReasoning } from "../../server/model/openai/reasoning.ts";
import { createThoughtReader } from "../../server/model/openai/thoughts.ts";
import { chatRequest, collect } from "../ports/model.contract.ts";
import { cleanUp } from "../support/clean-up.ts";
import { chunkOf, startOpenAiServer } from "../support/openai-server.ts";

const never = new AbortController().signal;
const ANSWER = "Herons nest [1]. <b> and <think> later are text.";

const readIn = (pieces: string[]) => {
  const reader = createReasoningReader();
  const read = [...pieces.map((piece) => reader.push(piece)), reader.end()];
  return {
    answer: read.map(({ answer }) => answer).join(""),
    thought: read.map(({ thought }) => thought).join(""),
  };
};

const CASES: [string, string, string, string][] = [
  ["a tag", `<think>Is it [1] or [2]?</think>${ANSWER}`, ANSWER, "Is it [1] or [2]?"],
  ["space around", ` \n<think>\nhm\n</think>\n\n${ANSWER}`, ANSWER, "\nhm\n"],
  ["upper case", `<THINK>hm</Think> ${ANSWER}`, ANSWER, "hm"],
  ["another word", `<thinking>a < b </think> c</thinking>${ANSWER}`, ANSWER, "a < b </think> c"],
  ["brackets", `[THINK]hm[/THINK]${ANSWER}`, ANSWER, "hm"],
  ["two blocks", `<think>a</think>\n<think>b</think>\n${ANSWER}`, ANSWER, "ab"],
  ["an empty block", `<think>\n\n</think>\n\n${ANSWER}`, ANSWER, "\n\n"],
  ["letters whose lower case is longer", `<think>${"İ".repeat(40)}</think>${ANSWER}`, ANSWER, "İ".repeat(40)],
  ["no reasoning", ANSWER, ANSWER, ""],
  ["no reasoning, and space", `\n ${ANSWER}`, `\n ${ANSWER}`, ""],
  ["a mark of a refusal", "<think>hm</think>[no_answer] No.", "[no_answer] No.", "hm"],
  ["what only begins like a tag", "<thin air", "<thin air", ""],
  ["a beginning of a tag and no more", "<thi", "<thi", ""],
  ["no end", "<think>Is it [1]?</thin", "", "Is it [1]?</thin"],
];

test.for(CASES)("reasoning is split from the answer wherever the stream is cut: %s", ([, text, answer, thought]) => {
  expect(withoutReasoning(text)).toBe(answer);
  expect(readIn(Array.from(text))).toEqual({ answer, thought });
  for (let at = 0; at <= text.length; at++)
    expect(readIn([text.slice(0, at), text.slice(at)])).toEqual({ answer, thought });
});

test("reasoning is handed on as it comes: twice as much holds no more back", () => {
  const held = (letters: number) => {
    const reader = createReasoningReader();
    reader.push("<think>");
    let most = 0;
    let passed = 0;
    for (let at = 1; at <= letters; at++) {
      passed += reader.push("x").thought.length;
      most = Math.max(most, at - passed);
    }
    return most;
  };
  expect(held(20_000)).toBe(held(10_000));
});

const open = async (pieces: string[]) => {
  const vendor = await startOpenAiServer({ stream: () => pieces });
  cleanUp(() => vendor.close());
  return createOpenAiModel({
    apiKey: "test",
    baseUrl: vendor.baseUrl,
    models: ["some-model"],
    embeddingModel: "some-embedding",
    embeddingDimensions: 1536,
  });
};

const words = (text: string) => text.match(/[\s\S]{1,7}/g) ?? [];
const said = words("Herons nest [1].").map((content) => chunkOf({ content }));
const thinking = (text: string) => [{ type: "thinking", thinking: [{ type: "text", text }] }];
const THOUGHT = "Let me see whether excerpt [2] tells of herons or of whales.";
test.for<[string, string[]]>([
  ["tags", words(`<think>${THOUGHT}</think>\n\n`).map((content) => chunkOf({ content }))],
  ["reasoning_content", words(THOUGHT).map((text) => chunkOf({ content: null, reasoning_content: text }))],
  ["reasoning", words(THOUGHT).map((text) => chunkOf({ content: "", reasoning: text }))],
  ["thinking parts", words(THOUGHT).map((text) => chunkOf({ content: thinking(text) }))],
])("reasoning as %s is no part of the answer, and counts as completion tokens", async ([, thought]) => {
  const bare = await open([...said, chunkOf({}, "stop")]);
  const alone = await collect(bare.chat(chatRequest(bare), never));
  const model = await open([...thought, ...said, chunkOf({}, "stop")]);
  const { text, end } = await collect(model.chat(chatRequest(model), never));
  expect(text).toBe("Herons nest [1].");
  if (end?.type !== "end" || alone.end?.type !== "end") throw new Error("both ended");
  expect(end.completionTokens).toBeGreaterThan(alone.end.completionTokens + 10);
});

test("an answer that is reasoning to its limit has the cause length and no words", async () => {
  const model = await open([
    ...words(`<think>${THOUGHT}`).map((content) => chunkOf({ content })),
    chunkOf({}, "length"),
  ]);
  const { text, end, error } = await collect(model.chat(chatRequest(model), never));
  expect([text, error]).toEqual(["", undefined]);
  expect(end).toMatchObject({ cause: "length" });
});

test("reasoning without end is stopped, with the cause length", async () => {
  const endless = chunkOf({ reasoning_content: "more and more " });
  const model = await open(Array.from({ length: 250 }, () => endless.repeat(100)));
  const { text, end } = await collect(model.chat(chatRequest(model), never));
  expect(text).toBe("");
  expect(end).toMatchObject({ cause: "length", estimated: true });
});

/** The answer as a client holds it in the end. */
const readUnopened = (pieces: string[], inside: boolean) => {
  const reader = createThoughtReader(inside);
  let answer = "";
  let restarts = 0;
  for (const piece of pieces) {
    const read = reader.push(piece);
    if (read.restart) [answer, restarts] = ["", restarts + 1];
    answer += read.answer;
  }
  const { answer: rest, unclosed } = reader.end();
  return { answer: answer + rest, restarts, unclosed };
};

const UNOPENED: [string, string, string, number, boolean][] = [
  ["a closing tag alone", `Is it [1] or [2]?\n</think>\n\n${ANSWER}`, ANSWER, 1, false],
  ["a closing tag in brackets", `hm[/THINK] ${ANSWER}`, ANSWER, 1, false],
  ["both tags", `<think>hm</think>${ANSWER}`, ANSWER, 0, false],
  ["an answer about tags", "Write <think> and </think> around it.", "Write <think> and </think> around it.", 0, false],
  ["a second closing tag", "a</think>b</think>c", "b</think>c", 1, false],
  ["no tag", "a < b and [1] and </b>", "a < b and [1] and </b>", 0, true],
];

test.for(UNOPENED)(
  "reasoning that no tag opens is dropped wherever the stream is cut: %s",
  ([, text, answer, restarts, unclosed]) => {
    for (let at = 0; at <= text.length; at++) {
      const pieces = [text.slice(0, at), text.slice(at)];
      expect(readUnopened(pieces, false)).toEqual({ answer, restarts, unclosed });
      expect(readUnopened(pieces, true)).toEqual({ answer, restarts: 0, unclosed });
    }
    expect(readUnopened(Array.from(text), false)).toEqual({ answer, restarts, unclosed });
    expect(readUnopened(Array.from(text), true)).toEqual({ answer, restarts: 0, unclosed });
  },
);

test("a model that was seen to begin in its reasoning shows none of it from its second answer on", async () => {
  const pieces = [...words(`${THOUGHT}</think>\n\n`), ...words("Herons nest [1].")];
  const model = await open([...pieces.map((content) => chunkOf({ content })), chunkOf({}, "stop")]);
  const shown = async () => (await collect(model.chat(chatRequest(model), never))).parts;
  const first = await shown();
  expect(first.filter(({ type }) => type === "restart")).toHaveLength(1);
  const second = await shown();
  expect(second.map((part) => (part.type === "delta" ? part.text : part.type)).join("")).toBe("Herons nest [1].end");
});
