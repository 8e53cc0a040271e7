import { QueryClient, QueryClientProvider, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { createElement, type ReactNode } from "react";
import { expect, expectTypeOf, onTestFinished, test } from "vitest";
import { createDocuChat, isReason, toDocuChatError, type File as PdfFile } from "../../client-sdk/src/index.ts";
import { startTestApp } from "../support/app.ts";
import { makePdf } from "../support/pdf.ts";

const app = await startTestApp();
const { renderHook, useDocument } = await import("../support/react.ts");
useDocument();
const { useDocuChatQueries, useSubscription } = await import("../../client-sdk/src/react-query.ts");

const signedIn = async () => {
  const { accessToken } = await app.signIn();
  const client = createDocuChat({ url: app.url, token: accessToken });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  onTestFinished(async () => {
    queryClient.clear();
    await client.close();
  });
  const wrap = (children: ReactNode) => createElement(QueryClientProvider, { client: queryClient }, children);
  return { client, queryClient, wrap };
};

const onePage = async () => new Blob([new Uint8Array(await makePdf(["One page."]))]);

test("queryOptions and mutationOptions read, change and are invalidated by their keys", async () => {
  const { client, queryClient, wrap } = await signedIn();
  const { id } = await client.files.upload(await onePage()).ready;
  const useList = () => {
    const queries = useDocuChatQueries();
    const list = useQuery(queries.files.list.queryOptions({}));
    const onSuccess = () => queryClient.invalidateQueries(queries.files.list.queryFilter());
    return { list, remove: useMutation(queries.files.remove.mutationOptions({ onSuccess })) };
  };
  const hook = renderHook(useList, { client, props: undefined, wrap });
  const { list } = await hook.until(({ list }) => list.isSuccess);
  expectTypeOf(list.data?.items).toEqualTypeOf<PdfFile[] | undefined>();
  expect(list.data?.items.map((file) => file.id)).toEqual([id]);
  expect(list.data?.items[0]?.createdAt).toBeInstanceOf(Date);
  hook.now.remove.mutate({ fileId: id });
  await hook.until(({ list }) => list.data?.items.length === 0);
});

test("a failure tells its reason, and becomes the client's own", async () => {
  const { client, wrap } = await signedIn();
  const useMissing = () => {
    const queries = useDocuChatQueries();
    return useQuery(queries.files.get.queryOptions({ fileId: "01890a5d-ac96-774b-bcce-b302099a8057" }));
  };
  const { error } = await renderHook(useMissing, { client, props: undefined, wrap }).until(({ error }) => error);
  expect(error?.data?.reason).toBe("NOT_FOUND");
  expect(isReason(toDocuChatError(error), "NOT_FOUND")).toBe(true);
});

test("infiniteQueryOptions read page by page", async () => {
  const { client, wrap } = await signedIn();
  for (let n = 0; n < 3; n++) await client.files.upload(new Blob([new Uint8Array(await makePdf([`Page ${n}.`]))]));
  const usePages = () =>
    useInfiniteQuery(
      useDocuChatQueries().files.list.infiniteQueryOptions(
        { limit: 2 },
        { getNextPageParam: ({ nextCursor }) => nextCursor },
      ),
    );
  const hook = renderHook(usePages, { client, props: undefined, wrap });
  await hook.until(({ hasNextPage }) => hasNextPage);
  await hook.now.fetchNextPage();
  const { data } = await hook.until(({ data }) => data?.pages.length === 2);
  expect(data?.pages.map(({ items }) => items.length)).toEqual([2, 1]);
});

test("subscriptionOptions hear events without the ids that the client resumes by", async () => {
  const { client, wrap } = await signedIn();
  const heard: PdfFile[] = [];
  const useWatch = () => {
    const queries = useDocuChatQueries();
    return useSubscription(queries.files.watch.subscriptionOptions({}, { onData: (file) => heard.push(file) }));
  };
  const hook = renderHook(useWatch, { client, props: undefined, wrap });
  const { id } = await client.files.upload(await onePage()).ready;
  await hook.until(({ data }) => data?.status === "ready");
  expect(heard.at(-1)).toMatchObject({ id, status: "ready" });
});
