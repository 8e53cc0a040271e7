import type { DataOf, Reason } from "./schemas.js";
/** What stands in `data` of every error on the wire. */
export type ErrorData = {
    [R in Reason]: {
        reason: R;
        requestId: string;
        code: string;
        httpStatus: number;
        path?: string;
    } & DataOf<R>;
}[Reason];
type Details<R extends Reason> = {
    message?: string | undefined;
    data?: DataOf<R> | undefined;
    requestId?: string | undefined;
    cause?: unknown;
};
/**
 * Every failure of a call, but for an abort, which rejects with the signal's own reason. `requestId` is what to give
 * to whoever runs the server; it is missing when no answer came at all (`SERVICE_UNAVAILABLE`, with its `cause`).
 */
export declare class DocuChatError<R extends Reason = Reason> extends Error {
    readonly name = "DocuChatError";
    readonly reason: R;
    /** What the reason carries beside its message, such as `resetsAt`; narrowed by `isReason`. */
    readonly data: DataOf<R>;
    readonly requestId: string | undefined;
    constructor(reason: R, { message, data, requestId, cause }?: Details<R>);
}
/** Tells a failure by its reason, and with it the type of its `data`. */
export declare const isReason: <R extends Reason>(error: unknown, reason: R) => error is DocuChatError<R>;
/** Whatever a call threw, as a `DocuChatError`. */
export declare const toDocuChatError: (error: unknown) => DocuChatError;
/** The failure that an answer of the HTTP routes tells; something else between may have answered. */
export declare const fromHttpAnswer: (status: number, body: unknown) => DocuChatError;
export {};