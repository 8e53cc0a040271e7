import { expect, test } from "vitest";
import { createDocuChat } from "../../client-sdk/src/index.ts";
import type { ChatAnswer } from "../../client-sdk/src/react/index.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";
import { startRestartableServer } from "../support/restartable-server.ts";

const { renderHook, useDocument } = await import("../support/react.ts");
useDocument();
const { useChat } = await import("../../client-sdk/src/react/index.ts");

const ANSWER = `It was built in 1874 [1]. Its lamp is lit at dusk [1]. ${"And so it goes on. ".repeat(400)}`;

test("each citation is shown once after the server was killed in mid-answer, as it is stored", async () => {
  const vendor = await startOpenAiServer({ answer: () => ANSWER, deltaDelayMs: 20 });
  cleanUp(() => vendor.close());
  const { server, restart } = await startRestartableServer({ OPENAI_BASE_URL: vendor.baseUrl });
  const token = await server.signIn("acme", "a@example.org");
  const client = createDocuChat({ url: server.url, token });
  cleanUp(() => client.close());
  const pdf = await makePdf(["The lighthouse was built in 1874. Its lamp is lit by the keeper at dusk."]);
  await client.files.upload(new File([new Uint8Array(pdf)], "lighthouse.pdf")).ready;

  const chat = renderHook(useChat, { client, props: {} });
  await chat.until(({ status }) => status === "idle");
  chat.now.ask("When was the lighthouse built?");
  const answerIn = (messages: readonly { role: string }[]) => messages.at(-1) as ChatAnswer;
  const isStored = async () => {
    const { conversationId } = chat.now;
    if (conversationId === undefined) return false;
    const { items } = await client.chat.messages({ conversationId });
    return items.at(-1)?.citations.length === 2;
  };
  await chat.until(({ messages }) => (answerIn(messages).citations[1]?.length ?? 0) === 2);
  // What a process has not saved goes with it.
  await expect.poll(isStored).toBe(true);
  await server.kill("SIGKILL");
  await restart();

  const { messages, conversationId } = await chat.until(({ messages }) => answerIn(messages).outcome !== null);
  const shown = answerIn(messages);
  expect(shown).toMatchObject({ outcome: "interrupted", cause: "restart" });
  expect(shown.citations[1]).toHaveLength(2);
  if (conversationId === undefined) throw new Error("the conversation has begun");
  const stored = (await client.chat.messages({ conversationId })).items.at(-1);
  expect(stored).toMatchObject({ text: shown.text, outcome: "interrupted" });
  expect(Object.values(shown.citations).flat()).toEqual(stored?.citations);
  expect(shown.sources).toEqual(stored?.sources);
});
