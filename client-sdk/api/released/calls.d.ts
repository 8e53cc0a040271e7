import type { Procedures } from "./generated/procedures.js";
/** An abort rejects a promise with the signal's reason, and ends an iteration quietly. */
export type CallOptions = {
    signal?: AbortSignal | undefined;
};
type Call<Input, Result> = [Input] extends [void] ? (input?: undefined, options?: CallOptions) => Result : object extends Input ? (input?: Input, options?: CallOptions) => Result : (input: Input, options?: CallOptions) => Result;
type CallOf<P> = P extends {
    kind: "query" | "mutation";
    input: infer Input;
    output: infer Output;
} ? Call<Input, Promise<Output>> : P extends {
    kind: "subscription";
    input: infer Input;
    event: infer Event;
} ? Call<Omit<Input, "lastEventId">, AsyncIterable<Event>> : never;
/** Every procedure as a function: queries and mutations give promises, subscriptions what `for await` reads. */
export type Calls = {
    [R in keyof Procedures]: {
        [P in keyof Procedures[R]]: CallOf<Procedures[R][P]>;
    };
};
export {};