import { z } from "zod";
import { Email } from "./email.ts";
import { ChallengeId, SessionId, TenantId, UserId } from "./ids.ts";
import { LIMITS, SLUG } from "./limits.ts";
import { pageOf } from "./page.ts";

export const Role = z.enum(["admin", "member"]);
export type Role = z.infer<typeof Role>;

export const TenantSlug = z.string().trim().toLowerCase().max(LIMITS.slugChars).regex(SLUG);
export type TenantSlug = z.infer<typeof TenantSlug>;

export const Tenant = z.object({ id: TenantId, slug: z.string(), name: z.string() });
export type Tenant = z.infer<typeof Tenant>;

export const User = z.object({ id: UserId, email: z.string(), role: Role, createdAt: z.date() });
export type User = z.infer<typeof User>;

export const Session = z.object({
  id: SessionId,
  createdAt: z.date(),
  lastSeenAt: z.date(),
  expiresAt: z.date(),
  userAgent: z.string().nullable(),
  current: z.boolean(),
});
export type Session = z.infer<typeof Session>;

/** What `auth.verifyCode` gave this browser at an earlier sign-in; any other text is as good as none. */
const BrowserToken = z.string().max(LIMITS.browserTokenChars);

export const RequestCodeInput = z.object({ email: Email, browserToken: BrowserToken.optional() });
export const RequestCodeOutput = z.object({ challengeId: ChallengeId, expiresAt: z.date() });
export type RequestCodeOutput = z.infer<typeof RequestCodeOutput>;

export const VerifyCodeInput = z.object({
  challengeId: ChallengeId,
  code: z
    .string()
    .trim()
    .regex(new RegExp(`^\\d{${LIMITS.codeDigits}}$`)),
});
export const VerifyCodeOutput = z.object({
  accessToken: z.string(),
  expiresAt: z.date(),
  user: User,
  tenant: Tenant,
  /** For the next `auth.requestCode` of this browser: no stranger can use up the codes that it asks for. */
  browserToken: z.string().optional(),
});
export type VerifyCodeOutput = z.infer<typeof VerifyCodeOutput>;

export const Me = z.object({ user: User, tenant: Tenant });
export type Me = z.infer<typeof Me>;

export const Sessions = pageOf(Session);
export const RevokeSessionInput = z.object({ sessionId: SessionId });

/** What a mutation answers that has nothing else to tell. */
export const Done = z.object({ ok: z.literal(true) });
export type Done = z.infer<typeof Done>;
