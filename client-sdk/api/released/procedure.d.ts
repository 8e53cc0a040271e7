/** What the generated list of procedures is made of: types alone, nothing of these exists at run time. */
export type Query<Input, Output> = {
    kind: "query";
    input: Input;
    output: Output;
};
export type Mutation<Input, Output> = {
    kind: "mutation";
    input: Input;
    output: Output;
};
/** `Event` is what each step of the iteration gives. */
export type Subscription<Input, Event> = {
    kind: "subscription";
    input: Input;
    event: Event;
};
/** A subscription whose events have ids: after a lost connection it goes on behind the last one that arrived. */
export type TrackedSubscription<Input, Event> = {
    kind: "subscription";
    input: Input;
    event: Event;
    tracked: true;
};
export type KindsOf<Routers> = {
    [R in keyof Routers]: {
        [P in keyof Routers[R]]: Routers[R][P] extends {
            kind: infer Kind;
        } ? Kind : never;
    };
};