import { isTrackedEnvelope } from "@trpc/server";
import type { ChatEvent } from "../../server/contract/chat.ts";
import type { TestUser } from "./app.ts";

type Ask = Parameters<TestUser["caller"]["chat"]["ask"]>[0];
export type Got = { id: string; event: ChatEvent };

/** The answer's events with their ids, until the answer has finished or `until` is satisfied. */
export const askFor = async (
  user: TestUser,
  input: Ask,
  until: (event: ChatEvent) => boolean = () => false,
): Promise<Got[]> => {
  const got: Got[] = [];
  for await (const tracked of await user.caller.chat.ask(input)) {
    if (!isTrackedEnvelope<ChatEvent>(tracked)) throw new Error("every event is tracked");
    const [id, event] = tracked;
    got.push({ id, event });
    if (until(event)) break;
  }
  return got;
};

export const textOf = (got: Got[]): string =>
  got.reduce((text, { event }) => {
    if (event.type === "snapshot") return event.text;
    return event.type === "delta" ? text + event.text : text;
  }, "");

export const eventsOf = <T extends ChatEvent["type"]>(got: Got[], type: T): Extract<ChatEvent, { type: T }>[] =>
  got.flatMap(({ event }) => (event.type === type ? [event as Extract<ChatEvent, { type: T }>] : []));
