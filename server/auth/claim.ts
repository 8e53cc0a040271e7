import { hashCode } from "./login-code.ts";

/** Who a login code lets in, and where. */
export type Claim = { slug: string; email: string };

type Keyed = { codeKey: Uint8Array };

/** The key of limits by account: hashed, because the store keeps it for a day. */
export const accountOf = ({ codeKey }: Keyed, { slug, email }: Claim): string =>
  hashCode(codeKey, "account", `${slug}:${email}`);

/** The key of limits by email address, whatever the tenant. */
export const mailboxOf = ({ codeKey }: Keyed, { email }: Claim): string => hashCode(codeKey, "mailbox", email);
