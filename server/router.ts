import { adminRouter } from "./admin/router.ts";
import { authRouter } from "./auth/router.ts";
import { chatRouter } from "./chat/router.ts";
import { filesRouter } from "./files/router.ts";
import { createCallerFactory, router } from "./trpc.ts";
import { usageRouter } from "./usage/router.ts";

/** The whole API. */
export const appRouter = router({
  auth: authRouter,
  files: filesRouter,
  chat: chatRouter,
  usage: usageRouter,
  admin: adminRouter,
});
export type AppRouter = typeof appRouter;

/** Calls procedures in process: `createCaller(requestContext)`. */
export const createCaller = createCallerFactory(appRouter);
