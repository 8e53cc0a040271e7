import { expect, test } from "vitest";
import { createTokens } from "../../server/auth/access-token.ts";
import { authenticate } from "../../server/auth/authenticate.ts";
import { startTestApp } from "../support/app.ts";

const OLD = "the-old-key-0123456789-0123456789-abc";
const NEW = "the-new-key-0123456789-0123456789-xyz";

test("after a rotation who had signed in stays signed in, and new tokens are the new key's", async () => {
  const app = await startTestApp({
    env: { JWT_SECRET: NEW, JWT_PREVIOUS_SECRETS: `another-key-0123456789-0123456789-qq,${OLD}` },
  });
  const user = await app.signIn();
  const [session] = (await user.caller.auth.sessions()).items;
  const { tenantId, userId } = user;
  const claims = { tenantId, userId, sessionId: session?.id ?? "" };
  const old = await createTokens({ secret: OLD, ttlMs: 60_000 }).sign(claims);
  const signedIn = await authenticate(app.app, { accessToken: old.accessToken, tenantSlug: undefined });
  expect(signedIn).toMatchObject(claims);
  await createTokens({ secret: NEW, ttlMs: 60_000 }).verify(user.accessToken);
  await expect(createTokens({ secret: OLD, ttlMs: 60_000 }).verify(user.accessToken)).rejects.toThrow();
});
