import type { DocuChatError } from "./errors.js";
import type { ConnectionState } from "./options.js";
import type { VerifyCodeOutput } from "./schemas.js";
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
export type Listen = <Event extends keyof ClientEvents>(event: Event, listener: (told: ClientEvents[Event]) => void) => () => void;
export type Events = {
    on: Listen;
    tell<Event extends keyof ClientEvents>(event: Event, told: ClientEvents[Event]): void;
};
export declare const createEvents: () => Events;
/** Whether a failure means that somebody has to sign in. */
export declare const endsSession: (error: DocuChatError) => boolean;