import type { ChatEvent } from "../../server/contract/chat.ts";
import type { Got } from "../support/chat.ts";

type Ask = { question: string; requestId: string };

const post = (url: string, token: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** A procedure over HTTP; throws what it answers when that is a failure. */
export const call = async <T>(url: string, token: string, path: string, input: unknown = {}): Promise<T> => {
  const reply = await post(`${url}/trpc/${path}`, token, input);
  const body = (await reply.json()) as { result: { data: { json: T } } };
  if (!reply.ok) throw new Error(JSON.stringify(body));
  return body.result.data.json;
};

/** The answer's events with their ids, behind `lastEventId`, as one server tells them. */
export async function* askAt(url: string, token: string, ask: Ask, lastEventId?: string): AsyncGenerator<Got> {
  const reply = await post(`${url}/v1/chat`, token, ask, lastEventId ? { "last-event-id": lastEventId } : {});
  if (!reply.ok || !reply.body) throw new Error(await reply.text());
  let text = "";
  for await (const piece of reply.body.pipeThrough(new TextDecoderStream())) {
    const frames = (text + piece).split("\n\n");
    text = frames.pop() ?? "";
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data) yield { id: /^id: (.*)$/m.exec(frame)?.[1] ?? "", event: JSON.parse(data) as ChatEvent };
    }
  }
}

/** Reads until the answer has finished or `enough`. */
export const take = async (events: AsyncGenerator<Got>, enough: (got: Got[]) => boolean = () => false) => {
  const got: Got[] = [];
  for await (const one of events) {
    got.push(one);
    if (enough(got)) break;
  }
  return got;
};
