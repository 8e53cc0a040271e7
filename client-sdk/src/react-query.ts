"use client";

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { useMemo } from "react";
import type { DocuChat } from "./client.ts";
import { trpcOf } from "./inside.ts";
import { useDocuChat } from "./react/provider.ts";
import type { BoundRouter } from "./trpc.ts";

export { useSubscription } from "@trpc/tanstack-react-query";

/** `queries.files.list.queryOptions(…)`, `…mutationOptions()`, `…subscriptionOptions(…)`, `…queryKey()`: tRPC's own. */
export type DocuChatQueries = TRPCOptionsProxy<BoundRouter>;

/** TanStack Query's options for every procedure, over the client's own connection, token and retries. */
export const docuChatQueries = (client: DocuChat, queryClient: QueryClient): DocuChatQueries =>
  createTRPCOptionsProxy<BoundRouter>({ client: trpcOf(client), queryClient });

/** The same for the nearest `DocuChatProvider` and `QueryClientProvider`. */
export const useDocuChatQueries = (): DocuChatQueries => {
  const client = useDocuChat();
  const queryClient = useQueryClient();
  return useMemo(() => docuChatQueries(client, queryClient), [client, queryClient]);
};
