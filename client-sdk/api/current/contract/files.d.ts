import { z } from "zod";
export declare const FileStatus: z.ZodEnum<{
    failed: "failed";
    ingesting: "ingesting";
    queued: "queued";
    ready: "ready";
}>;
export type FileStatus = z.infer<typeof FileStatus>;
/**
 * How far an ingest is: `done` of `total` pages (extracting) or chunks (embedding, indexing). While the stage is
 * `waiting`, the model server or the storage is unavailable; the file goes on by itself.
 */
export declare const FileProgress: z.ZodObject<{
    stage: z.ZodEnum<{
        done: "done";
        embedding: "embedding";
        extracting: "extracting";
        indexing: "indexing";
        queued: "queued";
        waiting: "waiting";
    }>;
    done: z.ZodInt;
    total: z.ZodInt;
    waitingFor: z.ZodOptional<z.ZodEnum<{
        model: "model";
        storage: "storage";
    }>>;
}, z.core.$strip>;
export type FileProgress = z.infer<typeof FileProgress>;
export declare const FileFailure: z.ZodObject<{
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
    pages: z.ZodOptional<z.ZodArray<z.ZodInt>>;
}, z.core.$strip>;
export type FileFailure = z.infer<typeof FileFailure>;
/** What was left out of a ready file: its `pages`, which count from 1; of more than 500 the first 500. */
export declare const FileWarning: z.ZodObject<{
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
    pages: z.ZodArray<z.ZodInt>;
}, z.core.$strip>;
export type FileWarning = z.infer<typeof FileWarning>;
export declare const File: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
    name: z.ZodString;
    sizeBytes: z.ZodInt;
    pageCount: z.ZodOptional<z.ZodInt>;
    status: z.ZodEnum<{
        failed: "failed";
        ingesting: "ingesting";
        queued: "queued";
        ready: "ready";
    }>;
    progress: z.ZodObject<{
        stage: z.ZodEnum<{
            done: "done";
            embedding: "embedding";
            extracting: "extracting";
            indexing: "indexing";
            queued: "queued";
            waiting: "waiting";
        }>;
        done: z.ZodInt;
        total: z.ZodInt;
        waitingFor: z.ZodOptional<z.ZodEnum<{
            model: "model";
            storage: "storage";
        }>>;
    }, z.core.$strip>;
    failure: z.ZodOptional<z.ZodObject<{
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
        pages: z.ZodOptional<z.ZodArray<z.ZodInt>>;
    }, z.core.$strip>>;
    warnings: z.ZodOptional<z.ZodArray<z.ZodObject<{
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
        pages: z.ZodArray<z.ZodInt>;
    }, z.core.$strip>>>;
    createdAt: z.ZodDate;
}, z.core.$strip>;
export type File = z.infer<typeof File>;
export declare const UploadedFile: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
    name: z.ZodString;
    sizeBytes: z.ZodInt;
    pageCount: z.ZodOptional<z.ZodInt>;
    status: z.ZodEnum<{
        failed: "failed";
        ingesting: "ingesting";
        queued: "queued";
        ready: "ready";
    }>;
    progress: z.ZodObject<{
        stage: z.ZodEnum<{
            done: "done";
            embedding: "embedding";
            extracting: "extracting";
            indexing: "indexing";
            queued: "queued";
            waiting: "waiting";
        }>;
        done: z.ZodInt;
        total: z.ZodInt;
        waitingFor: z.ZodOptional<z.ZodEnum<{
            model: "model";
            storage: "storage";
        }>>;
    }, z.core.$strip>;
    failure: z.ZodOptional<z.ZodObject<{
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
        pages: z.ZodOptional<z.ZodArray<z.ZodInt>>;
    }, z.core.$strip>>;
    warnings: z.ZodOptional<z.ZodArray<z.ZodObject<{
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
        pages: z.ZodArray<z.ZodInt>;
    }, z.core.$strip>>>;
    createdAt: z.ZodDate;
    deduplicated: z.ZodBoolean;
}, z.core.$strip>;
export type UploadedFile = z.infer<typeof UploadedFile>;
/** Points (1/72 inch) from the upper left corner of the page as it is shown. */
export declare const Box: z.ZodObject<{
    x: z.ZodNumber;
    y: z.ZodNumber;
    width: z.ZodNumber;
    height: z.ZodNumber;
}, z.core.$strip>;
export type Box = z.infer<typeof Box>;
export declare const FileIdInput: z.ZodObject<{
    fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
}, z.core.$strip>;
export declare const ListFilesInput: z.ZodObject<{
    status: z.ZodOptional<z.ZodEnum<{
        failed: "failed";
        ingesting: "ingesting";
        queued: "queued";
        ready: "ready";
    }>>;
    cursor: z.ZodOptional<z.ZodUUID>;
    limit: z.ZodDefault<z.ZodInt>;
}, z.core.$strip>;
export type ListFilesInput = z.infer<typeof ListFilesInput>;
export declare const ListFilesOutput: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
        name: z.ZodString;
        sizeBytes: z.ZodInt;
        pageCount: z.ZodOptional<z.ZodInt>;
        status: z.ZodEnum<{
            failed: "failed";
            ingesting: "ingesting";
            queued: "queued";
            ready: "ready";
        }>;
        progress: z.ZodObject<{
            stage: z.ZodEnum<{
                done: "done";
                embedding: "embedding";
                extracting: "extracting";
                indexing: "indexing";
                queued: "queued";
                waiting: "waiting";
            }>;
            done: z.ZodInt;
            total: z.ZodInt;
            waitingFor: z.ZodOptional<z.ZodEnum<{
                model: "model";
                storage: "storage";
            }>>;
        }, z.core.$strip>;
        failure: z.ZodOptional<z.ZodObject<{
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
            pages: z.ZodOptional<z.ZodArray<z.ZodInt>>;
        }, z.core.$strip>>;
        warnings: z.ZodOptional<z.ZodArray<z.ZodObject<{
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
            pages: z.ZodArray<z.ZodInt>;
        }, z.core.$strip>>>;
        createdAt: z.ZodDate;
    }, z.core.$strip>>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export type ListFilesOutput = z.infer<typeof ListFilesOutput>;
/** Of which reasons failed files are ingested again; without `reasons`, all of them. */
export declare const RetryFailedInput: z.ZodObject<{
    reasons: z.ZodOptional<z.ZodArray<z.ZodEnum<{
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
    }>>>;
}, z.core.$strip>;
export type RetryFailedInput = z.infer<typeof RetryFailedInput>;
export declare const RetryFailedOutput: z.ZodObject<{
    count: z.ZodInt;
}, z.core.$strip>;
export type RetryFailedOutput = z.infer<typeof RetryFailedOutput>;
export declare const WatchFilesInput: z.ZodObject<{
    fileId: z.ZodOptional<z.core.$ZodBranded<z.ZodUUID, "FileId", "out">>;
    lastEventId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
}, z.core.$strip>;
export type WatchFilesInput = z.infer<typeof WatchFilesInput>;
export declare const FilePageInput: z.ZodObject<{
    fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
    page: z.ZodInt32;
}, z.core.$strip>;
export type FilePageInput = z.infer<typeof FilePageInput>;
export declare const FilePage: z.ZodObject<{
    text: z.ZodString;
    lines: z.ZodArray<z.ZodObject<{
        text: z.ZodString;
        box: z.ZodObject<{
            x: z.ZodNumber;
            y: z.ZodNumber;
            width: z.ZodNumber;
            height: z.ZodNumber;
        }, z.core.$strip>;
    }, z.core.$strip>>;
    width: z.ZodNumber;
    height: z.ZodNumber;
}, z.core.$strip>;
export type FilePage = z.infer<typeof FilePage>;
export declare const SearchInput: z.ZodObject<{
    query: z.ZodString;
    fileIds: z.ZodOptional<z.ZodArray<z.core.$ZodBranded<z.ZodUUID, "FileId", "out">>>;
    limit: z.ZodOptional<z.ZodInt>;
}, z.core.$strip>;
export type SearchInput = z.infer<typeof SearchInput>;
export declare const SearchHit: z.ZodObject<{
    fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
    fileName: z.ZodString;
    page: z.ZodInt;
    pageEnd: z.ZodInt;
    text: z.ZodString;
    rank: z.ZodNumber;
}, z.core.$strip>;
export type SearchHit = z.infer<typeof SearchHit>;
export declare const SearchOutput: z.ZodObject<{
    hits: z.ZodArray<z.ZodObject<{
        fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
        fileName: z.ZodString;
        page: z.ZodInt;
        pageEnd: z.ZodInt;
        text: z.ZodString;
        rank: z.ZodNumber;
    }, z.core.$strip>>;
}, z.core.$strip>;
export type SearchOutput = z.infer<typeof SearchOutput>;