import { isTrackedEnvelope } from "@trpc/server";
import type { ChatEvent, Citation, Outcome, Source } from "../server/contract/chat.ts";
import type { ConversationId, FileId } from "../server/contract/ids.ts";
import type { Tenant } from "./product.ts";

export type Answer = {
  conversationId: ConversationId | undefined;
  text: string;
  outcome: Outcome | undefined;
  rewritten: string | undefined;
  sources: Source[];
  citations: Citation[];
  /** From the sources to the first words. */
  firstMs: number;
};

type Asked = { question: string; fileIds?: FileId[] | undefined; conversationId?: ConversationId | undefined };

/** One answer of the product, whole. */
export const ask = async ({ caller }: Tenant, input: Asked): Promise<Answer> => {
  const answer: Answer = {
    conversationId: undefined,
    text: "",
    outcome: undefined,
    rewritten: undefined,
    sources: [],
    citations: [],
    firstMs: 0,
  };
  let sourcesAt = 0;
  for await (const tracked of await caller.chat.ask(input)) {
    if (!isTrackedEnvelope<ChatEvent>(tracked)) throw new Error("every event is tracked");
    const event = tracked[1];
    if (event.type === "sources") sourcesAt = performance.now();
    if (event.type === "delta" && answer.text === "") answer.firstMs = performance.now() - sourcesAt;
    read(answer, event);
  }
  return answer;
};

const read = (answer: Answer, event: ChatEvent): void => {
  switch (event.type) {
    case "started":
      answer.conversationId = event.conversationId;
      break;
    case "rewritten":
      answer.rewritten = event.query;
      break;
    case "sources":
      answer.sources = event.sources;
      break;
    case "delta":
      answer.text += event.text;
      break;
    case "snapshot":
      answer.text = event.text;
      break;
    case "citation":
      answer.citations.push(event);
      break;
    case "finished":
      answer.outcome = event.outcome;
      break;
  }
};
