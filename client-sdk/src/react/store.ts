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

export const createStore = <State>(initial: State): WritableStore<State> => {
  let published = initial;
  let latest = initial;
  let forget: (() => void) | undefined;
  const listeners = new Set<() => void>();
  const publish = () => {
    forget?.();
    forget = undefined;
    if (Object.is(published, latest)) return;
    published = latest;
    for (const listener of listeners) listener();
  };
  return {
    get: () => published,
    latest: () => latest,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: (change) => {
      latest = change(latest);
      publish();
    },
    setSoon: (change) => {
      latest = change(latest);
      forget ??= atNextFrame(publish);
    },
  };
};

const FRAME_MS = 16;
/** A page that is not shown has no frames, but may be listened to. */
const HIDDEN_FRAME_MS = 250;

const atNextFrame = (publish: () => void): (() => void) => {
  const framed = typeof requestAnimationFrame === "function";
  const frame = framed ? requestAnimationFrame(publish) : undefined;
  const timer = setTimeout(publish, framed ? HIDDEN_FRAME_MS : FRAME_MS);
  return () => {
    clearTimeout(timer);
    if (frame !== undefined) cancelAnimationFrame(frame);
  };
};
