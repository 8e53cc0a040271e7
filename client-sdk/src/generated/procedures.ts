// Written by scripts/build-sdk.ts from the server's router. Do not edit.
import type { $brand } from "zod";
import type { KindsOf, Mutation, Query, Subscription, TrackedSubscription } from "../procedure.ts";

export type Procedures = {
    auth: {
        /** Sends a six-digit login code by mail; answers the same for known and unknown addresses. */
        requestCode: Mutation<{
            email: string;
            browserToken?: string | undefined;
        }, {
            challengeId: string & $brand<"ChallengeId">;
            expiresAt: Date;
        }>;
        /** Signs in with a login code: an access token, the user and the tenant. */
        verifyCode: Mutation<{
            challengeId: string;
            code: string;
        }, {
            accessToken: string;
            expiresAt: Date;
            user: {
                id: string & $brand<"UserId">;
                email: string;
                role: "admin" | "member";
                createdAt: Date;
            };
            tenant: {
                id: string & $brand<"TenantId">;
                slug: string;
                name: string;
            };
            browserToken?: string | undefined;
        }>;
        /** The signed-in user and its tenant. */
        me: Query<void, {
            user: {
                id: string & $brand<"UserId">;
                email: string;
                role: "admin" | "member";
                createdAt: Date;
            };
            tenant: {
                id: string & $brand<"TenantId">;
                slug: string;
                name: string;
            };
        }>;
        /** Ends this session everywhere, its open sockets too. */
        signOut: Mutation<void, {
            ok: true;
        }>;
        /** The user's live sessions, newest first. */
        sessions: Query<{
            cursor?: string | undefined;
            limit?: number | undefined;
        } | undefined, {
            items: {
                id: string & $brand<"SessionId">;
                createdAt: Date;
                lastSeenAt: Date;
                expiresAt: Date;
                userAgent: string | null;
                current: boolean;
            }[];
            nextCursor?: string | undefined;
        }>;
        /** Ends another session of the same user. */
        revokeSession: Mutation<{
            sessionId: string;
        }, {
            ok: true;
        }>;
    };
    files: {
        /** The tenant's files, newest first. */
        list: Query<{
            status?: "failed" | "ingesting" | "queued" | "ready" | undefined;
            cursor?: string | undefined;
            limit?: number | undefined;
        }, {
            items: {
                id: string & $brand<"FileId">;
                name: string;
                sizeBytes: number;
                pageCount?: number | undefined;
                status: "failed" | "ingesting" | "queued" | "ready";
                progress: {
                    stage: "done" | "embedding" | "extracting" | "indexing" | "queued" | "waiting";
                    done: number;
                    total: number;
                    waitingFor?: "model" | "storage" | undefined;
                };
                failure?: {
                    reason: "CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS";
                    message: string;
                    pages?: number[] | undefined;
                } | undefined;
                warnings?: {
                    reason: "CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS";
                    pages: number[];
                }[] | undefined;
                createdAt: Date;
            }[];
            nextCursor?: string | undefined;
        }>;
        /** One file. */
        get: Query<{
            fileId: string;
        }, {
            id: string & $brand<"FileId">;
            name: string;
            sizeBytes: number;
            pageCount?: number | undefined;
            status: "failed" | "ingesting" | "queued" | "ready";
            progress: {
                stage: "done" | "embedding" | "extracting" | "indexing" | "queued" | "waiting";
                done: number;
                total: number;
                waitingFor?: "model" | "storage" | undefined;
            };
            failure?: {
                reason: "CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS";
                message: string;
                pages?: number[] | undefined;
            } | undefined;
            warnings?: {
                reason: "CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS";
                pages: number[];
            }[] | undefined;
            createdAt: Date;
        }>;
        /** Removes a file and all that was made of it. */
        remove: Mutation<{
            fileId: string;
        }, {
            ok: true;
        }>;
        /** Ingests a failed file again. */
        retry: Mutation<{
            fileId: string;
        }, {
            id: string & $brand<"FileId">;
            name: string;
            sizeBytes: number;
            pageCount?: number | undefined;
            status: "failed" | "ingesting" | "queued" | "ready";
            progress: {
                stage: "done" | "embedding" | "extracting" | "indexing" | "queued" | "waiting";
                done: number;
                total: number;
                waitingFor?: "model" | "storage" | undefined;
            };
            failure?: {
                reason: "CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS";
                message: string;
                pages?: number[] | undefined;
            } | undefined;
            warnings?: {
                reason: "CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS";
                pages: number[];
            }[] | undefined;
            createdAt: Date;
        }>;
        /** Ingests all failed files again, or those that failed for the given reasons. Returns their number. */
        retryFailed: Mutation<{
            reasons?: ("CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS")[] | undefined;
        }, {
            count: number;
        }>;
        /** A file's state now and at each change; without an id, every file's. */
        watch: Subscription<{
            fileId?: string | undefined;
            lastEventId?: string | null | undefined;
        }, {
            id: string & $brand<"FileId">;
            name: string;
            sizeBytes: number;
            pageCount?: number | undefined;
            status: "failed" | "ingesting" | "queued" | "ready";
            progress: {
                stage: "done" | "embedding" | "extracting" | "indexing" | "queued" | "waiting";
                done: number;
                total: number;
                waitingFor?: "model" | "storage" | undefined;
            };
            failure?: {
                reason: "CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS";
                message: string;
                pages?: number[] | undefined;
            } | undefined;
            warnings?: {
                reason: "CODE_EXPIRED" | "CODE_INVALID" | "FILE_NOT_PDF" | "FILE_TOO_LARGE" | "FILE_TRUNCATED" | "FORBIDDEN" | "INTERNAL" | "INVALID_INPUT" | "MODEL_NOT_ALLOWED" | "MODEL_TIMEOUT" | "MODEL_UNAVAILABLE" | "NOT_FOUND" | "NOT_SIGNED_IN" | "PDF_CORRUPT" | "PDF_ENCRYPTED" | "PDF_NO_TEXT" | "PDF_TEXT_ELSEWHERE" | "PDF_TOO_COMPLEX" | "PDF_TOO_MANY_PAGES" | "QUOTA_EXCEEDED" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "SESSION_REVOKED" | "TENANT_MISMATCH" | "TENANT_UNKNOWN" | "TOKEN_EXPIRED" | "TOO_MANY_ATTEMPTS";
                pages: number[];
            }[] | undefined;
            createdAt: Date;
        }>;
        /** A page's text with its lines' places, for highlighting. */
        page: Query<{
            fileId: string;
            page: number;
        }, {
            text: string;
            lines: {
                text: string;
                box: {
                    x: number;
                    y: number;
                    width: number;
                    height: number;
                };
            }[];
            width: number;
            height: number;
        }>;
        /** The passages that an answer to this question would be built from. */
        search: Query<{
            query: string;
            fileIds?: string[] | undefined;
            limit?: number | undefined;
        }, {
            hits: {
                fileId: string & $brand<"FileId">;
                fileName: string;
                page: number;
                pageEnd: number;
                text: string;
                rank: number;
            }[];
        }>;
    };
    chat: {
        /** Asks the documents: the answer's events as they come, each with an id to resume behind it. */
        ask: TrackedSubscription<{
            conversationId?: string | undefined;
            question: string;
            fileIds?: string[] | undefined;
            model?: string | undefined;
            requestId?: string | undefined;
            lastEventId?: string | null | undefined;
        }, {
            type: "started";
            conversationId: string & $brand<"ConversationId">;
            messageId: string & $brand<"MessageId">;
            model: string;
        } | {
            type: "rewritten";
            query: string;
        } | {
            type: "sources";
            sources: {
                n: number;
                fileId: string & $brand<"FileId">;
                fileName: string;
                page: number;
                excerpt: string;
                removed?: true | undefined;
            }[];
        } | {
            type: "delta";
            text: string;
        } | {
            type: "snapshot";
            text: string;
        } | {
            type: "finished";
            outcome: "answered" | "cancelled" | "interrupted" | "no_answer";
            cause?: "content_filter" | "length" | "model_unavailable" | "no_documents" | "quota" | "restart" | "timeout" | undefined;
            usage: {
                promptTokens: number;
                completionTokens: number;
            };
        } | {
            n: number;
            fileId: string & $brand<"FileId">;
            fileName: string;
            page: number;
            quote: string;
            verified: boolean;
            boxes: {
                x: number;
                y: number;
                width: number;
                height: number;
            }[];
            removed?: true | undefined;
            type: "citation";
        }>;
        /** Stops an answer, wherever it is written; what it has said is kept. */
        cancel: Mutation<{
            messageId: string;
        }, {
            ok: true;
        }>;
        /** The user's conversations, the last used first. */
        conversations: Query<{
            cursor?: string | undefined;
            limit?: number | undefined;
        }, {
            items: {
                id: string & $brand<"ConversationId">;
                title: string;
                createdAt: Date;
                updatedAt: Date;
            }[];
            nextCursor?: string | undefined;
        }>;
        /** A conversation's questions and answers, in order. */
        messages: Query<{
            conversationId: string;
            cursor?: string | undefined;
            limit?: number | undefined;
        }, {
            items: {
                id: string & $brand<"MessageId">;
                role: "assistant" | "user";
                text: string;
                requestId: string | null;
                outcome: "answered" | "cancelled" | "interrupted" | "no_answer" | null;
                cause?: "content_filter" | "length" | "model_unavailable" | "no_documents" | "quota" | "restart" | "timeout" | undefined;
                model: string | null;
                sources: {
                    n: number;
                    fileId: string & $brand<"FileId">;
                    fileName: string;
                    page: number;
                    excerpt: string;
                    removed?: true | undefined;
                }[];
                citations: {
                    n: number;
                    fileId: string & $brand<"FileId">;
                    fileName: string;
                    page: number;
                    quote: string;
                    verified: boolean;
                    boxes: {
                        x: number;
                        y: number;
                        width: number;
                        height: number;
                    }[];
                    removed?: true | undefined;
                }[];
                usage: {
                    promptTokens: number;
                    completionTokens: number;
                } | null;
                rating: "down" | "up" | null;
                createdAt: Date;
            }[];
            nextCursor?: string | undefined;
        }>;
        /** Gives a conversation another title. */
        rename: Mutation<{
            conversationId: string;
            title: string;
        }, {
            id: string & $brand<"ConversationId">;
            title: string;
            createdAt: Date;
            updatedAt: Date;
        }>;
        /** Removes a conversation with its messages. */
        remove: Mutation<{
            conversationId: string;
        }, {
            ok: true;
        }>;
        /** Says whether an answer helped. */
        rate: Mutation<{
            messageId: string;
            rating: "down" | "up" | null;
            comment?: string | undefined;
        }, {
            ok: true;
        }>;
    };
    usage: {
        /** What the caller spent in the last 24 hours and 7 days; for an admin the tenant's too. */
        summary: Query<void, {
            last24h: {
                requests: number;
                promptTokens: number;
                completionTokens: number;
                embeddingTokens: number;
                costUsd: number;
            };
            last7d: {
                requests: number;
                promptTokens: number;
                completionTokens: number;
                embeddingTokens: number;
                costUsd: number;
            };
            tenant?: {
                last24h: {
                    requests: number;
                    promptTokens: number;
                    completionTokens: number;
                    embeddingTokens: number;
                    costUsd: number;
                };
                last7d: {
                    requests: number;
                    promptTokens: number;
                    completionTokens: number;
                    embeddingTokens: number;
                    costUsd: number;
                };
            } | undefined;
        }>;
        /** The caller's usage by UTC day or hour, for charts. */
        series: Query<{
            days?: number | undefined;
            by?: "day" | "hour" | undefined;
        }, {
            items: {
                requests: number;
                promptTokens: number;
                completionTokens: number;
                embeddingTokens: number;
                costUsd: number;
                start: Date;
            }[];
        }>;
    };
    admin: {
        /** The tenant's members, in the order in which they joined. */
        members: Query<{
            cursor?: string | undefined;
            limit?: number | undefined;
        } | undefined, {
            items: {
                id: string & $brand<"UserId">;
                email: string;
                role: "admin" | "member";
                createdAt: Date;
            }[];
            nextCursor?: string | undefined;
        }>;
        /** Makes a member an admin or an admin a member; the last admin stays one. */
        setRole: Mutation<{
            userId: string;
            role: "admin" | "member";
        }, {
            id: string & $brand<"UserId">;
            email: string;
            role: "admin" | "member";
            createdAt: Date;
        }>;
        /** Takes a member out: sessions, login codes and invitations end, conversations go, files stay. */
        removeMember: Mutation<{
            userId: string;
        }, {
            ok: true;
        }>;
        /** Addresses that may join and have not yet. */
        invitations: Query<{
            cursor?: string | undefined;
            limit?: number | undefined;
        } | undefined, {
            items: {
                email: string;
                role: "admin" | "member";
                createdAt: Date;
            }[];
            nextCursor?: string | undefined;
        }>;
        /** Lets an address join with a role. */
        invite: Mutation<{
            email: string;
            role?: "admin" | "member" | undefined;
        }, {
            ok: true;
        }>;
        /** Takes an invitation back, with the login codes that were sent for it. */
        uninvite: Mutation<{
            email: string;
        }, {
            ok: true;
        }>;
        /** The tenant's upper bounds; null is unlimited. */
        quotas: Query<void, {
            requestsPerDay: number | null;
            tokensPerDay: number | null;
            files: number | null;
            bytes: number | null;
            userRequestsPerDay: number | null;
            userTokensPerDay: number | null;
            userFiles: number | null;
            userBytes: number | null;
        }>;
        /** Sets the tenant's upper bounds. */
        setQuotas: Mutation<{
            requestsPerDay: number | null;
            tokensPerDay: number | null;
            files: number | null;
            bytes: number | null;
            userRequestsPerDay?: number | null | undefined;
            userTokensPerDay?: number | null | undefined;
            userFiles?: number | null | undefined;
            userBytes?: number | null | undefined;
        }, {
            requestsPerDay: number | null;
            tokensPerDay: number | null;
            files: number | null;
            bytes: number | null;
            userRequestsPerDay: number | null;
            userTokensPerDay: number | null;
            userFiles: number | null;
            userBytes: number | null;
        }>;
        /** What each member spent in the last 7 days. */
        usageByMember: Query<{
            cursor?: string | undefined;
            limit?: number | undefined;
        } | undefined, {
            items: {
                user: {
                    id: string & $brand<"UserId">;
                    email: string;
                    role: "admin" | "member";
                    createdAt: Date;
                };
                last7d: {
                    requests: number;
                    promptTokens: number;
                    completionTokens: number;
                    embeddingTokens: number;
                    costUsd: number;
                };
            }[];
            nextCursor?: string | undefined;
        }>;
        /** Who signed in, changed roles, deleted: newest first. */
        audit: Query<{
            cursor?: string | undefined;
            limit?: number | undefined;
        }, {
            items: {
                id: string;
                at: Date;
                actorId: (string & $brand<"UserId">) | null;
                action: "conversation_removed" | "file_exported" | "file_removed" | "invited" | "member_removed" | "quotas_changed" | "role_changed" | "session_revoked" | "signed_in" | "signed_out" | "uninvited";
                subject: string | null;
            }[];
            nextCursor?: string | undefined;
        }>;
    };
};

/** How each procedure is called: the only part that is there at run time. */
export const kinds = {
  auth: {
    requestCode: "mutation",
    verifyCode: "mutation",
    me: "query",
    signOut: "mutation",
    sessions: "query",
    revokeSession: "mutation",
  },
  files: {
    list: "query",
    get: "query",
    remove: "mutation",
    retry: "mutation",
    retryFailed: "mutation",
    watch: "subscription",
    page: "query",
    search: "query",
  },
  chat: {
    ask: "subscription",
    cancel: "mutation",
    conversations: "query",
    messages: "query",
    rename: "mutation",
    remove: "mutation",
    rate: "mutation",
  },
  usage: {
    summary: "query",
    series: "query",
  },
  admin: {
    members: "query",
    setRole: "mutation",
    removeMember: "mutation",
    invitations: "query",
    invite: "mutation",
    uninvite: "mutation",
    quotas: "query",
    setQuotas: "mutation",
    usageByMember: "query",
    audit: "query",
  },
} as const satisfies KindsOf<Procedures>;
