import { findOrCreateTenant, inTenant, putInvitation } from "../db/index.ts";
import { runCommand } from "./command.ts";
import { TenantSlug } from "./contract/auth.ts";
import { Email } from "./contract/email.ts";
import { readConfig } from "./config.ts";
import { openDatabase } from "./database.ts";
import { newId } from "./id.ts";
import { createLog } from "./log.ts";

// `npm run invite -- <tenant> <email>`: makes a tenant and lets its first admin in, where SIGN_UP=invited.
const [slug, email] = [TenantSlug.safeParse(process.argv[2]), Email.safeParse(process.argv[3])];
if (!slug.success || !email.success) {
  process.stderr.write("usage: npm run invite -- <tenant> <email>\n");
  process.exit(64);
}
await runCommand(async () => {
  const db = await openDatabase(readConfig(), { log: createLog("info") });
  const tenant = await findOrCreateTenant(db, { id: newId(), slug: slug.data });
  await inTenant(db, tenant.id, (trx) => putInvitation(trx, { email: email.data, role: "admin", invited_by: null }));
  await db.close();
  process.stdout.write(`${email.data} may now sign in to ${slug.data}, as an admin.\n`);
});
