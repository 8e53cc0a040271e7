import type { TRPCUntypedClient } from "@trpc/client";
import { bindCalls } from "./bind.ts";
import type { Calls } from "./calls.ts";
import type { Events } from "./events.ts";
import { newRequestId } from "./request-id.ts";
import type { TokenStore } from "./tokens.ts";
import type { BoundRouter } from "./trpc.ts";

type Identity = {
  tokens: TokenStore;
  browser: TokenStore;
  /** Called when somebody else, or nobody, is signed in. */
  onChange: () => Promise<void>;
  events: Events;
};

/** Calls that keep the tokens of a sign-in, and ask each question under a name that a reconnect can use. */
export const signedCalls = (trpc: TRPCUntypedClient<BoundRouter>, identity: Identity): Calls => {
  const { tokens, browser, onChange, events } = identity;
  const calls = bindCalls(trpc, events);
  const become = async (token: string | undefined) => {
    await tokens.set(token);
    await onChange();
  };
  return {
    ...calls,
    auth: {
      ...calls.auth,
      requestCode: async (input, options) => {
        const browserToken = input.browserToken ?? (await browser.get());
        return calls.auth.requestCode(browserToken === undefined ? input : { ...input, browserToken }, options);
      },
      verifyCode: async (...args) => {
        const signedIn = await calls.auth.verifyCode(...args);
        if (signedIn.browserToken !== undefined) await browser.set(signedIn.browserToken);
        await become(signedIn.accessToken);
        events.tell("signed-in", signedIn);
        return signedIn;
      },
      signOut: async (...args) => {
        try {
          return await calls.auth.signOut(...args);
        } finally {
          await become(undefined);
          events.tell("signed-out", undefined);
        }
      },
    },
    chat: {
      ...calls.chat,
      ask: (input, options) => calls.chat.ask({ ...input, requestId: input.requestId ?? newRequestId() }, options),
    },
  };
};
