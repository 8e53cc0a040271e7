import { jsonEncoder, type Encoder } from "@trpc/server/adapters/ws";
import { LIMITS } from "../contract/limits.ts";

/** `id`, `method` and `result` of what tRPC sends and receives; every one may be missing in what a client wrote. */
type Message = { id?: unknown; method?: unknown; result?: { type?: unknown }; error?: unknown } | null;

/**
 * tRPC's messages as JSON, one encoder a socket. A subscription beyond the socket's allowance, or under an id in use,
 * is not passed on: `refuse` answers it.
 */
export const boundedSubscriptions = (refuse: (id: unknown) => void): Encoder => {
  const open = new Set<unknown>();
  const admit = (message: Message): boolean => {
    if (message?.method !== "subscription") return true;
    if (open.size < LIMITS.subscriptionsPerSocket && !open.has(message.id)) return Boolean(open.add(message.id));
    refuse(message.id);
    return false;
  };
  return {
    decode: (data) => {
      const decoded = jsonEncoder.decode(data) as Message | Message[];
      if (Array.isArray(decoded)) return decoded.length > LIMITS.callsPerBatch ? decoded : decoded.filter(admit);
      return admit(decoded) ? decoded : [];
    },
    encode: (message) => {
      const { id, result, error } = message as NonNullable<Message>;
      if (error !== undefined || result?.type === "stopped") open.delete(id);
      return jsonEncoder.encode(message);
    },
  };
};
