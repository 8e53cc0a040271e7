import type { TRPCUntypedClient } from "@trpc/client";
import { bindCalls } from "./bind.ts";
import type { Calls } from "./calls.ts";
import type { TokenStore } from "./tokens.ts";
import type { AppRouter } from "./trpc.ts";

type Identity = {
  tokens: TokenStore;
  /** Called when somebody else, or nobody, is signed in. */
  onChange: () => Promise<void>;
};

/** Calls that keep the token of a sign-in, and ask each question under a name that a reconnect can use. */
export const signedCalls = (trpc: TRPCUntypedClient<AppRouter>, { tokens, onChange }: Identity): Calls => {
  const calls = bindCalls(trpc);
  const become = async (token: string | undefined) => {
    await tokens.set(token);
    await onChange();
  };
  return {
    ...calls,
    auth: {
      ...calls.auth,
      verifyCode: async (...args) => {
        const signedIn = await calls.auth.verifyCode(...args);
        await become(signedIn.accessToken);
        return signedIn;
      },
      signOut: async (...args) => {
        try {
          return await calls.auth.signOut(...args);
        } finally {
          await become(undefined);
        }
      },
    },
    chat: {
      ...calls.chat,
      ask: (input, options) => calls.chat.ask({ ...input, requestId: input.requestId ?? newRequestId() }, options),
    },
  };
};

/** 128 random bits; `crypto.randomUUID` is missing on pages without TLS. */
const newRequestId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
