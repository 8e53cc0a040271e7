import { describe, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { Procedures } from "../../client-sdk/src/generated/procedures.ts";
import {
  isReason,
  type CallOptions,
  type ChangeOptions,
  type ChatEvent,
  type DocuChat,
  type DocuChatError,
  type File,
  type Reason,
} from "../../client-sdk/src/index.ts";
import type * as contract from "../../server/contract/index.ts";

type Contract = typeof contract;
type In<Name extends keyof Contract> = Contract[Name] extends z.ZodType ? z.input<Contract[Name]> : never;
type Out<Name extends keyof Contract> = Contract[Name] extends z.ZodType ? z.output<Contract[Name]> : never;

type Asks<Input, Output> = (input: Input, options?: CallOptions) => Promise<Output>;
type Changes<Input, Output> = (input: Input, options?: ChangeOptions) => Promise<Output>;
type MayAsk<Input, Output> = (input?: Input, options?: CallOptions) => Promise<Output>;
type MayAskToChange<Input, Output> = (input?: Input, options?: ChangeOptions) => Promise<Output>;
type Gives<Output> = (input?: undefined, options?: CallOptions) => Promise<Output>;

/** The whole of the client, procedure by procedure, in the contract's own types. */
type Expected = {
  auth: {
    requestCode: Changes<In<"RequestCodeInput">, Out<"RequestCodeOutput">>;
    verifyCode: Changes<In<"VerifyCodeInput">, Out<"VerifyCodeOutput">>;
    me: Gives<Out<"Me">>;
    signOut: (input?: undefined, options?: ChangeOptions) => Promise<Out<"Done">>;
    sessions: MayAsk<In<"PageInput">, Out<"Sessions">>;
    revokeSession: Changes<In<"RevokeSessionInput">, Out<"Done">>;
  };
  files: {
    list: MayAsk<In<"ListFilesInput">, Out<"ListFilesOutput">>;
    get: Asks<In<"FileIdInput">, File>;
    remove: Changes<In<"FileIdInput">, Out<"Done">>;
    retry: Changes<In<"FileIdInput">, File>;
    retryFailed: MayAskToChange<In<"RetryFailedInput">, Out<"RetryFailedOutput">>;
    watch: (input?: Omit<In<"WatchFilesInput">, "lastEventId">, options?: CallOptions) => AsyncIterable<File>;
    page: Asks<In<"FilePageInput">, Out<"FilePage">>;
    search: Asks<In<"SearchInput">, Out<"SearchOutput">>;
  };
  chat: {
    ask: (input: Omit<In<"AskInput">, "lastEventId">, options?: CallOptions) => AsyncIterable<ChatEvent>;
    cancel: Changes<In<"MessageIdInput">, Out<"Done">>;
    conversations: MayAsk<In<"ListConversationsInput">, Out<"ListConversationsOutput">>;
    messages: Asks<In<"ListMessagesInput">, Out<"ListMessagesOutput">>;
    rename: Changes<In<"RenameInput">, Out<"Conversation">>;
    remove: Changes<In<"ConversationIdInput">, Out<"Done">>;
    rate: Changes<In<"RateInput">, Out<"Done">>;
  };
  usage: {
    summary: Gives<Out<"UsageSummary">>;
    series: MayAsk<In<"UsageSeriesInput">, Out<"UsageSeries">>;
  };
  admin: {
    members: MayAsk<In<"PageInput">, Out<"Members">>;
    setRole: Changes<In<"SetRoleInput">, Out<"User">>;
    removeMember: Changes<In<"RemoveMemberInput">, Out<"Done">>;
    invitations: MayAsk<In<"EmailPageInput">, Out<"Invitations">>;
    invite: Changes<In<"InviteInput">, Out<"Done">>;
    uninvite: Changes<In<"UninviteInput">, Out<"Done">>;
    quotas: Gives<Out<"Quotas">>;
    setQuotas: Changes<In<"Quotas">, Out<"Quotas">>;
    usageByMember: MayAsk<In<"PageInput">, Out<"UsageByMember">>;
    audit: MayAsk<In<"ListAuditInput">, Out<"ListAuditOutput">>;
  };
};

/** Laid open, for what a promise or an iterable holds is not compared within them. */
type Open<F> = F extends (...args: infer Args) => AsyncIterable<infer Event>
  ? { args: Required<Args>; least: Args["length"]; event: Event }
  : F extends (...args: infer Args) => Promise<infer Output>
    ? { args: Required<Args>; least: Args["length"]; output: Output }
    : never;
type OpenAll<Router> = { [Name in keyof Router]: Open<Router[Name]> };

describe("the types of every procedure", () => {
  test("are the contract's, to the letter, and there is no other procedure", () => {
    expectTypeOf<keyof Procedures>().toEqualTypeOf<keyof Expected>();
    expectTypeOf<OpenAll<DocuChat["auth"]>>().branded.toEqualTypeOf<OpenAll<Expected["auth"]>>();
    type Files = OpenAll<Omit<DocuChat["files"], "upload">>;
    expectTypeOf<Files>().branded.toEqualTypeOf<OpenAll<Expected["files"]>>();
    expectTypeOf<OpenAll<DocuChat["chat"]>>().branded.toEqualTypeOf<OpenAll<Expected["chat"]>>();
    expectTypeOf<OpenAll<DocuChat["usage"]>>().branded.toEqualTypeOf<OpenAll<Expected["usage"]>>();
    expectTypeOf<OpenAll<DocuChat["admin"]>>().branded.toEqualTypeOf<OpenAll<Expected["admin"]>>();
  });

  test("would be told from types that differ in anything", () => {
    type Ask = DocuChat["chat"]["ask"];
    type TooFew = Omit<Expected["chat"], "rate">;
    type OtherInput = Changes<In<"MessageIdInput"> & { why: string }, Out<"Done">>;
    type OtherOutput = Asks<In<"FileIdInput">, Omit<File, "pageCount">>;
    type OtherEvents = (...args: Parameters<Ask>) => AsyncIterable<Exclude<ChatEvent, { type: "delta" }>>;
    type Optional = (input?: In<"MessageIdInput">, options?: ChangeOptions) => Promise<Out<"Done">>;
    // @ts-expect-error -- a procedure too few
    expectTypeOf<OpenAll<DocuChat["chat"]>>().branded.toEqualTypeOf<OpenAll<TooFew>>();
    // @ts-expect-error -- an input that is not asked for
    expectTypeOf<Open<DocuChat["chat"]["cancel"]>>().branded.toEqualTypeOf<Open<OtherInput>>();
    // @ts-expect-error -- an output that lacks a field
    expectTypeOf<Open<DocuChat["files"]["get"]>>().branded.toEqualTypeOf<Open<OtherOutput>>();
    // @ts-expect-error -- an event too few
    expectTypeOf<Open<Ask>>().branded.toEqualTypeOf<Open<OtherEvents>>();
    // @ts-expect-error -- an input that may be left out
    expectTypeOf<Open<DocuChat["chat"]["cancel"]>>().branded.toEqualTypeOf<Open<Optional>>();
    // @ts-expect-error -- a date that would be its text
    expectTypeOf<Awaited<ReturnType<DocuChat["auth"]["me"]>>["user"]["createdAt"]>().toEqualTypeOf<string>();
  });
});

describe("the types of every reason", () => {
  test("narrow an error to what the reason carries, and to nothing for the rest", () => {
    const dataOf = <R extends Reason>(error: unknown, reason: R) => (isReason(error, reason) ? error : undefined);
    type Of<R extends Reason> = NonNullable<ReturnType<typeof dataOf<R>>>["data"];
    expectTypeOf<Of<"QUOTA_EXCEEDED">>().toEqualTypeOf<{ resetsAt: string | null }>();
    expectTypeOf<Of<"RATE_LIMITED">>().toEqualTypeOf<{ retryAfterMs: number }>();
    expectTypeOf<Of<"PDF_NO_TEXT">>().toEqualTypeOf<{ pages: number[] }>();
    expectTypeOf<Of<"INVALID_INPUT">>().branded.toEqualTypeOf<{
      issues?: { path: string; message: string }[] | undefined;
    }>();
    type Bare = Exclude<Reason, "QUOTA_EXCEEDED" | "RATE_LIMITED" | "PDF_NO_TEXT" | "INVALID_INPUT">;
    expectTypeOf<DocuChatError<Bare>["data"]>().toEqualTypeOf<object>();
    expectTypeOf<Reason>().toEqualTypeOf<keyof typeof contract.REASONS>();
    // @ts-expect-error -- no such reason
    dataOf(undefined, "TOO_LATE");
    // @ts-expect-error -- carried by another reason
    expectTypeOf<Of<"RATE_LIMITED">>().toHaveProperty("resetsAt");
  });
});
