import { askTenant, findPresentFiles, type MessageRow } from "../../db/index.ts";
import type { TenantContext } from "../context.ts";
import type { Citation, ChatEvent, Source } from "../contract/chat.ts";
import { markersIn } from "./citations.ts";

type Tenant = Pick<TenantContext, "app" | "tenantId">;

const presentOf = ({ app, tenantId }: Tenant, ids: string[]) =>
  askTenant(app.db, tenantId, (trx) => findPresentFiles(trx, ids));

/**
 * An event of an answer's log as it may be handed out now: without the text of files that have been removed since it was
 * logged. The database decides, for no message between instances is certain to arrive.
 */
export const withoutRemoved = async (ctx: Tenant, event: ChatEvent): Promise<ChatEvent> => {
  if (event.type === "sources" && event.sources.length > 0) {
    const present = await presentOf(ctx, [...new Set(event.sources.map(({ fileId }) => fileId))]);
    return { ...event, sources: event.sources.map((source) => (present.has(source.fileId) ? source : blank(source))) };
  }
  if (event.type !== "citation") return event;
  return (await presentOf(ctx, [event.fileId])).has(event.fileId) ? event : { ...event, ...NO_QUOTE };
};

type Quoted = Pick<Citation, "page" | "quote" | "verified" | "boxes" | "removed">;

/** As migration 0009 has the database store them. */
const NO_QUOTE: Omit<Quoted, "page"> = { quote: "", verified: false, boxes: [], removed: true };
const blank = (source: Source): Source => ({ ...source, excerpt: "", removed: true });

/** What an answer cites of a passage whose file was removed while it is being written; undefined where it was not. */
export const quoteOfRemoved = async (
  ctx: Tenant,
  passage: { file_id: string; page_from: number },
): Promise<Quoted | undefined> => {
  const present = await presentOf(ctx, [passage.file_id]);
  return present.has(passage.file_id) ? undefined : { page: passage.page_from, ...NO_QUOTE };
};

/** Whether a stored answer had sources in files that have been removed. */
export const hasRemoved = ({ sources, citations }: Pick<MessageRow, "sources" | "citations">): boolean =>
  ([...sources, ...citations] as Partial<Source>[]).some(({ removed }) => removed);

/**
 * A conversation for the model: an answer that cites a removed file is left out with its question. One without any
 * marker does not tell which of its sources it stands on: it counts as citing all of them.
 */
export const withoutRemovedAnswers = (messages: readonly MessageRow[]): MessageRow[] => {
  const leavesOut = messages.map((message) => message.role === "assistant" && citesRemoved(message));
  return messages.filter(({ role }, index) => !leavesOut[role === "user" ? index + 1 : index]);
};

const citesRemoved = (answer: MessageRow): boolean => {
  const removed = ([...answer.sources, ...answer.citations] as Source[]).filter((part) => part.removed);
  if (removed.length === 0) return false;
  const markers = markersIn(answer.text);
  const cited = [...markers, ...(answer.citations as Citation[]).map(({ n }) => n)];
  return cited.length === 0 || removed.some(({ n }) => cited.includes(n));
};
