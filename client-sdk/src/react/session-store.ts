import type { DocuChat } from "../client.ts";
import { endsSession } from "../events.ts";
import { isReason, toDocuChatError, type DocuChatError } from "../errors.ts";
import type { Tenant, User } from "../schemas.ts";
import { keepTrying } from "./keep-trying.ts";
import { createStore, type Store } from "./store.ts";

export type SessionState = {
  status: "loading" | "signed-out" | "code-sent" | "signed-in";
  user: User | undefined;
  tenant: Tenant | undefined;
  /** Where the code was sent. */
  email: string | undefined;
  /** When the code that was sent stops to be valid. */
  expiresAt: Date | undefined;
  /** Why the last step failed, or why the session ended. */
  error: DocuChatError | undefined;
  /** A code is being sent or verified, or a sign-out is on its way. */
  pending: boolean;
};

export type SessionStore = {
  store: Store<SessionState>;
  /** Finds out, once, who the kept token belongs to. */
  begin: () => void;
  requestCode: (email: string) => Promise<void>;
  verifyCode: (code: string) => Promise<void>;
  signOut: () => Promise<void>;
  back: () => void;
};

const NOBODY = { user: undefined, tenant: undefined, email: undefined, expiresAt: undefined, error: undefined };
const SIGNED_OUT: SessionState = { ...NOBODY, status: "signed-out", pending: false };

export const createSessionStore = (client: DocuChat): SessionStore => {
  const store = createStore<SessionState>({ ...SIGNED_OUT, status: "loading" });
  const change = (to: Partial<SessionState>) => store.set((state) => ({ ...state, ...to }));
  let challengeId: string | undefined;
  let begun = false;

  const look = async (): Promise<boolean> => {
    const me = await client.auth.me();
    if (store.get().status === "loading") change({ ...NOBODY, ...me, status: "signed-in" });
    return true;
  };
  const onError = (error: DocuChatError) => {
    if (store.get().status === "loading") change(endsSession(error) ? { status: "signed-out" } : { error });
  };
  client.on("signed-in", ({ user, tenant }) => change({ ...NOBODY, user, tenant, status: "signed-in" }));
  client.on("signed-out", () => change(SIGNED_OUT));
  client.on("session-ended", (error) => {
    const { status } = store.get();
    // At the start, without a token, nothing has ended.
    if (status === "loading" && isReason(error, "NOT_SIGNED_IN")) change(SIGNED_OUT);
    else if (status === "loading" || status === "signed-in") change({ ...SIGNED_OUT, error });
  });

  /** One step at a time; its failure is told by the state, and the promise resolves. */
  const step = async (work: () => Promise<unknown>): Promise<void> => {
    if (store.get().pending) return;
    change({ pending: true, error: undefined });
    try {
      await work();
      change({ pending: false });
    } catch (error) {
      change({ pending: false, error: toDocuChatError(error) });
    }
  };

  return {
    store,
    begin: () => {
      if (begun) return;
      begun = true;
      void keepTrying(look, { signal: new AbortController().signal, onError });
    },
    requestCode: (email) =>
      step(async () => {
        const sent = await client.auth.requestCode({ email });
        challengeId = sent.challengeId;
        change({ ...NOBODY, status: "code-sent", email, expiresAt: sent.expiresAt });
      }),
    verifyCode: (code) => step(async () => client.auth.verifyCode({ challengeId: challengeId ?? "", code })),
    signOut: () =>
      step(() =>
        client.auth.signOut().catch((error: unknown) => {
          // The token is dropped in any case; only a session that may live on is worth telling.
          if (!endsSession(toDocuChatError(error))) throw error;
        }),
      ),
    back: () => {
      if (store.get().status === "code-sent") change(SIGNED_OUT);
    },
  };
};
