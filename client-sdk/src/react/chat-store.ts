import type { DocuChat } from "../client.ts";
import { isReason, toDocuChatError, type DocuChatError } from "../errors.ts";
import { newRequestId } from "../request-id.ts";
import type { ChatEvent, ConversationId, Message, Rating } from "../schemas.ts";
import { keepTrying } from "./keep-trying.ts";
import { keysOf, newAnswer, toChatMessages, withEvent, type ChatAnswer, type ChatMessage } from "./messages.ts";
import { createStore, type Store } from "./store.ts";

export type ChatOptions = {
  /** Only these files are searched. */
  fileIds?: string[] | undefined;
  model?: string | undefined;
  /** A conversation has begun: the place to put its id into the address, so that a reload comes back to it. */
  onConversation?: ((conversationId: ConversationId) => void) | undefined;
};

export type ChatState = {
  conversationId: string | undefined;
  messages: readonly ChatMessage[];
  /** `asking` until the answer's first words, then `streaming`; `loading` while the history is read. */
  status: "loading" | "idle" | "asking" | "streaming";
  error: DocuChatError | undefined;
};

/** A question that is being answered. Whoever asks it again under its `requestId` joins the same answer. */
type Run = ChatOptions & {
  requestId: string;
  question: string;
  conversationId: string | undefined;
  messageId?: string;
  isCancelled: boolean;
};

export type ChatStore = {
  store: Store<ChatState>;
  /** Turns to another conversation; to the one that is shown already it does nothing. */
  show: (conversationId: string | undefined) => void;
  /** Reads and follows until the given function is called; leaving stops no answer. */
  enter: () => () => void;
  configure: (options: ChatOptions) => void;
  ask: (question: string) => void;
  cancel: () => Promise<void>;
  regenerate: () => void;
  rate: (messageId: string, rating: Rating | null, comment?: string) => Promise<void>;
};

const HISTORY_PAGE = 100;

export const createChatStore = (
  client: DocuChat,
  { conversationId, onChange }: { conversationId: string | undefined; onChange: () => void },
): ChatStore => {
  const blank = (id: string | undefined): ChatState => ({
    conversationId: id,
    messages: [],
    status: id === undefined ? "idle" : "loading",
    error: undefined,
  });
  const store = createStore(blank(conversationId));
  let shown = conversationId;
  let options: ChatOptions = {};
  let run: Run | undefined;
  let visit: AbortController | undefined;

  const change = (to: Partial<ChatState>, soon = false) =>
    store[soon ? "setSoon" : "set"]((state) => ({ ...state, ...to }));
  const messages = () => store.latest().messages;
  const isBusy = () => store.latest().status !== "idle";
  const answerOf = ({ requestId }: Run): ChatAnswer | undefined => {
    const { answer } = keysOf(requestId);
    return messages().find((message): message is ChatAnswer => message.key === answer);
  };
  const withAnswer = (answer: ChatAnswer): readonly ChatMessage[] =>
    messages().some(({ key }) => key === answer.key)
      ? messages().map((message) => (message.key === answer.key ? answer : message))
      : [...messages(), answer];

  const loadHistory = async (id: string, signal: AbortSignal): Promise<boolean> => {
    const history: Message[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.chat.messages({ conversationId: id, cursor, limit: HISTORY_PAGE }, { signal });
      history.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    if (signal.aborted) return true;
    const [question, answer] = history.slice(-2);
    if (question && answer?.requestId && answer.outcome === null) {
      run = { requestId: answer.requestId, question: question.text, conversationId: id, isCancelled: false };
      change({
        messages: toChatMessages(history),
        status: answer.text === "" ? "asking" : "streaming",
        error: undefined,
      });
      follow(run, signal);
    } else change({ messages: toChatMessages(history), status: "idle", error: undefined });
    return true;
  };

  const proceed = () => {
    if (!visit) return;
    const { signal } = visit;
    const { conversationId: id, status } = store.latest();
    if (run) follow(run, signal);
    else if (status === "loading" && id !== undefined)
      void keepTrying(() => loadHistory(id, signal), {
        signal,
        onError: (error) => change({ error, ...(isPassing(error) ? {} : { status: "idle" as const }) }),
      });
  };

  const follow = (current: Run, signal: AbortSignal): void => {
    const onError = (error: DocuChatError) => {
      if (run === current) fail(current, error);
    };
    void keepTrying(() => listen(current, signal), { signal, onError });
  };
  /** True when there is nothing more to hear. */
  const listen = async (current: Run, signal: AbortSignal): Promise<boolean> => {
    const { question, conversationId, fileIds, model, requestId } = current;
    const input = { question, conversationId, fileIds, model, requestId };
    // What comes is told from the answer's beginning: until it has caught up, what is there stays.
    let draft = { ...newAnswer(requestId), rating: answerOf(current)?.rating ?? null };
    try {
      for await (const event of client.chat.ask(input, { signal })) {
        if (signal.aborted || run !== current) return true;
        draft = withEvent(draft, event);
        hear(current, event, draft);
      }
    } catch (error) {
      // A question that the server may not have got is not asked for ever behind the user's back.
      if (current.messageId !== undefined || signal.aborted) throw error;
      if (run === current) fail(current, toDocuChatError(error), true);
      return true;
    }
    return signal.aborted || run !== current;
  };
  const hear = (current: Run, event: ChatEvent, draft: ChatAnswer) => {
    if (event.type === "started") begin(current, event);
    if (event.type === "finished") {
      run = undefined;
      change({ messages: withAnswer(draft), status: "idle", error: undefined });
      return onChange();
    }
    const held = answerOf(current);
    const hasCaughtUp = draft.text.length >= (held?.text.length ?? 0) || event.type === "snapshot";
    const answer = hasCaughtUp || !held ? draft : { ...held, id: draft.id };
    const status = answer.text === "" ? "asking" : "streaming";
    change({ messages: withAnswer(answer), status, error: undefined }, true);
  };
  const begin = (current: Run, { conversationId: id, messageId }: Extract<ChatEvent, { type: "started" }>) => {
    current.messageId = messageId;
    if (current.isCancelled) void cancelRun(current);
    if (store.latest().conversationId !== undefined) return;
    change({ conversationId: id });
    options.onConversation?.(id);
    onChange();
  };
  const fail = (current: Run, error: DocuChatError, isGivenUp = !isPassing(error)) => {
    if (!isGivenUp) return change({ error });
    const answer = answerOf(current);
    if (current.messageId === undefined) {
      // It stays at hand, under its own name, for `regenerate`.
      change({ messages: messages().filter((message) => message !== answer), status: "idle", error });
    } else {
      run = undefined;
      change({ ...(answer && { messages: withAnswer({ ...answer, outcome: "interrupted" }) }), status: "idle", error });
    }
  };

  const start = (next: Run) => {
    run = next;
    const { requestId, question } = next;
    const key = keysOf(requestId).question;
    const asked = messages().filter((message) => message.key !== key);
    const more = [{ key, role: "user" as const, text: question }, newAnswer(requestId)];
    change({ messages: [...asked, ...more], status: "asking", error: undefined });
    if (visit) follow(next, visit.signal);
  };
  const askAnew = (question: string) => {
    const { fileIds, model } = options;
    const { conversationId } = store.latest();
    start({ requestId: newRequestId(), question, conversationId, fileIds, model, isCancelled: false });
  };
  const turnTo = (id: string | undefined) => {
    run = undefined;
    store.set(() => blank(id));
    if (!visit) return;
    visit.abort();
    visit = new AbortController();
    proceed();
  };
  const cancelRun = async ({ messageId = "" }: Run): Promise<void> => {
    await client.chat.cancel({ messageId }).catch((error: unknown) => change({ error: toDocuChatError(error) }));
  };

  return {
    store,
    configure: (to) => void (options = to),
    show: (id) => {
      const isNew = id !== shown && id !== store.latest().conversationId;
      shown = id;
      if (!isNew) return;
      turnTo(id);
    },
    enter: () => {
      visit = new AbortController();
      proceed();
      const forget = client.on("signed-out", () => turnTo(undefined));
      return () => {
        forget();
        visit?.abort();
        visit = undefined;
      };
    },
    ask: (text) => {
      const question = text.trim();
      if (question !== "" && !isBusy()) askAnew(question);
    },
    cancel: async () => {
      if (!run || !isBusy()) return;
      run.isCancelled = true;
      if (run.messageId !== undefined) await cancelRun(run);
    },
    regenerate: () => {
      if (isBusy()) return;
      const last = messages().findLast(({ role }) => role === "user");
      if (run) start({ ...run, isCancelled: false });
      else if (last) askAnew(last.text);
    },
    rate: async (messageId, rating, comment) => {
      const rated = (to: Rating | null) =>
        change({
          messages: messages().map((message) =>
            message.role === "assistant" && message.id === messageId ? { ...message, rating: to } : message,
          ),
        });
      const before = messages().find((message) => message.role === "assistant" && message.id === messageId);
      rated(rating);
      try {
        await client.chat.rate({ messageId, rating, comment });
      } catch (error) {
        rated(before?.role === "assistant" ? before.rating : null);
        change({ error: toDocuChatError(error) });
      }
    },
  };
};

/** What a later try may mend by itself. */
const isPassing = (error: DocuChatError): boolean =>
  isReason(error, "SERVICE_UNAVAILABLE") || isReason(error, "RATE_LIMITED");
