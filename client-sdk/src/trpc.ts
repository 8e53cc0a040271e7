// oxlint-disable-next-line no-restricted-imports -- types alone, for tRPC's own clients
import type {
  TRPCBuiltRouter,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from "@trpc/server";
// oxlint-disable-next-line no-restricted-imports -- the client's half of the wire format
import superjson from "superjson";
import type { ErrorData } from "./errors.ts";
import type { Procedures } from "./generated/procedures.ts";

type ProcedureOf<P, Ids> = P extends { kind: "query"; input: infer Input; output: infer Output }
  ? TRPCQueryProcedure<{ input: Input; output: Output; meta: unknown }>
  : P extends { kind: "mutation"; input: infer Input; output: infer Output }
    ? TRPCMutationProcedure<{ input: Input; output: Output; meta: unknown }>
    : P extends { kind: "subscription"; input: infer Input; event: infer Event }
      ? TRPCSubscriptionProcedure<{
          input: Input;
          output: AsyncIterable<P extends Ids ? { id: string; data: Event } : Event>;
          meta: unknown;
        }>
      : never;

/** `Ids` tells which subscriptions' events arrive with their ids. */
type RecordOf<Routers, Ids> = { [R in keyof Routers]: { [P in keyof Routers[R]]: ProcedureOf<Routers[R][P], Ids> } };
type Root = { ctx: object; meta: object; errorShape: ErrorShape; transformer: true };

type ErrorShape = { message: string; code: number; data: ErrorData };

/** The server's router as tRPC's own clients and TanStack Query take it. */
export type AppRouter = TRPCBuiltRouter<Root, RecordOf<Procedures, { tracked: true }>>;
/** The same over a client of ours, which keeps the ids that it resumes by to itself. */
export type BoundRouter = TRPCBuiltRouter<Root, RecordOf<Procedures, never>>;

const asItIs = { serialize: (value: unknown): unknown => value, deserialize: (value: unknown): unknown => value };

/** The wire format: plain JSON up, superjson (which knows dates) down. */
export const transformer = { input: asItIs, output: superjson };
