import { jsonEncoder, type Encoder } from "@trpc/server/adapters/ws";
import { parseTRPCMessage } from "@trpc/server/rpc";
import { LIMITS } from "../contract/limits.ts";
import { ReasonError } from "../errors.ts";
import { appRouter } from "../router.ts";

type Id = string | number;
type Kind = "subscription" | "call";
/** Of what tRPC answers, whichever of these there is. */
type Reply = { id?: Id; result?: { type?: unknown }; error?: unknown };

const ALLOWED: Record<Kind, number> = {
  subscription: LIMITS.subscriptionsPerSocket,
  call: LIMITS.callsInFlightPerSocket,
};
const RETRY_AFTER_MS = 1_000;

type Options = {
  /** What is said on a socket that closes is not read any more. */
  isOpen: () => boolean;
  /** Answers in tRPC's place; without an id, what could not be told apart. */
  refuse: (id: Id | null, error: ReasonError) => void;
};

/**
 * tRPC's messages as JSON, one encoder a socket. A socket carries so many subscriptions and so many other calls at once,
 * each under an id of its own. What is beyond that, and what is no call at all, is answered by `refuse` and passed on to
 * nobody; the rest of its batch is.
 */
export const boundedCalls = ({ isOpen, refuse }: Options): Encoder => {
  const open = new Map<Id, Kind>();
  const carries = (kind: Kind): number => open.values().reduce((sum, other) => sum + Number(other === kind), 0);
  const admit = (message: unknown): boolean => {
    const call = parse(message);
    if (call === "other") return true;
    const kind = call?.method === "subscription" ? "subscription" : "call";
    const error = !call ? notACall() : open.has(call.id) ? idInUse() : undefined;
    const refusal = error ?? (carries(kind) >= ALLOWED[kind] ? tooMany(kind) : undefined);
    if (refusal) refuse(idOf(message), refusal);
    else if (call) open.set(call.id, kind);
    return refusal === undefined;
  };
  return {
    decode: (data) => {
      if (!isOpen()) return [];
      const decoded = jsonEncoder.decode(data);
      if (!Array.isArray(decoded)) return admit(decoded) ? decoded : [];
      // One answer for all of it: an answer each would be many times as long as the batch.
      if (decoded.length > LIMITS.callsPerBatch) refuse(null, tooLongBatch());
      return decoded.length > LIMITS.callsPerBatch ? [] : decoded.filter(admit);
    },
    encode: (message) => {
      const { id, result, error } = message as Reply;
      const last = id !== undefined && open.get(id) === "subscription" ? "stopped" : "data";
      if (id !== undefined && (error !== undefined || result?.type === last)) open.delete(id);
      return jsonEncoder.encode(message);
    },
  };
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const idOf = (message: unknown): Id | null => {
  const id = isObject(message) ? message["id"] : null;
  return typeof id === "string" || typeof id === "number" ? id : null;
};

/** A call with its id; "other" for what begins none; undefined for what tRPC could not read. */
const parse = (message: unknown): { id: Id; method: string } | "other" | undefined => {
  if (isObject(message) && message["method"] === "connectionParams") return "other";
  try {
    const { id, method } = parseTRPCMessage(message, appRouter._def._config.transformer);
    return method === "subscription.stop" || id === null ? "other" : { id, method };
  } catch {
    return undefined;
  }
};

const invalid = (message: string) => new ReasonError("INVALID_INPUT", { message });
const notACall = () => invalid("This is no call.");
const idInUse = () => invalid("Each call that a socket carries has an id of its own.");
const tooLongBatch = () => invalid(`A batch has at most ${LIMITS.callsPerBatch} calls.`);
const tooMany = (kind: Kind) =>
  kind === "subscription"
    ? invalid(`A socket carries at most ${ALLOWED.subscription} subscriptions.`)
    : new ReasonError("RATE_LIMITED", { data: { retryAfterMs: RETRY_AFTER_MS } });
