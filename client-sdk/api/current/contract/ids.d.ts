import { z } from "zod";
/** Every id is a UUIDv7, branded so that one kind cannot stand in for another. */
export declare const TenantId: z.core.$ZodBranded<z.ZodUUID, "TenantId", "out">;
export type TenantId = z.infer<typeof TenantId>;
export declare const UserId: z.core.$ZodBranded<z.ZodUUID, "UserId", "out">;
export type UserId = z.infer<typeof UserId>;
export declare const SessionId: z.core.$ZodBranded<z.ZodUUID, "SessionId", "out">;
export type SessionId = z.infer<typeof SessionId>;
export declare const ChallengeId: z.core.$ZodBranded<z.ZodUUID, "ChallengeId", "out">;
export type ChallengeId = z.infer<typeof ChallengeId>;
export declare const FileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
export type FileId = z.infer<typeof FileId>;
export declare const ConversationId: z.core.$ZodBranded<z.ZodUUID, "ConversationId", "out">;
export type ConversationId = z.infer<typeof ConversationId>;
export declare const MessageId: z.core.$ZodBranded<z.ZodUUID, "MessageId", "out">;
export type MessageId = z.infer<typeof MessageId>;
/** Chosen by the client, one per question: asking again with the same one joins the running answer. */
export declare const RequestId: z.ZodString;
export type RequestId = z.infer<typeof RequestId>;
/** Chosen by the client, one per call that changes something: sent again with the same one, it is carried out once. */
export declare const IdempotencyKey: z.ZodString;