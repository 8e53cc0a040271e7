import { z } from "zod";
import { REASONS } from "./reasons.js";
export { REASONS };
export type Reason = keyof typeof REASONS;
export declare const Reason: z.ZodEnum<{
    CODE_EXPIRED: "CODE_EXPIRED";
    CODE_INVALID: "CODE_INVALID";
    FILE_NOT_PDF: "FILE_NOT_PDF";
    FILE_TOO_LARGE: "FILE_TOO_LARGE";
    FILE_TRUNCATED: "FILE_TRUNCATED";
    FORBIDDEN: "FORBIDDEN";
    INTERNAL: "INTERNAL";
    INVALID_INPUT: "INVALID_INPUT";
    MODEL_NOT_ALLOWED: "MODEL_NOT_ALLOWED";
    MODEL_TIMEOUT: "MODEL_TIMEOUT";
    MODEL_UNAVAILABLE: "MODEL_UNAVAILABLE";
    NOT_FOUND: "NOT_FOUND";
    NOT_SIGNED_IN: "NOT_SIGNED_IN";
    PDF_CORRUPT: "PDF_CORRUPT";
    PDF_ENCRYPTED: "PDF_ENCRYPTED";
    PDF_NO_TEXT: "PDF_NO_TEXT";
    PDF_TEXT_ELSEWHERE: "PDF_TEXT_ELSEWHERE";
    PDF_TOO_COMPLEX: "PDF_TOO_COMPLEX";
    PDF_TOO_MANY_PAGES: "PDF_TOO_MANY_PAGES";
    QUOTA_EXCEEDED: "QUOTA_EXCEEDED";
    RATE_LIMITED: "RATE_LIMITED";
    SERVICE_UNAVAILABLE: "SERVICE_UNAVAILABLE";
    SESSION_REVOKED: "SESSION_REVOKED";
    TENANT_MISMATCH: "TENANT_MISMATCH";
    TENANT_UNKNOWN: "TENANT_UNKNOWN";
    TOKEN_EXPIRED: "TOKEN_EXPIRED";
    TOO_MANY_ATTEMPTS: "TOO_MANY_ATTEMPTS";
}>;
/** What a reason carries beside its message. Reasons without a row carry nothing. */
export declare const ReasonData: {
    readonly INVALID_INPUT: z.ZodObject<{
        issues: z.ZodOptional<z.ZodArray<z.ZodObject<{
            path: z.ZodString;
            message: z.ZodString;
        }, z.core.$strip>>>;
    }, z.core.$strip>;
    readonly RATE_LIMITED: z.ZodObject<{
        retryAfterMs: z.ZodNumber;
    }, z.core.$strip>;
    /** Null when it does not reset by itself: what is kept counts until it is removed. */
    readonly QUOTA_EXCEEDED: z.ZodObject<{
        resetsAt: z.ZodNullable<z.ZodISODateTime>;
    }, z.core.$strip>;
    readonly PDF_NO_TEXT: z.ZodObject<{
        pages: z.ZodArray<z.ZodInt>;
    }, z.core.$strip>;
};
export type ReasonData = {
    [R in keyof typeof ReasonData]: z.infer<(typeof ReasonData)[R]>;
};
export type DataOf<R extends Reason> = R extends keyof ReasonData ? ReasonData[R] : object;
/** The body of every HTTP error; a reason's data stands beside its message. */
export declare const ErrorBody: z.ZodObject<{
    error: z.ZodObject<{
        reason: z.ZodEnum<{
            CODE_EXPIRED: "CODE_EXPIRED";
            CODE_INVALID: "CODE_INVALID";
            FILE_NOT_PDF: "FILE_NOT_PDF";
            FILE_TOO_LARGE: "FILE_TOO_LARGE";
            FILE_TRUNCATED: "FILE_TRUNCATED";
            FORBIDDEN: "FORBIDDEN";
            INTERNAL: "INTERNAL";
            INVALID_INPUT: "INVALID_INPUT";
            MODEL_NOT_ALLOWED: "MODEL_NOT_ALLOWED";
            MODEL_TIMEOUT: "MODEL_TIMEOUT";
            MODEL_UNAVAILABLE: "MODEL_UNAVAILABLE";
            NOT_FOUND: "NOT_FOUND";
            NOT_SIGNED_IN: "NOT_SIGNED_IN";
            PDF_CORRUPT: "PDF_CORRUPT";
            PDF_ENCRYPTED: "PDF_ENCRYPTED";
            PDF_NO_TEXT: "PDF_NO_TEXT";
            PDF_TEXT_ELSEWHERE: "PDF_TEXT_ELSEWHERE";
            PDF_TOO_COMPLEX: "PDF_TOO_COMPLEX";
            PDF_TOO_MANY_PAGES: "PDF_TOO_MANY_PAGES";
            QUOTA_EXCEEDED: "QUOTA_EXCEEDED";
            RATE_LIMITED: "RATE_LIMITED";
            SERVICE_UNAVAILABLE: "SERVICE_UNAVAILABLE";
            SESSION_REVOKED: "SESSION_REVOKED";
            TENANT_MISMATCH: "TENANT_MISMATCH";
            TENANT_UNKNOWN: "TENANT_UNKNOWN";
            TOKEN_EXPIRED: "TOKEN_EXPIRED";
            TOO_MANY_ATTEMPTS: "TOO_MANY_ATTEMPTS";
        }>;
        message: z.ZodString;
        requestId: z.ZodString;
    }, z.core.$loose>;
}, z.core.$strip>;
export type ErrorBody = z.infer<typeof ErrorBody>;