import * as contract from "../contract/admin.ts";
import { Done, User } from "../contract/auth.ts";
import { EmailPageInput, PageInput } from "../contract/page.ts";
import { adminProcedure, router } from "../trpc.ts";
import { invitations, invite, uninvite } from "./invitations.ts";
import { changeRole, members, removeMember } from "./members.ts";
import { audit, changeQuotas, quotas, usageByMember } from "./oversight.ts";

export const adminRouter = router({
  members: adminProcedure
    .meta({ description: "The tenant's members, in the order in which they joined." })
    .input(PageInput)
    .output(contract.Members)
    .query(({ ctx, input }) => members(ctx.tenant, input)),
  setRole: adminProcedure
    .meta({ description: "Makes a member an admin or an admin a member; the last admin stays one." })
    .input(contract.SetRoleInput)
    .output(User)
    .mutation(({ ctx, input }) => changeRole(ctx.tenant, input)),
  removeMember: adminProcedure
    .meta({
      description: "Takes a member out: sessions, login codes and invitations end, conversations go, files stay.",
    })
    .input(contract.RemoveMemberInput)
    .output(Done)
    .mutation(({ ctx, input }) => removeMember(ctx.tenant, input)),
  invitations: adminProcedure
    .meta({ description: "Addresses that may join and have not yet." })
    .input(EmailPageInput)
    .output(contract.Invitations)
    .query(({ ctx, input }) => invitations(ctx.tenant, input)),
  invite: adminProcedure
    .meta({ description: "Lets an address join with a role." })
    .input(contract.InviteInput)
    .output(Done)
    .mutation(({ ctx, input }) => invite(ctx.tenant, input)),
  uninvite: adminProcedure
    .meta({ description: "Takes an invitation back, with the login codes that were sent for it." })
    .input(contract.UninviteInput)
    .output(Done)
    .mutation(({ ctx, input }) => uninvite(ctx.tenant, input)),
  quotas: adminProcedure
    .meta({ description: "The tenant's upper bounds; null is unlimited." })
    .output(contract.Quotas)
    .query(({ ctx }) => quotas(ctx.tenant)),
  setQuotas: adminProcedure
    .meta({ description: "Sets the tenant's upper bounds." })
    .input(contract.Quotas)
    .output(contract.Quotas)
    .mutation(({ ctx, input }) => changeQuotas(ctx.tenant, input)),
  usageByMember: adminProcedure
    .meta({ description: "What each member spent in the last 7 days." })
    .input(PageInput)
    .output(contract.UsageByMember)
    .query(({ ctx, input }) => usageByMember(ctx.tenant, input)),
  audit: adminProcedure
    .meta({ description: "Who signed in, changed roles, deleted: newest first." })
    .input(contract.ListAuditInput)
    .output(contract.ListAuditOutput)
    .query(({ ctx, input }) => audit(ctx.tenant, input)),
});
