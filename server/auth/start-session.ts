import {
  createSession,
  findInvitation,
  findOrCreateTenant,
  findOrCreateUser,
  findRevokedEmail,
  findTenantBySlug,
  findUserByEmail,
  holdMembership,
  inTenant,
  readmitEmail,
  recordAudit,
  removeInvitation,
  type TenantDb,
  type UserRow,
} from "../../db/index.ts";
import type { RequestContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import type { Claim } from "./claim.ts";
import { toTenant, toUser } from "./user.ts";

/**
 * Begins a session of whoever proved to own the address. `revocation` is the address's last one when the code was requested:
 * a later one makes the code void (`CODE_EXPIRED`). Throws `FORBIDDEN` when only an invitation lets the address in.
 */
export const startSession = async (
  { app, client }: RequestContext,
  { slug, email }: Claim,
  revocation: string | undefined,
) => {
  const open = app.config.signUp === "open";
  const tenant = open ? await findOrCreateTenant(app.db, { id: newId(), slug }) : await findTenantBySlug(app.db, slug);
  if (!tenant) throw new ReasonError("CODE_EXPIRED");
  const sessionId = newId();
  const expiresAt = new Date(Date.now() + app.config.tokenTtlMs);
  const user = await inTenant(app.db, tenant.id, async (trx) => {
    // A removal holds the same: it comes before or after this sign-in.
    await holdMembership(trx);
    const found = await join(trx, { email, revocation, open });
    await createSession(trx, { id: sessionId, user_id: found.id, user_agent: client.userAgent, expires_at: expiresAt });
    await recordAudit(trx, { id: newId(), actor_id: found.id, action: "signed_in", subject: sessionId });
    return found;
  });
  const token = await app.tokens.sign({ tenantId: tenant.id, userId: user.id, sessionId });
  return { ...token, user: toUser(user), tenant: toTenant(tenant) };
};

type Joining = { email: string; revocation: string | undefined; open: boolean };

/** The member of that address, made where the address may join. */
const join = async (trx: TenantDb, { email, revocation, open }: Joining): Promise<UserRow> => {
  const [revoked, known, invitation] = await Promise.all([
    findRevokedEmail(trx, email),
    findUserByEmail(trx, email),
    findInvitation(trx, email),
  ]);
  if (revoked && revoked.revocation_id !== revocation) throw new ReasonError("CODE_EXPIRED");
  const mayJoin = invitation !== undefined || (open && !revoked?.is_removed);
  if (!known && !mayJoin)
    throw new ReasonError("FORBIDDEN", { message: "You need an invitation from an admin of this workspace." });
  const user = known ?? (await findOrCreateUser(trx, { id: newId(), email, role: invitation?.role ?? "member" }));
  if (invitation) await removeInvitation(trx, email);
  if (revoked?.is_removed) await readmitEmail(trx, email);
  return user;
};
