import { setTimeout as sleep } from "node:timers/promises";
import { Window } from "happy-dom";
import { createElement, StrictMode, type ReactNode } from "react";
import { onTestFinished, vi } from "vitest";
import type { DocuChat } from "../../client-sdk/src/index.ts";
import { DocuChatProvider } from "../../client-sdk/src/react/index.ts";
import { cleanUp } from "./clean-up.ts";

/** A document for React, and nothing else of a browser: the network stays Node's own. */
const window = Object.assign(new Window(), { fetch: globalThis.fetch, WebSocket: globalThis.WebSocket });
const show = () => Object.assign(globalThis, { window, document: window.document });
show();
const { createRoot } = await import("react-dom/client");
const { flushSync } = await import("react-dom");

/** For the tests of one file: others share the process, and libraries take one with a window for a browser. */
export const useDocument = (): void => {
  show();
  cleanUp(async () => {
    // What React does behind an unmount still looks at the window.
    await sleep(100);
    for (const name of ["window", "document"]) Reflect.deleteProperty(globalThis, name);
  });
};

export type RenderedHook<Result, Props> = {
  /** What the hook gave in the last render. */
  readonly now: Result;
  /** Every render's result, in order. */
  results: Result[];
  render: (props: Props) => void;
  unmount: () => void;
  /** Waits until what the hook gives is as `is` says, and gives that. */
  until: (is: (result: Result) => unknown) => Promise<Result>;
};

type Options<Props> = {
  client: DocuChat;
  props: Props;
  /** Puts further providers around it. */
  wrap?: (children: ReactNode) => ReactNode;
};

/** Renders a hook below a provider, in `StrictMode`, where React mounts everything twice; it ends with the test. */
export const renderHook = <Result, Props>(
  useHook: (props: Props) => Result,
  { client, props, wrap = (children) => children }: Options<Props>,
): RenderedHook<Result, Props> => {
  const results: Result[] = [];
  const Probe = ({ props }: { props: Props }): ReactNode => {
    results.push(useHook(props));
    return null;
  };
  const root = createRoot(document.createElement("div"));
  const render = (props: Props) => {
    const probe = wrap(createElement(Probe, { props }));
    root.render(createElement(StrictMode, null, createElement(DocuChatProvider, { client }, probe)));
  };
  // At once, so that there is a first result to look at.
  flushSync(() => render(props));
  const latest = () => {
    const result = results.at(-1);
    if (result === undefined) throw new Error("nothing is rendered yet");
    return result;
  };
  let isMounted = true;
  const unmount = () => {
    if (isMounted) root.unmount();
    isMounted = false;
  };
  onTestFinished(unmount);
  const until = (is: (result: Result) => unknown) =>
    vi.waitFor(
      () => {
        const result = latest();
        if (!is(result)) throw new Error(`not so yet: ${JSON.stringify(result)}`);
        return result;
      },
      { timeout: 50_000, interval: 10 },
    );
  return {
    get now() {
      return latest();
    },
    results,
    render,
    unmount,
    until,
  };
};
