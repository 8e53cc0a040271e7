import type { RequestContext, TenantContext } from "../context.ts";
import { limit } from "../rate-limit.ts";
import { authenticate } from "./authenticate.ts";

/**
 * Lets a signed-in user's call in. The session is looked at on each call, so that a revoked one ends at once; throws
 * what `authenticate` throws, and `RATE_LIMITED`.
 */
export const enter = async (ctx: RequestContext): Promise<TenantContext> => {
  const { app, requestId, client } = ctx;
  const signedIn = await authenticate(app, ctx);
  await limit(app, "callsByUser", signedIn.userId);
  return { ...signedIn, app, requestId, client };
};
