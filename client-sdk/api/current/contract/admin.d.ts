import { z } from "zod";
export declare const Members: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "UserId", "out">;
        email: z.ZodString;
        role: z.ZodEnum<{
            admin: "admin";
            member: "member";
        }>;
        createdAt: z.ZodDate;
    }, z.core.$strip>>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export declare const SetRoleInput: z.ZodObject<{
    userId: z.core.$ZodBranded<z.ZodUUID, "UserId", "out">;
    role: z.ZodEnum<{
        admin: "admin";
        member: "member";
    }>;
}, z.core.$strip>;
export type SetRoleInput = z.infer<typeof SetRoleInput>;
export declare const RemoveMemberInput: z.ZodObject<{
    userId: z.core.$ZodBranded<z.ZodUUID, "UserId", "out">;
}, z.core.$strip>;
export declare const Invitation: z.ZodObject<{
    email: z.ZodString;
    role: z.ZodEnum<{
        admin: "admin";
        member: "member";
    }>;
    createdAt: z.ZodDate;
}, z.core.$strip>;
export type Invitation = z.infer<typeof Invitation>;
export declare const Invitations: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        email: z.ZodString;
        role: z.ZodEnum<{
            admin: "admin";
            member: "member";
        }>;
        createdAt: z.ZodDate;
    }, z.core.$strip>>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export declare const InviteInput: z.ZodObject<{
    email: z.ZodString;
    role: z.ZodDefault<z.ZodEnum<{
        admin: "admin";
        member: "member";
    }>>;
}, z.core.$strip>;
export type InviteInput = z.infer<typeof InviteInput>;
export declare const UninviteInput: z.ZodObject<{
    email: z.ZodString;
}, z.core.$strip>;
/**
 * Upper bounds for the tenant, and for each of its users; null is unlimited. Days slide; a question is let in while the
 * most that its answer may come to still fits.
 */
export declare const Quotas: z.ZodObject<{
    requestsPerDay: z.ZodNullable<z.ZodInt>;
    tokensPerDay: z.ZodNullable<z.ZodInt>;
    files: z.ZodNullable<z.ZodInt>;
    bytes: z.ZodNullable<z.ZodInt>;
    userRequestsPerDay: z.ZodDefault<z.ZodNullable<z.ZodInt>>;
    userTokensPerDay: z.ZodDefault<z.ZodNullable<z.ZodInt>>;
    userFiles: z.ZodDefault<z.ZodNullable<z.ZodInt>>;
    userBytes: z.ZodDefault<z.ZodNullable<z.ZodInt>>;
}, z.core.$strip>;
export type Quotas = z.infer<typeof Quotas>;
export declare const UsageByMember: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        user: z.ZodObject<{
            id: z.core.$ZodBranded<z.ZodUUID, "UserId", "out">;
            email: z.ZodString;
            role: z.ZodEnum<{
                admin: "admin";
                member: "member";
            }>;
            createdAt: z.ZodDate;
        }, z.core.$strip>;
        last7d: z.ZodObject<{
            requests: z.ZodInt;
            promptTokens: z.ZodInt;
            completionTokens: z.ZodInt;
            embeddingTokens: z.ZodInt;
            costUsd: z.ZodNumber;
        }, z.core.$strip>;
    }, z.core.$strip>>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export declare const AuditAction: z.ZodEnum<{
    conversation_removed: "conversation_removed";
    file_exported: "file_exported";
    file_removed: "file_removed";
    invited: "invited";
    member_removed: "member_removed";
    quotas_changed: "quotas_changed";
    role_changed: "role_changed";
    session_revoked: "session_revoked";
    signed_in: "signed_in";
    signed_out: "signed_out";
    uninvited: "uninvited";
}>;
export type AuditAction = z.infer<typeof AuditAction>;
export declare const AuditEntry: z.ZodObject<{
    id: z.ZodUUID;
    at: z.ZodDate;
    actorId: z.ZodNullable<z.core.$ZodBranded<z.ZodUUID, "UserId", "out">>;
    action: z.ZodEnum<{
        conversation_removed: "conversation_removed";
        file_exported: "file_exported";
        file_removed: "file_removed";
        invited: "invited";
        member_removed: "member_removed";
        quotas_changed: "quotas_changed";
        role_changed: "role_changed";
        session_revoked: "session_revoked";
        signed_in: "signed_in";
        signed_out: "signed_out";
        uninvited: "uninvited";
    }>;
    subject: z.ZodNullable<z.ZodString>;
}, z.core.$strip>;
export type AuditEntry = z.infer<typeof AuditEntry>;
export declare const ListAuditInput: z.ZodObject<{
    cursor: z.ZodOptional<z.ZodUUID>;
    limit: z.ZodDefault<z.ZodInt>;
}, z.core.$strip>;
export declare const ListAuditOutput: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        id: z.ZodUUID;
        at: z.ZodDate;
        actorId: z.ZodNullable<z.core.$ZodBranded<z.ZodUUID, "UserId", "out">>;
        action: z.ZodEnum<{
            conversation_removed: "conversation_removed";
            file_exported: "file_exported";
            file_removed: "file_removed";
            invited: "invited";
            member_removed: "member_removed";
            quotas_changed: "quotas_changed";
            role_changed: "role_changed";
            session_revoked: "session_revoked";
            signed_in: "signed_in";
            signed_out: "signed_out";
            uninvited: "uninvited";
        }>;
        subject: z.ZodNullable<z.ZodString>;
    }, z.core.$strip>>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;