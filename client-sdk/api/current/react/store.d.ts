/** State outside of React, as `useSyncExternalStore` reads it. */
export type Store<State> = {
    /** What has been published: it changes only together with a call of the listeners. */
    get: () => State;
    subscribe: (listener: () => void) => () => void;
};
export type WritableStore<State> = Store<State> & {
    /** With what is about to be published. */
    latest: () => State;
    /** Publishes at once. */
    set: (change: Change<State>) => void;
    /** Publishes with the next frame, together with whatever else changes until then. */
    setSoon: (change: Change<State>) => void;
};
type Change<State> = (state: State) => State;
export declare const createStore: <State>(initial: State) => WritableStore<State>;
export {};