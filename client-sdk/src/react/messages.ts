import type {
  ChatEvent,
  Citation,
  FinishCause,
  Message,
  MessageId,
  Outcome,
  Rating,
  Source,
  TokenUsage,
} from "../schemas.ts";

export type ChatQuestion = {
  /** The same from the moment it is asked and after a reload. */
  key: string;
  role: "user";
  text: string;
};

export type ChatAnswer = {
  key: string;
  /** There as soon as the server has begun. */
  id?: MessageId | undefined;
  role: "assistant";
  /** Markdown with markers such as `[2]`, which name a source and, once they are known, its citations. */
  text: string;
  /** What was searched for, when that is not the question as it was asked. */
  rewritten?: string | undefined;
  sources: readonly Source[];
  /** By the number of the marker, in the order of the text: one source may be cited for several sentences. */
  citations: Readonly<Record<number, readonly Citation[]>>;
  /** Null while the answer is being written. */
  outcome: Outcome | null;
  /** Why it ended without being complete, where that is known. */
  cause?: FinishCause | undefined;
  usage: TokenUsage | null;
  rating: Rating | null;
};

export type ChatMessage = ChatQuestion | ChatAnswer;

/** Keys of a question and its answer: both are known by the request that asks. */
export const keysOf = (requestId: string) => ({ question: `question-${requestId}`, answer: `answer-${requestId}` });

export const newAnswer = (requestId: string): ChatAnswer => ({
  key: keysOf(requestId).answer,
  role: "assistant",
  text: "",
  sources: [],
  citations: {},
  outcome: null,
  usage: null,
  rating: null,
});

/** The answer after one more event. */
export const withEvent = (answer: ChatAnswer, event: ChatEvent): ChatAnswer => {
  switch (event.type) {
    case "started":
      return { ...answer, id: event.messageId };
    case "rewritten":
      return { ...answer, rewritten: event.query };
    case "sources":
      return { ...answer, sources: event.sources };
    case "delta":
      return { ...answer, text: answer.text + event.text };
    case "snapshot":
      // The citations follow once more; until the next sources come, the old ones stay.
      return { ...answer, text: event.text, citations: {} };
    case "citation": {
      const { type: _type, ...citation } = event;
      return { ...answer, citations: byNumber([citation], answer.citations) };
    }
    case "finished":
      return { ...answer, outcome: event.outcome, cause: event.cause, usage: event.usage };
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- a newer server may tell what this client does not know
    default:
      return answer;
  }
};

const byNumber = (citations: Citation[], known: ChatAnswer["citations"] = {}): ChatAnswer["citations"] => {
  const all: Record<number, readonly Citation[]> = { ...known };
  for (const citation of citations) all[citation.n] = [...(all[citation.n] ?? []), citation];
  return all;
};

/** A conversation's history as messages. */
export const toChatMessages = (history: Message[]): ChatMessage[] =>
  history.map((message, index): ChatMessage => {
    const { id, role, text, requestId, sources, citations, outcome, cause, usage, rating } = message;
    if (role === "assistant") {
      const { key } = newAnswer(requestId ?? id);
      return { key, id, role, text, sources, citations: byNumber(citations), outcome, cause, usage, rating };
    }
    return { key: keysOf(history[index + 1]?.requestId ?? id).question, role, text };
  });
