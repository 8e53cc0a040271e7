import type { TRPCUntypedClient } from "@trpc/client";
import type { BoundRouter } from "./trpc.ts";

const clients = new WeakMap<object, TRPCUntypedClient<BoundRouter>>();

/** Keeps what a client is made of out of its own type. */
export const keepInside = <Client extends object>(client: Client, trpc: TRPCUntypedClient<BoundRouter>): Client => {
  clients.set(client, trpc);
  return client;
};

/** The tRPC client behind a client. */
export const trpcOf = (client: object): TRPCUntypedClient<BoundRouter> => {
  const trpc = clients.get(client);
  if (!trpc) throw new Error("This is not a client that createDocuChat made.");
  return trpc;
};
