import * as contract from "../contract/auth.ts";
import { PageInput } from "../contract/page.ts";
import { memberProcedure, openProcedure, router } from "../trpc.ts";
import { requestCode, verifyCode } from "./login.ts";
import { me, revokeSession, sessions, signOut } from "./sessions.ts";

export const authRouter = router({
  requestCode: openProcedure
    .meta({ description: "Sends a six-digit login code by mail; answers the same for known and unknown addresses." })
    .input(contract.RequestCodeInput)
    .output(contract.RequestCodeOutput)
    .mutation(({ ctx, input }) => requestCode(ctx, input)),
  verifyCode: openProcedure
    .meta({ description: "Signs in with a login code: an access token, the user and the tenant." })
    .input(contract.VerifyCodeInput)
    .output(contract.VerifyCodeOutput)
    .mutation(({ ctx, input }) => verifyCode(ctx, input)),
  me: memberProcedure
    .meta({ description: "The signed-in user and its tenant." })
    .output(contract.Me)
    .query(({ ctx }) => me(ctx.tenant)),
  signOut: memberProcedure
    .meta({ description: "Ends this session everywhere, its open sockets too." })
    .output(contract.Done)
    .mutation(({ ctx }) => signOut(ctx.tenant)),
  sessions: memberProcedure
    .meta({ description: "The user's live sessions, newest first." })
    .input(PageInput)
    .output(contract.Sessions)
    .query(({ ctx, input }) => sessions(ctx.tenant, input)),
  revokeSession: memberProcedure
    .meta({ description: "Ends another session of the same user." })
    .input(contract.RevokeSessionInput)
    .output(contract.Done)
    .mutation(({ ctx, input }) => revokeSession(ctx.tenant, input)),
});
