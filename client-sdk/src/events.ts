import type { DocuChatError } from "./errors.ts";
import type { ConnectionState } from "./options.ts";
import type { VerifyCodeOutput } from "./schemas.ts";
import { createSignal, type Signal } from "./signal.ts";

/** What a client tells by `client.on`. */
export type ClientEvents = {
  /** The socket that carries answers and progress has another state. */
  connection: ConnectionState;
  /** Somebody signed in through this client. */
  "signed-in": VerifyCodeOutput;
  /** The user signed out through this client. */
  "signed-out": undefined;
  /** A call failed because the sign-in has expired, was revoked, or was never there. */
  "session-ended": DocuChatError;
};

/** Listens until the function that it gives is called. */
export type Listen = <Event extends keyof ClientEvents>(
  event: Event,
  listener: (told: ClientEvents[Event]) => void,
) => () => void;

type Signals = { [Event in keyof ClientEvents]: Signal<ClientEvents[Event]> };
export type Events = {
  on: Listen;
  tell<Event extends keyof ClientEvents>(event: Event, told: ClientEvents[Event]): void;
};

export const createEvents = (): Events => {
  const signals: Signals = {
    connection: createSignal(),
    "signed-in": createSignal(),
    "signed-out": createSignal(),
    "session-ended": createSignal(),
  };
  return {
    on: (event, listener) => signals[event].listen(listener),
    tell: (event, told) => signals[event].tell(told),
  };
};

const ENDED = new Set<string>(["NOT_SIGNED_IN", "TOKEN_EXPIRED", "SESSION_REVOKED"]);

/** Whether a failure means that somebody has to sign in. */
export const endsSession = (error: DocuChatError): boolean => ENDED.has(error.reason);
