import type { Procedures } from "./generated/procedures.js";
/** An abort rejects a promise with the signal's reason, and ends an iteration quietly. */
export type CallOptions = {
    signal?: AbortSignal | undefined;
};
export type ChangeOptions = CallOptions & {
    /**
     * 8 to 128 letters, digits and `_ . : -` of your own making. For a day whatever is sent again under it has no second
     * effect and gets the first one's answer; with another input it is refused as `INVALID_INPUT`. Where the connection breaks
     * before the answer comes, it is sent again by itself. Needs a sign-in.
     */
    idempotencyKey?: string | undefined;
};
type Call<Input, Result, Options = CallOptions> = [Input] extends [void] ? (input?: undefined, options?: Options) => Result : object extends Input ? (input?: Input, options?: Options) => Result : (input: Input, options?: Options) => Result;
type CallOf<P> = P extends {
    kind: "query";
    input: infer Input;
    output: infer Output;
} ? Call<Input, Promise<Output>> : P extends {
    kind: "mutation";
    input: infer Input;
    output: infer Output;
} ? Call<Input, Promise<Output>, ChangeOptions> : P extends {
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