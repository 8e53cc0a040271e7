import { setImmediate as yieldToLoop } from "node:timers/promises";
import { expect, test } from "vitest";
import { hasReason } from "../../server/errors.ts";
import type { ChatPart, ChatRequest, Model } from "../../server/model/model.ts";

const PASSAGES = [
  "The harbour bridge was opened to traffic in 1932. It is painted grey.",
  "Employees may take twenty-six days of paid leave each year.",
  "Whales are mammals and breathe air through a blowhole.",
];

export const chatRequest = (model: Model, changes: Partial<ChatRequest> = {}): ChatRequest => {
  const question = changes.question ?? "When was the harbour bridge opened?";
  const sources = changes.sources ?? PASSAGES.map((text, at) => ({ n: at + 1, fileName: "a.pdf", page: at + 1, text }));
  const shown = sources.map(({ n, text }) => `[${n}]\n${text}`).join("\n\n");
  return {
    model: model.chatModels[0],
    messages: [
      { role: "system", content: "Answer from the sources." },
      { role: "user", content: `${shown}\n\n${question}` },
    ],
    question,
    sources,
    maxCompletionTokens: 400,
    ...changes,
  };
};

/** Everything that a stream gives until it ends or throws. */
export const collect = async (stream: AsyncIterable<ChatPart>) => {
  const parts: ChatPart[] = [];
  let error: unknown;
  try {
    for await (const part of stream) parts.push(part);
  } catch (thrown) {
    error = thrown;
  }
  const text = parts.map((part) => (part.type === "delta" ? part.text : "")).join("");
  return { parts, text, end: parts.find((part) => part.type === "end"), error };
};

const never = new AbortController().signal;
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

/** What every provider of language models keeps to. */
export const modelContract = (open: () => Promise<Model>): void => {
  test("embeds each text as a unit vector of the length it names, in order", async () => {
    const model = await open();
    const { vectors } = await model.embed([...PASSAGES, "", "…"], "document");
    expect(vectors).toHaveLength(5);
    for (const vector of vectors) {
      expect(vector).toBeInstanceOf(Float32Array);
      expect(vector).toHaveLength(model.embedding.dimensions);
      expect(dot(vector, vector)).toBeCloseTo(1, 4);
    }
    const { vectors: alone } = await model.embed(PASSAGES.slice(1, 2), "document");
    expect(dot(alone[0] ?? new Float32Array(), vectors[1] ?? new Float32Array())).toBeCloseTo(1, 4);
  });

  test("puts a question nearest to the passage that answers it", async () => {
    const model = await open();
    const { vectors } = await model.embed(PASSAGES, "document");
    const { vectors: asked } = await model.embed(["how many days of paid leave may employees take?"], "query");
    const scores = vectors.map((vector) => dot(vector, asked[0] ?? new Float32Array()));
    expect(scores.indexOf(Math.max(...scores))).toBe(1);
  });

  test("embeds a whole batch, and nothing", async () => {
    const model = await open();
    const texts = Array.from({ length: model.embedding.batchSize }, (_, at) => `passage ${at}`);
    expect((await model.embed(texts, "document")).vectors).toHaveLength(texts.length);
    expect((await model.embed([], "document")).vectors).toEqual([]);
  });

  test("streams an answer in several deltas that cites a source, and ends once, with its tokens", async () => {
    const model = await open();
    const { parts, text, error } = await collect(model.chat(chatRequest(model), never));
    expect(error).toBeUndefined();
    expect(text).toContain("The harbour bridge was opened to traffic in 1932. [1]");
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.filter((part) => part.type === "end")).toEqual([parts.at(-1)]);
    const end = parts.at(-1);
    if (end?.type !== "end") throw new Error("the answer did not end");
    expect(end.promptTokens).toBeGreaterThan(20);
    expect(end.completionTokens).toBeGreaterThan(5);
    expect(end.estimated).toBe(false);
  });

  test("refuses a model that it does not offer", async () => {
    const model = await open();
    const { parts, error } = await collect(model.chat(chatRequest(model, { model: "another" }), never));
    expect(parts).toEqual([]);
    expect(hasReason(error, "MODEL_NOT_ALLOWED")).toBe(true);
  });

  test("ends with the signal's reason when aborted in mid-answer, and says no more", async () => {
    const model = await open();
    const leave = new AbortController();
    const reason = new Error("left");
    const parts: ChatPart[] = [];
    const read = async () => {
      for await (const part of model.chat(chatRequest(model), leave.signal)) {
        parts.push(part);
        leave.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
    expect(parts).toHaveLength(1);
  });

  test("does nothing for a signal that is aborted already", async () => {
    const model = await open();
    const reason = new Error("left");
    expect((await collect(model.chat(chatRequest(model), AbortSignal.abort(reason)))).error).toBe(reason);
    await expect(model.embed(["text"], "query", AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test("lets a reader leave an answer", async () => {
    const model = await open();
    for await (const part of model.chat(chatRequest(model), never)) {
      expect(part.type).toBe("delta");
      break;
    }
    await yieldToLoop();
  });
};
