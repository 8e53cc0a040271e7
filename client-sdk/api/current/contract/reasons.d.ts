/** Error reasons with their tRPC code, HTTP status and default message. */
export declare const REASONS: {
    readonly NOT_SIGNED_IN: {
        readonly code: "UNAUTHORIZED";
        readonly status: 401;
        readonly message: "Sign in first.";
    };
    readonly TOKEN_EXPIRED: {
        readonly code: "UNAUTHORIZED";
        readonly status: 401;
        readonly message: "The session has expired. Sign in again.";
    };
    readonly SESSION_REVOKED: {
        readonly code: "UNAUTHORIZED";
        readonly status: 401;
        readonly message: "The session has ended. Sign in again.";
    };
    readonly TENANT_MISMATCH: {
        readonly code: "FORBIDDEN";
        readonly status: 403;
        readonly message: "The tenant header names another tenant than the access token.";
    };
    readonly TENANT_UNKNOWN: {
        readonly code: "BAD_REQUEST";
        readonly status: 400;
        readonly message: "Name the tenant by its slug: lower-case letters, digits and hyphens.";
    };
    readonly FORBIDDEN: {
        readonly code: "FORBIDDEN";
        readonly status: 403;
        readonly message: "Only an admin of this tenant may do this.";
    };
    readonly NOT_FOUND: {
        readonly code: "NOT_FOUND";
        readonly status: 404;
        readonly message: "Not found.";
    };
    readonly INVALID_INPUT: {
        readonly code: "BAD_REQUEST";
        readonly status: 400;
        readonly message: "Invalid input.";
    };
    readonly CODE_INVALID: {
        readonly code: "UNAUTHORIZED";
        readonly status: 401;
        readonly message: "The code is incorrect.";
    };
    readonly CODE_EXPIRED: {
        readonly code: "UNAUTHORIZED";
        readonly status: 401;
        readonly message: "The code has expired. Request a new one.";
    };
    readonly TOO_MANY_ATTEMPTS: {
        readonly code: "TOO_MANY_REQUESTS";
        readonly status: 429;
        readonly message: "Too many attempts with this code. Request a new one.";
    };
    readonly RATE_LIMITED: {
        readonly code: "TOO_MANY_REQUESTS";
        readonly status: 429;
        readonly message: "Too many requests. Try again later.";
    };
    readonly QUOTA_EXCEEDED: {
        readonly code: "TOO_MANY_REQUESTS";
        readonly status: 429;
        readonly message: "The quota is used up.";
    };
    readonly FILE_TOO_LARGE: {
        readonly code: "PAYLOAD_TOO_LARGE";
        readonly status: 413;
        readonly message: "The file is too large.";
    };
    readonly FILE_NOT_PDF: {
        readonly code: "UNSUPPORTED_MEDIA_TYPE";
        readonly status: 415;
        readonly message: "The file is not a PDF.";
    };
    readonly FILE_TRUNCATED: {
        readonly code: "BAD_REQUEST";
        readonly status: 400;
        readonly message: "The upload was incomplete. Upload the file again.";
    };
    readonly PDF_ENCRYPTED: {
        readonly code: "UNPROCESSABLE_CONTENT";
        readonly status: 422;
        readonly message: "The PDF is password-protected. Remove the password and upload it again.";
    };
    readonly PDF_CORRUPT: {
        readonly code: "UNPROCESSABLE_CONTENT";
        readonly status: 422;
        readonly message: "The PDF is damaged and cannot be read.";
    };
    readonly PDF_TOO_MANY_PAGES: {
        readonly code: "UNPROCESSABLE_CONTENT";
        readonly status: 422;
        readonly message: "The PDF has too many pages.";
    };
    readonly PDF_TOO_COMPLEX: {
        readonly code: "UNPROCESSABLE_CONTENT";
        readonly status: 422;
        readonly message: "The PDF takes too much time or memory to read.";
    };
    readonly PDF_NO_TEXT: {
        readonly code: "UNPROCESSABLE_CONTENT";
        readonly status: 422;
        readonly message: "The PDF has no text to read; it may be a scan.";
    };
    readonly PDF_TEXT_ELSEWHERE: {
        readonly code: "UNPROCESSABLE_CONTENT";
        readonly status: 422;
        readonly message: "Its text is in attached files, or in a form that only Adobe Reader shows.";
    };
    readonly MODEL_NOT_ALLOWED: {
        readonly code: "BAD_REQUEST";
        readonly status: 400;
        readonly message: "The model is not available.";
    };
    readonly MODEL_UNAVAILABLE: {
        readonly code: "BAD_GATEWAY";
        readonly status: 502;
        readonly message: "The language model is unavailable. Try again later.";
    };
    readonly MODEL_TIMEOUT: {
        readonly code: "GATEWAY_TIMEOUT";
        readonly status: 504;
        readonly message: "The language model took too long to answer.";
    };
    readonly SERVICE_UNAVAILABLE: {
        readonly code: "SERVICE_UNAVAILABLE";
        readonly status: 503;
        readonly message: "The service is unavailable. Try again later.";
    };
    readonly INTERNAL: {
        readonly code: "INTERNAL_SERVER_ERROR";
        readonly status: 500;
        readonly message: "Internal server error.";
    };
};