import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { describe, expectTypeOf, test } from "vitest";
import type { ErrorData as SdkErrorData } from "../../client-sdk/src/errors.ts";
import {
  isReason,
  type ChatEvent,
  type Citation,
  type DocuChat,
  type DocuChatError,
  type File,
  type FileId,
  type Reason,
  type UploadedFile,
} from "../../client-sdk/src/index.ts";
import { transformer, type AppRouter } from "../../client-sdk/src/trpc.ts";
import type { ErrorData } from "../../server/trpc.ts";

type Result<F extends (...args: never[]) => unknown> = Awaited<ReturnType<F>>;

describe("a call's types", () => {
  test("are the contract's: its inputs, its branded ids, its dates", () => {
    expectTypeOf<Parameters<DocuChat["auth"]["requestCode"]>[0]>().toEqualTypeOf<{
      email: string;
      browserToken?: string | undefined;
    }>();
    expectTypeOf<Result<DocuChat["files"]["get"]>>().toEqualTypeOf<File>();
    expectTypeOf<Result<DocuChat["files"]["get"]>["id"]>().toEqualTypeOf<FileId>();
    expectTypeOf<Result<DocuChat["auth"]["me"]>["user"]["createdAt"]>().toEqualTypeOf<Date>();
    expectTypeOf<Result<DocuChat["chat"]["messages"]>["items"][number]["citations"]>().toEqualTypeOf<Citation[]>();
    expectTypeOf<Result<DocuChat["files"]["upload"]>>().toExtend<UploadedFile>();
  });

  test("ask for an input where one is needed, and for none elsewhere", () => {
    expectTypeOf<DocuChat["auth"]["me"]>().toBeCallableWith();
    expectTypeOf<DocuChat["files"]["list"]>().toBeCallableWith();
    expectTypeOf<DocuChat["files"]["list"]>().toBeCallableWith({ limit: 5 }, { signal: new AbortController().signal });
    // @ts-expect-error -- a file is named by its id
    expectTypeOf<DocuChat["files"]["get"]>().toBeCallableWith();
    // @ts-expect-error -- and not by its name
    expectTypeOf<DocuChat["files"]["get"]>().toBeCallableWith({ name: "a.pdf" });
    // @ts-expect-error -- a status that no file has
    expectTypeOf<DocuChat["files"]["list"]>().toBeCallableWith({ status: "lost" });
    // @ts-expect-error -- set by the transport alone
    const resume = (client: DocuChat) => client.chat.ask({ question: "Why?", lastEventId: "1" });
    expectTypeOf(resume).returns.toEqualTypeOf<AsyncIterable<ChatEvent>>();
  });

  test("hold nothing of the server", () => {
    expectTypeOf<keyof DocuChat>().toEqualTypeOf<"auth" | "files" | "chat" | "usage" | "admin" | "on" | "close">();
    expectTypeOf<AppRouter["_def"]["_config"]["$types"]["ctx"]>().toEqualTypeOf<object>();
  });
});

describe("a subscription's types", () => {
  test("are what the iteration gives, without the ids it resumes by", () => {
    expectTypeOf<ReturnType<DocuChat["chat"]["ask"]>>().toEqualTypeOf<AsyncIterable<ChatEvent>>();
    expectTypeOf<ReturnType<DocuChat["files"]["watch"]>>().toEqualTypeOf<AsyncIterable<File>>();
  });

  test("let a switch over the events be exhaustive", () => {
    const label = (event: ChatEvent): string => {
      switch (event.type) {
        case "started":
          return event.messageId;
        case "rewritten":
          return event.query;
        case "sources":
          return `${event.sources.length}`;
        case "delta":
        case "snapshot":
          return event.text;
        case "citation":
          return event.quote;
        case "finished":
          return event.outcome;
      }
    };
    // @ts-expect-error -- only a citation has a quote
    const quoteOf = (event: Exclude<ChatEvent, { type: "citation" }>): string => event.quote;
    expectTypeOf(label).returns.toEqualTypeOf<string>();
    expectTypeOf(quoteOf).returns.toEqualTypeOf<string>();
  });
});

describe("an error's types", () => {
  test("follow from its reason", () => {
    const read = (error: unknown) => {
      if (isReason(error, "QUOTA_EXCEEDED")) expectTypeOf(error.data.resetsAt).toEqualTypeOf<string | null>();
      if (isReason(error, "RATE_LIMITED")) expectTypeOf(error.data.retryAfterMs).toEqualTypeOf<number>();
      // @ts-expect-error -- what is not found carries nothing
      if (isReason(error, "NOT_FOUND")) return error.data.retryAfterMs;
      // @ts-expect-error -- not a reason
      return isReason(error, "TEAPOT");
    };
    expectTypeOf(read).toBeFunction();
    expectTypeOf<DocuChatError["reason"]>().toEqualTypeOf<Reason>();
  });

  test("are the server's own", () => {
    expectTypeOf<ErrorData>().toExtend<SdkErrorData>();
    expectTypeOf<SdkErrorData["reason"]>().toEqualTypeOf<ErrorData["reason"]>();
  });
});

test("tRPC's own client takes the published router", () => {
  const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: "http://127.0.0.1", transformer })] });
  expectTypeOf<Result<typeof client.files.get.query>>().toEqualTypeOf<File>();
  const ask = () => client.chat.ask.subscribe({ question: "Why?" });
  expectTypeOf<ReturnType<typeof ask>>().toExtend<AsyncIterable<{ id: string; data: ChatEvent }>>();
});
