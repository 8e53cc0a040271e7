import { z } from "zod";
import { Role, User } from "./auth.ts";
import { Email } from "./email.ts";
import { UserId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { pageOf } from "./page.ts";
import { UsageTotals } from "./usage.ts";

export const Members = pageOf(User);
export const SetRoleInput = z.object({ userId: UserId, role: Role });
export type SetRoleInput = z.infer<typeof SetRoleInput>;
export const RemoveMemberInput = z.object({ userId: UserId });

export const Invitation = z.object({ email: z.string(), role: Role, createdAt: z.date() });
export type Invitation = z.infer<typeof Invitation>;
export const Invitations = pageOf(Invitation);
export const InviteInput = z.object({ email: Email, role: Role.default("member") });
export type InviteInput = z.infer<typeof InviteInput>;
export const UninviteInput = z.object({ email: Email });

const bound = z.int().min(0).nullable();

/**
 * Upper bounds for the tenant, and for each of its users; null is unlimited. Days slide; a question is let in while the
 * most that its answer may come to still fits.
 */
export const Quotas = z.object({
  requestsPerDay: bound,
  tokensPerDay: bound,
  files: bound,
  bytes: bound,
  userRequestsPerDay: bound.default(null),
  userTokensPerDay: bound.default(null),
  userFiles: bound.default(null),
  userBytes: bound.default(null),
});
export type Quotas = z.infer<typeof Quotas>;

export const UsageByMember = pageOf(z.object({ user: User, last7d: UsageTotals }));

export const AuditAction = z.enum([
  "signed_in",
  "signed_out",
  "session_revoked",
  "role_changed",
  "member_removed",
  "invited",
  "uninvited",
  "quotas_changed",
  "file_removed",
  "file_exported",
  "conversation_removed",
]);
export type AuditAction = z.infer<typeof AuditAction>;
export const AuditEntry = z.object({
  id: z.uuid(),
  at: z.date(),
  actorId: UserId.nullable(),
  action: AuditAction,
  subject: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
export const ListAuditInput = z.object({
  cursor: z.uuid().optional(),
  limit: z.int().min(1).max(LIMITS.pageSize).default(50),
});
export const ListAuditOutput = z.object({ items: z.array(AuditEntry), nextCursor: z.string().optional() });
