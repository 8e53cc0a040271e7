import { jsonEncoder, type Encoder } from "@trpc/server/adapters/ws";
import { LIMITS } from "../contract/limits.ts";
import { createBucket } from "./bucket.ts";

/** `id`, `method` and `result` of what tRPC sends and receives; every one may be missing in what a client wrote. */
type Message = { id?: unknown; method?: unknown; result?: { type?: unknown }; error?: unknown } | null;

type Bounds = {
  /** Answers a call that is not passed on. */
  refuse: (id: unknown) => void;
  /** Ends a socket that sends more messages than a client has reason to. */
  flooded: () => void;
};

/**
 * tRPC's messages as JSON, one encoder a socket. A subscription or call beyond the socket's allowance, or under an id in
 * use, is not passed on; and no message is read of a socket that sends too many.
 */
export const boundedCalls = ({ refuse, flooded }: Bounds): Encoder => {
  const subscriptions = new Set<unknown>();
  const calls = new Set<unknown>();
  const bucket = createBucket({ burst: LIMITS.socketBurstMessages, perSecond: LIMITS.socketMessagesPerSecond });
  const admit = (message: Message): boolean => {
    const kind = kindOf(message);
    if (kind === undefined) return true;
    const [open, most] =
      kind === "subscription" ? [subscriptions, LIMITS.subscriptionsPerSocket] : [calls, LIMITS.callsInFlightPerSocket];
    const id = message?.id;
    if (open.size < most && !subscriptions.has(id) && !calls.has(id)) return Boolean(open.add(id));
    refuse(id);
    return false;
  };
  return {
    decode: (data) => {
      if (!bucket.take()) {
        flooded();
        return [];
      }
      const decoded = jsonEncoder.decode(data) as Message | Message[];
      if (Array.isArray(decoded)) return decoded.length > LIMITS.callsPerBatch ? decoded : decoded.filter(admit);
      return admit(decoded) ? decoded : [];
    },
    encode: (message) => {
      const { id, result, error } = message as NonNullable<Message>;
      if (error !== undefined || result?.type === "stopped") subscriptions.delete(id);
      calls.delete(id);
      return jsonEncoder.encode(message);
    },
  };
};

const kindOf = (message: Message): "subscription" | "call" | undefined => {
  if (message?.method === "subscription") return "subscription";
  return message?.method === "query" || message?.method === "mutation" ? "call" : undefined;
};
