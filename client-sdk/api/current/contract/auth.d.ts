import { z } from "zod";
export declare const Role: z.ZodEnum<{
    admin: "admin";
    member: "member";
}>;
export type Role = z.infer<typeof Role>;
export declare const TenantSlug: z.ZodString;
export type TenantSlug = z.infer<typeof TenantSlug>;
export declare const Tenant: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodUUID, "TenantId", "out">;
    slug: z.ZodString;
    name: z.ZodString;
}, z.core.$strip>;
export type Tenant = z.infer<typeof Tenant>;
export declare const User: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodUUID, "UserId", "out">;
    email: z.ZodString;
    role: z.ZodEnum<{
        admin: "admin";
        member: "member";
    }>;
    createdAt: z.ZodDate;
}, z.core.$strip>;
export type User = z.infer<typeof User>;
export declare const Session: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodUUID, "SessionId", "out">;
    createdAt: z.ZodDate;
    lastSeenAt: z.ZodDate;
    expiresAt: z.ZodDate;
    userAgent: z.ZodNullable<z.ZodString>;
    current: z.ZodBoolean;
}, z.core.$strip>;
export type Session = z.infer<typeof Session>;
export declare const RequestCodeInput: z.ZodObject<{
    email: z.ZodString;
    browserToken: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export declare const RequestCodeOutput: z.ZodObject<{
    challengeId: z.core.$ZodBranded<z.ZodUUID, "ChallengeId", "out">;
    expiresAt: z.ZodDate;
}, z.core.$strip>;
export type RequestCodeOutput = z.infer<typeof RequestCodeOutput>;
export declare const VerifyCodeInput: z.ZodObject<{
    challengeId: z.core.$ZodBranded<z.ZodUUID, "ChallengeId", "out">;
    code: z.ZodString;
}, z.core.$strip>;
export declare const VerifyCodeOutput: z.ZodObject<{
    accessToken: z.ZodString;
    expiresAt: z.ZodDate;
    user: z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "UserId", "out">;
        email: z.ZodString;
        role: z.ZodEnum<{
            admin: "admin";
            member: "member";
        }>;
        createdAt: z.ZodDate;
    }, z.core.$strip>;
    tenant: z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "TenantId", "out">;
        slug: z.ZodString;
        name: z.ZodString;
    }, z.core.$strip>;
    browserToken: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export type VerifyCodeOutput = z.infer<typeof VerifyCodeOutput>;
export declare const Me: z.ZodObject<{
    user: z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "UserId", "out">;
        email: z.ZodString;
        role: z.ZodEnum<{
            admin: "admin";
            member: "member";
        }>;
        createdAt: z.ZodDate;
    }, z.core.$strip>;
    tenant: z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "TenantId", "out">;
        slug: z.ZodString;
        name: z.ZodString;
    }, z.core.$strip>;
}, z.core.$strip>;
export type Me = z.infer<typeof Me>;
export declare const Sessions: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "SessionId", "out">;
        createdAt: z.ZodDate;
        lastSeenAt: z.ZodDate;
        expiresAt: z.ZodDate;
        userAgent: z.ZodNullable<z.ZodString>;
        current: z.ZodBoolean;
    }, z.core.$strip>>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export declare const RevokeSessionInput: z.ZodObject<{
    sessionId: z.core.$ZodBranded<z.ZodUUID, "SessionId", "out">;
}, z.core.$strip>;
/** What a mutation answers that has nothing else to tell. */
export declare const Done: z.ZodObject<{
    ok: z.ZodLiteral<true>;
}, z.core.$strip>;
export type Done = z.infer<typeof Done>;