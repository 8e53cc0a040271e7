import { tracked } from "@trpc/server";
import { untilEnded } from "../auth/until-ended.ts";
import { Done } from "../contract/auth.ts";
import * as contract from "../contract/chat.ts";
import { memberProcedure, router } from "../trpc.ts";
import { ask } from "./ask.ts";
import { cancel, conversations, messages, rate, remove, rename } from "./conversations.ts";

export const chatRouter = router({
  ask: memberProcedure
    .meta({ description: "Asks the documents: the answer's events as they come, each with an id to resume behind it." })
    .input(contract.AskInput)
    .subscription(async function* ({ ctx, input, signal }) {
      for await (const { id, event } of untilEnded(ctx, signal, (ended) => ask(ctx.tenant, input, ended))) {
        yield tracked(id, event);
        await ctx.drained?.();
      }
    }),
  cancel: memberProcedure
    .meta({ description: "Stops an answer, wherever it is written; what it has said is kept." })
    .input(contract.MessageIdInput)
    .output(Done)
    .mutation(({ ctx, input }) => cancel(ctx.tenant, input)),
  conversations: memberProcedure
    .meta({ description: "The user's conversations, the last used first." })
    .input(contract.ListConversationsInput)
    .output(contract.ListConversationsOutput)
    .query(({ ctx, input }) => conversations(ctx.tenant, input)),
  messages: memberProcedure
    .meta({ description: "A conversation's questions and answers, in order." })
    .input(contract.ListMessagesInput)
    .output(contract.ListMessagesOutput)
    .query(({ ctx, input }) => messages(ctx.tenant, input)),
  rename: memberProcedure
    .meta({ description: "Gives a conversation another title." })
    .input(contract.RenameInput)
    .output(contract.Conversation)
    .mutation(({ ctx, input }) => rename(ctx.tenant, input)),
  remove: memberProcedure
    .meta({ description: "Removes a conversation with its messages." })
    .input(contract.ConversationIdInput)
    .output(Done)
    .mutation(({ ctx, input }) => remove(ctx.tenant, input)),
  rate: memberProcedure
    .meta({ description: "Says whether an answer helped." })
    .input(contract.RateInput)
    .output(Done)
    .mutation(({ ctx, input }) => rate(ctx.tenant, input)),
});
