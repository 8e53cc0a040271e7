import type { AppRouter } from "../../server/router.ts";
import type { Mutation, Query, Subscription, TrackedSubscription } from "../src/procedure.ts";

/** Every procedure by its input and output alone: what the server keeps in its context is not in these types. */
type Flat<Node> = Node extends { _def: { type: infer Kind; $types: { input: infer Input; output: infer Output } } }
  ? Kind extends "query"
    ? Query<Input, Output>
    : Kind extends "mutation"
      ? Mutation<Input, Output>
      : Output extends AsyncIterable<infer Event>
        ? Event extends { id: string; data: infer Tracked }
          ? TrackedSubscription<Input, Tracked>
          : Subscription<Input, Event>
        : never
  : { [Name in keyof Node]: Flat<Node[Name]> };

/** A call's result is printed in full where an alias would be printed by its name. */
declare function flatten<Router extends { _def: { record: unknown } }>(): Flat<Router["_def"]["record"]>;

export const procedures = flatten<AppRouter>();
