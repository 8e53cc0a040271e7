import { findOrCreateTenant, findOrCreateUser, inTenant } from "../../db/index.ts";
import { addressOf } from "../../server/http/address.ts";
import { newId } from "../../server/id.ts";
import { createCaller } from "../../server/router.ts";
import { codeIn, contextOf, type TestApp } from "./app.ts";
import { waitFor } from "./server-process.ts";

/** Calls from an address, a new one by default. */
export const from = ({ app }: TestApp, tenantSlug: string, address: string = newId()) =>
  createCaller(
    contextOf(app, { tenantSlug, client: { address: addressOf({ remoteAddress: address }), userAgent: null } }),
  );

/** Stores a member of the tenant; returns its email address. */
export const newMember = async ({ app }: TestApp, slug: string) => {
  const email = `${newId()}@example.org`;
  const tenant = await findOrCreateTenant(app.db, { id: newId(), slug });
  await inTenant(app.db, tenant.id, (trx) => findOrCreateUser(trx, { id: newId(), email, role: "member" }));
  return email;
};

/** The printed codes to an email address. */
export const mailsTo = (app: TestApp, email: string) => app.printed.filter((line) => line.includes(email));
/** The newest code for an email address, once there is one. */
export const codeFor = (app: TestApp, email: string) => waitFor(() => codeIn(mailsTo(app, email).at(-1)) || undefined);
/** The nth wrong code. */
export const wrongOf = (code: string, n: number) => String((Number(code) + 1 + n) % 1_000_000).padStart(6, "0");

/** The member signs in on a browser that never did. */
export const signIn = async (app: TestApp, tenant: string, { email, address }: { email: string; address?: string }) => {
  const caller = from(app, tenant, address);
  const { challengeId } = await caller.auth.requestCode({ email });
  return caller.auth.verifyCode({ challengeId, code: await codeFor(app, email) });
};

/** "done", or the reason of the failure, of each call. */
export const settle = async (calls: Promise<unknown>[]) =>
  (await Promise.allSettled(calls)).map((result) =>
    result.status === "fulfilled" ? "done" : (result.reason as { cause?: { reason?: string } }).cause?.reason,
  );
