import { type QueryClient } from "@tanstack/react-query";
import { type TRPCOptionsProxy } from "@trpc/tanstack-react-query";
import type { DocuChat } from "./client.js";
import type { BoundRouter } from "./trpc.js";
export { useSubscription } from "@trpc/tanstack-react-query";
/** `queries.files.list.queryOptions(…)`, `…mutationOptions()`, `…subscriptionOptions(…)`, `…queryKey()`: tRPC's own. */
export type DocuChatQueries = TRPCOptionsProxy<BoundRouter>;
/** TanStack Query's options for every procedure, over the client's own connection, token and retries. */
export declare const docuChatQueries: (client: DocuChat, queryClient: QueryClient) => DocuChatQueries;
/** The same for the nearest `DocuChatProvider` and `QueryClientProvider`. */
export declare const useDocuChatQueries: () => DocuChatQueries;