import { expect, test } from "vitest";
import { withoutEcho } from "../../server/model/openai/echo.ts";

const SENT = [
  "Answer from the sources alone.",
  "Whose herons nest on the northern shore? Ask Ada Lovelace.",
  "鹭鸟在北岸筑巢繁殖的时间是什么时候呢",
];

test.for([
  ["Model llama3 not found, try pulling it first", "Model llama3 not found, try pulling it first"],
  ["maximum context length is 8192 tokens", "maximum context length is 8192 tokens"],
  ['Invalid value: "Ada Lovelace"', 'Invalid value: "…"'],
  ["flagged: whose herons NEST on the northern shore, twice", "flagged: …, twice"],
  ["flagged: whose herons nest", "flagged: …"],
  ["input: 鹭鸟在北岸筑巢繁殖的时间是什么时候呢", "input: …"],
  ['{"msg":"too long","input":"Ask Ada Lovelace."}', '{"msg":"too long","input":"…"}'],
] as const)("a reply loses what was sent, and nothing else: %s", ([reply, shown]) => {
  expect(withoutEcho(reply, SENT)).toBe(shown);
});
