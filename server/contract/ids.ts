import { z } from "zod";

/** Every id is a UUIDv7, branded so that one kind cannot stand in for another. */
export const TenantId = z.uuid().brand<"TenantId">();
export type TenantId = z.infer<typeof TenantId>;

export const UserId = z.uuid().brand<"UserId">();
export type UserId = z.infer<typeof UserId>;

export const SessionId = z.uuid().brand<"SessionId">();
export type SessionId = z.infer<typeof SessionId>;

export const ChallengeId = z.uuid().brand<"ChallengeId">();
export type ChallengeId = z.infer<typeof ChallengeId>;

export const FileId = z.uuid().brand<"FileId">();
export type FileId = z.infer<typeof FileId>;

export const ConversationId = z.uuid().brand<"ConversationId">();
export type ConversationId = z.infer<typeof ConversationId>;

export const MessageId = z.uuid().brand<"MessageId">();
export type MessageId = z.infer<typeof MessageId>;

/** Chosen by the client, one per question: asking again with the same one joins the running answer. */
export const RequestId = z
  .string()
  .min(8)
  .max(64)
  .regex(/^[\w-]+$/);
export type RequestId = z.infer<typeof RequestId>;

/** Chosen by the client, one per call that changes something: sent again with the same one, it is carried out once. */
export const IdempotencyKey = z
  .string()
  .min(8)
  .max(128)
  .regex(/^[\w.:-]+$/);
